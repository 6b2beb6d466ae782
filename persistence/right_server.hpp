// Whether a server is the shop's Postgres of today: the rules, apart from how servers are reached,
// so that the simulation decides by the same ones.
#pragma once

#include "base/result.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace souk::persistence {

/// One history of one database system; a promoted standby starts the next timeline.
struct server_identity {
  std::string system;
  uint32_t timeline = 0;
};

/// errc::unavailable when `server` is another system than `known`, or a former primary of it.
result<void> check_is_as_new(const server_identity& server, const server_identity& known);

/// What a process has learned of the servers it may use. Thread-safe.
class server_acquaintance {
public:
  struct knowledge {
    std::optional<server_identity> newest;
    size_t host = 0;       ///< where it was met
    bool in_doubt = false; ///< the next connect asks every host
  };
  knowledge known() const;
  /// Takes it for the one to use; errc::unavailable when it is not the one that was met before, or
  /// an older one.
  result<void> meet(const server_identity& server, size_t host);
  uint32_t newest_timeline() const { return timeline_; }
  void doubt();

private:
  mutable std::mutex mutex_;
  knowledge known_;
  std::atomic<uint32_t> timeline_{0}; ///< of known_, for those who look before each query
};

/// Reaches hosts in turn, the one that was right the last time first, until one is as new as what
/// is known; who knows nothing yet or is in doubt asks everybody, because the first that takes
/// writes may be a former primary. A Candidate has the server's identity in `is`.
template <class Candidate, class Reach, class Refused>
std::optional<Candidate> choose_server(const server_acquaintance::knowledge& known, size_t hosts,
                                       Reach reach, Refused refused) {
  const bool ask_everybody = !known.newest || known.in_doubt;
  std::optional<Candidate> best;
  for (size_t n = 0; n < hosts && (!best || ask_everybody); ++n) {
    std::optional<Candidate> next = reach((known.host + n) % hosts);
    if (!next)
      continue;
    if (best && best->is.timeline < next->is.timeline)
      std::swap(*best, *next);
    const auto newest = best ? best->is : known.newest.value_or(next->is);
    if (auto right = check_is_as_new(next->is, newest); !right)
      refused(*next, right.error());
    else
      best = std::move(*next);
  }
  return best;
}

/// The last commit that a server told a writer of: its log position, and on which timeline.
struct acknowledged_commit {
  int64_t position = 0;
  uint32_t timeline = 0;
};
/// errc::corrupt when a server lacks it: its log ends at `position`, and it left that timeline at
/// `left_at` for the one it is on now (nothing: it has not, or nobody may ask).
result<void> check_nothing_is_lost(const acknowledged_commit& seen, int64_t position,
                                   std::optional<int64_t> left_at);

} // namespace souk::persistence
