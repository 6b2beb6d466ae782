// What goes wrong in a world, and how it heals.
#include "app/sim/world.hpp"

#include <algorithm>

namespace souk::sim {

namespace {
/// A commit that is under way meets one leap at most: how old it may seem says whose time it has.
constexpr std::chrono::seconds between_leaps{10};
/// Of those that leave politely.
constexpr int64_t asked_by_operators_percent = 40;
} // namespace

void world::crash(size_t which, std::chrono::nanoseconds down) { slots_[which].dying = down; }

void world::pause(size_t which, std::chrono::nanoseconds span) {
  happened_.note("a node stands still");
  slots_[which].paused_until = std::max(slots_[which].paused_until, time.elapsed() + span);
}

void world::drain(size_t which, std::chrono::nanoseconds down) {
  auto& s = slots_[which];
  if (!s.server || s.leaving || !s.server->is_active())
    return;
  s.leaving = true;
  s.down_after_leaving = down;
  if (random.percent(asked_by_operators_percent) &&
      members.ask_to_leave({s.name, s.server->generation()}))
    happened_.note("an operator asks a node to leave");
  else
    s.server->leave();
}

void world::expect(const std::vector<fault>& faults) {
  for (const auto& f : faults)
    time.after(f.at, [this, f] {
      if (!healed_)
        strike(f);
    });
}

void world::lasts(const std::string& what, std::chrono::nanoseconds span,
                  std::function<void()> ends) {
  auto& over = over_[what];
  over = std::max(over, time.elapsed() + span);
  time.after(span, [this, what, ends = std::move(ends)] {
    if (time.elapsed() >= over_.at(what))
      ends();
  });
}

void world::cut(const std::string& from, const std::string& to, std::chrono::nanoseconds span) {
  wires.cut(from, to);
  lasts("cut " + from + " " + to, span, [this, from, to] { wires.heal(from, to); });
}

void world::inflict(slot& s, const std::string& name, void (node::*what)(bool),
                    std::chrono::nanoseconds span) {
  const auto set = [&s, what](bool on) {
    if (s.server)
      (s.server.get()->*what)(on);
  };
  set(true);
  happened_.note(name);
  lasts(s.name + " " + name, span, [set] { set(false); });
}

void world::leap(std::chrono::nanoseconds span) {
  if (leapt_at_ && time.elapsed() < *leapt_at_ + between_leaps)
    return;
  happened_.note("the database's clock leaps");
  leapt_at_ = time.elapsed();
  time.leap(std::chrono::ceil<std::chrono::seconds>(span));
}

void world::slow_down(slot& s, std::chrono::nanoseconds span) {
  happened_.note("a node is slow");
  s.step_cost = plan.step_cost;
  lasts(s.name + " is slow", span, [&s] { s.step_cost = 0us; });
}

/// First nobody answers, then the former primary or the new one, then both, and for a moment the
/// former one alone.
void world::fail_over(std::chrono::nanoseconds span) {
  happened_.note("the standby takes over");
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
  happened_.note("a machine loses power");
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
  happened_.note("a node is replaced by a newer version");
  s.server->is_active() ? drain(which, down) : crash(which, down);
}

void world::strike(const fault& f) {
  const auto &name = slots_.at(f.node).name, &peer = slots_.at(f.peer).name;
  switch (f.what) {
  case fault::kind::crash:
    return crash(f.node, f.span);
  case fault::kind::crash_all:
    happened_.note("all nodes crash");
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
    return inflict(slots_.at(f.node), "a node does not reach Postgres", &node::cut_off_store,
                   f.span);
  case fault::kind::table_cut:
    return inflict(slots_.at(f.node), "a node does not read the table", &node::cut_off_table,
                   f.span);
  case fault::kind::commits_stuck:
    return inflict(slots_.at(f.node), "a node's commits are held up", &node::hold_up_commits,
                   f.span);
  case fault::kind::drain:
    return drain(f.node, f.span);
  case fault::kind::power_loss:
    return lose_power(f.node, f.span);
  case fault::kind::slow_node:
    return slow_down(slots_.at(f.node), f.span);
  case fault::kind::slow_link:
    wires.slow_down(name, peer, f.span);
    return lasts("slow " + name + " " + peer, f.span,
                 [this, name, peer] { wires.slow_down(name, peer, 0ns); });
  case fault::kind::upgrade:
    return upgrade(f.node, f.span);
  case fault::kind::store_away:
    happened_.note("Postgres is away");
    store.set_away(true);
    return lasts("away", f.span, [this] { store.set_away(false); });
  case fault::kind::fail_over:
    return fail_over(f.span);
  case fault::kind::leap:
    return leap(f.span);
  case fault::kind::store_slow:
    happened_.note("Postgres is slow");
    store.set_slow(plan.store_slow);
    return lasts("slow", f.span, [this] { store.set_slow(0ns); });
  }
}

/// Its address refuses connections, or nobody hears anything of it any more.
void world::lose_for_good(size_t which) {
  happened_.note("a machine is gone for good");
  auto& lost = slots_.at(which);
  lost.gone = true;
  if (random.percent(50))
    return;
  for (const auto& other : slots_)
    if (other.name != lost.name) {
      wires.cut(lost.name, other.name);
      wires.cut(other.name, lost.name);
    }
}

void world::heal(bool and_the_bank) {
  healed_ = true;
  const auto lost = plan.lost_for_good;
  plan = {.nodes = plan.nodes,
          .crash_every = 0ms,
          .upgrade = plan.upgrade,
          .idle = plan.idle,
          .shuffle = plan.shuffle};
  if (and_the_bank)
    money.heal();
  store.set_away(false);
  store.set_slow(0ns);
  store.set_former_back(false);
  wires.set_faults({});
  wires.heal_all();
  for (const auto which : lost)
    lose_for_good(which);
  for (auto& s : slots_) {
    s.paused_until = s.busy_until = 0ns;
    s.step_cost = 0us;
    s.dying.reset();
    if (s.gone)
      s.server.reset();
    else if (s.server)
      s.server->heal();
    else
      boot(s); // an outage ends, however long it was drawn
  }
}

} // namespace souk::sim
