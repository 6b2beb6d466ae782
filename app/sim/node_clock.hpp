// A simulated node's clocks: a monotonic one that runs a little fast or slow, a machine's own that
// is wrong by up to an hour and jumps, and the database's time as the real code estimates it.
#pragma once

#include "app/sim/timeline.hpp"
#include "base/database_time.hpp"

namespace souk::sim {

struct clock_faults {
  int64_t drift_ppm_most = 0;              ///< of the monotonic clock, fast or slow
  std::chrono::seconds machine_wrong{0};   ///< at most, ahead or behind
  std::chrono::seconds machine_jumps{0};   ///< on average after so long; 0: never
  std::chrono::milliseconds round_trip{1}; ///< at most, of a measurement
  bool operator==(const clock_faults&) const = default;
};

/// Single-threaded; lives as long as its node.
class node_clock final : public souk::clock {
public:
  /// `reaches_database`: a measurement finds one.
  node_clock(const timeline& world, std::function<bool()> reaches_database,
             const clock_faults& faults, uint64_t seed);

  time_point now() const override;
  std::chrono::nanoseconds monotonic() const override;
  /// How long the world has to wait until this clock has moved on by `span`.
  std::chrono::nanoseconds world_span(std::chrono::nanoseconds span) const;
  /// Measurements are quick from now on.
  void heal() { faults_.round_trip = 1ms; }

private:
  void measure() const;
  time_point machine() const;

  const timeline& world_;
  const std::function<bool()> reaches_database_;
  clock_faults faults_;
  mutable dice random_; ///< its own: looking at a clock changes nobody else's fate
  const std::chrono::nanoseconds born_, first_;
  const int64_t drift_ppm_;
  mutable std::chrono::nanoseconds next_measurement_{0}, next_jump_{0};
  mutable std::chrono::seconds machine_error_{0}, leapt_{0};
  mutable database_time database_;
};

} // namespace souk::sim
