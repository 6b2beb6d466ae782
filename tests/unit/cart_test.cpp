// What a cart says to each command in each state.
#include "actors/cart/cart.hpp"
#include "actors/cart/merge.hpp"
#include "tests/kit/carts.hpp"
#include "tests/kit/model_run.hpp"

namespace souk::cart {
namespace {

using kit::eur;
using kit::line_of;

struct Cart : testing::Test {
  kit::model_run<model> cart;

  Cart() { cart.must(open{eur, "DE", "", "s1"}); }
  cart_view view() { return cart.must(get{}); }
  cart_view check_out(const std::string& order_id) {
    return cart.must(checkout{kit::placement_of(cart.state, order_id), {}});
  }
  // Every command that changes what is in the cart or where it goes.
  std::vector<command> changes() const {
    return {line_of("l9", "NEW", 1), change_line{"l1", 3, {}},
            remove_line{"l1", {}},   reprice{{{"l1", {5, eur}, cart.now}}},
            set_country{"FR"},       claim{"u1"},
            hand_over{"c", "d"},     absorb{"g", {}}};
  }
};

TEST_F(Cart, IsUnknownUntilItIsOpened) {
  kit::model_run<model> fresh;
  auto all = changes();
  all.insert(all.end(), {get{}, checkout{}, order_answered{"o"}, reopen{"o", {}}, complete{"o"},
                         merge_answered{"d"}, merge_refused{"d"}, expire{}});
  for (const auto& c : all)
    EXPECT_EQ(fresh.refused(c), errc::not_found) << c.index();
  EXPECT_EQ(model::due(fresh.state), never);
  EXPECT_EQ(fresh.refused(open{eur, "Germany", "", ""}), errc::invalid);
}

TEST_F(Cart, OpensOnce) {
  EXPECT_EQ(view().status, status::open);
  EXPECT_EQ(view().version, 1u);
  EXPECT_EQ(view().session, "s1");
  EXPECT_EQ(cart.refused(open{eur, "DE", "", ""}), errc::conflict);
}

TEST_F(Cart, AddsUpItsLines) {
  cart.must(line_of("l1", "A", 2, 1050));
  const auto v = cart.must(line_of("l2", "B", 1, 399));
  ASSERT_EQ(v.lines.size(), 2u);
  EXPECT_EQ(v.lines[0].id, "l1");
  EXPECT_EQ(v.lines[0].line_total, (money{2100, eur}));
  EXPECT_EQ(v.subtotal, (money{2499, eur}));
  EXPECT_EQ(v.version, 3u);
}

TEST_F(Cart, AddsTheSameSkuWithTheSameOptionsToItsLine) {
  cart.must(line_of("l1", "A", 2, 1000));
  auto dearer = line_of("l2", "A", 3, 1200);
  dearer.priced_at = from_micros(2);
  const auto v = cart.must(dearer);
  ASSERT_EQ(v.lines.size(), 1u);
  EXPECT_EQ(v.lines[0].quantity, 5);
  EXPECT_EQ(v.lines[0].unit_price.amount, 1200);
  auto large = line_of("l3", "A", 1);
  large.options["size"] = "L";
  EXPECT_EQ(cart.must(large).lines.size(), 2u);
}

TEST_F(Cart, RefusesWhatIsOutOfRangeAndNamesTheField) {
  EXPECT_EQ(cart.refused(line_of("l1", "A", 0)), errc::invalid);
  EXPECT_EQ(cart.refused(line_of("l1", "A", -1)), errc::invalid);
  EXPECT_EQ(cart.refused(line_of("l1", "A", 10'000)), errc::invalid);
  EXPECT_EQ(cart.refused(line_of("l1", "", 1)), errc::invalid);
  EXPECT_EQ(cart.refused(line_of("l1", "A", 1, -5)), errc::invalid);
  EXPECT_EQ(cart.refused(line_of("l1", "A", 2, amount_max)), errc::invalid);
  EXPECT_EQ(cart.refused(line_of("l1", "A", 1, 100, kit::usd)), errc::invalid);
  EXPECT_EQ(cart.refused(set_country{"de"}), errc::invalid);
  cart.must(line_of("l1", "A", 9'999));
  const auto more = cart.run(line_of("l2", "A", 1));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().problems.at(0).field, "/quantity");
  EXPECT_EQ(cart.refused(change_line{"l1", 10'000, {}}), errc::invalid);
  EXPECT_EQ(cart.refused(reprice{{{"l1", {amount_max, eur}, cart.now}}}), errc::invalid);
}

TEST_F(Cart, HoldsAtMost200Lines) {
  for (int i = 0; i < 200; ++i)
    cart.must(line_of("l" + std::to_string(i), "S" + std::to_string(i), 1));
  EXPECT_EQ(cart.refused(line_of("x", "X", 1)), errc::invalid);
  EXPECT_EQ(cart.must(line_of("x", "S7", 1)).lines.size(), 200u);
}

TEST_F(Cart, ChangesAndRemovesLines) {
  cart.must(line_of("l1", "A", 2));
  EXPECT_EQ(cart.must(change_line{"l1", 5, {}}).subtotal.amount, 5000);
  const auto events = cart.events();
  cart.must(change_line{"l1", 5, {}});
  EXPECT_EQ(cart.events(), events);
  EXPECT_EQ(cart.refused(change_line{"l2", 1, {}}), errc::not_found);
  EXPECT_TRUE(cart.must(remove_line{"l1", {}}).lines.empty());
  EXPECT_EQ(cart.refused(remove_line{"l1", {}}), errc::not_found);
}

TEST_F(Cart, HonoursTheExpectedVersion) {
  auto add = line_of("l1", "A", 1);
  add.expected_version = 7;
  EXPECT_EQ(cart.refused(add), errc::precondition_failed);
  add.expected_version = 1;
  cart.must(add);
  EXPECT_EQ(cart.refused(change_line{"l1", 2, 1}), errc::precondition_failed);
  EXPECT_EQ(cart.refused(remove_line{"l1", 1}), errc::precondition_failed);
  EXPECT_EQ(cart.refused(checkout{kit::placement_of(cart.state, "o"), 1}),
            errc::precondition_failed);
  EXPECT_EQ(cart.must(checkout{kit::placement_of(cart.state, "o"), 2}).order_id, "o");
}

TEST_F(Cart, TakesFreshPricesOnly) {
  cart.must(line_of("l1", "A", 2));
  EXPECT_EQ(cart.must(reprice{{{"l1", {700, eur}, cart.now}, {"gone", {1, eur}, cart.now}}})
                .subtotal.amount,
            1400);
  EXPECT_EQ(cart.must(reprice{{{"l1", {900, eur}, cart.now - 1s}}}).subtotal.amount, 1400);
  EXPECT_EQ(cart.refused(reprice{{{"l1", {900, kit::usd}, cart.now}}}), errc::invalid);
}

TEST_F(Cart, BecomesTheUsersButNotAnothers) {
  EXPECT_EQ(cart.must(claim{"u1"}).user_id, "u1");
  EXPECT_EQ(cart.must(claim{"u1"}).user_id, "u1");
  EXPECT_EQ(cart.refused(claim{"u2"}), errc::forbidden);
  EXPECT_EQ(cart.refused(claim{""}), errc::invalid);
  EXPECT_EQ(cart.must(set_country{"FR"}).country, "FR");
}

TEST_F(Cart, RefusesToOrderNothingOrSomethingElse) {
  EXPECT_EQ(cart.refused(checkout{kit::placement_of(cart.state, "o"), {}}), errc::invalid);
  cart.must(line_of("l1", "A", 2));
  const auto quoted = kit::placement_of(cart.state, "o");
  cart.must(change_line{"l1", 3, {}});
  EXPECT_EQ(cart.refused(checkout{quoted, {}}), errc::quote_changed);
  auto nameless = kit::placement_of(cart.state, "");
  EXPECT_EQ(cart.refused(checkout{nameless, {}}), errc::invalid);
}

TEST_F(Cart, OwesTheOrderUntilItAnswers) {
  cart.must(line_of("l1", "A", 2));
  EXPECT_EQ(check_out("o1").status, status::ordering);
  const auto owed = cart.pending();
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].step, "place/o1");
  EXPECT_EQ(std::get<place_order>(owed[0].what).placed, kit::placement_of(cart.state, "o1"));
  cart.must(order_answered{"stale"});
  EXPECT_EQ(cart.pending().size(), 1u);
  cart.must(order_answered{"o1"});
  EXPECT_TRUE(cart.pending().empty());
  EXPECT_EQ(model::due(cart.state), never);
}

TEST_F(Cart, GivesEveryFurtherCheckoutTheSameOrder) {
  cart.must(line_of("l1", "A", 2));
  check_out("o1");
  EXPECT_EQ(check_out("o2").order_id, "o1");
  EXPECT_EQ(cart.must(checkout{kit::placement_of(cart.state, "o3"), 1}).order_id, "o1");
  cart.must(complete{"o1"});
  EXPECT_EQ(check_out("o4").order_id, "o1");
  EXPECT_EQ(view().status, status::ordered);
}

TEST_F(Cart, RefusesChangeWhileAndAfterItIsOrdered) {
  cart.must(line_of("l1", "A", 2));
  check_out("o1");
  for (const auto& c : changes())
    EXPECT_EQ(cart.refused(c), errc::cart_closed) << c.index();
  cart.must(complete{"o1"});
  for (const auto& c : changes())
    EXPECT_EQ(cart.refused(c), errc::cart_closed) << c.index();
  cart.must(reopen{"o1", {}});
  EXPECT_EQ(view().status, status::ordered);
}

TEST_F(Cart, OpensAgainWhenItsOrderIsRejected) {
  cart.must(line_of("l1", "A", 2));
  check_out("o1");
  cart.must(reopen{"stale", {}});
  EXPECT_EQ(view().status, status::ordering);
  const problem why{"sold_out", "l1", "not enough units", 1};
  const auto v = cart.must(reopen{"o1", {why}});
  EXPECT_EQ(v.status, status::open);
  EXPECT_EQ(v.order_id, "");
  EXPECT_EQ(v.problems, std::vector{why});
  const auto events = cart.events();
  cart.must(reopen{"o1", {why}});
  cart.must(complete{"o1"});
  cart.must(order_answered{"o1"});
  EXPECT_EQ(cart.events(), events);
  EXPECT_TRUE(cart.must(change_line{"l1", 1, {}}).problems.empty());
  EXPECT_EQ(check_out("o2").order_id, "o2");
}

TEST_F(Cart, AnswersARepeatedCheckoutWithItsOwnOrderAlsoWhenThatWasRejected) {
  const auto first = make_command_id({"first"}), second = make_command_id({"second"});
  const auto order_of = [&](const command_id& id) { return order_id_for(id, "c", cart.now); };
  cart.must(line_of("l1", "A", 2));
  const auto rejected = check_out(order_of(first)).order_id;
  cart.must(reopen{rejected, {}});
  cart.must(change_line{"l1", 1, {}});
  cart.now += 5s;
  ASSERT_NE(order_of(first), rejected) << "ids begin with the time";
  const auto events = cart.events();
  EXPECT_EQ(check_out(order_of(first)).order_id, rejected);
  EXPECT_EQ(cart.events(), events);
  EXPECT_EQ(view().rejected, std::vector{rejected});
  cart.expect_replays(events / 2);
  cart.expect_replays(events - 1);
  const auto placed = check_out(order_of(second)).order_id;
  EXPECT_EQ(placed, order_of(second));
  EXPECT_EQ(check_out(order_of(first)).order_id, rejected) << "not what another command made";
  EXPECT_EQ(check_out(order_of(second)).order_id, placed);
}

TEST_F(Cart, DerivesTheOrdersIdFromTheCommandAndTheCart) {
  const auto one = make_command_id({"one"});
  const auto id = order_id_for(one, "c", cart.now);
  EXPECT_TRUE(is_plausible_id(id));
  EXPECT_LT(id, order_id_for(one, "c", cart.now + 1s));
  EXPECT_EQ(find_repeated({id}, order_id_for(one, "d", cart.now)), nullptr);
  EXPECT_EQ(find_repeated({id}, order_id_for(make_command_id({"two"}), "c", cart.now)), nullptr);
}

TEST_F(Cart, HandsItsLinesOverOnce) {
  cart.must(line_of("l1", "A", 2));
  EXPECT_EQ(cart.refused(hand_over{"c", "c"}), errc::invalid);
  EXPECT_EQ(cart.must(hand_over{"c", "d"}).status, status::merging);
  auto all = changes();
  std::erase_if(all, [](const command& c) { return std::holds_alternative<hand_over>(c); });
  all.emplace_back(hand_over{"c", "e"});
  for (const auto& c : all)
    EXPECT_EQ(cart.refused(c), errc::cart_closed) << c.index();
  EXPECT_EQ(cart.refused(checkout{kit::placement_of(cart.state, "o"), {}}), errc::cart_closed);
  const auto owed = cart.pending();
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].step, "merge/d");
  const auto& what = std::get<merge_into>(owed[0].what);
  EXPECT_EQ(what.to_cart, "d");
  EXPECT_EQ(what.what.from_cart, "c");
  EXPECT_EQ(what.what.lines, cart.state.lines);
  cart.must(merge_answered{"d"});
  EXPECT_EQ(cart.must(hand_over{"c", "d"}).to_cart, "d");
  EXPECT_EQ(view().status, status::merged);
  EXPECT_TRUE(cart.pending().empty());
  cart.must(merge_refused{"d"});
  EXPECT_EQ(view().status, status::merged);
}

TEST_F(Cart, OpensAgainWhenTheOtherCartRefuses) {
  cart.must(line_of("l1", "A", 2));
  cart.must(hand_over{"c", "d"});
  cart.must(merge_refused{"other"});
  EXPECT_EQ(view().status, status::merging);
  EXPECT_EQ(cart.must(merge_refused{"d"}).status, status::open);
  cart.must(merge_answered{"d"});
  EXPECT_EQ(cart.must(change_line{"l1", 1, {}}).to_cart, "");
}

line guest_line(const std::string& id, const std::string& sku, int64_t quantity,
                currency unit = eur) {
  return {id, sku, "p", "The " + sku, {{"size", "M"}}, quantity, {1000, unit}, from_micros(1)};
}

TEST_F(Cart, AbsorbsAnotherCartOnce) {
  cart.must(line_of("l1", "A", 2));
  const absorb guest{"g", {guest_line("g1", "A", 3), guest_line("g2", "B", 1)}};
  const auto v = cart.must(guest);
  ASSERT_EQ(v.lines.size(), 2u);
  EXPECT_EQ(v.lines[0].quantity, 5);
  EXPECT_EQ(v.lines[1].id, "g2");
  EXPECT_EQ(cart.must(guest), v);
  check_out("o1");
  EXPECT_EQ(cart.must(guest).status, status::ordering);
  EXPECT_EQ(cart.refused(absorb{"h", {}}), errc::cart_closed);
}

TEST_F(Cart, NotesWhatItCannotAbsorb) {
  cart.must(line_of("l1", "A", 9'000));
  const auto v = cart.must(absorb{"g",
                                  {guest_line("g1", "A", 2'000), guest_line("g2", "B", 1, kit::usd),
                                   guest_line("g3", "D", 4)}});
  ASSERT_EQ(v.lines.size(), 2u);
  EXPECT_EQ(v.lines[0].quantity, 9'999);
  EXPECT_EQ(v.lines[1].sku, "D");
  ASSERT_EQ(v.problems.size(), 2u);
  EXPECT_EQ(v.problems[0].code, "out_of_range");
  EXPECT_EQ(v.problems[0].available, 9'999);
  EXPECT_EQ(v.problems[1].code, "currency_mismatch");
}

TEST_F(Cart, AbsorbsALineWhoseIdItUsesForAnother) {
  cart.must(line_of("l1", "A", 1));
  const auto v = cart.must(absorb{"g", {guest_line("l1", "C", 2)}});
  ASSERT_EQ(v.lines.size(), 2u);
  EXPECT_TRUE(v.problems.empty());
  EXPECT_EQ(v.lines[1].sku, "C");
  EXPECT_EQ(v.lines[1].id, other_line_id("g", "l1"));
}

TEST_F(Cart, ExpiresAfter30IdleDays) {
  cart.must(line_of("l1", "A", 1));
  cart.now += idle_max - 1s;
  EXPECT_TRUE(cart.pending().empty());
  EXPECT_EQ(cart.must(expire{}).status, status::open);
  cart.now += 1s;
  ASSERT_EQ(cart.pending().size(), 1u);
  EXPECT_EQ(cart.pending()[0].step, "expire/" + std::to_string(to_micros(cart.now)));
  EXPECT_EQ(cart.must(expire{}).status, status::expired);
  EXPECT_EQ(cart.must(expire{}).status, status::expired);
  for (const auto& c : changes())
    EXPECT_EQ(cart.refused(c), errc::not_found) << c.index();
  EXPECT_EQ(cart.refused(get{}), errc::not_found);
  EXPECT_EQ(cart.refused(open{eur, "DE", "", ""}), errc::conflict);
  EXPECT_TRUE(cart.pending().empty());
}

TEST_F(Cart, RefusesHistoryItCannotRead) {
  EXPECT_EQ(model::decode_event("").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event("\xff\xff").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event(model::encode(model::event{line_changed{"l", -1}})).error().code,
            errc::corrupt);
  EXPECT_EQ(model::decode_state("", 1).error().code, errc::corrupt);
  EXPECT_EQ(model::decode_state(model::encode(cart.state), 2).error().code, errc::corrupt);
}

} // namespace
} // namespace souk::cart
