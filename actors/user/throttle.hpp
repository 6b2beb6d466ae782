// How often something may be tried: a sliding window for each key, in bounded memory. Local to a
// node: n nodes allow n times as much, which guessing passwords does not help.
#pragma once

#include "base/time.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace souk::user {

struct throttle_limits {
  size_t attempts = 10;
  std::chrono::seconds within{300};
  size_t keys_max = 100'000; ///< beyond it the key that was quiet longest is forgotten
};

/// Thread-safe.
class throttle {
public:
  explicit throttle(throttle_limits limits) : limits_(limits) {}

  /// Counts an attempt at `now` (monotonic). When there were too many: how long to wait, at least 1
  /// s; the refused attempt is not counted.
  std::optional<std::chrono::seconds> count(const std::string& key, std::chrono::nanoseconds now);
  /// After a success the key starts anew.
  void forget(const std::string& key);
  size_t size() const;

private:
  struct window {
    std::deque<std::chrono::nanoseconds> attempts;
    uint64_t turn = 0; ///< its place in recent_
  };
  void drop_quiet(std::chrono::nanoseconds now);

  const throttle_limits limits_;
  mutable std::mutex guard_;
  std::unordered_map<std::string, window> windows_;
  std::deque<std::pair<uint64_t, std::string>>
      recent_; ///< oldest turn first; stale turns are skipped
  uint64_t turn_ = 0;
};

} // namespace souk::user
