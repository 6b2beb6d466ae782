// A GoogleTest fixture with one deterministic actor system per test: no threads, a virtual clock.
#pragma once

#include "base/crypto.hpp"
#include "base/time.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

namespace souk::test {

/// A clock that stands until it is moved.
class manual_clock final : public souk::clock {
public:
  time_point now() const override { return from_micros(1'800'000'000'000'000) + since_start; }
  std::chrono::nanoseconds monotonic() const override { return 1h + since_start; }
  microseconds since_start{0};
};

class actor_test : public testing::Test {
protected:
  actor_test() {
    start_crypto();
    scheduler.clock().current_time += 1h;
  }
  ~actor_test() override {
    scheduler.clock().cancel_all(); // re-armed timers would keep the system from stopping
    run();
  }

  /// Runs whatever can run now.
  void run() {
    while (scheduler.try_run_once()) {
    }
  }

  /// Moves both clocks in small steps and runs what comes due.
  void advance(std::chrono::milliseconds by, std::chrono::milliseconds step = 10ms) {
    for (auto moved = 0ms; moved < by; moved += step) {
      time.since_start += step;
      scheduler.advance_time(step);
      run();
    }
  }

private:
  struct deterministic : caf::actor_system_config {
    deterministic() { set("scheduler.policy", caf::atom("testing")); }
  };
  deterministic config_;

protected:
  manual_clock time;
  caf::actor_system system{config_};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
};

} // namespace souk::test
