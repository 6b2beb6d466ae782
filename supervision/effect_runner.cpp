#include "supervision/effect_runner.hpp"

#include <functional>

namespace souk::supervision {

effect_runner::effect_runner(entity_id entity, circuit_breakers& breakers, operators_queue& people,
                             effect_limits limits)
    : entity_(std::move(entity)), breakers_(breakers), people_(people), limits_(limits) {}

bool effect_runner::start(const std::string& step, const std::string& target,
                          std::chrono::nanoseconds now) {
  auto& a = steps_[step];
  a.target = target;
  if (a.trying || now < a.turn)
    return false;
  if (!breakers_.allows(target, now)) {
    a.turn = now + limits_.wait.after(1, std::hash<std::string>{}(step) ^ entity_.hash());
    return false;
  }
  a.trying = true;
  a.turn = now + limits_.attempt_deadline;
  return true;
}

void effect_runner::succeeded(const std::string& step) {
  const auto it = steps_.find(step);
  if (it == steps_.end())
    return;
  breakers_.succeeded(it->second.target);
  if (it->second.reported)
    people_.unstuck(entity_, step);
  steps_.erase(it);
}

void effect_runner::failed(const std::string& step, const failure& why,
                           std::chrono::nanoseconds now) {
  const auto it = steps_.find(step);
  if (it == steps_.end())
    return;
  auto& a = it->second;
  if (is_transient(why.code))
    breakers_.failed(a.target, now);
  a.trying = false;
  ++a.failures;
  a.turn = now + limits_.wait.after(a.failures, std::hash<std::string>{}(step) ^ entity_.hash());
  // Said again each time: the first word may have been lost with its database.
  if (a.failures >= limits_.attempts_before_people) {
    a.reported = true;
    people_.stuck(entity_, step, a.failures, why);
  }
}

void effect_runner::keep_only(const std::set<std::string>& owed) {
  for (auto it = steps_.begin(); it != steps_.end();) {
    if (owed.contains(it->first) || it->second.trying) {
      ++it;
      continue;
    }
    if (it->second.reported)
      people_.unstuck(entity_, it->first);
    it = steps_.erase(it);
  }
}

void effect_runner::check_deadlines(std::chrono::nanoseconds now) {
  std::vector<std::string> late;
  for (auto& [step, a] : steps_)
    if (a.trying && now >= a.turn)
      late.push_back(step);
  for (const auto& step : late)
    failed(step, fail(errc::timed_out, "no answer within the attempt's deadline"), now);
}

std::optional<std::chrono::nanoseconds> effect_runner::next_turn() const {
  std::optional<std::chrono::nanoseconds> next;
  for (const auto& [step, a] : steps_)
    if (!next || a.turn < *next)
      next = a.turn;
  return next;
}

} // namespace souk::supervision
