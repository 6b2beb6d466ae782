#include "app/sim/nemesis.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

namespace souk::sim {

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
  out.links.twice = random.percent(20) ? 50'000 : 0;
  out.links.silence = random.percent(20) ? random.millis(3'000, 30'000) : 3'000ms;
  out.burst_every = sometimes(20, 1'000, 10'000);
  out.power_every = sometimes(15, 5'000, 30'000);
  out.upgrade = out.nodes > 1 && random.percent(20);
  out.part_every = out.nodes > 1 ? sometimes(30, 5'000, 30'000) : 0ms;
  out.guest_every = out.nodes > 1 ? sometimes(25, 10'000, 40'000) : 0ms;
}

/// What takes time, and what tells it.
void draw_time(fault_plan& out, dice& random) {
  if (random.percent(20)) {
    out.slow_every = random.millis(1'000, 15'000);
    out.step_cost = 100us * random.between(1, random.percent(50) ? 10 : 200);
  }
  if (random.percent(20)) {
    out.store_slow_every = random.millis(3'000, 20'000);
    out.store_slow = random.millis(100, 4'000);
  }
  if (random.percent(20))
    out.fail_over_every = random.millis(5'000, 30'000);
  // The table tells by that clock who is silent: with nodes that it misses anyway, a leap is not
  // borne (docs/cluster.md).
  if (random.percent(10) && out.part_every == 0ms && out.guest_every == 0ms)
    out.leap_every = random.millis(5'000, 30'000);
  if (random.percent(15))
    out.queue_bytes_max = static_cast<size_t>(random.between(200, 20'000));
  if (random.percent(40))
    out.clocks = {.drift_ppm_most = random.between(0, 500),
                  .machine_wrong = std::chrono::seconds{random.between(1, 3'600)},
                  .machine_jumps = std::chrono::seconds{random.percent(50) ? 10 : 0},
                  .round_trip = random.millis(1, random.percent(50) ? 100 : 2'000)};
}

/// Apart, so that what is drawn otherwise stays what it was: with these calmed a seed lives as it
/// did before they came.
void draw_additions(fault_plan& out, const dice& random) {
  dice apart{random};
  const bool side_by_side = apart.percent(50);
  out.long_upgrade = out.upgrade && side_by_side;
  out.table.fence_most = apart.percent(20) ? apart.millis(100, 3'000) : 0ms;
  out.insistence = apart.percent(30) ? apart.between(10, 60) : 0;
  out.fails_check_percent = apart.percent(40) ? apart.between(20, 90) : 0;
  out.clerks = static_cast<int>(apart.percent(25) ? apart.between(2, 8) : 1);
  out.unheard_percent = apart.percent(30) ? apart.between(5, 30) : 0;
  if (out.unheard_percent > 0) // so that parcels are delivered while things go wrong
    out.clerks = std::max(out.clerks, 4);
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
  j.reconnect = random.percent(20) ? random.millis(500, 5'000) : random.millis(5, 500);
  auto& k = out.bank.knobs;
  k.seed = random.between(1, 1'000'000'000);
  k.delay_max_ms = random.percent(30) ? random.between(1, 20'000) : 100;
  k.lose_before_ppm = ppm(200'000);
  k.lose_after_ppm = ppm(200'000);
  k.error_ppm = random.percent(8) ? 950'000 : ppm(150'000); // as good as away, or not
  k.duplicate_ppm = ppm(500'000);
  k.reorder_ppm = ppm(500'000);
  out.bank.network_ms = random.between(1, 100);
  out.bank.webhooks_lost_percent = random.percent(20) ? random.between(1, 100) : 0;
  if (random.percent(60))
    out.crash_every = random.millis(500, 20'000);
  out.down_most = random.millis(10, 5'000);
  out.long_outages_percent = random.percent(30) ? 20 : 0;
  draw_cluster(out, random);
  draw_time(out, random);
  out.idle = std::chrono::seconds{random.percent(50) ? random.between(0, 5) : 120};
  if (random.percent(50))
    out.snapshot_tail = static_cast<size_t>(random.between(100, 3'000));
  if (out.slow_every > 0ms && random.percent(50)) // somebody asks while it is about to go
    out.idle = 0s;
  if (random.percent(10)) { // rows with a snapshot are refused, too
    out.snapshot_tail = static_cast<size_t>(random.between(50, 300));
    j.refused = static_cast<uint32_t>(random.between(20'000, 100'000));
  }
  out.stragglers_percent = random.percent(30) ? random.between(1, 30) : 0;
  out.shuffle = random.percent(80);
  draw_additions(out, random);
  return out;
}

fault_plan fault_plan::undisturbed(dice& random) {
  fault_plan out;
  out.is_undisturbed = true;
  out.nodes = static_cast<int>(random.between(1, 5));
  out.bank.knobs.seed = random.between(1, 1'000'000'000);
  out.idle = std::chrono::seconds{random.percent(50) ? random.between(0, 5) : 120};
  if (random.percent(50))
    out.snapshot_tail = static_cast<size_t>(random.between(100, 3'000));
  return out;
}

namespace {

using calming = std::map<std::string, std::function<void(fault_plan&)>, std::less<>>;

const calming& ways_to_calm() {
  static const calming all{
      {"journal", [](fault_plan& p) { p.journal = {}; }},
      {"bank", [](fault_plan& p) { p.bank = {.knobs = {.seed = p.bank.knobs.seed}}; }},
      {"table", [](fault_plan& p) { p.table = {}; }},
      {"links", [](fault_plan& p) { p.links = {}; }},
      {"passivation", [](fault_plan& p) { p.idle = 120s; }},
      {"shuffling", [](fault_plan& p) { p.shuffle = false; }},
      {"clocks", [](fault_plan& p) { p.clocks = {}; }},
      {"stragglers", [](fault_plan& p) { p.stragglers_percent = 0; }},
      {"machines", [](fault_plan& p) { p.lost_for_good.clear(); }},
      {"queues", [](fault_plan& p) { p.queue_bytes_max = 64 << 20; }},
      {"additions",
       [](fault_plan& p) {
         p.long_upgrade = false;
         p.table.fence_most = 0ns;
         p.insistence = p.fails_check_percent = p.unheard_percent = 0;
         p.clerks = 1;
       }},
  };
  return all;
}

} // namespace

void calm(fault_plan& plan, std::string_view part) {
  const auto way = ways_to_calm().find(part);
  SOUK_ASSERT(way != ways_to_calm().end(), "a part that calm_parts() names");
  way->second(plan);
}

std::vector<std::string> calm_parts() {
  std::vector<std::string> out;
  for (const auto& [name, how] : ways_to_calm())
    out.push_back(name);
  return out;
}

namespace {

struct drawing {
  const fault_plan& plan;
  dice& random;
  std::chrono::milliseconds until;
  std::vector<fault> out;

  size_t any_node() { return static_cast<size_t>(random.between(0, plan.nodes - 1)); }
  void every(std::chrono::milliseconds how_often, const std::function<void(fault)>& draw) {
    if (how_often == 0ms)
      return;
    const auto gap = [&] { return random.millis(1, 2 * how_often.count()); };
    for (auto at = gap(); at < until; at += gap())
      draw({.at = at, .node = any_node()});
  }
  void add(fault f, fault::kind what, std::chrono::milliseconds span) {
    f.what = what;
    f.span = span;
    out.push_back(f);
  }
  void crash(const fault& f) {
    const bool is_long = random.percent(plan.long_outages_percent);
    const auto down =
        is_long ? random.millis(60'000, 900'000) : random.millis(1, plan.down_most.count());
    const bool all = random.percent(plan.crash_all_percent);
    add(f, all ? fault::kind::crash_all : fault::kind::crash, down);
  }
  void slow_link(fault f) {
    f.peer = any_node();
    if (f.peer != f.node)
      add(f, fault::kind::slow_link, random.millis(100, 5'000));
  }
  /// One after another, in any order, some time apart. Some that are new already go once more, and
  /// older ones get what those had.
  void upgrade() {
    dice again{random}; // what came later is drawn apart
    std::vector<size_t> order(static_cast<size_t>(plan.nodes));
    std::iota(order.begin(), order.end(), 0);
    auto at = random.millis(1'000, 20'000);
    while (!order.empty()) {
      const auto next = order.begin() + random.between(0, static_cast<int64_t>(order.size()) - 1);
      const auto which = *next;
      add({.at = at, .node = which}, fault::kind::upgrade, random.millis(1, 2'000));
      order.erase(next);
      if (again.percent(50))
        add({.at = at + again.millis(3'000, 10'000), .node = which}, fault::kind::drain,
            again.millis(1'000, 10'000));
      at += random.millis(100, 10'000);
      if (plan.long_upgrade)
        at += again.millis(1'000, 20'000);
    }
  }
  void cut(fault f) {
    f.peer = any_node();
    const bool both = random.percent(50);
    if (f.peer != f.node)
      add(f, both ? fault::kind::cut_both : fault::kind::cut, random.millis(100, 15'000));
  }
  /// Two parts that do not reach each other, and often only one of them Postgres. In some one
  /// part begins anew behind the cut, when the other may have taken it for dead, or had seen it
  /// leave.
  void part(const fault& f) {
    const bool begins_anew = random.percent(30);
    // So long that the table's last word is too old to count.
    const bool is_long = random.percent(begins_anew ? 60 : 20);
    const auto span = is_long ? random.millis(30'000, 60'000) : random.millis(1'000, 15'000);
    std::vector<size_t> here, there;
    for (size_t n = 0; n < static_cast<size_t>(plan.nodes); ++n)
      (n == f.node || random.percent(30) ? here : there).push_back(n);
    for (const auto one : here)
      for (const auto other : there)
        add({.at = f.at, .node = one, .peer = other}, fault::kind::cut_both, span);
    const auto& without_store = begins_anew || random.percent(50) ? there : here;
    const auto sooner_or_later = random.millis(-2'000, 3'000);
    if (begins_anew || random.percent(70))
      for (const auto one : without_store)
        add({.at = std::max(f.at + sooner_or_later, 1ms), .node = one}, fault::kind::store_cut,
            span);
    const auto ends = random.percent(50) ? fault::kind::crash : fault::kind::drain;
    if (begins_anew)
      for (const auto one : here)
        add({.at = std::max(f.at - random.millis(500, 5'000), 1ms), .node = one}, ends,
            random.millis(5'000, 10'000));
  }
  /// One that was away comes, is given shards by views that another cannot read, and leaves again
  /// before that one can.
  void guest(fault f) {
    f.peer = any_node();
    if (f.peer == f.node)
      return;
    const auto away = random.millis(2'000, 12'000);
    add({.at = std::max(f.at - away, 1ms), .node = f.peer}, fault::kind::drain, away);
    add(f, random.percent(50) ? fault::kind::store_cut : fault::kind::table_cut,
        random.millis(12'000, 20'000));
    add({.at = f.at + random.millis(6'000, 11'000), .node = f.peer}, fault::kind::drain,
        random.millis(1'000, 15'000));
  }
  /// It does not reach Postgres, and hears late what the others say of it.
  void deaf(const fault& f) {
    add({.at = std::max(f.at - 3'000ms, 1ms), .node = f.node}, fault::kind::store_cut,
        random.millis(8'000, 15'000));
    const auto span = random.millis(1'000, 4'000);
    for (size_t n = 0; n < static_cast<size_t>(plan.nodes); ++n)
      if (n != f.node)
        add({.at = f.at, .node = n, .peer = f.node}, fault::kind::slow_link, span);
  }
  /// Its commits do not come through while another comes back, who is given shards of its, and may
  /// leave again before it is done with them; or it crashes itself.
  void stuck(fault f) {
    f.peer = any_node();
    if (random.percent(40))
      add({.at = f.at + random.millis(500, 4'000), .node = f.node}, fault::kind::crash,
          random.millis(5'000, 20'000));
    else if (f.peer != f.node)
      visit(f);
    add(f, fault::kind::commits_stuck, random.millis(5'000, 15'000));
  }
  void visit(const fault& f) {
    const auto leaves = std::max(f.at - 1'500ms, 1ms);
    const auto away = random.millis(1'000, 4'000);
    add({.at = leaves, .node = f.peer}, fault::kind::drain, away);
    if (random.percent(60))
      add({.at = leaves + away + random.millis(300, 4'000), .node = f.peer}, fault::kind::drain,
          random.millis(1'000, 15'000));
  }
};

} // namespace

std::vector<fault> draw_faults(const fault_plan& plan, dice& random,
                               std::chrono::milliseconds until) {
  drawing d{plan, random, until, {}};
  d.every(plan.crash_every, [&](const fault& f) { d.crash(f); });
  d.every(plan.pause_every,
          [&](const fault& f) { d.add(f, fault::kind::pause, random.millis(10, 10'000)); });
  d.every(plan.cut_every, [&](const fault& f) { d.cut(f); });
  d.every(plan.part_every, [&](const fault& f) { d.part(f); });
  d.every(plan.guest_every, [&](const fault& f) { d.guest(f); });
  d.every(plan.drain_every, [&](const fault& f) {
    d.add(f, fault::kind::drain, random.millis(1, plan.down_most.count()));
  });
  d.every(plan.store_away_every,
          [&](const fault& f) { d.add(f, fault::kind::store_away, random.millis(50, 5'000)); });
  const auto often = [&](std::chrono::milliseconds how_often, fault::kind what, int64_t most_ms) {
    d.every(how_often, [&, what, most_ms](const fault& f) {
      d.add(f, what, random.millis(most_ms / 50, most_ms));
    });
  };
  often(plan.store_slow_every, fault::kind::store_slow, 10'000);
  often(plan.fail_over_every, fault::kind::fail_over, 10'000);
  often(plan.leap_every, fault::kind::leap, 60'000);
  often(plan.slow_every, fault::kind::slow_node, 20'000);
  often(plan.power_every, fault::kind::power_loss, 10'000);
  d.every(plan.burst_every, [&](const fault& f) { d.slow_link(f); });
  d.every(plan.stuck_every, [&](const fault& f) { d.stuck(f); });
  d.every(plan.deaf_every, [&](const fault& f) { d.deaf(f); });
  if (plan.upgrade)
    d.upgrade();
  std::stable_sort(d.out.begin(), d.out.end(),
                   [](const fault& a, const fault& b) { return a.at < b.at; });
  return std::move(d.out);
}

std::string fault::text() const {
  const auto name = [](size_t n) { return "n" + std::to_string(n + 1); };
  const auto what_happens = [&]() -> std::string {
    switch (what) {
    case kind::crash:
      return name(node) + " crashes";
    case kind::crash_all:
      return "all nodes crash";
    case kind::pause:
      return name(node) + " stands still";
    case kind::cut:
      return "nothing gets from " + name(node) + " to " + name(peer);
    case kind::cut_both:
      return name(node) + " and " + name(peer) + " are cut apart";
    case kind::store_cut:
      return name(node) + " does not reach Postgres";
    case kind::table_cut:
      return name(node) + " does not read the membership table";
    case kind::commits_stuck:
      return name(node) + " waits for seconds for its commits";
    case kind::drain:
      return name(node) + " leaves politely and is away";
    case kind::store_away:
      return "Postgres is away";
    case kind::fail_over:
      return "the standby takes over from Postgres, which comes back as it was";
    case kind::leap:
      return "the database's clock jumps ahead";
    case kind::store_slow:
      return "Postgres is slow";
    case kind::power_loss:
      return name(node) + " loses power";
    case kind::slow_node:
      return name(node) + " is slow";
    case kind::slow_link:
      return "the way from " + name(node) + " to " + name(peer) + " is slow";
    case kind::upgrade:
      return name(node) + " is replaced by a newer version and away";
    }
    return "";
  };
  return std::to_string(at.count()) + " ms  " + what_happens() + " for " +
         std::to_string(span.count()) + " ms";
}

} // namespace souk::sim
