// Virtual time for tests of simulated parts: tasks in order of time, then of arrival.
#pragma once

#include "base/time.hpp"

#include <functional>
#include <map>

namespace souk {

/// Single-threaded. Time moves with the tasks.
class virtual_time final : public clock {
public:
  time_point now() const override {
    return from_micros(1'760'000'000'000'000) + std::chrono::floor<microseconds>(now_);
  }
  std::chrono::nanoseconds monotonic() const override { return now_; }

  void later(std::chrono::nanoseconds delay, std::function<void()> what) {
    tasks_.emplace(std::pair{now_ + delay, ++count_}, std::move(what));
  }
  /// Runs the next task; false when there is none.
  bool step() {
    if (tasks_.empty())
      return false;
    auto next = tasks_.extract(tasks_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }
  /// As the simulated parts are handed it.
  std::function<void(std::chrono::nanoseconds, std::function<void()>)> port() {
    return [this](auto delay, auto what) { later(delay, std::move(what)); };
  }

private:
  std::chrono::nanoseconds now_{0};
  uint64_t count_ = 0;
  std::map<std::pair<std::chrono::nanoseconds, uint64_t>, std::function<void()>> tasks_;
};

} // namespace souk
