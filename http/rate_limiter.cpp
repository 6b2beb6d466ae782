#include "http/rate_limiter.hpp"

#include "base/assert.hpp"
#include "base/entity_id.hpp"

#include <algorithm>

namespace souk::http {

namespace {
using std::chrono::nanoseconds;
std::chrono::seconds round_up(nanoseconds t) { return std::chrono::ceil<std::chrono::seconds>(t); }
} // namespace

rate_limiter::rate_limiter(std::map<std::string, rate_policy> policies, size_t clients_max)
    : policies_(std::move(policies)), shard_max_(std::max<size_t>(clients_max / shards, 1)) {}

const rate_policy& rate_limiter::policy(const std::string& name) const {
  const auto found = policies_.find(name);
  SOUK_ASSERT(found != policies_.end(), "routes name only policies that exist");
  return found->second;
}

rate_decision rate_limiter::take(const std::string& name, std::string_view client,
                                 nanoseconds now) {
  const auto& rule = policy(name);
  const nanoseconds step = nanoseconds{rule.window} / rule.quota;
  const nanoseconds burst = step * rule.quota;
  const auto key = entity_hash(name + "/" + std::string{client});
  auto& in = shards_[key % shards];
  std::lock_guard hold(in.lock);
  if (!in.full_at.contains(key) && in.full_at.size() >= shard_max_)
    make_room(in, now);
  auto& full_at = in.full_at[key];
  const auto next = std::max(full_at, now) + step;
  if (next - now > burst)
    return {false, 0, round_up(next - now - burst)};
  full_at = next;
  return {true, (burst - (next - now)) / step, round_up(next - now)};
}

void rate_limiter::make_room(shard& in, nanoseconds now) {
  std::erase_if(in.full_at, [&](const auto& entry) { return entry.second <= now; });
  // A flood of distinct clients: forgetting one of them is kinder than refusing everybody new.
  if (in.full_at.size() >= shard_max_)
    in.full_at.erase(in.full_at.begin());
}

} // namespace souk::http
