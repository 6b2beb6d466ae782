// Random lives of a stock cell against a reference that recounts everything from a plain list.
#include "actors/stock/stock.hpp"
#include "tests/kit/model_run.hpp"

#include <map>

namespace souk::stock {
namespace {

// Says what must be free, and nothing about how that is kept: no sums, no index, no forgetting.
struct naive_cell {
  struct entry {
    std::string state;
    int64_t quantity = 0;
    time_point until;
  };
  std::map<std::string, entry> entries;
  int64_t came = 0, corrected = 0, left = 0, back = 0;

  int64_t sum(const std::string& state) const {
    int64_t units = 0;
    for (const auto& [id, e] : entries)
      units += e.state == state ? e.quantity : 0;
    return units;
  }
  int64_t on_hand() const { return came + corrected - left + back; }
  int64_t free_at(time_point now) const {
    int64_t free = on_hand() - sum("claimed");
    for (const auto& [id, e] : entries)
      free -= e.state == "held" && e.until > now ? e.quantity : 0;
    return std::max<int64_t>(0, free);
  }
  void shipped(const std::string& id) {
    auto& e = entries[id];
    if (e.state != "claimed")
      return;
    e.state = "shipped";
    corrected += std::max<int64_t>(0, e.quantity - on_hand());
    left += e.quantity;
  }
};

struct life {
  std::mt19937_64 dice;
  kit::model_run<model> cell;
  naive_cell naive;

  int64_t roll(int64_t below) {
    return static_cast<int64_t>(dice() % static_cast<uint64_t>(below));
  }
  std::string any() { return "r" + std::to_string(roll(40)); }

  void step() {
    cell.now += microseconds{roll(20'000'000)};
    switch (roll(10)) {
    case 0:
      return on(receive{1 + roll(8), "r"});
    case 1:
      return roll(8) ? void() : on(count{roll(40), "c"});
    case 2:
      return on(extend{any(), cell.now + 1s * (1 + roll(120))});
    case 3:
      return on(release{any()});
    case 4:
      return on(ship{any()});
    case 5:
      return on(give_back{any(), 1 + roll(3)});
    case 6:
      return on(claim{any(), 1 + roll(4)});
    case 7:
      return roll(4) ? void() : on(expire{});
    default:
      return on(hold{any(), 1 + roll(4), cell.now + 1s * (1 + roll(120)), roll(4) == 0});
    }
  }

  template <class Command>
  void on(const Command& c) {
    const auto free_before = naive.free_at(cell.now);
    const auto reply = cell.run(c);
    follow(c, reply, free_before);
    check();
  }
  void follow(const hold& c, const result<reply>& r, int64_t free_before) {
    auto& e = naive.entries[c.reservation];
    const bool fresh = e.state.empty() || e.state == "held";
    if (!r) {
      EXPECT_TRUE(e.state == "released" || free_before < (c.allow_partial ? 1 : c.quantity));
      return;
    }
    const auto granted = std::get<held_units>(*r);
    if (!fresh ||
        (e.state == "held" && granted.expires == e.until && granted.granted == e.quantity))
      return; // a repeat
    EXPECT_EQ(granted.granted, std::min(free_before, c.quantity));
    EXPECT_TRUE(c.allow_partial || granted.granted == c.quantity);
    e = {"held", granted.granted, granted.expires};
  }
  void follow(const extend& c, const result<reply>& r, int64_t) {
    if (r && naive.entries[c.reservation].state == "held")
      naive.entries[c.reservation].until = std::get<held_units>(*r).expires;
  }
  void follow(const claim& c, const result<reply>& r, int64_t free_before) {
    auto& e = naive.entries[c.reservation];
    if (!r || e.state == "claimed" || e.state == "shipped")
      return;
    const auto own = e.state == "held" ? e.quantity : 0;
    EXPECT_LE(c.quantity, free_before + own);
    EXPECT_LE(naive.sum("claimed") + c.quantity, naive.on_hand());
    e = {"claimed", c.quantity, never};
  }
  void follow(const release& c, const result<reply>& r, int64_t) {
    EXPECT_EQ(!r, naive.entries[c.reservation].state == "shipped");
    if (r)
      naive.entries[c.reservation] = {"released", 0, never};
  }
  void follow(const ship& c, const result<reply>& r, int64_t) {
    if (r)
      naive.shipped(c.reservation);
  }
  void follow(const give_back& c, const result<reply>& r, int64_t) {
    naive.back += r ? c.quantity : 0;
  }
  void follow(const receive& c, const result<reply>&, int64_t) { naive.came += c.quantity; }
  void follow(const count& c, const result<reply>&, int64_t) {
    naive.corrected += c.on_hand - naive.on_hand();
  }
  void follow(const expire&, const result<reply>&, int64_t) {}

  // What the model let go of (lapsed, forgotten) leaves the reference, too; nothing else may
  // differ.
  void check() {
    for (auto it = naive.entries.begin(); it != naive.entries.end();) {
      const auto* known = cell.state.units.find(it->first);
      const auto& e = it->second;
      const bool may_go = e.state != "claimed" && (e.state != "held" || e.until <= cell.now);
      EXPECT_TRUE(known || may_go);
      it = known ? std::next(it) : naive.entries.erase(it);
    }
    const auto l = std::get<level>(model::answer(cell.state, get{}));
    EXPECT_EQ(l.on_hand, naive.on_hand());
    EXPECT_EQ(l.holds, naive.sum("held"));
    EXPECT_EQ(l.claims, naive.sum("claimed"));
    EXPECT_EQ(l.available, std::max<int64_t>(0, l.on_hand - l.holds - l.claims));
    EXPECT_EQ(l.received + l.adjusted, l.on_hand + l.shipped - l.returned);
    EXPECT_TRUE(l.on_hand >= 0 && l.holds >= 0 && l.claims >= 0 && l.shipped >= l.returned);
  }
};

TEST(StockCellAtRandom, AgreesWithACountByHand) {
  for (const auto seed : kit::seeds(1, 60)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    life l{std::mt19937_64{seed}, {}, {}};
    for (int i = 0; i < 500 && !testing::Test::HasFailure(); ++i)
      l.step();
    l.cell.expect_replays(static_cast<size_t>(l.roll(static_cast<int64_t>(l.cell.events()))));
    l.cell.expect_total();
    if (testing::Test::HasFailure())
      return;
  }
}

TEST(StockCellAtRandom, SellsExactlyWhatItHasToACrowd) {
  for (const auto seed : kit::seeds(1, 20)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    std::mt19937_64 dice{seed};
    kit::model_run<model> cell;
    const auto units = static_cast<int64_t>(1 + dice() % 50);
    cell.must(receive{units, ""});
    int64_t sold = 0;
    for (int buyer = 0; buyer < 200; ++buyer) {
      const auto id = "buyer" + std::to_string(buyer);
      if (cell.run(hold{id, 1, cell.now + 10min}) && cell.run(claim{id, 1}))
        ++sold;
    }
    EXPECT_EQ(sold, units);
  }
}

} // namespace
} // namespace souk::stock
