// The database's time as one node knows it: measured now and then, carried on by the monotonic
// clock in between. Whose clock runs wrong is right all the same; nothing that is recorded depends
// on a machine's own idea of the time.
#pragma once

#include "base/time.hpp"

#include <atomic>
#include <optional>

namespace souk {

/// at() is thread-safe; measured() is for one thread.
class database_time {
public:
  bool is_measured() const { return measured_; }
  /// The database said `said` somewhere between these two monotonic moments. Answers how far ahead
  /// of the estimate it is, in microseconds; nothing when that took too long to mean anything.
  std::optional<int64_t> measured(time_point said, std::chrono::nanoseconds before,
                                  std::chrono::nanoseconds after);
  /// Never goes back once it is measured. Before that it is `machine`'s time.
  time_point at(std::chrono::nanoseconds monotonic, time_point machine) const;

private:
  std::atomic<int64_t> offset_{0}; ///< database µs − monotonic µs
  std::atomic<bool> measured_{false};
  mutable std::atomic<int64_t> last_{0};
};

} // namespace souk
