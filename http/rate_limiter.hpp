// Token buckets by client, local to the node. A bucket is one number (the time at which it is full
// again), so a table of a million clients stays small; full buckets are forgotten.
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace souk::http {

struct rate_policy {
  int64_t quota = 100; ///< requests in a window, and the largest burst
  std::chrono::seconds window{60};
};

struct rate_decision {
  bool allowed = true;
  int64_t remaining = 0;
  std::chrono::seconds reset{0}; ///< until the next request is allowed, or until the bucket is full
};

/// Thread-safe. `now` is monotonic time.
class rate_limiter {
public:
  rate_limiter(std::map<std::string, rate_policy> policies, size_t clients_max);
  /// Asserts that the policy exists.
  const rate_policy& policy(const std::string& name) const;
  rate_decision take(const std::string& policy, std::string_view client,
                     std::chrono::nanoseconds now);

private:
  static constexpr size_t shards = 16;
  struct shard {
    std::mutex lock;
    std::unordered_map<uint64_t, std::chrono::nanoseconds> full_at;
  };
  void make_room(shard& in, std::chrono::nanoseconds now);
  const std::map<std::string, rate_policy> policies_;
  const size_t shard_max_;
  std::array<shard, shards> shards_;
};

} // namespace souk::http
