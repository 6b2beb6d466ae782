#include "app/sim/world.hpp"

#include <algorithm>
#include <cstring>

namespace souk::sim {

namespace {
constexpr std::chrono::milliseconds restart_after{50};
/// Shards change hands, and what was promised to readers runs out, while a view is this new.
constexpr std::chrono::seconds view_settles{5};
constexpr std::chrono::milliseconds look_every{20};
/// The table's clock says who has been silent for how long: after a leap it is wrong for a while.
constexpr std::chrono::nanoseconds leap_tells = cluster::gone_after + cluster::fresh_for;
} // namespace

world::world(uint64_t seed, const fault_plan& with)
    : random(seed), members(store, time),
      wires([this](auto delay, auto what) { time.after(delay, std::move(what)); }, seed),
      plan(with), money(time, random, plan.bank), watch(store, money),
      roll(members, time,
           [this](const auto& about, const auto& what) { watch.complain(about, what); }),
      told(store, time, complains()), told_money(told, time, complains()),
      told_table(members, complains()),
      reads(store, time, seed,
            [this](const auto& entity, const auto& what) { watch.complain(entity, what); }),
      people(time, random, watch, told, log, [this] { return any_node(); }), seed_(seed) {
  money.on_webhook([this](const auto& event, const auto& fact, auto answered) {
    hear_webhook(event, fact, std::move(answered));
  });
  money.on_call([this](const psp::call& what, bool arrived) {
    arrived ? told_money.happened(what, money.in_order()) : told_money.called(what);
  });
  store.watch([this](const auto& by, const auto& to) {
    if (clock_tells())
      roll.wrote(by, to, all_nodes());
  });
  wires.set_faults(plan.links);
  slots_.resize(static_cast<size_t>(plan.nodes));
  for (size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].name = "n" + std::to_string(i + 1);
    slots_[i].level = plan.upgrade ? old_level : new_level;
    boot(slots_[i]);
  }
}

world::~world() {
  for (auto& s : slots_)
    s.server.reset();
}

dice world::dice_of(const act& turn) const {
  const auto own = make_command_id({std::to_string(seed_), turn.who, std::to_string(turn.number)});
  uint64_t start = 0;
  std::memcpy(&start, own.bytes.data(), sizeof start);
  return dice{start};
}

node* world::any_node() {
  std::vector<node*> all;
  for (auto& s : slots_)
    if (runs(s) || (s.server && random.percent(30)))
      all.push_back(s.server.get());
  if (all.empty())
    return nullptr;
  return all[static_cast<size_t>(random.between(0, static_cast<int64_t>(all.size()) - 1))];
}

std::vector<node*> world::all_nodes() {
  std::vector<node*> all;
  for (auto& s : slots_)
    if (s.server)
      all.push_back(s.server.get());
  return all;
}

void world::boot(slot& s) {
  s.paused_until = 0ns;
  s.dying.reset();
  s.leaving = false;
  s.view = 0;
  s.busy_until = 0ns;
  s.server = std::make_unique<node>(
      surroundings{time, random, store, members, wires, money, told,
                   [this, &s](const auto& entity, const auto& why) {
                     if (s.server && members.lives({s.name, s.server->generation()}))
                       watch.complain(entity.text(), "cannot be brought back: " + why.detail);
                   },
                   happened_, unheard_},
      [this](const auto& order, const auto& what, const auto& outcome) {
        watch.learned(order, what, outcome);
      },
      node_options{.name = s.name,
                   .generation = members.next_generation(),
                   .table = plan.table,
                   .seed = random.raw(),
                   .journal = plan.journal,
                   .queue_bytes_max = plan.queue_bytes_max,
                   .clock = plan.clocks,
                   .level = s.level,
                   .idle = plan.idle,
                   .stragglers_percent = std::max(plan.stragglers_percent, plan.insistence),
                   .unheard_percent = plan.unheard_percent,
                   .snapshot_tail = plan.snapshot_tail,
                   .shuffle = plan.shuffle});
}

// --- steps

void world::bury(slot& s) {
  const auto down = *std::exchange(s.dying, std::nullopt);
  if (!s.server)
    return;
  happened_.note(s.leaving && s.server->has_left() ? "a node leaves politely" : "a node crashes");
  if (s.server->has_said_so() && members.lives({s.name, s.server->generation()}))
    watch.complain("cluster", s.name + " said that it is gone and is still a member");
  s.server.reset();
  ++crashes_;
  log.note(std::string_view{"crash"});
  log.note(std::string_view{s.name});
  time.after(down, [this, &s] {
    if (!s.server && !s.gone) // heal() may have been quicker
      boot(s);
  });
}

void world::run_job(slot& s) {
  log.note(s.server->run_one());
  const auto view = s.server->route().version();
  if (view != std::exchange(s.view, view)) {
    views_changed_ = time.elapsed();
    roll.routes(s.name, s.server->generation(), view);
    told_table.installed({s.name, s.server->generation()}, *s.server->route().current());
  }
  if (s.step_cost > 0us)
    s.busy_until =
        time.elapsed() +
        std::chrono::microseconds{random.between(100, std::max<int64_t>(100, s.step_cost.count()))};
  if (s.server->is_refused()) // too old: whoever looks after it brings the newer version
    s.level = new_level;
  if (s.server->is_expelled() && !s.dying) {
    happened_.note(s.server->is_refused() ? "a node is refused"
                                          : "a node finds that it was taken for dead");
    s.dying = restart_after;
  }
  if (s.leaving && s.server->has_left() && !s.dying)
    s.dying = s.down_after_leaving;
}

void world::move_to(std::chrono::nanoseconds elapsed) {
  time.move_to(elapsed);
  for (auto& s : slots_)
    if (runs(s))
      s.server->catch_up();
  if (elapsed >= looked_ + look_every && clock_tells())
    look_who_serves();
}

bool world::clock_tells() const { return !leapt_at_ || time.elapsed() >= *leapt_at_ + leap_tells; }

void world::look_who_serves() {
  looked_ = time.elapsed();
  std::vector<node*> running;
  for (auto& s : slots_)
    if (runs(s))
      running.push_back(s.server.get());
  if (looked_ < views_changed_ + view_settles)
    roll.look_who_serves(running);
  roll.look_who_is_behind(running);
}

bool world::step(std::chrono::nanoseconds until) {
  const auto now = time.elapsed();
  const auto due = time.next_due();
  ready_.clear();
  for (auto& s : slots_) {
    if (s.dying)
      bury(s);
    if (runs(s) && s.busy_until <= now && s.server->has_work())
      ready_.push_back(&s);
  }
  const bool outside_first = due && *due <= now && plan.shuffle && random.percent(30);
  if (!ready_.empty() && !outside_first) {
    const auto last = static_cast<int64_t>(ready_.size()) - 1;
    run_job(*ready_[last == 0 ? 0 : static_cast<size_t>(random.between(0, last))]);
  } else if (!time.run_one()) {
    const auto next = next_moment(until);
    if (next >= until)
      return false;
    move_to(next);
    return true;
  }
  ++steps_;
  log.note(static_cast<uint64_t>(time.elapsed().count()));
  if (crash_step_ && steps_ >= *crash_step_) {
    crash_step_.reset();
    crash(0, restart_after);
  }
  return true;
}

/// When something happens again, if nothing is to be done now.
std::chrono::nanoseconds world::next_moment(std::chrono::nanoseconds until) {
  auto next = time.next_due().value_or(until);
  for (auto& s : slots_)
    if (s.server && !runs(s))
      next = std::min(next, s.paused_until);
    else if (s.server && s.busy_until > time.elapsed())
      next = std::min(next, s.busy_until);
    else if (s.server)
      next = std::min(next, s.server->next_timer().value_or(until));
  return next;
}

tally world::happened() const {
  auto all = happened_;
  all.add(store.happened());
  all.add(wires.happened());
  all.add(money.happened());
  return all;
}

bool world::awaits_anything(std::chrono::nanoseconds within) {
  const auto until = time.elapsed() + within;
  const auto next = time.next_of_people();
  const auto by_then = time.now() + std::chrono::ceil<microseconds>(within);
  if ((next && *next <= until) || store.is_anybody_due(by_then))
    return true;
  return std::ranges::any_of(slots_, [&](slot& s) {
    return !s.gone &&
           (!runs(s) || s.leaving || !s.server->is_active() || s.server->has_errand_before(until));
  });
}

void world::run_for(std::chrono::nanoseconds span) {
  const auto until = time.elapsed() + span;
  while (step(until)) {
  }
  move_to(until);
}

void world::hear_webhook(const std::string& event, const payment::intent& fact,
                         std::function<void(bool)> answered) {
  auto* server = any_node();
  if (!server)
    return;
  const cluster::command_meta how{make_command_id({"webhook", event}), 1, time.now() + 10s, {}};
  const std::weak_ptr<const uint64_t> alive = server->alive();
  const order::intent_seen news{fact, 0};
  const auto asked = told.ask("order/" + fact.order_id, "the bank at " + server->name(),
                              order::command{news}, how.id, how.expires, alive);
  entity::ask<order::contract>(
      server->route(), fact.order_id, news, how,
      [this, alive, asked, answered = std::move(answered)](const result<order::accepted>& r) {
        if (!alive.lock())
          return;
        told.hear(asked, r);
        answered(r.has_value());
      });
}

} // namespace souk::sim
