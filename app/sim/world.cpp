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
/// A commit that is under way meets one leap at most: how old it may seem says whose time it has.
constexpr std::chrono::seconds between_leaps{10};
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
                   }},
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
                   .stragglers_percent = plan.stragglers_percent,
                   .snapshot_tail = plan.snapshot_tail,
                   .shuffle = plan.shuffle});
}

// --- faults

void world::crash(size_t which, std::chrono::nanoseconds down) { slots_[which].dying = down; }

void world::pause(size_t which, std::chrono::nanoseconds span) {
  slots_[which].paused_until = std::max(slots_[which].paused_until, time.elapsed() + span);
}

void world::drain(size_t which, std::chrono::nanoseconds down) {
  auto& s = slots_[which];
  if (!s.server || s.leaving || !s.server->is_active())
    return;
  s.leaving = true;
  s.down_after_leaving = down;
  s.server->leave();
}

void world::expect(const std::vector<fault>& faults) {
  for (const auto& f : faults)
    time.after(f.at, [this, f] {
      if (!healed_)
        strike(f);
    });
}

void world::cut(const std::string& from, const std::string& to, std::chrono::nanoseconds span) {
  wires.cut(from, to);
  time.after(span, [this, from, to] { wires.heal(from, to); });
}

void world::inflict(slot& s, void (node::*what)(bool), std::chrono::nanoseconds span) {
  const auto set = [&s, what](bool on) {
    if (s.server)
      (s.server.get()->*what)(on);
  };
  set(true);
  time.after(span, [set] { set(false); });
}

void world::leap(std::chrono::nanoseconds span) {
  if (leapt_at_ && time.elapsed() < *leapt_at_ + between_leaps)
    return;
  leapt_at_ = time.elapsed();
  time.leap(std::chrono::ceil<std::chrono::seconds>(span));
}

void world::slow_down(slot& s, std::chrono::nanoseconds span) {
  s.step_cost = plan.step_cost;
  time.after(span, [&s] { s.step_cost = 0us; });
}

/// First nobody answers, then the former primary or the new one, then both, and for a moment the
/// former one alone.
void world::fail_over(std::chrono::nanoseconds span) {
  store.fail_over();
  store.set_away(true);
  time.after(span / random.between(2, 20), [this] { store.set_away(false); });
  time.after(span / random.between(2, 20), [this] { store.set_former_back(true); });
  time.after(span * 3 / 5, [this] { store.set_away(true); });
  time.after(span * 7 / 10, [this] { store.set_away(false); });
  time.after(span, [this] { store.set_former_back(false); });
}

/// Nobody is told: not even that a connection ended.
void world::lose_power(size_t which, std::chrono::nanoseconds span) {
  for (const auto& other : slots_) {
    if (other.name == slots_[which].name)
      continue;
    cut(slots_[which].name, other.name, span);
    cut(other.name, slots_[which].name, span);
  }
  crash(which, span);
}

void world::upgrade(size_t which, std::chrono::nanoseconds down) {
  auto& s = slots_[which];
  s.level = new_level;
  if (!s.server || s.leaving)
    return;
  s.server->is_active() ? drain(which, down) : crash(which, down);
}

void world::strike(const fault& f) {
  const auto &name = slots_.at(f.node).name, &peer = slots_.at(f.peer).name;
  switch (f.what) {
  case fault::kind::crash:
    return crash(f.node, f.span);
  case fault::kind::crash_all:
    for (auto& s : slots_)
      s.dying = f.span;
    return;
  case fault::kind::pause:
    return pause(f.node, f.span);
  case fault::kind::cut_both:
    cut(peer, name, f.span);
    [[fallthrough]];
  case fault::kind::cut:
    return cut(name, peer, f.span);
  case fault::kind::store_cut:
    return inflict(slots_.at(f.node), &node::cut_off_store, f.span);
  case fault::kind::table_cut:
    return inflict(slots_.at(f.node), &node::cut_off_table, f.span);
  case fault::kind::commits_stuck:
    return inflict(slots_.at(f.node), &node::hold_up_commits, f.span);
  case fault::kind::drain:
    return drain(f.node, f.span);
  case fault::kind::power_loss:
    return lose_power(f.node, f.span);
  case fault::kind::slow_node:
    return slow_down(slots_.at(f.node), f.span);
  case fault::kind::slow_link:
    wires.slow_down(name, peer, f.span);
    time.after(f.span, [this, name, peer] { wires.slow_down(name, peer, 0ns); });
    return;
  case fault::kind::upgrade:
    return upgrade(f.node, f.span);
  case fault::kind::store_away:
    store.set_away(true);
    time.after(f.span, [this] { store.set_away(false); });
    return;
  case fault::kind::fail_over:
    return fail_over(f.span);
  case fault::kind::leap:
    return leap(f.span);
  case fault::kind::store_slow:
    store.set_slow(plan.store_slow);
    time.after(f.span, [this] { store.set_slow(0ns); });
    return;
  }
}

void world::heal(bool and_the_bank) {
  healed_ = true;
  plan = {.nodes = plan.nodes, .crash_every = 0ms, .idle = plan.idle, .shuffle = plan.shuffle};
  if (and_the_bank)
    money.heal();
  store.set_away(false);
  store.set_slow(0ns);
  store.set_former_back(false);
  wires.set_faults({});
  wires.heal_all();
  for (auto& s : slots_) {
    s.paused_until = s.busy_until = 0ns;
    s.step_cost = 0us;
    s.dying.reset();
    if (s.server)
      s.server->heal();
    else
      boot(s); // an outage ends, however long it was drawn
  }
}

// --- steps

void world::bury(slot& s) {
  const auto down = *std::exchange(s.dying, std::nullopt);
  if (!s.server)
    return;
  s.server.reset();
  ++crashes_;
  log.note(std::string_view{"crash"});
  log.note(std::string_view{s.name});
  time.after(down, [this, &s] {
    if (!s.server) // heal() may have been quicker
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
  if (s.server->is_expelled() && !s.dying)
    s.dying = restart_after;
  if (s.leaving && s.server->has_left() && !s.dying)
    s.dying = s.down_after_leaving;
}

void world::move_to(std::chrono::nanoseconds elapsed) {
  time.move_to(elapsed);
  for (auto& s : slots_)
    if (runs(s))
      s.server->catch_up();
  if (elapsed < views_changed_ + view_settles && elapsed >= looked_ + look_every &&
      (!leapt_at_ || elapsed >= *leapt_at_ + leap_tells))
    look_who_serves();
}

void world::look_who_serves() {
  looked_ = time.elapsed();
  std::vector<node*> running;
  for (auto& s : slots_)
    if (runs(s))
      running.push_back(s.server.get());
  roll.look_who_serves(running);
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

bool world::awaits_anything(std::chrono::nanoseconds within) {
  const auto until = time.elapsed() + within;
  const auto next = time.next_of_people();
  const auto by_then = time.now() + std::chrono::ceil<microseconds>(within);
  if ((next && *next <= until) || store.is_anybody_due(by_then))
    return true;
  return std::ranges::any_of(slots_, [&](slot& s) {
    return !runs(s) || s.leaving || !s.server->is_active() || s.server->has_errand_before(until);
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
