// Whole lives of a world, from the first cart to the last check.
#include "app/sim/pace.hpp"
#include "app/sim/rival.hpp"
#include "app/sim/shopper.hpp"
#include "app/sim/sim.hpp"
#include "app/sim/staff.hpp"

#include <deque>

namespace souk::sim {

namespace {

/// How long what was begun may take to end once all faults are gone: the longest back-off and
/// breaker rest several times over.
constexpr std::chrono::seconds settle_time{180};
/// Longer than anybody waits who will try again; then nothing more comes before the wall clock
/// leaps.
constexpr std::chrono::seconds quiet_time{60};
/// Longer than shards take to move to nodes that have joined.
constexpr std::chrono::seconds cluster_settles{12};
/// Entities that idle for a time in this order are gone a little later.
constexpr std::chrono::seconds idle_soon{5};
/// Past what the provider remembers, holds and buyers' windows: nothing may wait longer.
constexpr std::chrono::hours long_wait{13};
/// Carts that nobody touches are gone by then.
constexpr std::chrono::hours forgotten_after{31 * 24};
/// With long_wait: some time before what was authorised lapses.
constexpr std::chrono::hours nearly_lapsed{6 * 24 + 3};
/// With both of them: some time after.
constexpr std::chrono::hours lapsed_after{24};
// Of all lives.
constexpr int64_t undisturbed_percent = 6, stuck_percent = 25, dear_percent = 5;
// Of those in which a week passes.
constexpr int64_t lapsed_percent = 50;
// Of the others with several nodes.
constexpr int64_t deaf_percent = 15, late_table_percent = 20, lost_for_good_percent = 25;
// Of those that lose a machine for good.
constexpr int64_t one_is_left_percent = 30;
/// Of a million answers of the table, where they come late.
constexpr uint32_t late_answers = 300'000;
constexpr std::chrono::seconds purchase_deadline{60};
constexpr std::chrono::seconds purchase_settles{20};

std::string stories(const world& w) {
  std::string out;
  std::set<std::string> told;
  for (const auto& complaint : w.watch.complaints()) {
    const auto entity = complaint.substr(0, complaint.find(':'));
    if (told.insert(entity).second)
      out += entity + "\n" + w.told.story(entity);
  }
  return out;
}

verdict judge(world& w, uint64_t seed) {
  if (w.plan.idle <= idle_soon) // whom nobody asks needs no memory
    w.run_for(w.plan.idle + idle_soon);
  w.told.finish();
  w.watch.finish(w.time.now());
  w.roll.finish(w.all_nodes(), w.plan.idle <= idle_soon);
  w.reads.catch_up();
  w.watch.finish_reads(w.reads);
  for (const auto& [entity, stored] : w.store.entities()) {
    w.log.note(entity);
    if (!stored.rows.empty())
      for (const auto byte : stored.rows.back().chain)
        w.log.note(byte);
  }
  return {.seed = seed,
          .hash = w.log.hash(),
          .steps = w.steps(),
          .lived = w.time.elapsed(),
          .asked = w.people.asked(),
          .answered = w.people.answered(),
          .crashes = w.crashes(),
          .orders = w.watch.orders_by_status(),
          .happened = w.happened(),
          .complaints = w.watch.complaints(),
          .story = stories(w),
          .acts = w.turns.done()};
}

market draw_market(dice& random) {
  market out;
  const bool everybody_wants_one = random.percent(10);
  const auto skus = everybody_wants_one ? 1 : random.between(1, 4);
  for (int64_t n = 1; n <= skus; ++n)
    out.goods_for_sale.push_back({"SKU-" + std::to_string(n), random.between(1, 9'999)});
  const auto warehouses = everybody_wants_one ? 1 : random.between(1, 3);
  for (int64_t n = 1; n <= warehouses; ++n)
    out.warehouses.push_back("wh" + std::to_string(n));
  out.hold = std::chrono::seconds{random.percent(30) ? random.between(1, 60) : 600};
  if (random.percent(10))
    out.hold = std::chrono::seconds{random.between(1, 3)};
  return out;
}

/// Until nothing has been asked, answered or committed for a while, or nothing is left that could
/// be within that while.
void settle(world& w) {
  const auto heard = [&] { return w.people.asked() + w.people.answered() + w.store.commits(); };
  const auto end = w.time.elapsed() + settle_time;
  auto last = heard();
  for (auto quiet = 0s; quiet < quiet_time && w.time.elapsed() < end;) {
    w.run_for(2s);
    const auto now = heard();
    quiet = now == last ? quiet + 2s : 0s;
    last = now;
    if (quiet >= cluster_settles && !w.awaits_anything(quiet_time))
      return;
  }
}

/// Whoever waits for parcels that nobody packed is on somebody's desk before the money is gone.
void expect_notices(world& w) {
  for (const auto& [entity, stored] : w.store.entities())
    if (const auto* order = w.told.order(entity); order && !order->lapse_noticed &&
                                                  order->lapses_at() &&
                                                  *order->lapses_at() - 23h < w.time.now())
      w.watch.complain(entity, "will lose its money, and nobody was told");
}

/// Who has not paid in time has no order any more.
void expect_patience_ends(world& w) {
  for (const auto& [entity, stored] : w.store.entities())
    if (const auto* order = w.told.order(entity);
        order && order->created + order->what.hold + wakeup_slack < w.time.now() &&
        (order->now == order::status::payment_failed ||
         order->now == order::status::action_required) &&
        std::ranges::none_of(order->attempts, &order_model::attempt::open))
      w.watch.complain(entity, "waits for its buyer longer than it should");
}

/// One machine, or all but one.
void lose_machines(fault_plan& plan, dice& random) {
  const auto one = static_cast<size_t>(random.between(0, plan.nodes - 1));
  const bool is_left = random.percent(one_is_left_percent);
  for (size_t n = 0; n < static_cast<size_t>(plan.nodes); ++n)
    if ((n == one) != is_left)
      plan.lost_for_good.insert(n);
}

/// What came last is drawn apart, so that older drawings stay what they were.
fault_plan draw_plan(uint64_t seed, dice& draw, const excerpt& kept) {
  dice apart{seed * 0x9e3779b97f4a7c15U + 2};
  const bool undisturbed = apart.percent(undisturbed_percent);
  auto plan = undisturbed ? fault_plan::undisturbed(draw) : fault_plan::draw(draw);
  // After a leap what is stuck would seem too old, and who is cut off dead.
  const bool leaps = plan.leap_every > 0ms;
  if (!undisturbed && !leaps && plan.nodes > 1 && apart.percent(stuck_percent))
    plan.stuck_every = apart.millis(3'000, 20'000);
  if (!undisturbed && plan.nodes > 1) {
    if (!leaps && apart.percent(deaf_percent))
      plan.deaf_every = apart.millis(5'000, 30'000);
    if (apart.percent(late_table_percent))
      plan.table.answered_late = late_answers;
    if (apart.percent(lost_for_good_percent))
      lose_machines(plan, apart);
  }
  for (const auto& part : kept.calm)
    calm(plan, part);
  return plan;
}

/// Those the life meets, by their place in what was drawn.
std::map<size_t, fault> expect_faults(world& w, const fault_plan& plan, dice& draw,
                                      std::chrono::milliseconds until, const excerpt& kept) {
  const auto all = draw_faults(plan, draw, until);
  std::map<size_t, fault> out;
  std::vector<fault> met;
  for (size_t place = 0; place < all.size(); ++place)
    if (!kept.faults || kept.faults->contains(place)) {
      out.emplace(place, all[place]);
      met.push_back(all[place]);
    }
  w.expect(met);
  return out;
}

void pass_week(world& w, bool and_a_day) {
  w.time.leap(nearly_lapsed);
  settle(w);
  expect_notices(w);
  if (!and_a_day)
    return;
  w.time.leap(lapsed_after);
  w.money.let_lapse();
  settle(w);
}

void pass_month(world& w, std::deque<shopper>& crowd) {
  w.time.leap(forgotten_after);
  settle(w);
  w.watch.forgotten(w.time.now());
  for (auto& person : crowd)
    person.look_back();
  settle(w);
}

} // namespace

verdict run_seed(uint64_t seed, const excerpt& kept) {
  dice draw{seed * 0x9e3779b97f4a7c15U + 1};
  const auto plan = draw_plan(seed, draw, kept);
  world w{seed, plan};
  w.turns.keep(kept.acts);
  w.shop = draw_market(draw);
  dice apart{seed * 0x9e3779b97f4a7c15U + 3};
  if (apart.percent(dear_percent)) // a cart is worth no more than so much
    w.shop.goods_for_sale.front().price = amount_max / apart.between(1, 9);
  staff clerk{w};
  for (const auto& g : w.shop.goods_for_sale)
    for (const auto& warehouse : w.shop.warehouses)
      clerk.receive(g.sku, warehouse, draw.between(1, 6) * (plan.clerks > 1 ? 4 : 1), [] {});
  clerk.start();
  std::deque<staff> colleagues;
  for (int n = 2; n <= plan.clerks; ++n)
    colleagues.emplace_back(w, "clerk" + std::to_string(n)).start();
  std::deque<shopper> crowd;
  const auto size = draw.percent(10) ? draw.between(9, 16) : draw.between(1, 8);
  for (int n = 1; n <= size; ++n)
    crowd.emplace_back(w, n).start();
  rival other{w};
  if (draw.percent(40))
    other.start();
  const auto drawn = std::chrono::milliseconds{1'000 * draw.between(20, 120)};
  const auto span = kept.span.value_or(drawn);
  const auto met = expect_faults(w, plan, draw, drawn, kept);
  const bool a_month_passes = draw.percent(10), a_week_passes = draw.percent(15);
  const bool bank_stays_away = draw.percent(15) && !plan.is_undisturbed;
  const auto alone = bank_stays_away ? span / 3 : 0ms;
  plan.is_undisturbed ? pace{w}.run_for(span) : w.run_for(span - alone);
  if (bank_stays_away)
    w.money.go_away();
  w.run_for(alone);

  w.shop.open = false;
  w.people.be_patient();
  w.heal(!bank_stays_away);
  if (plan.stuck_every > 0ms) // what was on its way then arrives first
    w.run_for(commits_held_up);
  other.give_everything_up();
  settle(w);
  w.watch.settled(w.time.now());
  expect_patience_ends(w);
  w.time.leap(long_wait);
  w.money.heal();
  settle(w);
  if (a_week_passes)
    pass_week(w, apart.percent(lapsed_percent));
  clerk.finish_everything(2);
  settle(w);
  if (a_month_passes)
    pass_month(w, crowd);
  auto out = judge(w, seed);
  out.span = span;
  for (const auto& [place, f] : met)
    if (f.at < span) {
      out.faults_met.push_back(place);
      out.faults.push_back(f.text());
    }
  return out;
}

std::optional<verdict> buy_with_crash_at(uint64_t step) {
  fault_plan calm;
  calm.shuffle = false;
  world w{1, calm};
  w.shop.goods_for_sale = {{"SKU-1", 1'999}};
  w.shop.warehouses = {"wh1"};
  staff clerk{w};
  shopper buyer{w, 1};
  bool bought = false, busy = false;
  w.shop.open = false; // nobody complains about what is delivered
  if (step > 0)
    w.crash_at(step);
  const auto wait = [&] { buyer.await_order([&](const order::order_view&) { bought = true; }); };
  const auto pay = [&] { buyer.check_out("pm_card_visa", wait); };
  const auto fill = [&] { buyer.add_line(w.shop.goods_for_sale.front(), 2, pay); };
  clerk.receive("SKU-1", "wh1", 3, [&] { buyer.open_cart(fill); });
  const std::map<std::string, int> delivered{{"delivered", 1}};
  const auto give_up = w.time.elapsed() + purchase_deadline;
  while (w.watch.orders_by_status() != delivered && w.time.elapsed() < give_up) {
    w.run_for(100ms);
    if (bought && !std::exchange(busy, true))
      clerk.move_on(buyer.order_id(), [&] { busy = false; });
    w.watch.committed("order/" + buyer.order_id());
  }
  const bool came_too_late = step > 0 && !w.crashed_at_step();
  if (came_too_late)
    return {};
  w.run_for(purchase_settles);
  auto out = judge(w, step);
  if (out.orders != delivered)
    out.complaints.push_back("the purchase was not delivered once");
  return out;
}

} // namespace souk::sim
