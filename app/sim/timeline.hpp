// Virtual time: a clock that stands until it is moved, what is due later, and the seed's dice. What
// the world outside the nodes does (Postgres, the bank, people) hangs here, so it survives their
// crashes.
#pragma once

#include "base/time.hpp"

#include <functional>
#include <map>
#include <optional>

namespace souk::sim {

/// The one source of chance of a world; everything drawn from it repeats with the seed. SplitMix64
/// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): every turn of a
/// person has dice of its own, so they have to be cheap to make.
class dice {
public:
  explicit dice(uint64_t seed) : state_(mixed(seed)) {}
  uint64_t raw() { return mixed(state_ += 0x9e3779b97f4a7c15U); }
  /// From `least` to `most`, both included.
  int64_t between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(raw() % static_cast<uint64_t>(most - least + 1));
  }
  bool percent(int64_t chance) { return between(1, 100) <= chance; }
  std::chrono::milliseconds millis(int64_t least, int64_t most) {
    return std::chrono::milliseconds{between(least, most)};
  }

private:
  static uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

/// Whose an appointment is: people and the bank begin something with it; machines go on for ever.
enum class errand : uint8_t { of_people, of_machines };

class timeline final : public souk::clock {
public:
  time_point now() const override;
  std::chrono::nanoseconds monotonic() const override { return 1h + elapsed_; }
  std::chrono::nanoseconds elapsed() const { return elapsed_; }

  /// Runs `what` `delay` from now; what is due at the same time runs in the order it came.
  void after(std::chrono::nanoseconds delay, std::function<void()> what,
             errand whose = errand::of_people);
  std::optional<std::chrono::nanoseconds> next_due() const;
  /// Runs the earliest of what is due by now; false when there is none.
  bool run_one();
  /// When people or the bank are due next.
  std::optional<std::chrono::nanoseconds> next_of_people() const;
  /// Forward only.
  void move_to(std::chrono::nanoseconds elapsed) { elapsed_ = std::max(elapsed_, elapsed); }
  /// The wall clock alone goes forward: a long pause without its thousands of idle ticks.
  void leap(std::chrono::seconds forward) { leapt_ += forward; }
  std::chrono::seconds leapt() const { return leapt_; }

private:
  std::chrono::nanoseconds elapsed_{0};
  std::chrono::seconds leapt_{0};
  struct appointment {
    std::function<void()> what;
    errand whose;
  };
  std::multimap<std::chrono::nanoseconds, appointment> due_;
};

} // namespace souk::sim
