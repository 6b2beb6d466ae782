#include "cluster/router.hpp"

#include "base/log.hpp"
#include "cluster/shard_host.hpp"

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

duty_actor::behavior_type sweeper(duty_actor::pointer self, router* owner) {
  self->delayed_send(self, sweep_every, make_task({}));
  return {[=](const task&) {
    owner->sweep();
    self->delayed_send(self, sweep_every, make_task({}));
  }};
}

/// A cluster of one, which nobody ever joins.
view_ptr all_ours() {
  auto alone = std::make_shared<view>();
  alone->owners = {{}};
  alone->shards.fill(0);
  return alone;
}

view_ptr nobodys() {
  auto none = std::make_shared<view>();
  none->shards.fill(no_owner);
  return none;
}

template <class What>
void run_on(const shard_actor& host, What what) {
  caf::anon_send(host, make_task([what, to = caf::actor_cast<shard_host*>(host)] { what(*to); }));
}

} // namespace

router::router(caf::actor_system& system, const clock& time, router_limits limits)
    : system_(system), time_(time), limits_(limits), view_(nobodys()), reads_until_(0),
      activated_(
          metrics::make_counter("souk_cluster_activations_total", "Entities brought into memory.")),
      refused_(metrics::make_counter("souk_cluster_requests_refused_total",
                                     "Requests refused because a limit was reached.")),
      active_gauge_(metrics::make_gauge("souk_cluster_entities_active", "Entities in memory.")) {}

router::~router() = default;

void router::add_kind(std::string kind, spawn_entity spawn, receive_command receive) {
  SOUK_ASSERT(!sweeper_, "kinds are added before the router starts");
  kinds_.emplace(std::move(kind), kind_of_entity{std::move(spawn), std::move(receive)});
}

void router::start() {
  view_ = all_ours();
  reads_until_ = INT64_MAX;
  for (uint32_t shard = 0; shard < shard_count; ++shard) {
    open_.insert(shard);
    spawn_host(shard, true);
  }
  sweeper_ = system_.spawn(sweeper, this);
}

void router::start(membership_hooks hooks) {
  hooks_ = std::move(hooks);
  sweeper_ = system_.spawn(sweeper, this);
}

void router::spawn_host(uint32_t shard, bool open) {
  auto& s = shards_[shard];
  std::lock_guard lock(s.mutex);
  if (s.host)
    return;
  s.host = system_.spawn<shard_host>(this, shard, open);
  if (stopping_) // stop() may have looked through this shard already
    caf::anon_send_exit(s.host, caf::exit_reason::user_shutdown);
}

void router::stop() {
  stopping_ = true;
  caf::anon_send_exit(sweeper_, caf::exit_reason::user_shutdown);
  for (auto& s : shards_) {
    std::vector<entity_actor> actors;
    {
      std::lock_guard lock(s.mutex);
      if (s.host)
        caf::anon_send_exit(s.host, caf::exit_reason::user_shutdown);
      for (auto& [id, a] : s.active)
        actors.push_back(a->actor);
      s.active.clear();
    }
    for (auto& actor : actors)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
}

// --- requests

void router::refuse_for_now(const request_ptr& what, errc code, const char* why) {
  refused_.Increment();
  auto failed = fail(code, why);
  failed.retry_after = 1s;
  what->refuse(std::move(failed));
}

bool router::deliver(const request_ptr& what) {
  activation_ptr found;
  {
    auto& s = shard_of(what->target);
    std::lock_guard lock(s.mutex);
    const auto it = s.active.find(what->target);
    if (it == s.active.end())
      return false;
    found = it->second;
  }
  switch (found->admit(limits_.entity_commands)) {
  case activation::admission::closed:
    return false;
  case activation::admission::full:
    refuse_for_now(what, errc::overloaded, "too many requests are under way here");
    return true;
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
  const auto now = view_.load();
  const auto* owner = now->owner_of(what->target.shard());
  if (owner && !owner->gate) {
    // What lingers since the shard was lost may be behind.
    if (!serves(what->target) || !deliver(what))
      caf::anon_send(shard_of(what->target).host, delivery{what});
    return;
  }
  if (what->is_from_afar())
    return what->refuse(fail(errc::superseded, "another node owns it"));
  if (!owner)
    return refuse_for_now(what, errc::unavailable, "no node owns it now");
  caf::anon_send(owner->gate, delivery{what});
}

void router::retry(request_ptr what, const failure& why) {
  what->leave();
  if (++what->retries > limits_.retries || what->meta.expires <= time_.now())
    return what->refuse(why);
  send(std::move(what));
}

void router::serve(entity_id to, command_meta how, std::string_view command, respond answer) {
  const auto kind = kinds_.find(to.kind());
  if (kind == kinds_.end() || !kind->second.receive) { // only a node of a newer version knows it
    auto why = fail(errc::unavailable, "the node that owns it knows no such kind of entity");
    why.retry_after = upgrade_pause;
    return answer(std::move(why));
  }
  if (auto what = kind->second.receive(std::move(to), std::move(how), command, std::move(answer)))
    send(std::move(what));
}

void router::wake(const entity_id& entity) {
  if (serves(entity))
    send(caf::make_counted<wake_request>(entity));
}

void router::refresh(std::function<void()> then) const {
  hooks_.refresh ? hooks_.refresh(std::move(then)) : then();
}

// --- shards

router::moved_shards router::install(view_ptr next) {
  const auto before = view_.load();
  moved_shards moved;
  for (uint32_t shard = 0; shard < shard_count; ++shard) {
    const bool was = before->is_ours(shard), is = next->is_ours(shard);
    if (is && !was)
      moved.gained.push_back(shard);
    if (was && !is)
      moved.lost.push_back(shard);
  }
  // A host must know of its shard before anybody sends to it by the new view, and must not be
  // emptied while others still send to it by the old one.
  for (const auto shard : moved.gained) {
    spawn_host(shard, false);
    run_on(shards_[shard].host, [](shard_host& h) { h.gain(); });
  }
  version_ = next->version;
  view_ = std::move(next);
  for (const auto shard : moved.lost) {
    open_.erase(shard);
    run_on(shards_[shard].host, [](shard_host& h) { h.lose(); });
  }
  return moved;
}

void router::open(uint32_t shard) {
  run_on(shards_[shard].host, [](shard_host& h) { h.open(); });
}

void router::opened(uint32_t shard) {
  if (view_.load()->is_ours(shard))
    open_.insert(shard);
}

void router::closed(uint32_t shard) { open_.erase(shard); }

bool router::empty_out(uint32_t shard, bool tell) {
  auto& s = shards_[shard];
  std::lock_guard lock(s.mutex);
  s.leaving = !s.active.empty();
  if (tell)
    for (const auto& [id, a] : s.active)
      caf::anon_send(a->actor, idle_note{.to_another_node = true});
  return s.active.empty();
}

void router::emptied(uint32_t shard) const {
  if (hooks_.emptied)
    hooks_.emptied(shard);
}

void router::activate_and_deliver(const request_ptr& what) {
  if (deliver(what))
    return;
  const auto kind = kinds_.find(what->target.kind());
  if (kind == kinds_.end())
    return what->refuse(fail(errc::not_found, "no such kind of entity"));
  if (active_.load() >= limits_.activations)
    return refuse_for_now(what, errc::overloaded, "too many entities are in memory");
  auto fresh = caf::make_counted<activation>(what->target);
  fresh->touch(time_.monotonic());
  // Before its actor runs: one that cannot recover closes at once, and waits for who was admitted.
  SOUK_ASSERT(fresh->admit(limits_.entity_commands) == activation::admission::admitted,
              "a fresh activation is open");
  fresh->actor = kind->second.spawn(system_, *this, fresh);
  active_gauge_.Set(static_cast<double>(++active_));
  activated_.Increment();
  {
    auto& s = shard_of(what->target);
    std::lock_guard lock(s.mutex);
    // stop() has looked through this shard or will: either it or we end the actor.
    if (!stopping_) {
      s.active[what->target] = fresh;
      occupied_.insert(what->target.shard());
    }
  }
  if (stopping_)
    caf::anon_send_exit(fresh->actor, caf::exit_reason::user_shutdown);
  what->admitted_at(fresh);
  caf::anon_send(fresh->actor, delivery{what});
}

void router::forget(const activation_ptr& gone) {
  gone->close();
  active_gauge_.Set(static_cast<double>(--active_));
  auto& s = shard_of(gone->entity);
  std::lock_guard lock(s.mutex);
  const auto it = s.active.find(gone->entity);
  if (it != s.active.end() && it->second == gone)
    s.active.erase(it);
  if (s.active.empty())
    occupied_.erase(gone->entity.shard());
  if (s.leaving && s.active.empty())
    run_on(s.host, [](shard_host& h) { h.look_whether_empty(); });
}

void router::sweep() {
  if (active_ == 0)
    return;
  const auto now = time_.monotonic();
  // Under memory pressure entities go early: the closer to the limit, the shorter they may idle.
  const auto pressure = active_.load() * 10 / limits_.activations; // 0 … 10
  const auto idle = pressure >= 9 ? std::chrono::nanoseconds{limits_.idle} / 10
                                  : std::chrono::nanoseconds{limits_.idle};
  std::vector<activation_ptr> idle_ones;
  for (const auto shard : occupied_.all()) {
    if (!open_.contains(shard)) // its entities have been told to go
      continue;
    auto& s = shards_[shard];
    std::lock_guard lock(s.mutex);
    for (auto& [id, a] : s.active)
      if (a->under_way() == 0 && now - a->last_used() >= idle)
        idle_ones.push_back(a);
  }
  for (auto& a : idle_ones)
    caf::anon_send(a->actor, idle_note{});
}

} // namespace souk::cluster
