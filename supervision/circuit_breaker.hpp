// Stops calling what keeps failing, so that it can recover and callers fail fast.
//
//   closed ──(failures in a row reach the limit)──► open ──(rest over)──► half open ──success──►
//   closed
//                                                    ▲                       │
//                                                    └────────failure────────┘
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace souk::supervision {

struct breaker_limits {
  int failures = 20;
  std::chrono::milliseconds rest{2'000};
};

/// One breaker a target, shared by all callers of a node. Thread-safe. Times are monotonic.
class circuit_breakers {
public:
  explicit circuit_breakers(breaker_limits limits = {}) : limits_(limits) {}

  /// False while open; true for one trial a rest when half open.
  bool allows(const std::string& target, std::chrono::nanoseconds now);
  void succeeded(const std::string& target);
  void failed(const std::string& target, std::chrono::nanoseconds now);

private:
  struct breaker {
    int failures = 0;
    std::chrono::nanoseconds closed_until_trial{0};
  };
  const breaker_limits limits_;
  std::mutex mutex_;
  std::map<std::string, breaker> breakers_;
};

} // namespace souk::supervision
