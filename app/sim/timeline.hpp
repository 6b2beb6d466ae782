// Virtual time: a clock that stands until it is moved, what is due later, and the seed's dice. What
// the world outside the nodes does (Postgres, the bank, people) hangs here, so it survives their
// crashes.
#pragma once

#include "base/time.hpp"

#include <functional>
#include <map>
#include <optional>
#include <random>

namespace souk::sim {

/// The one source of chance of a world; everything drawn from it repeats with the seed.
class dice {
public:
  explicit dice(uint64_t seed) : engine_(seed) {}
  uint64_t raw() { return engine_(); }
  /// From `least` to `most`, both included.
  int64_t between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(engine_() % static_cast<uint64_t>(most - least + 1));
  }
  bool percent(int64_t chance) { return between(1, 100) <= chance; }
  std::chrono::milliseconds millis(int64_t least, int64_t most) {
    return std::chrono::milliseconds{between(least, most)};
  }

private:
  std::mt19937_64 engine_;
};

class timeline final : public souk::clock {
public:
  time_point now() const override;
  std::chrono::nanoseconds monotonic() const override { return 1h + elapsed_; }
  std::chrono::nanoseconds elapsed() const { return elapsed_; }

  /// Runs `what` `delay` from now; what is due at the same time runs in the order it came.
  void after(std::chrono::nanoseconds delay, std::function<void()> what);
  std::optional<std::chrono::nanoseconds> next_due() const;
  /// Runs the earliest of what is due by now; false when there is none.
  bool run_one();
  /// Forward only.
  void move_to(std::chrono::nanoseconds elapsed) { elapsed_ = std::max(elapsed_, elapsed); }
  /// The wall clock alone goes forward: a long pause without its thousands of idle ticks.
  void leap(std::chrono::seconds forward) { leapt_ += forward; }
  std::chrono::seconds leapt() const { return leapt_; }

private:
  std::chrono::nanoseconds elapsed_{0};
  std::chrono::seconds leapt_{0};
  std::multimap<std::chrono::nanoseconds, std::function<void()>> due_;
};

} // namespace souk::sim
