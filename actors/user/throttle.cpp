#include "actors/user/throttle.hpp"

namespace souk::user {

void throttle::drop_quiet(std::chrono::nanoseconds now) {
  while (!recent_.empty()) {
    const auto& [turn, key] = recent_.front();
    const auto found = windows_.find(key);
    const bool stale = found == windows_.end() || found->second.turn != turn;
    if (!stale && windows_.size() <= limits_.keys_max &&
        now - found->second.attempts.back() < limits_.within)
      return;
    if (!stale)
      windows_.erase(found);
    recent_.pop_front();
  }
}

std::optional<std::chrono::seconds> throttle::count(const std::string& key,
                                                    std::chrono::nanoseconds now) {
  std::lock_guard lock{guard_};
  auto& w = windows_[key];
  while (!w.attempts.empty() && now - w.attempts.front() >= limits_.within)
    w.attempts.pop_front();
  if (w.attempts.size() >= limits_.attempts)
    return std::chrono::ceil<std::chrono::seconds>(limits_.within - (now - w.attempts.front()));
  w.attempts.push_back(now);
  w.turn = ++turn_;
  recent_.emplace_back(w.turn, key);
  drop_quiet(now);
  return std::nullopt;
}

void throttle::forget(const std::string& key) {
  std::lock_guard lock{guard_};
  windows_.erase(key);
}

size_t throttle::size() const {
  std::lock_guard lock{guard_};
  return windows_.size();
}

} // namespace souk::user
