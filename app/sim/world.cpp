#include "app/sim/world.hpp"

namespace souk::sim {

namespace {
constexpr std::chrono::milliseconds restart_after{50};
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
  out.idle = std::chrono::seconds{random.percent(50) ? random.between(1, 5) : 120};
  out.shuffle = random.percent(80);
  return out;
}

world::world(uint64_t seed, fault_plan with, planted_bug planted)
    : random(seed), plan(std::move(with)), money(time, random, plan.bank), watch(store, money),
      people(time, random, watch, log, server_), planted_(planted) {
  money.on_webhook([this](const auto& event, const auto& fact, auto answered) {
    hear_webhook(event, fact, std::move(answered));
  });
  boot();
  schedule_crash();
}

world::~world() { server_.reset(); }

void world::boot() {
  server_ = std::make_unique<node>(
      time, random, store, money,
      [this](const auto& order, const auto& what, const auto& outcome) {
        watch.learned(order, what, outcome);
      },
      node_options{.generation = ++generation_,
                   .seed = random.raw(),
                   .journal = plan.journal,
                   .idle = plan.idle,
                   .shuffle = plan.shuffle,
                   .planted = planted_});
}

void world::crash(std::chrono::nanoseconds down) { dying_ = down; }

void world::schedule_crash() {
  if (plan.crash_every == 0ms)
    return;
  time.after(random.millis(1, 2 * plan.crash_every.count()), [this] {
    if (plan.crash_every == 0ms)
      return;
    const bool is_long = random.percent(plan.long_outages_percent);
    crash(is_long ? random.millis(60'000, 900'000) : random.millis(1, plan.down_most.count()));
    schedule_crash();
  });
}

void world::heal() {
  plan = {.crash_every = 0ms, .idle = plan.idle, .shuffle = plan.shuffle};
  money.heal();
  if (server_)
    server_->heal();
  else
    boot(); // an outage ends, however long it was drawn
}

bool world::step(std::chrono::nanoseconds until) {
  const auto due = time.next_due();
  const bool outside_first = due && *due <= time.elapsed() && plan.shuffle && random.percent(30);
  if (server_ && server_->has_work() && !outside_first) {
    log.note(server_->run_one());
  } else if (!time.run_one()) {
    const auto timer = server_ ? server_->next_timer() : std::nullopt;
    auto next = std::min(due.value_or(until), timer.value_or(until));
    if (next >= until)
      return false;
    time.move_to(next);
    if (server_)
      server_->catch_up();
    return true;
  }
  ++steps_;
  log.note(static_cast<uint64_t>(time.elapsed().count()));
  if (crash_step_ && steps_ >= *crash_step_) {
    crash_step_.reset();
    crash(restart_after);
  }
  if (const auto down = std::exchange(dying_, std::nullopt); down && server_) {
    server_.reset();
    ++crashes_;
    log.note("crash");
    time.after(*down, [this] {
      if (!server_) // heal() may have been quicker
        boot();
    });
  }
  return true;
}

void world::run_for(std::chrono::nanoseconds span) {
  const auto until = time.elapsed() + span;
  while (step(until)) {
  }
  time.move_to(until);
  if (server_)
    server_->catch_up();
}

void world::hear_webhook(const std::string& event, const payment::intent& fact,
                         std::function<void(bool)> answered) {
  if (!server_)
    return;
  const cluster::command_meta how{make_command_id({"webhook", event}), 1, time.now() + 10s, {}};
  const std::weak_ptr<const uint64_t> alive = server_->alive();
  entity::ask<order::contract>(server_->route(), fact.order_id, order::intent_seen{fact, 0}, how,
                               [alive, answered = std::move(answered)](result<order::accepted> r) {
                                 if (alive.lock())
                                   answered(r.has_value());
                               });
}

} // namespace souk::sim
