#include "supervision/circuit_breaker.hpp"

namespace souk::supervision {

bool circuit_breakers::allows(const std::string& target, std::chrono::nanoseconds now) {
  std::lock_guard lock(mutex_);
  auto& b = breakers_[target];
  if (b.failures < limits_.failures)
    return true;
  if (now < b.closed_until_trial)
    return false;
  b.closed_until_trial = now + limits_.rest; // this caller is the trial
  return true;
}

void circuit_breakers::succeeded(const std::string& target) {
  std::lock_guard lock(mutex_);
  breakers_[target].failures = 0;
}

void circuit_breakers::failed(const std::string& target, std::chrono::nanoseconds now) {
  std::lock_guard lock(mutex_);
  auto& b = breakers_[target];
  if (++b.failures >= limits_.failures)
    b.closed_until_trial = now + limits_.rest;
}

} // namespace souk::supervision
