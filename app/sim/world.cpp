#include "app/sim/world.hpp"

namespace souk::sim {

namespace {
constexpr std::chrono::milliseconds restart_after{50};
} // namespace

namespace {

/// Not all at once: each kind of fault in a part of the worlds.
void draw_cluster(fault_plan& out, dice& random) {
  const auto sometimes = [&](int64_t percent, int64_t least, int64_t most) {
    return random.percent(percent) ? random.millis(least, most) : 0ms;
  };
  out.nodes = static_cast<int>(random.percent(35) ? 1 : random.between(2, 5));
  out.table.latency_most = random.percent(20) ? random.millis(5, 300) : random.millis(1, 5);
  out.table.unheard = random.percent(20) ? 300'000 : 0;
  out.table.lost_before = out.table.lost_after = random.percent(20) ? 20'000 : 0;
  out.links.latency_most = random.percent(20) ? random.millis(5, 400) : random.millis(1, 2);
  out.links.reset = random.percent(20) ? 2'000 : 0;
  out.crash_all_percent = random.percent(30) ? 20 : 0;
  out.pause_every = sometimes(30, 2'000, 20'000);
  out.cut_every = sometimes(30, 1'000, 15'000);
  out.drain_every = sometimes(30, 3'000, 20'000);
  out.store_away_every = sometimes(20, 5'000, 30'000);
}

} // namespace

fault_plan fault_plan::draw(dice& random) {
  fault_plan out;
  const auto ppm = [&](int64_t most) {
    return static_cast<uint32_t>(random.percent(40) ? random.between(0, most) : 0);
  };
  auto& j = out.journal;
  j.latency_most = random.percent(20) ? random.millis(5, 200) : random.millis(1, 5);
  j.refused = ppm(20'000);
  j.lost_before = ppm(20'000);
  j.lost_after = ppm(20'000);
  j.late = ppm(20'000);
  j.reconnect = random.millis(5, 500);
  auto& k = out.bank.knobs;
  k.seed = random.between(1, 1'000'000'000);
  k.delay_max_ms = random.percent(30) ? random.between(1, 20'000) : 100;
  k.lose_before_ppm = ppm(200'000);
  k.lose_after_ppm = ppm(200'000);
  k.error_ppm = ppm(150'000);
  k.duplicate_ppm = ppm(500'000);
  k.reorder_ppm = ppm(500'000);
  out.bank.network_ms = random.between(1, 100);
  out.bank.webhooks_lost_percent = random.percent(20) ? random.between(1, 100) : 0;
  if (random.percent(60))
    out.crash_every = random.millis(500, 20'000);
  out.down_most = random.millis(10, 5'000);
  out.long_outages_percent = random.percent(30) ? 20 : 0;
  draw_cluster(out, random);
  out.idle = std::chrono::seconds{random.percent(50) ? random.between(1, 5) : 120};
  out.shuffle = random.percent(80);
  return out;
}

world::world(uint64_t seed, const fault_plan& with)
    : random(seed), members(store, time),
      wires([this](auto delay, auto what) { time.after(delay, std::move(what)); }, seed),
      plan(with), money(time, random, plan.bank), watch(store, money),
      people(time, random, watch, log, [this] { return any_node(); }) {
  money.on_webhook([this](const auto& event, const auto& fact, auto answered) {
    hear_webhook(event, fact, std::move(answered));
  });
  wires.set_faults(plan.links);
  slots_.resize(static_cast<size_t>(plan.nodes));
  for (size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].name = "n" + std::to_string(i + 1);
    boot(slots_[i]);
  }
  schedule_faults();
}

world::~world() {
  for (auto& s : slots_)
    s.server.reset();
}

node* world::any_node() {
  std::vector<node*> all;
  for (auto& s : slots_)
    if (runs(s))
      all.push_back(s.server.get());
  if (all.empty())
    return nullptr;
  return all[static_cast<size_t>(random.between(0, static_cast<int64_t>(all.size()) - 1))];
}

world::slot& world::any_slot() {
  return slots_[static_cast<size_t>(random.between(0, static_cast<int64_t>(slots_.size()) - 1))];
}

void world::boot(slot& s) {
  s.paused_until = 0ns;
  s.dying.reset();
  s.leaving = false;
  s.server = std::make_unique<node>(
      surroundings{time, random, store, members, wires, money},
      [this](const auto& order, const auto& what, const auto& outcome) {
        watch.learned(order, what, outcome);
      },
      node_options{.name = s.name,
                   .generation = members.next_generation(),
                   .table = plan.table,
                   .seed = random.raw(),
                   .journal = plan.journal,
                   .idle = plan.idle,
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

void world::every(std::chrono::milliseconds fault_plan::*how_often, std::function<void()> what) {
  if (plan.*how_often == 0ms)
    return;
  time.after(random.millis(1, 2 * (plan.*how_often).count()), [this, how_often, what] {
    if (plan.*how_often == 0ms)
      return;
    what();
    every(how_often, what);
  });
}

void world::cut_some_link() {
  const auto &from = any_slot().name, &to = any_slot().name;
  if (from == to)
    return;
  const bool both = random.percent(50);
  wires.cut(from, to);
  if (both)
    wires.cut(to, from);
  time.after(random.millis(100, 15'000), [this, from, to, both] {
    wires.heal(from, to);
    if (both)
      wires.heal(to, from);
  });
}

void world::schedule_faults() {
  every(&fault_plan::crash_every, [this] {
    const bool is_long = random.percent(plan.long_outages_percent);
    const auto down =
        is_long ? random.millis(60'000, 900'000) : random.millis(1, plan.down_most.count());
    if (!random.percent(plan.crash_all_percent))
      return void(any_slot().dying = down);
    for (auto& s : slots_)
      s.dying = down;
  });
  every(&fault_plan::pause_every,
        [this] { any_slot().paused_until = time.elapsed() + random.millis(10, 10'000); });
  every(&fault_plan::cut_every, [this] { cut_some_link(); });
  every(&fault_plan::drain_every, [this] {
    drain(static_cast<size_t>(random.between(0, static_cast<int64_t>(slots_.size()) - 1)),
          random.millis(1, plan.down_most.count()));
  });
  every(&fault_plan::store_away_every, [this] {
    store.set_away(true);
    time.after(random.millis(50, 5'000), [this] { store.set_away(false); });
  });
}

void world::heal() {
  plan = {.nodes = plan.nodes, .crash_every = 0ms, .idle = plan.idle, .shuffle = plan.shuffle};
  money.heal();
  store.set_away(false);
  wires.set_faults({});
  wires.heal_all();
  for (auto& s : slots_) {
    s.paused_until = 0ns;
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
}

bool world::step(std::chrono::nanoseconds until) {
  for (auto& s : slots_)
    if (s.dying)
      bury(s);
  const auto due = time.next_due();
  const bool outside_first = due && *due <= time.elapsed() && plan.shuffle && random.percent(30);
  std::vector<slot*> ready;
  auto next = due.value_or(until);
  for (auto& s : slots_) {
    if (!runs(s)) {
      if (s.server)
        next = std::min(next, s.paused_until);
      continue;
    }
    if (s.server->has_work())
      ready.push_back(&s);
    next = std::min(next, s.server->next_timer().value_or(until));
  }
  if (!ready.empty() && !outside_first) {
    run_job(*ready[ready.size() == 1 ? 0
                                     : static_cast<size_t>(random.between(
                                           0, static_cast<int64_t>(ready.size()) - 1))]);
  } else if (!time.run_one()) {
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
  entity::ask<order::contract>(server->route(), fact.order_id, order::intent_seen{fact, 0}, how,
                               [alive, answered = std::move(answered)](result<order::accepted> r) {
                                 if (alive.lock())
                                   answered(r.has_value());
                               });
}

} // namespace souk::sim
