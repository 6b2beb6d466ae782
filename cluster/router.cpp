#include "cluster/router.hpp"

#include "base/log.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace souk::cluster {

namespace {

constexpr auto sweep_every = 1s;

/// A request that asks for nothing: it only makes the entity come into memory.
class wake_request final : public request {
public:
  explicit wake_request(entity_id to) : request(std::move(to), command_meta{.expires = never}) {}
  void refuse(failure) override {} // the wakeup row stays and fires again
};

shard_actor::behavior_type shard_host(shard_actor::pointer,
                                      std::function<void(const request_ptr&)> take) {
  return {[take](const delivery& d) { take(d.what); }};
}

duty_actor::behavior_type sweeper(duty_actor::pointer self, router* owner) {
  self->delayed_send(self, sweep_every, make_task({}));
  return {[=](const task&) {
    owner->sweep();
    self->delayed_send(self, sweep_every, make_task({}));
  }};
}

} // namespace

router::router(caf::actor_system& system, const clock& time, router_limits limits)
    : system_(system), time_(time), limits_(limits),
      activated_(
          metrics::make_counter("souk_cluster_activations_total", "Entities brought into memory.")),
      refused_(metrics::make_counter("souk_cluster_requests_refused_total",
                                     "Requests refused because a limit was reached.")),
      active_gauge_(metrics::make_gauge("souk_cluster_entities_active", "Entities in memory.")) {}

router::~router() = default;

void router::add_kind(std::string kind, spawn_entity spawn) {
  SOUK_ASSERT(shards_.empty(), "kinds are added before the router starts");
  kinds_.emplace(std::move(kind), std::move(spawn));
}

void router::start() {
  shards_.reserve(shard_count);
  for (uint32_t shard = 0; shard < shard_count; ++shard)
    shards_.push_back(system_.spawn(
        shard_host, std::function<void(const request_ptr&)>(
                        [this](const request_ptr& what) { activate_and_deliver(what); })));
  sweeper_ = system_.spawn(sweeper, this);
}

void router::stop() {
  stopping_ = true;
  caf::anon_send_exit(sweeper_, caf::exit_reason::user_shutdown);
  for (auto& shard : shards_)
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  for (auto& s : stripes_) {
    std::vector<entity_actor> actors;
    {
      std::lock_guard lock(s.mutex);
      for (auto& [id, a] : s.active)
        actors.push_back(a->actor);
      s.active.clear();
    }
    for (auto& actor : actors)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
}

bool router::deliver(const request_ptr& what) {
  activation_ptr found;
  {
    auto& s = stripe_of(what->target);
    std::lock_guard lock(s.mutex);
    const auto it = s.active.find(what->target);
    if (it == s.active.end())
      return false;
    found = it->second;
  }
  switch (found->admit(limits_.entity_commands)) {
  case activation::admission::closed:
    return false;
  case activation::admission::full: {
    refused_.Increment();
    auto why = fail(errc::overloaded, "too many requests are under way here");
    why.retry_after = 1s;
    what->refuse(std::move(why));
    return true;
  }
  case activation::admission::admitted:
    break;
  }
  what->admitted_at(found);
  caf::anon_send(found->actor, delivery{what});
  return true;
}

void router::send(request_ptr what) {
  if (stopping_)
    return what->refuse(fail(errc::unavailable, "this node is stopping"));
  if (!deliver(what))
    caf::anon_send(shards_[what->target.shard()], delivery{what});
}

void router::retry(request_ptr what, const failure& why) {
  what->leave();
  if (++what->retries > limits_.retries || what->meta.expires <= time_.now())
    return what->refuse(why);
  send(std::move(what));
}

void router::wake(const entity_id& entity) { send(caf::make_counted<wake_request>(entity)); }

void router::activate_and_deliver(const request_ptr& what) {
  if (deliver(what))
    return;
  const auto kind = kinds_.find(what->target.kind());
  if (kind == kinds_.end())
    return what->refuse(fail(errc::not_found, "no such kind of entity"));
  if (active_.load() >= limits_.activations) {
    refused_.Increment();
    auto why = fail(errc::overloaded, "too many entities are in memory");
    why.retry_after = 1s;
    return what->refuse(std::move(why));
  }
  auto fresh = caf::make_counted<activation>(what->target);
  fresh->touch(time_.monotonic());
  // Before its actor runs: one that cannot recover closes at once, and waits for who was admitted.
  SOUK_ASSERT(fresh->admit(limits_.entity_commands) == activation::admission::admitted,
              "a fresh activation is open");
  fresh->actor = kind->second(system_, *this, fresh);
  active_gauge_.Set(static_cast<double>(++active_));
  activated_.Increment();
  {
    auto& s = stripe_of(what->target);
    std::lock_guard lock(s.mutex);
    // stop() has looked through this stripe or will: either it or we end the actor.
    if (!stopping_)
      s.active[what->target] = fresh;
  }
  if (stopping_)
    caf::anon_send_exit(fresh->actor, caf::exit_reason::user_shutdown);
  what->admitted_at(fresh);
  caf::anon_send(fresh->actor, delivery{what});
}

void router::forget(const activation_ptr& gone) {
  gone->close();
  active_gauge_.Set(static_cast<double>(--active_));
  auto& s = stripe_of(gone->entity);
  std::lock_guard lock(s.mutex);
  const auto it = s.active.find(gone->entity);
  if (it != s.active.end() && it->second == gone)
    s.active.erase(it);
}

void router::sweep() {
  const auto now = time_.monotonic();
  // Under memory pressure entities go early: the closer to the limit, the shorter they may idle.
  const auto pressure = active_.load() * 10 / limits_.activations; // 0 … 10
  const auto idle = pressure >= 9 ? std::chrono::nanoseconds{limits_.idle} / 10
                                  : std::chrono::nanoseconds{limits_.idle};
  std::vector<activation_ptr> idle_ones;
  for (auto& s : stripes_) {
    std::lock_guard lock(s.mutex);
    for (auto& [id, a] : s.active)
      if (a->under_way() == 0 && now - a->last_used() >= idle)
        idle_ones.push_back(a);
  }
  for (auto& a : idle_ones)
    caf::anon_send(a->actor, idle_note{});
}

} // namespace souk::cluster
