// Random lives of orders that fight for scarce units while answers, webhooks and buyers come late,
// twice, never and out of order. Afterwards everybody answers, and everything must add up
// (SOUK_SEED=n: only that life; SOUK_RUNS=n: so many).
#include "tests/kit/model_run.hpp"
#include "tests/kit/order_world.hpp"

#include <set>
#include <sstream>

namespace souk::order {
namespace {

using payment::intent_status;

const std::vector<std::string> warehouses{"berlin", "paris", "rome"};

struct lives {
  kit::order_world world;

  explicit lives(uint64_t seed) : world(seed) {
    for (const auto* sku : {"A", "B", "C"})
      for (const auto& w : warehouses)
        if (const auto units = world.roll(5))
          world.ask_cell(stock::key_of(sku, w), stock::receive{units, "first"});
    for (int i = 0; i < 4; ++i)
      place_one(i);
  }

  const char* any_card() {
    static constexpr const char* cards[] = {"good",   "good", "good",   "declined",
                                            "action", "slow", "unknown"};
    return cards[world.roll(7)];
  }
  void place_one(int number) {
    std::vector<placed_line> lines;
    for (int64_t i = 0; i <= world.roll(3); ++i) {
      auto near = warehouses;
      std::ranges::shuffle(near, world.dice);
      near.resize(static_cast<size_t>(1 + world.roll(3)));
      lines.push_back(kit::order_line("l" + std::to_string(i),
                                      std::string(1, static_cast<char>('A' + world.roll(3))),
                                      1 + world.roll(4), near));
    }
    auto what = kit::order_of("o" + std::to_string(number), lines,
                              world.roll(8) ? 101 + world.roll(9'900) : 0);
    what.payment_method = any_card();
    world.orders.emplace_back();
    world.orders.back().run(place{what}, world.now);
  }

  void step() {
    world.now += microseconds{world.roll(500'000)};
    const auto at = static_cast<size_t>(world.roll(static_cast<int64_t>(world.orders.size())));
    auto& o = world.orders[at];
    const auto what = world.roll(100);
    if (what < 40) {
      const auto owed = model::pending(o.state, world.now);
      EXPECT_EQ(owed.empty(), model::due(o.state) > world.now) << story(o.state);
      if (!owed.empty()) {
        world.send(at, owed[static_cast<size_t>(world.roll(static_cast<int64_t>(owed.size())))]);
      }
    } else if (what < 80) {
      world.step();
    } else if (what < 90) {
      people_act(o);
    } else if (what < 95) {
      buyer_acts();
    } else {
      const auto far = world.roll(20);
      world.now += far == 0 ? 13h : far < 5 ? 1s * (1 + world.roll(700)) : 1s * (1 + world.roll(5));
    }
  }
  void people_act(kit::order_life& o) {
    switch (world.roll(12)) {
    case 0:
      o.run(cancel{"changed my mind"}, world.now);
      break;
    case 1:
      o.run(place{o.state.what}, world.now);
      break;
    case 2:
    case 3:
    case 4:
      if (o.run(refund{some_amount(o.state), ""}, world.now))
        check_refunds(o.state);
      break;
    case 5:
      o.run(pay{""}, world.now);
      break;
    case 6:
    case 7:
    case 8:
      o.run(pay{any_card()}, world.now);
      break;
    case 9:
      o.run(ship{{}, "T1"}, world.now);
      break;
    case 10:
      if (!o.state.shipments.empty())
        o.run(ship{{o.state
                        .shipments[static_cast<size_t>(
                            world.roll(static_cast<int64_t>(o.state.shipments.size())))]
                        .id},
                   "T2"},
              world.now);
      break;
    default:
      for (const auto& x : std::vector(o.state.shipments))
        o.run(shipment_delivered{x.id}, world.now);
    }
  }
  /// All that is left, or some of it, or too much.
  int64_t some_amount(const model::state& s) {
    int64_t left = 0;
    for (const auto& i : s.intents)
      left += i.captured - i.refunded;
    return world.roll(2) ? left : 1 + world.roll(s.what.sums.total.amount + 10);
  }
  void buyer_acts() {
    for (auto& [id, i] : world.provider.intents)
      if (world.roll(3) == 0)
        world.provider.authenticate(i, world.roll(3) != 0);
    if (world.roll(10) == 0)
      others_meddle();
  }
  void others_meddle() {
    if (!world.provider.intents.empty()) {
      auto& i =
          std::next(world.provider.intents.begin(), pick(world.provider.intents.size()))->second;
      world.roll(2) ? world.provider.lapse(i)
                    : world.provider.refund_outside(i, 1 + world.roll(5'000));
    }
    auto& [key, cell] = *std::next(world.cells.begin(), pick(world.cells.size()));
    if (world.roll(4) == 0)
      world.ask_cell(key, stock::count{world.roll(4), "counted"});
  }
  int64_t pick(size_t of) { return world.roll(static_cast<int64_t>(of)); }

  /// For people who look into a failed seed: what is owed, and the money of those orders.
  std::string owed() const {
    std::ostringstream out;
    for (const auto& o : world.orders) {
      const auto left = model::pending(o.state, world.now);
      for (const auto& e : left)
        out << o.state.what.order_id << ":" << e.step << " ";
      if (!left.empty())
        out << story(o.state);
    }
    return out.str();
  }
  static std::string story(const model::state& s) {
    std::ostringstream out;
    out << "status " << static_cast<int>(s.status) << " " << s.why << "\n";
    for (const auto& a : s.attempts)
      out << "  attempt " << a.number << " kind " << static_cast<int>(a.kind) << " " << a.intent
          << " " << a.payment_method << " " << a.amount << ": " << a.outcome << "\n";
    for (const auto& i : s.intents)
      out << "  intent " << i.id << " status " << static_cast<int>(i.status) << " authorised "
          << i.authorised << " captured " << i.captured << " refunded " << i.refunded << "\n";
    return out.str();
  }

  // --- what must hold

  void check_refunds(const model::state& s) {
    for (const auto& i : s.intents) {
      int64_t asked = 0;
      for (const auto& a : s.attempts)
        if (a.kind == attempt_kind::refund && a.intent == i.id && a.open())
          asked += a.amount;
      EXPECT_LE(i.refunded + asked, i.captured) << "more is asked back than was captured";
    }
  }
  void check() {
    std::map<std::string, stock::level> expected;
    for (auto& o : world.orders) {
      SCOPED_TRACE(o.state.what.order_id + " has " + story(o.state));
      check_end(o);
      check_money(o);
      check_units(o.state, expected);
      const auto half = static_cast<size_t>(world.roll(static_cast<int64_t>(o.history.size())));
      EXPECT_EQ(model::encode(o.replayed(half)), model::encode(o.state));
    }
    for (const auto& [key, cell] : world.cells) {
      SCOPED_TRACE(key);
      const auto l = std::get<stock::level>(stock::model::answer(cell, stock::get{}));
      EXPECT_EQ(l.received + l.adjusted, l.on_hand + l.shipped - l.returned);
      EXPECT_EQ(l.holds, 0) << "every hold was claimed, released or lapsed";
      EXPECT_EQ(l.claims, expected[key].claims);
      EXPECT_EQ(l.shipped, expected[key].shipped);
    }
  }
  void check_end(const kit::order_life& o) {
    static const std::set<status> at_rest{status::confirmed, status::shipped,  status::delivered,
                                          status::cancelled, status::rejected, status::refunded};
    EXPECT_TRUE(at_rest.contains(o.state.status));
    EXPECT_TRUE(model::pending(o.state, world.now).empty());
    EXPECT_EQ(model::due(o.state), never);
    EXPECT_TRUE(o.state.cart_told);
  }
  void check_money(const kit::order_life& o) {
    const auto& s = o.state;
    const bool ended = s.status == status::cancelled || s.status == status::rejected;
    const bool left = std::ranges::any_of(s.shipments, &shipment::dispatched);
    const auto total = s.what.sums.total.amount;
    int64_t captured = 0, refunded = 0, authorised = 0, waiting = 0, charges = 0;
    for (const auto& [id, i] : world.provider.intents) {
      if (i.order_id != s.what.order_id)
        continue;
      captured += i.captured;
      refunded += i.refunded;
      authorised += i.authorised;
      charges += i.captured > 0;
      waiting += i.status == intent_status::requires_action;
      EXPECT_LE(i.refunded, i.captured);
    }
    EXPECT_LE(charges, 1) << "nobody is charged twice";
    EXPECT_TRUE(authorised == 0 || !(ended || left));
    // What others did behind its back an order learns by webhooks, which may be lost for ever.
    const bool alone = !world.provider.meddled.contains(s.what.order_id);
    if (alone) {
      EXPECT_EQ(waiting, 0) << "no buyer is asked to pay for what is decided";
      EXPECT_EQ(authorised, ended || left ? 0 : total);
      EXPECT_EQ(captured, left ? total : 0);
    }
    EXPECT_TRUE(captured == refunded || !(ended || s.status == status::refunded));
    auto books = o.ledger;
    int64_t sum = 0;
    for (const auto& [account, amount] : books)
      sum += amount;
    EXPECT_EQ(sum, 0);
    int64_t known = 0;
    for (const auto& i : s.intents)
      known += i.captured - i.refunded;
    EXPECT_EQ(books["psp_clearing"], known);
    EXPECT_TRUE(known == captured - refunded || !alone);
    for (const auto& [account, amount] : books)
      EXPECT_TRUE(amount == 0 || known != 0) << account;
  }
  void check_units(const model::state& s, std::map<std::string, stock::level>& expected) {
    const bool ended = s.status == status::cancelled || s.status == status::rejected;
    std::vector<int64_t> per_line(s.what.lines.size());
    for (const auto& r : s.reservations) {
      const auto key = stock::key_of(s.what.lines[r.line].sku, r.warehouse);
      if (r.state == unit_state::claimed)
        expected[key].claims += r.granted;
      if (r.state == unit_state::shipped)
        expected[key].shipped += r.granted;
      if (r.state == unit_state::claimed || r.state == unit_state::shipped)
        per_line[r.line] += r.granted;
    }
    for (size_t i = 0; i < per_line.size(); ++i)
      EXPECT_EQ(per_line[i], ended ? 0 : s.what.lines[i].quantity);
  }
};

constexpr uint64_t usual_runs = 2'000;
uint64_t runs(uint64_t usual) {
  const char* given = std::getenv("SOUK_RUNS");
  return given ? std::strtoull(given, nullptr, 10) : usual;
}

TEST(OrderAtRandom, EndsWithEveryUnitAndEveryCentWhereItBelongs) {
  std::map<status, int> ends;
  for (const auto seed : kit::seeds(1, runs(usual_runs))) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    lives l{seed};
    for (int act = 0; act < 3 && !testing::Test::HasFailure(); ++act) {
      l.world.faulty = true;
      for (int i = 0; i < 150; ++i)
        l.step();
      ASSERT_TRUE(l.world.heal()) << "owed for ever: " << l.owed();
      l.check();
    }
    if (testing::Test::HasFailure()) {
      std::cerr << "failed with SOUK_SEED=" << seed << "\n";
      return;
    }
    for (const auto& o : l.world.orders)
      ++ends[o.state.status];
  }
  // The dice reach every kind of end, or the checks above say nothing about it.
  const bool enough = !std::getenv("SOUK_SEED") && runs(usual_runs) >= 1'000;
  for (const auto s : {status::confirmed, status::shipped, status::delivered, status::cancelled,
                       status::rejected, status::refunded})
    EXPECT_TRUE(!enough || ends[s] > 10) << to_string(s) << " only " << ends[s] << " times";
}

} // namespace
} // namespace souk::order
