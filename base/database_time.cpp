#include "base/database_time.hpp"

#include <algorithm>

namespace souk {

namespace {
constexpr int64_t slew_most_us = 5'000; ///< a measurement moves the clock by no more
constexpr int64_t far_ahead_us = 1'000'000;
constexpr std::chrono::milliseconds round_trip_most{250};

int64_t in_micros(std::chrono::nanoseconds span) {
  return std::chrono::duration_cast<microseconds>(span).count();
}
} // namespace

std::optional<int64_t> database_time::measured(time_point said, std::chrono::nanoseconds before,
                                               std::chrono::nanoseconds after) {
  if (measured_ && after - before > round_trip_most)
    return {}; // we stood still in between: it says nothing about the middle
  const auto target = to_micros(said) - in_micros((before + after) / 2);
  if (!measured_) {
    offset_ = target;
    measured_ = true;
    return 0;
  }
  const auto error = target - offset_;
  // Far ahead is followed at once: expiry must not wait hours. Back is only ever slewed.
  offset_ += error > far_ahead_us ? error : std::clamp(error, -slew_most_us, slew_most_us);
  return error;
}

time_point database_time::at(std::chrono::nanoseconds monotonic, time_point machine) const {
  if (!measured_)
    return machine; // not remembered: it may be far ahead, and time would stand still then
  const auto estimate = in_micros(monotonic) + offset_;
  auto last = last_.load();
  while (estimate > last && !last_.compare_exchange_weak(last, estimate)) {
  }
  return from_micros(std::max(estimate, last));
}

} // namespace souk
