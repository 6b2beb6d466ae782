#include "actors/entity/ask.hpp"

#include "base/ids.hpp"

namespace souk::entity {

cluster::command_meta read_meta(const cluster::command_meta& of) {
  return {{}, 0, of.expires, of.trace};
}

cluster::command_meta step_meta(const cluster::command_meta& of, std::string_view step) {
  const std::string_view id{reinterpret_cast<const char*>(of.id.bytes.data()), of.id.bytes.size()};
  return {make_command_id({"step", id, step}), of.fingerprint, of.expires, of.trace};
}

} // namespace souk::entity
