// An order from its confirmation on: shipping, cancelling, money that comes in any order, refunds,
// the books, and its history.
#include "tests/kit/order_fixture.hpp"

#include <algorithm>
#include <functional>

namespace souk::order {
namespace {

struct OrderAfterwards : order_fixture {};

// --- shipping

TEST_F(OrderAfterwards, CapturesOnceWithItsFirstShipment) {
  confirm();
  route_all();
  order.must(ship{{"o.1"}, "T1"});
  EXPECT_EQ(last_attempt().kind, attempt_kind::capture);
  EXPECT_EQ(last_attempt().amount, 1000);
  EXPECT_EQ(owed<ask_ship_units>().size(), 1u);
  EXPECT_EQ(now_is(), status::confirmed);
  answer(2, fact("pi_1", intent_status::succeeded, 1, 1000, 1000));
  order.must(ship{{}, "T2"});
  EXPECT_EQ(now_is(), status::shipped);
  EXPECT_EQ(order.state.attempts.size(), 2u);
  EXPECT_EQ(owed<ask_ship_units>().size(), 2u);
  EXPECT_EQ(order.refused(ship{{"o.9"}, ""}), errc::invalid);
}

TEST_F(OrderAfterwards, IsDeliveredWithItsLastShipment) {
  ship_all();
  order.must(shipment_delivered{"o.1"});
  EXPECT_EQ(now_is(), status::shipped);
  order.must(shipment_delivered{"o.2"});
  EXPECT_EQ(now_is(), status::delivered);
  EXPECT_EQ(order.refused(shipment_delivered{"o.3"}), errc::not_found);
}

TEST_F(OrderAfterwards, ShipsNothingItIsNotPaidFor) {
  confirm();
  order.must(intent_seen{fact("pi_1", intent_status::canceled, 1), 0}); // the authorisation lapsed
  EXPECT_EQ(order.refused(ship{{}, "T"}), errc::conflict);
}

TEST_F(OrderAfterwards, TellsPeopleADayBeforeItsAuthorisationLapses) {
  confirm();
  route_all();
  order.must(cart_told{});
  const auto lapses = view().payment.lapses_at;
  ASSERT_TRUE(lapses);
  EXPECT_EQ(model::due(order.state), *lapses - lapse_notice);
  EXPECT_TRUE(order.pending().empty());
  order.now = *lapses - lapse_notice;
  EXPECT_EQ(steps().size(), 1u); // it looks at the clock
  order.must(check_time{});
  EXPECT_TRUE(order.state.lapse_noticed);
  EXPECT_TRUE(order.pending().empty()); // once is enough
  EXPECT_EQ(model::due(order.state), never);
}

TEST_F(OrderAfterwards, WarnsOfNoLapseOnceItIsCaptured) {
  ship_all();
  EXPECT_EQ(view().payment.lapses_at, std::nullopt);
  EXPECT_FALSE(order.state.lapse_noticed);
}

TEST_F(OrderAfterwards, RepeatsACaptureThatNeverArrived) {
  confirm();
  order.must(ship{{}, "T"});
  order.now += provider_memory + 1s;
  answer(2, fact("pi_1", intent_status::requires_capture, 1)); // what a look-up finds
  EXPECT_EQ(order.state.attempts[1].outcome, never_arrived);
  EXPECT_EQ(last_attempt().number, 3);
  EXPECT_EQ(last_attempt().kind, attempt_kind::capture);
}

// --- cancelling

TEST_F(OrderAfterwards, CanBeCancelledBeforeItShips) {
  const std::vector<std::function<void()>> lives{
      [this] { place_two_lines(); },
      [this] { grant_all(); },
      [this] { authorise(); },
      [this] { claim_all(); },
  };
  for (size_t until = 1; until <= lives.size(); ++until) {
    order = {};
    for (size_t i = 0; i < until; ++i)
      lives[i]();
    SCOPED_TRACE(to_string(now_is()));
    order.must(cancel{"no need"});
    EXPECT_EQ(now_is(), status::compensating);
    if (const auto open = owed<call_provider>();
        !open.empty() && open[0].what.kind == attempt_kind::authorise) {
      release_all();
      EXPECT_EQ(now_is(), status::compensating) << "an open authorisation is waited for";
      authorise();
    }
    if (!order.state.intents.empty())
      answer(last_attempt().number, fact("pi_1", intent_status::canceled, 1));
    release_all();
    for (const auto& e : owed<ask_route>())
      order.must(shipment_routed{e.what.id});
    for (const auto& e : owed<tell_shipment>())
      order.must(shipment_told{e.shipment});
    EXPECT_EQ(now_is(), status::cancelled);
    order.must(cart_told{});
    EXPECT_TRUE(order.pending().empty());
    order.must(cancel{"again"}); // a repeat, not an error
  }
}

TEST_F(OrderAfterwards, IsEitherCancelledOrShipped) {
  confirm();
  order.must(cancel{""});
  EXPECT_EQ(order.refused(ship{{}, "T"}), errc::conflict);
  order = {};
  confirm();
  order.must(ship{{"o.2"}, "T"});
  EXPECT_EQ(order.refused(cancel{""}), errc::not_cancellable);
}

TEST_F(OrderAfterwards, CannotBeCancelledOnceItIsOver) {
  ship_all();
  EXPECT_EQ(order.refused(cancel{""}), errc::not_cancellable);
}

// --- facts in any order

TEST_F(OrderAfterwards, EndsTheSameWhateverTheOrderOfTheFacts) {
  const std::vector<payment::intent> facts{
      fact("pi_1", intent_status::requires_action, 1),
      fact("pi_1", intent_status::requires_capture, 1),
      fact("pi_1", intent_status::succeeded, 1, 1000, 1000),
      fact("pi_1", intent_status::succeeded, 1, 1000, 1000, 300),
      fact("pi_1", intent_status::succeeded, 1, 1000, 1000, 1000)};
  std::vector<int> turn{0, 1, 2, 3, 4};
  std::set<std::string> ends;
  do {
    order = {};
    confirm();
    order.must(ship{{}, "T"});
    for (const auto i : turn) {
      order.must(intent_seen{facts[static_cast<size_t>(i)], 0});
      order.must(intent_seen{facts[static_cast<size_t>(turn[0])], 0});
    }
    auto end = order.state;
    end.events = 0;
    ends.insert(model::encode(end));
  } while (std::ranges::next_permutation(turn).found);
  EXPECT_EQ(ends.size(), 1u);
  EXPECT_EQ(now_is(), status::refunded);
}

TEST_F(OrderAfterwards, KnowsRepeatsOfWhatStockAnswers) {
  ship_all();
  const auto before = order.events();
  for (const auto& r : order.state.reservations)
    for (const command& c : {command{units_held{r.id, 1, never}}, command{units_refused{r.id}},
                             command{units_claimed{r.id}}, command{units_lost{r.id}},
                             command{units_released{r.id}}, command{units_shipped{r.id}}})
      EXPECT_TRUE(order.run(c));
  EXPECT_EQ(order.events(), before);
}

TEST_F(OrderAfterwards, GivesBackMoneyFoundAfterItsEnd) {
  for (const auto captured : {0, 1000}) {
    order = {};
    place_two_lines();
    grant_all();
    order.must(attempt_failed{1, "no such card"});
    order.must(cancel{""});
    release_all();
    ASSERT_EQ(now_is(), status::cancelled);
    order.must(intent_seen{
        fact("pi_1", captured ? intent_status::succeeded : intent_status::requires_capture, 1, 1000,
             captured),
        0});
    EXPECT_EQ(last_attempt().kind, captured ? attempt_kind::refund : attempt_kind::cancel);
    EXPECT_EQ(last_attempt().amount, 1000);
    EXPECT_EQ(steps().count("pay/2"), 1u);
    EXPECT_LE(model::due(order.state), order.now);
  }
}

TEST_F(OrderAfterwards, KeepsTheFirstOfTwoPaymentsWhicheverComesBackLate) {
  place_two_lines();
  grant_all();
  answer(1, fact("pi_1", intent_status::requires_action, 1));
  order.must(pay{"good"});
  answer(2, fact("pi_2", intent_status::requires_capture, 2));
  order.must(
      intent_seen{fact("pi_1", intent_status::requires_capture, 1), 0}); // the buyer was slow
  for (const auto& e : owed<call_provider>()) {
    EXPECT_EQ(e.what.kind, attempt_kind::cancel);
    EXPECT_EQ(e.what.intent, "pi_1") << "never both";
  }
}

TEST_F(OrderAfterwards, SurvivesContradictoryFacts) {
  confirm();
  auto odd = fact("pi_9", intent_status::canceled, 9);
  odd.authorised = 5;
  order.must(intent_seen{odd, 0});
  EXPECT_EQ(now_is(), status::confirmed);
  auto foreign = fact("pi_8", intent_status::requires_capture, 8);
  foreign.amount.currency = currency{"USD"};
  EXPECT_EQ(order.refused(intent_seen{foreign, 0}), errc::conflict);
}

// --- refunds and books

TEST_F(OrderAfterwards, RefundsAtMostWhatWasCapturedOneAfterTheOther) {
  ship_all();
  EXPECT_EQ(order.refused(refund{1001, ""}), errc::conflict);
  EXPECT_EQ(order.refused(refund{0, ""}), errc::invalid);
  order.must(refund{600, ""});
  EXPECT_EQ(order.refused(refund{401, ""}), errc::conflict);
  order.must(refund{400, ""});
  ASSERT_EQ(owed<call_provider>().size(), 1u);
  EXPECT_EQ(owed<call_provider>().front().what.number, 3);
  answer(3, fact("pi_1", intent_status::succeeded, 1, 1000, 1000, 600));
  ASSERT_EQ(owed<call_provider>().size(), 1u);
  EXPECT_EQ(owed<call_provider>().front().what.number, 4);
  EXPECT_EQ(now_is(), status::shipped);
  answer(4, fact("pi_1", intent_status::succeeded, 1, 1000, 1000, 1000));
  EXPECT_EQ(now_is(), status::refunded);
  EXPECT_EQ(order.refused(refund{1, ""}), errc::conflict);
}

TEST_F(OrderAfterwards, CanRefundAgainWhatTheProviderDidNotRefund) {
  ship_all();
  order.must(refund{1000, ""});
  order.must(attempt_failed{3, "the account is empty"});
  order.must(refund{1000, ""});
  order.now += provider_memory + 1s;
  answer(4, fact("pi_1", intent_status::succeeded, 1, 1000, 1000, 0)); // what a look-up finds
  EXPECT_EQ(order.state.attempts[3].outcome, never_arrived);
  ASSERT_EQ(order.state.attempts.size(), 5u)
      << "what was acknowledged is asked for again by itself";
  EXPECT_TRUE(order.state.attempts[4].open());
  EXPECT_EQ(order.state.attempts[4].amount, 1000);
}

/// The simulation, seed 740354: the repeat of one refund was taken for the other.
TEST_F(OrderAfterwards, GivesBackAllOfTwoRefundsThatGotLost) {
  ship_all();
  order.must(refund{700, ""});
  order.must(refund{200, ""});
  order.now += provider_memory + 1s;
  int64_t at_bank = 0;
  std::set<int64_t> arrived;
  for (int rounds = 0; rounds < 10 && !owed<call_provider>().empty(); ++rounds) {
    const auto calls = owed<call_provider>();
    for (const auto& call : calls)
      if (order.now - call.what.opened <= provider_memory &&
          arrived.insert(call.what.number).second)
        at_bank += call.what.amount;
    const auto first = calls.front().what.number; // the others' answers take longer
    answer(first, fact("pi_1", intent_status::succeeded, 1, 1000, 1000, at_bank));
  }
  EXPECT_TRUE(owed<call_provider>().empty());
  EXPECT_EQ(at_bank, 900);
}

TEST_F(OrderAfterwards, AsksBackNoMoreThanAnOutsideRefundLeft) {
  ship_all();
  order.must(refund{1000, ""});
  order.now += provider_memory + 1s;
  answer(3, fact("pi_1", intent_status::succeeded, 1, 1000, 1000, 999));
  ASSERT_EQ(order.state.attempts.size(), 4u);
  EXPECT_EQ(order.state.attempts[3].amount, 1);
}

TEST_F(OrderAfterwards, BooksEveryCentOfPartialCapturesAndRefunds) {
  std::mt19937_64 dice{7};
  for (int round = 0; round < 2'000; ++round) {
    const auto total = static_cast<int64_t>(1 + dice() % 10'007);
    auto what = kit::order_of("o", {kit::order_line("l0", "A", 1, {"berlin"})}, total);
    what.sums.tax.amount = static_cast<int64_t>(dice() % static_cast<uint64_t>(total));
    what.sums.shipping.amount =
        static_cast<int64_t>(dice() % static_cast<uint64_t>(total - what.sums.tax.amount));
    what.sums.tax_included = dice() % 2 == 0;
    kit::order_life life;
    life.run(place{what}, order.now);
    int64_t captured = 0, refunded = 0;
    const auto see = [&] {
      life.run(intent_seen{fact("pi_1", intent_status::succeeded, 1, total, captured, refunded), 0},
               order.now);
    };
    const auto part_of = [&](int64_t left) {
      return dice() % 3 == 0 ? left : static_cast<int64_t>(dice() % 97) % (left + 1);
    };
    for (int i = 0; i < 5; ++i) {
      captured += part_of(total - captured);
      see();
    }
    captured = total;
    see();
    EXPECT_EQ(life.ledger["psp_clearing"], total);
    EXPECT_EQ(life.ledger["tax_payable"], -what.sums.tax.amount);
    while (refunded < captured) {
      refunded += std::max<int64_t>(1, part_of(captured - refunded));
      see();
    }
    for (const auto& [account, amount] : life.ledger)
      EXPECT_EQ(amount, 0) << account;
    if (HasFailure())
      return;
  }
}

// --- history

TEST_F(OrderAfterwards, IsTheFoldOfItsHistoryFromAnySnapshot) {
  place_lines({kit::order_line("l0", "A", 5, {"berlin", "paris"})});
  refuse("o/0/0", errc::held, 3);
  refuse("o/0/1", errc::sold_out, 2);
  order.must(units_held{"o/0/2", 3, order.now + 5s});
  order.now += 1s;
  order.must(units_held{"o/0/3", 2, order.now + 5s});
  order.must(units_extended{"o/0/2", order.now + 120s});
  order.must(units_lost{"o/0/3"});
  answer(1, fact("pi_1", intent_status::requires_capture, 1));
  claim_all();
  route_all();
  order.must(cart_told{});
  order.must(ship{{}, "T"});
  for (const auto& e : owed<tell_shipment>())
    order.must(shipment_told{e.shipment});
  for (const auto& e : owed<ask_ship_units>())
    order.must(units_shipped{e.reservation});
  answer(2, fact("pi_1", intent_status::succeeded, 1, 1000, 1000));
  order.must(refund{10, "scratch"});
  order.must(shipment_delivered{"o.1"});
  for (size_t i = 0; i < order.events(); ++i)
    order.expect_replays(i);
  order.expect_total();
}

TEST_F(OrderAfterwards, CallsAnUnknownKindOfEventCorrupt) {
  EXPECT_EQ(model::decode_event("").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event("\xff\xff").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event(std::string("\xfa\x3f\x00", 3)).error().code,
            errc::corrupt); // field 1023
  EXPECT_EQ(model::decode_state("", model::state_version + 1).error().code, errc::corrupt);
  // intent_seen with an empty currency
  EXPECT_EQ(model::decode_event(std::string("\x62\x00", 2)).error().code, errc::corrupt);
}

} // namespace
} // namespace souk::order
