// What an order does by itself until it is confirmed, what it owes to others and what it says.
#include "tests/kit/order_fixture.hpp"

namespace souk::order {
namespace {

struct Order : order_fixture {};

// --- placing and holding

TEST_F(Order, IsUnknownUntilItIsPlaced) {
  for (const command& c :
       {command{get{}}, command{cancel{}}, command{ship{}}, command{check_time{}},
        command{units_held{"o/0/0", 1, never}}, command{intent_seen{}}})
    EXPECT_EQ(order.refused(c), errc::not_found);
  EXPECT_EQ(model::due(order.state), never);
  EXPECT_FALSE(model::is_ready(order.state, await_outcome{}));
}

TEST_F(Order, IsPlacedOnce) {
  place_two_lines();
  const auto before = order.events();
  order.must(place{kit::order_of("o", {kit::order_line("x", "X", 9, {"rome"})}, 5)});
  EXPECT_EQ(order.events(), before);
  EXPECT_EQ(view().placed.lines.size(), 2u);
}

TEST_F(Order, RemembersWhatWasChosenOfEachLine) {
  auto line = kit::order_line("a", "A", 1, {"rome"});
  line.options = {{"colour", "Sand"}, {"size", "M"}};
  order.must(place{kit::order_of("o", {line}, 5)});
  const auto read = model::decode_event(model::encode(placed{view().placed})).value();
  EXPECT_EQ(std::get<placed>(read).what, view().placed);
  EXPECT_EQ(label_of(view().placed.lines.at(0).options), "Sand · M");
}

TEST_F(Order, NeedsLines) {
  EXPECT_EQ(order.refused(place{kit::order_of("o", {}, 1)}), errc::invalid);
}

TEST_F(Order, AsksForAllLinesAtOnceEachAtItsNearestWarehouse) {
  place_two_lines();
  const auto asks = owed<ask_hold>();
  ASSERT_EQ(asks.size(), 2u);
  EXPECT_EQ(asks[0].sku + "@" + asks[0].warehouse, "A@berlin");
  EXPECT_EQ(asks[1].sku + "@" + asks[1].warehouse, "B@paris");
  EXPECT_EQ(asks[0].quantity, 2);
  EXPECT_FALSE(asks[0].partial);
  EXPECT_EQ(asks[0].expires, order.now + 600s);
}

TEST_F(Order, FallsBackToTheNextWarehouse) {
  place_two_lines();
  refuse("o/0/0", errc::sold_out, 1);
  const auto asks = owed<ask_hold>();
  ASSERT_EQ(asks.size(), 2u);
  EXPECT_EQ(asks[1].reservation + "@" + asks[1].warehouse, "o/0/1@paris");
  EXPECT_FALSE(asks[1].partial);
}

TEST_F(Order, SplitsOverWarehousesThatHaveEnoughTogether) {
  place_lines({kit::order_line("l0", "A", 5, {"berlin", "rome", "paris"})});
  refuse("o/0/0", errc::sold_out, 3);
  refuse("o/0/1", errc::sold_out, 0);
  refuse("o/0/2", errc::sold_out, 2);
  ASSERT_EQ(owed<ask_hold>().size(), 1u);
  EXPECT_EQ(owed<ask_hold>()[0].warehouse, "berlin");
  EXPECT_TRUE(owed<ask_hold>()[0].partial);
  order.must(units_held{"o/0/3", 3, order.now + 600s});
  ASSERT_EQ(owed<ask_hold>().size(), 1u);
  EXPECT_EQ(owed<ask_hold>()[0].warehouse, "paris");
  EXPECT_EQ(owed<ask_hold>()[0].quantity, 2);
  order.must(units_held{"o/0/4", 2, order.now + 600s});
  EXPECT_EQ(now_is(), status::authorising);
}

TEST_F(Order, DoesNotSplitWhatIsTooLittleTogether) {
  place_lines({kit::order_line("l0", "A", 5, {"berlin", "paris"})});
  refuse("o/0/0", errc::sold_out, 3);
  refuse("o/0/1", errc::sold_out, 1);
  EXPECT_EQ(now_is(), status::rejected);
  const auto v = view();
  ASSERT_EQ(v.problems.size(), 1u);
  EXPECT_EQ(v.problems[0].code, "sold_out");
  EXPECT_EQ(v.problems[0].field, "l0");
  EXPECT_EQ(v.problems[0].available, 4);
}

TEST_F(Order, GivesEverythingBackWhenOneLineIsSoldOutEvenWhatIsNotAnswered) {
  place_two_lines();
  refuse("o/1/0", errc::sold_out, 0);
  EXPECT_EQ(now_is(), status::compensating);
  EXPECT_TRUE(owed<ask_hold>().empty());
  ASSERT_EQ(owed<ask_release>().size(), 1u);
  EXPECT_EQ(owed<ask_release>()[0].reservation, "o/0/0");
  order.must(units_held{"o/0/0", 2, order.now + 600s}); // was under way
  EXPECT_EQ(owed<ask_release>().size(), 1u);
  EXPECT_FALSE(model::is_ready(order.state, await_outcome{}));
  release_all();
  EXPECT_EQ(now_is(), status::rejected);
  ASSERT_EQ(owed<tell_cart>().size(), 1u);
  EXPECT_FALSE(owed<tell_cart>()[0].confirmed);
  ASSERT_EQ(owed<tell_cart>()[0].problems.size(), 1u);
  EXPECT_EQ(owed<tell_cart>()[0].problems[0].field, "l1");
  EXPECT_FALSE(model::is_ready(order.state, await_outcome{})) << "the cart is not open yet";
  order.must(cart_told{});
  EXPECT_TRUE(model::is_ready(order.state, await_outcome{}));
  EXPECT_TRUE(order.pending().empty());
  EXPECT_EQ(model::due(order.state), never);
}

TEST_F(Order, TriesOnceMoreWhenItOnlyMetHeldUnits) {
  place_lines({kit::order_line("l0", "A", 2, {"berlin"})});
  refuse("o/0/0", errc::held, 0);
  EXPECT_EQ(now_is(), status::holding);
  EXPECT_TRUE(order.pending().empty());
  EXPECT_EQ(model::due(order.state), order.now + held_retry);
  order.now += held_retry;
  ASSERT_EQ(owed<look_at_clock>().size(), 1u);
  order.must(check_time{});
  ASSERT_EQ(owed<ask_hold>().size(), 1u);
  EXPECT_EQ(owed<ask_hold>()[0].reservation, "o/0/1");
  refuse("o/0/1", errc::held, 0);
  EXPECT_EQ(now_is(), status::rejected);
  EXPECT_EQ(view().problems[0].code, "held");
}

TEST_F(Order, AsksForTheRestOfASplitLineInItsSecondRound) {
  place_lines({kit::order_line("l0", "A", 4, {"berlin", "paris"})});
  refuse("o/0/0", errc::held, 2);
  refuse("o/0/1", errc::held, 2);
  order.must(units_held{"o/0/2", 2, order.now + 600s});
  refuse("o/0/3", errc::held, 0); // somebody was quicker
  order.now += held_retry;
  order.must(check_time{});
  ASSERT_EQ(owed<ask_hold>().size(), 1u);
  EXPECT_EQ(owed<ask_hold>()[0].quantity, 2);
}

TEST_F(Order, IsRejectedWhenStockDoesNotAnswerInTime) {
  place_two_lines();
  order.now += holding_deadline;
  ASSERT_EQ(owed<look_at_clock>().size(), 1u);
  order.must(check_time{});
  release_all();
  EXPECT_EQ(now_is(), status::rejected);
}

// --- paying

TEST_F(Order, AuthorisesOnlyWhenAllIsHeld) {
  place_two_lines();
  order.must(units_held{"o/0/0", 2, order.now + 600s});
  EXPECT_TRUE(owed<call_provider>().empty());
  order.must(units_held{"o/1/0", 1, order.now + 600s});
  ASSERT_EQ(owed<call_provider>().size(), 1u);
  EXPECT_EQ(owed<call_provider>()[0].amount.amount, 1000);
  EXPECT_EQ(owed<call_provider>()[0].what.payment_method, "good");
  EXPECT_EQ(steps(), std::set<std::string>{"pay/1"});
}

TEST_F(Order, ExtendsHoldsThatWouldLapseBeforeTheProviderAnswers) {
  place_two_lines();
  order.must(units_held{"o/0/0", 2, order.now + 30s});
  order.must(units_held{"o/1/0", 1, order.now + 600s});
  EXPECT_EQ(steps(), std::set<std::string>{"extend/o/0/0"});
  EXPECT_EQ(owed<ask_extend>()[0].expires, order.now + provider_deadline);
  order.must(units_extended{"o/0/0", order.now + provider_deadline});
  EXPECT_EQ(steps(), std::set<std::string>{"pay/1"});
}

TEST_F(Order, GoesOnAskingTheProviderWhileItExtendsItsHoldsAgain) {
  place_two_lines();
  order.must(units_held{"o/0/0", 2, order.now + provider_deadline});
  order.must(units_held{"o/1/0", 1, order.now + 600s});
  for (int minute = 0; minute < 10; ++minute) {
    EXPECT_EQ(steps(), std::set<std::string>{"pay/1"});
    order.now += provider_deadline / 2 + 1s;
    EXPECT_EQ(steps().count("pay/1"), 1u) << "its failures would be forgotten";
    ASSERT_FALSE(owed<ask_extend>().empty());
    for (const auto& e : owed<ask_extend>())
      order.must(units_extended{e.reservation, e.expires});
  }
  order.now += provider_deadline - 1s;
  EXPECT_EQ(steps().count("pay/1"), 0u) << "nobody pays for units that are about to be lost";
}

TEST_F(Order, TakesAnotherCardWithinTheHold) {
  place_two_lines();
  grant_all();
  answer(1, fact("pi_1", intent_status::requires_payment_method, 1));
  EXPECT_EQ(now_is(), status::payment_failed);
  EXPECT_TRUE(model::is_ready(order.state, await_outcome{}));
  EXPECT_EQ(view().payment.decline_code, "card_declined");
  EXPECT_EQ(order.refused(pay{""}), errc::invalid);
  order.must(pay{"good"});
  EXPECT_EQ(order.refused(pay{"good"}), errc::conflict);
  answer(2, fact("pi_2", intent_status::requires_capture, 2));
  EXPECT_EQ(now_is(), status::claiming);
  EXPECT_EQ(last_attempt().kind, attempt_kind::cancel) << "the first card must not pay, too";
  EXPECT_EQ(last_attempt().intent, "pi_1");
}

TEST_F(Order, TriesAFiniteNumberOfCards) {
  place_two_lines();
  grant_all();
  for (int64_t i = 1; i < attempts_max; ++i) {
    order.must(attempt_failed{i, "no such card"});
    ASSERT_EQ(now_is(), status::payment_failed);
    order.must(pay{"another"});
  }
  order.must(attempt_failed{attempts_max, "no such card"});
  EXPECT_EQ(order.refused(pay{"another"}), errc::conflict);
}

TEST_F(Order, GoesOnAfterTheBuyersAction) {
  place_two_lines();
  grant_all();
  answer(1, fact("pi_1", intent_status::requires_action, 1));
  EXPECT_EQ(now_is(), status::action_required);
  EXPECT_TRUE(order.pending().empty());
  order.must(pay{""});
  EXPECT_EQ(last_attempt().kind, attempt_kind::confirm);
  EXPECT_EQ(last_attempt().intent, "pi_1");
  answer(2, fact("pi_1", intent_status::requires_capture, 1));
  EXPECT_EQ(now_is(), status::claiming);
}

TEST_F(Order, AsksForAnotherCardWhenTheBuyerDoesNotPassTheBanksCheck) {
  place_two_lines();
  grant_all();
  answer(1, fact("pi_1", intent_status::requires_action, 1));
  order.must(intent_seen{fact("pi_1", intent_status::requires_payment_method, 1), 0});
  EXPECT_EQ(now_is(), status::payment_failed);
  EXPECT_EQ(view().payment.status, "declined");
  EXPECT_FALSE(view().payment.decline_code.empty());
  order.must(pay{"another"});
  answer(2, fact("pi_2", intent_status::requires_capture, 2));
  EXPECT_EQ(now_is(), status::claiming);
}

TEST_F(Order, BelievesTheBanksRefusalBeforeOlderNewsThatItWaits) {
  place_two_lines();
  grant_all();
  order.must(intent_seen{fact("pi_1", intent_status::requires_payment_method, 1), 0});
  answer(1, fact("pi_1", intent_status::requires_action, 1)); // saved under the key, and late
  EXPECT_EQ(now_is(), status::payment_failed);
  EXPECT_EQ(order.state.intents[0].status, intent_status::requires_payment_method);
}

TEST_F(Order, IsRejectedWhenTheHoldIsOverUnpaid) {
  place_two_lines();
  grant_all();
  answer(1, fact("pi_1", intent_status::requires_action, 1));
  EXPECT_EQ(model::due(order.state), order.now + 600s);
  order.now += 600s;
  order.must(check_time{});
  EXPECT_EQ(last_attempt().kind, attempt_kind::cancel) << "the buyer must not pay any more";
  release_all();
  EXPECT_EQ(now_is(), status::compensating);
  answer(2, fact("pi_1", intent_status::canceled, 1));
  EXPECT_EQ(now_is(), status::rejected);
  ASSERT_EQ(view().problems.size(), 1u);
  EXPECT_EQ(view().problems[0].code, "not_paid");
}

TEST_F(Order, IsNotDeclinedByTheNewsThatItsPaymentWasCreated) {
  place_two_lines();
  grant_all();
  auto created = fact("pi_1", intent_status::requires_payment_method, 1);
  created.decline_code = "";
  order.must(intent_seen{created, 0});
  EXPECT_EQ(now_is(), status::authorising);
  answer(1, fact("pi_1", intent_status::requires_action, 1));
  order.must(intent_seen{created, 0}); // once more, late
  EXPECT_EQ(order.state.intents[0].status, intent_status::requires_action);
}

TEST_F(Order, NeedsNoPaymentForNothing) {
  place_lines({kit::order_line("l0", "A", 1, {"berlin"})}, 0);
  grant_all();
  EXPECT_EQ(now_is(), status::claiming);
  claim_all();
  EXPECT_EQ(now_is(), status::confirmed);
  order.must(ship{{}, ""});
  EXPECT_EQ(now_is(), status::shipped);
  EXPECT_TRUE(order.state.attempts.empty());
}

// --- claiming

TEST_F(Order, VoidsWhenAClaimIsRefusedAndBarsClaimsUnderWay) {
  place_two_lines();
  grant_all();
  authorise();
  EXPECT_EQ(owed<ask_claim>().size(), 2u);
  order.must(units_claimed{"o/0/0"});
  order.must(units_lost{"o/1/0"});
  EXPECT_EQ(now_is(), status::compensating);
  EXPECT_EQ(last_attempt().kind, attempt_kind::cancel);
  EXPECT_EQ(owed<ask_release>().size(), 2u)
      << "the refused one, too: its claim may be repeated late";
  answer(2, fact("pi_1", intent_status::canceled, 1));
  release_all();
  EXPECT_EQ(now_is(), status::rejected);
  EXPECT_EQ(view().payment.status, "voided");
  ASSERT_EQ(view().problems.size(), 1u);
  EXPECT_EQ(view().problems[0].field, "l1");
}

TEST_F(Order, IsConfirmedWhenEveryUnitIsClaimedAndPlansAShipmentAWarehouse) {
  confirm();
  ASSERT_EQ(order.state.shipments.size(), 2u);
  EXPECT_EQ(owed<ask_route>().size(), 2u);
  EXPECT_EQ(owed<ask_route>()[0].lines[0].quantity, 2);
  ASSERT_EQ(owed<tell_cart>().size(), 1u);
  EXPECT_TRUE(owed<tell_cart>()[0].confirmed);
  EXPECT_EQ(view().shipments[1].lines, std::vector<std::string>{"l1"});
  EXPECT_EQ(view().payment.status, "authorised");
}

} // namespace
} // namespace souk::order
