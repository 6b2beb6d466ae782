// What one entity owes to others, while it is in memory: which steps are being tried, when a failed
// one is tried again, and when people should look. What is owed is the model's word (pending);
// nothing here survives the activation, and nothing needs to.
//
//   owed ──start──► trying ──outcome committed──► settled (no longer pending)
//                     │ failed, or no answer within attempt_deadline
//                     ▼
//                  waiting ──back-off over──► trying …      after `attempts_before_people`:
//                  operators
#pragma once

#include "base/entity_id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "supervision/backoff.hpp"
#include "supervision/circuit_breaker.hpp"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace souk::supervision {

/// The step of an entity that cannot be brought back; told of when it is tried, which may be never.
inline constexpr const char* recover_step = "recover";

/// Where people see what does not get done by itself. Thread-safe, must not block.
class operators_queue {
public:
  virtual ~operators_queue() = default;
  /// Told again at each attempt.
  virtual void stuck(const entity_id& entity, const std::string& step, int attempts,
                     const failure& last) = 0;
  virtual void unstuck(const entity_id& entity, const std::string& step) = 0;
};

struct effect_limits {
  std::chrono::seconds attempt_deadline{15};
  int attempts_before_people = 10;
  backoff wait{};
};

/// Used by one actor. Times are monotonic.
class effect_runner {
public:
  effect_runner(entity_id entity, circuit_breakers& breakers, operators_queue& people,
                effect_limits limits);

  /// True when `step` should be tried now; it then counts as being tried.
  bool start(const std::string& step, const std::string& target, std::chrono::nanoseconds now);
  void succeeded(const std::string& step);
  void failed(const std::string& step, const failure& why, std::chrono::nanoseconds now);
  /// Forgets what is no longer owed.
  void keep_only(const std::set<std::string>& owed);
  /// Attempts without an answer within the deadline count as failed.
  void check_deadlines(std::chrono::nanoseconds now);
  /// When start() or check_deadlines() may next say something new.
  std::optional<std::chrono::nanoseconds> next_turn() const;
  bool idle() const { return steps_.empty(); }

private:
  struct attempt {
    std::string target;
    int failures = 0;
    bool trying = false;
    bool reported = false;
    std::chrono::nanoseconds turn{0}; ///< deadline while trying, else the next try
  };
  entity_id entity_;
  circuit_breakers& breakers_;
  operators_queue& people_;
  effect_limits limits_;
  std::unordered_map<std::string, attempt> steps_;
};

} // namespace souk::supervision
