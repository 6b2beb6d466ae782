// Failures ↔ Protobuf, for replies between nodes (proto/cluster.proto). Codes travel by name, so
// that nodes of two versions understand each other.
#pragma once

#include "base/result.hpp"

namespace souk::pb {
class failure;
}

namespace souk::cluster {

pb::failure encode(const failure& from);
/// A code this version does not know becomes errc::internal.
failure decode(const pb::failure& from);

/// `Message` is failure.problem, or a domain's own with the same fields.
template <class Message>
void write_problem(const problem& from, Message& to) {
  to.set_code(from.code);
  to.set_field(from.field);
  to.set_detail(from.detail);
  if (from.available)
    to.set_available(*from.available);
}

template <class Messages>
std::vector<problem> read_problems(const Messages& from) {
  std::vector<problem> to;
  to.reserve(static_cast<size_t>(from.size()));
  for (const auto& p : from)
    to.push_back({p.code(), p.field(), p.detail(),
                  p.has_available() ? std::optional{p.available()} : std::nullopt});
  return to;
}

} // namespace souk::cluster
