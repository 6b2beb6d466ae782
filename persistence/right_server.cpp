#include "persistence/right_server.hpp"

#include <algorithm>

namespace souk::persistence {

result<void> check_is_as_new(const server_identity& server, const server_identity& known) {
  if (known.system != server.system)
    return fail(errc::unavailable, "another database system than this process began with");
  if (known.timeline > server.timeline)
    return fail(errc::unavailable, "it is on timeline " + std::to_string(server.timeline) +
                                       " although " + std::to_string(known.timeline) +
                                       " has begun: a former primary that came back");
  return {};
}

server_acquaintance::knowledge server_acquaintance::known() const {
  std::lock_guard lock{mutex_};
  return known_;
}

result<void> server_acquaintance::meet(const server_identity& server, size_t host) {
  std::lock_guard lock{mutex_};
  if (known_.newest)
    if (auto right = check_is_as_new(server, *known_.newest); !right)
      return right;
  known_ = {server, host, false};
  timeline_ = server.timeline;
  return {};
}

void server_acquaintance::doubt() {
  std::lock_guard lock{mutex_};
  known_.in_doubt = true;
}

/// A log that ends before what was acknowledged belongs to a database that was restored, one that
/// left the timeline before that to a standby that had not received it.
result<void> check_nothing_is_lost(const acknowledged_commit& seen, int64_t position,
                                   std::optional<int64_t> left_at) {
  // The commit itself stands behind the position it answered.
  const auto kept = left_at ? std::min(position, *left_at - 1) : position;
  if (seen.position <= kept)
    return {};
  return fail(errc::corrupt,
              "this Postgres has lost commits that were acknowledged: find the newest server, or"
              " restart the nodes to go on without them");
}

} // namespace souk::persistence
