#include "app/sim/timeline.hpp"

namespace souk::sim {

time_point timeline::now() const {
  const auto start = from_micros(1'800'000'000'000'000);
  return start + leapt_ + std::chrono::floor<microseconds>(elapsed_);
}

void timeline::after(std::chrono::nanoseconds delay, std::function<void()> what) {
  due_.emplace(elapsed_ + delay, std::move(what));
}

std::optional<std::chrono::nanoseconds> timeline::next_due() const {
  return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
}

bool timeline::run_one() {
  if (due_.empty() || due_.begin()->first > elapsed_)
    return false;
  const auto what = std::move(due_.begin()->second);
  due_.erase(due_.begin());
  what();
  return true;
}

} // namespace souk::sim
