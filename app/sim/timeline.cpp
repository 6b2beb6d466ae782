#include "app/sim/timeline.hpp"

#include <algorithm>

namespace souk::sim {

time_point timeline::now() const {
  const auto start = from_micros(1'800'000'000'000'000);
  return start + leapt_ + std::chrono::floor<microseconds>(elapsed_);
}

void timeline::after(std::chrono::nanoseconds delay, std::function<void()> what, errand whose) {
  due_.emplace(elapsed_ + delay, appointment{std::move(what), whose});
}

std::optional<std::chrono::nanoseconds> timeline::next_due() const {
  return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
}

std::optional<std::chrono::nanoseconds> timeline::next_of_people() const {
  const auto next = std::ranges::find_if(
      due_, [](const auto& one) { return one.second.whose == errand::of_people; });
  return next == due_.end() ? std::nullopt : std::optional{next->first};
}

bool timeline::run_one() {
  if (due_.empty() || due_.begin()->first > elapsed_)
    return false;
  const auto what = std::move(due_.begin()->second.what);
  due_.erase(due_.begin());
  what();
  return true;
}

} // namespace souk::sim
