#include "actors/entity/ask.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"

#include <mutex>
#include <set>

namespace souk::entity {

namespace {

void note_unknown(std::string_view kind, std::string_view what, const failure& why) {
  metrics::make_counter(
      "souk_cluster_unknown_messages_total",
      "Commands and replies of nodes of a newer version that were not understood.",
      {{"kind", std::string{kind}}, {"what", std::string{what}}})
      .Increment();
  static std::mutex mutex;
  static std::set<std::string> said;
  std::lock_guard lock(mutex);
  if (said.insert(std::string{kind} + " " + std::string{what}).second)
    log::warn("entity.of_a_newer_version", {{"kind", kind}, {"what", what}, {"why", why.detail}});
}

} // namespace

failure unknown_command(std::string_view kind, const failure& why) {
  note_unknown(kind, "command", why);
  auto out = fail(errc::unavailable, "the node that owns it is of an older version");
  out.retry_after = cluster::upgrade_pause;
  return out;
}

failure unknown_reply(std::string_view kind, const failure& why) {
  note_unknown(kind, "reply", why);
  auto out = fail(errc::timed_out, "this node is of an older version than the one that answered");
  out.retry_after = cluster::upgrade_pause;
  return out;
}

cluster::command_meta read_meta(const cluster::command_meta& of) {
  return {{}, 0, of.expires, of.trace};
}

cluster::command_meta step_meta(const cluster::command_meta& of, std::string_view step) {
  const std::string_view id{reinterpret_cast<const char*>(of.id.bytes.data()), of.id.bytes.size()};
  return {make_command_id({"step", id, step}), of.fingerprint, of.expires, of.trace};
}

} // namespace souk::entity
