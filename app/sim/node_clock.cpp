#include "app/sim/node_clock.hpp"

namespace souk::sim {

namespace {
constexpr std::chrono::seconds measured_every{1};
constexpr int64_t million = 1'000'000;

std::chrono::nanoseconds drifted(std::chrono::nanoseconds span, int64_t ppm) {
  return span + span / million * ppm + span % million * ppm / million;
}
} // namespace

node_clock::node_clock(const timeline& world, std::function<bool()> reaches_database,
                       const clock_faults& faults, uint64_t seed)
    : world_(world), reaches_database_(std::move(reaches_database)), faults_(faults), random_(seed),
      born_(world.elapsed()), first_(std::chrono::hours{random_.between(1, 1'000)}),
      drift_ppm_(random_.between(-faults.drift_ppm_most, faults.drift_ppm_most)) {
  leapt_ = world_.leapt();
  measure(); // nothing starts before the database has told the time once
}

std::chrono::nanoseconds node_clock::monotonic() const {
  return first_ + drifted(world_.elapsed() - born_, drift_ppm_);
}

std::chrono::nanoseconds node_clock::world_span(std::chrono::nanoseconds span) const {
  const auto lived = world_.elapsed() - born_;
  const auto target = drifted(lived, drift_ppm_) + span;
  auto guess = lived + drifted(span, -drift_ppm_);
  while (drifted(guess, drift_ppm_) < target) // drift is small: a few steps
    guess += std::max<std::chrono::nanoseconds>(target - drifted(guess, drift_ppm_), 1ns);
  return guess - lived;
}

time_point node_clock::now() const {
  const auto mono = monotonic();
  if (std::exchange(leapt_, world_.leapt()) != world_.leapt()) // everybody notices at once
    database_.measured(world_.now(), mono, mono);
  if (mono >= next_measurement_ && reaches_database_())
    measure();
  return database_.at(mono, machine());
}

void node_clock::measure() const {
  const auto after = monotonic();
  const auto trip = std::chrono::microseconds{random_.between(1, faults_.round_trip / 1us)};
  const auto way_back = std::chrono::microseconds{random_.between(0, trip / 1us)};
  database_.measured(world_.now() - way_back, after - trip, after);
  next_measurement_ = after + measured_every;
}

time_point node_clock::machine() const {
  if (faults_.machine_wrong == 0s)
    return world_.now();
  if (const auto mono = monotonic(); mono >= next_jump_) {
    const auto most = faults_.machine_wrong.count();
    machine_error_ = std::chrono::seconds{random_.between(-most, most)};
    next_jump_ = faults_.machine_jumps == 0s
                     ? std::chrono::nanoseconds::max()
                     : mono + random_.millis(1, 2'000 * faults_.machine_jumps.count());
  }
  return world_.now() + machine_error_;
}

} // namespace souk::sim
