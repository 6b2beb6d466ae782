// Random lives of carts: a user's and a guest's that merge, with the order answering as it likes.
#include "actors/cart/cart.hpp"
#include "tests/kit/carts.hpp"
#include "tests/kit/model_run.hpp"

#include <set>

namespace souk::cart {
namespace {

struct cart_life {
  std::mt19937_64 dice;
  kit::model_run<model> cart{};
  std::map<std::string, int64_t> wanted{}; ///< SKU → units, counted by hand
  std::set<std::string> absorbed{};
  std::vector<std::string> orders{};
  int ids = 0;

  int64_t roll(int64_t below) {
    return static_cast<int64_t>(dice() % static_cast<uint64_t>(below));
  }
  std::string sku() { return "S" + std::to_string(roll(12)); }
  std::string fresh(const std::string& what) { return what + std::to_string(++ids); }
  std::string any_order() {
    return orders.empty() || roll(5) == 0
               ? "stale"
               : orders[static_cast<size_t>(roll(static_cast<int64_t>(orders.size())))];
  }
  std::string any_line() {
    const auto& lines = cart.state.lines;
    return lines.empty() || roll(8) == 0
               ? "none"
               : lines[static_cast<size_t>(roll(static_cast<int64_t>(lines.size())))].id;
  }
  std::string sku_of(const std::string& id) const {
    for (const auto& l : cart.state.lines)
      if (l.id == id)
        return l.sku;
    return {};
  }

  void step() {
    cart.now += microseconds{roll(3'600'000'000)};
    const auto before = std::get<cart_view>(model::answer(cart.state, get{}));
    const auto events = cart.events();
    act();
    check(before, cart.events() - events);
  }

  void act() {
    switch (roll(14)) {
    case 0:
    case 1:
    case 2:
      return add(kit::line_of(fresh("l"), sku(), roll(4'000), roll(5'000)));
    case 3:
      return change({any_line(), roll(6), {}});
    case 4:
      return remove({any_line(), {}});
    case 5:
      return void(cart.run(reprice{{{any_line(), {roll(5'000), kit::eur}, cart.now}}}));
    case 6:
      return check_out();
    case 7:
      return void(cart.run(order_answered{any_order()}));
    case 8:
      return void(cart.run(reopen{any_order(), {{"sold_out", any_line(), "", 0}}}));
    case 9:
      return roll(30) ? void() : void(cart.run(complete{any_order()}));
    case 10:
      return take_over();
    case 11:
      return void(cart.run(hand_over{"c", "d"}));
    case 12:
      return roll(10) ? void(cart.run(merge_refused{"d"})) : void(cart.run(merge_answered{"d"}));
    default:
      return void(
          cart.run(roll(2) ? command{claim{"u"}} : command{set_country{roll(2) ? "DE" : "FR"}}));
    }
  }
  void add(const add_line& c) {
    if (cart.run(c))
      wanted[c.sku] += c.quantity;
  }
  void change(const change_line& c) {
    const auto which = sku_of(c.line);
    if (cart.run(c))
      wanted[which] = c.quantity;
  }
  void remove(const remove_line& c) {
    const auto which = sku_of(c.line);
    if (cart.run(c))
      wanted.erase(which);
  }
  void check_out() {
    const bool was_open = cart.state.status == status::open;
    const auto id = fresh("o");
    const auto reply = cart.run(checkout{kit::placement_of(cart.state, id), {}});
    if (!reply)
      return;
    const auto got = std::get<cart_view>(*reply).order_id;
    EXPECT_EQ(got, was_open ? id : orders.back());
    if (was_open)
      orders.push_back(id);
  }
  void take_over() {
    const auto from = "g" + std::to_string(roll(80));
    absorb guest{from, {}};
    for (int i = 0; i < 3; ++i)
      guest.lines.push_back(
          {fresh("g-l"), sku(), "p", "t", {{"size", "M"}}, 1 + roll(50), {100, kit::eur}, {}});
    const bool first = !absorbed.contains(from);
    if (!cart.run(guest) || !first)
      return;
    absorbed.insert(from);
    for (const auto& l : guest.lines)
      wanted[l.sku] = std::min<int64_t>(9'999, wanted[l.sku] + l.quantity);
  }

  void check(const cart_view& before, size_t events) {
    const auto v = std::get<cart_view>(model::answer(cart.state, get{}));
    EXPECT_EQ(v.version, before.version + events);
    EXPECT_TRUE(events > 0 || v == before);
    int64_t sum = 0;
    std::map<std::string, int64_t> units;
    for (const auto& l : v.lines) {
      EXPECT_EQ(l.line_total.amount, l.unit_price.amount * l.quantity);
      EXPECT_TRUE(l.quantity >= 1 && l.quantity <= 9'999);
      sum += l.line_total.amount;
      units[l.sku] += l.quantity;
    }
    EXPECT_EQ(v.subtotal.amount, sum);
    std::erase_if(wanted, [](const auto& entry) { return entry.second == 0; });
    EXPECT_EQ(units, wanted);
    EXPECT_LE(cart.pending().size(), 1u);
    const bool has_order = v.status == status::ordering || v.status == status::ordered;
    EXPECT_EQ(v.order_id.empty(), !has_order);
    const bool stays_closed = before.status != status::open && v.status != status::open;
    EXPECT_TRUE(!stays_closed || v.lines == before.lines);
    const bool is_final = before.status == status::ordered || before.status == status::merged;
    EXPECT_TRUE(!is_final || v == before);
  }
};

TEST(CartAtRandom, AddsUpAndHasOneOrderAtATime) {
  for (const auto seed : kit::seeds(1, 80)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    cart_life life{std::mt19937_64{seed}};
    life.cart.must(open{kit::eur, "DE", "", ""});
    for (int i = 0; i < 250 && !testing::Test::HasFailure(); ++i)
      life.step();
    life.cart.expect_replays(
        static_cast<size_t>(life.roll(static_cast<int64_t>(life.cart.events()))));
    life.cart.expect_total();
    if (testing::Test::HasFailure())
      return;
  }
}

// Two carts and a network that repeats and reorders: units are neither lost nor doubled.
TEST(CartAtRandom, MergesEveryUnitExactlyOnce) {
  for (const auto seed : kit::seeds(1, 200)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    std::mt19937_64 dice{seed};
    kit::model_run<model> guest, user;
    guest.must(open{kit::eur, "DE", "", ""});
    user.must(open{kit::eur, "DE", "u", ""});
    int64_t units = 0;
    for (int i = 0; i < 6; ++i) {
      const auto quantity = static_cast<int64_t>(1 + dice() % 9);
      units += quantity;
      auto& cart = i % 2 ? guest : user;
      cart.must(kit::line_of("l" + std::to_string(i), "S" + std::to_string(dice() % 3), quantity));
    }
    guest.must(hand_over{"g", "u"});
    const auto owed = std::get<merge_into>(guest.pending().at(0).what).what;
    for (auto repeats = 1 + dice() % 4; repeats > 0; --repeats) {
      user.must(owed);
      if (dice() % 2)
        guest.must(merge_answered{"u"});
    }
    guest.must(merge_answered{"u"});
    int64_t there = 0;
    for (const auto& l : user.state.lines)
      there += l.quantity;
    EXPECT_EQ(there, units);
    EXPECT_EQ(guest.state.status, status::merged);
  }
}

} // namespace
} // namespace souk::cart
