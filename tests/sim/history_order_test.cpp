// The checker outside the code under test, by small histories of orders and their money made by
// hand: what is legal passes, each kind of lie is found.
#include "app/sim/explain_money.hpp"
#include "proto/order.pb.h"
#include "tests/kit/told_history.hpp"

namespace souk::sim {
namespace {

constexpr const char* order_entity = "order/o";

template <class Fill>
std::string order_event(Fill fill) {
  return make<pb::order_event>(fill);
}

class OrderHistory : public told_history {
protected:
  OrderHistory() {
    placed.order_id = "o";
    placed.cart_id = "c";
    placed.payment_method = "card";
    placed.sums.total = {100, euro};
    placed.lines = {{"l1", "A", "", "", 1, {100, euro}, {100, euro}, {"w"}}};
    const auto id = next_id();
    ask(order_entity, order::command{order::place{placed}}, id);
    write(order_entity, id,
          {order_event([](auto& e) {
             auto& p = *e.mutable_placed();
             p.set_order_id("o");
             p.set_cart_id("c");
             p.set_payment_method("card");
             p.set_total(100);
             p.set_hold_seconds(600);
             auto& l = *p.add_lines();
             l.set_id("l1");
             l.set_sku("A");
             l.set_quantity(1);
             l.set_unit_price(100);
             l.add_warehouses("w");
           }),
           order_event([](auto& e) {
             auto& h = *e.mutable_hold_asked();
             h.set_reservation("o/0/0");
             h.set_warehouse("w");
             h.set_quantity(1);
           })});
  }
  void tell(order::command what, const std::vector<std::string>& events) {
    told.tell(order_entity, std::move(what));
    write(order_entity, {}, events);
  }
  static std::string moved(order::status to) {
    return order_event(
        [&](auto& e) { e.mutable_status_moved()->set_to(static_cast<uint32_t>(to)); });
  }
  static std::string opens(int64_t number, order_model::call what, int64_t amount,
                           const std::string& intent = {}) {
    return order_event([&](auto& e) {
      auto& a = *e.mutable_attempt_opened();
      a.set_number(number);
      a.set_kind(static_cast<uint32_t>(what));
      a.set_amount(amount);
      a.set_intent(intent);
      if (intent.empty())
        a.set_payment_method("card");
    });
  }
  static std::string closes(int64_t number, const std::string& outcome) {
    return order_event([&](auto& e) {
      e.mutable_attempt_closed()->set_number(number);
      e.mutable_attempt_closed()->set_outcome(outcome);
    });
  }
  static payment::intent paid(payment::intent_status as, int64_t authorised, int64_t captured) {
    return {.id = "pi",
            .status = as,
            .amount = {100, euro},
            .authorised = authorised,
            .captured = captured,
            .refunded = 0,
            .decline_code = {},
            .next_action_url = {},
            .order_id = "o",
            .attempt = 1};
  }
  static std::string seen(const payment::intent& i) {
    return order_event([&](auto& e) {
      auto& x = *e.mutable_intent_seen();
      x.set_id(i.id);
      x.set_status(static_cast<uint32_t>(i.status));
      x.set_amount(i.amount.amount);
      x.set_currency("EUR");
      x.set_authorised(i.authorised);
      x.set_captured(i.captured);
      x.set_attempt(i.attempt);
    });
  }
  void hold() {
    tell(order::units_held{"o/0/0", 1, later},
         {order_event([&](auto& e) {
            e.mutable_units_held()->set_reservation("o/0/0");
            e.mutable_units_held()->set_quantity(1);
            e.mutable_units_held()->set_expires_us(to_micros(later));
          }),
          moved(order::status::authorising), opens(1, order_model::call::authorise, 100)});
  }
  void pay(std::vector<std::string> then) {
    const auto fact = paid(payment::intent_status::requires_capture, 100, 0);
    then.insert(then.begin(), {seen(fact), closes(1, "authorised")});
    tell(order::intent_seen{fact, 1}, then);
  }
  void claim() {
    tell(order::units_claimed{"o/0/0"},
         {order_event([](auto& e) { e.mutable_units_claimed()->set_reservation("o/0/0"); }),
          moved(order::status::confirmed), order_event([](auto& e) {
            auto& s = *e.mutable_shipment_planned();
            s.set_id("o.1");
            s.set_warehouse("w");
            s.add_reservations("o/0/0");
          })});
  }
  void ship(int64_t captures) {
    const auto id = next_id();
    ask(order_entity, order::command{order::ship{{}, "t"}}, id);
    write(order_entity, id,
          {order_event([](auto& e) {
             e.mutable_shipment_dispatched()->set_id("o.1");
             e.mutable_shipment_dispatched()->set_tracking("t");
           }),
           opens(2, order_model::call::capture, captures, "pi"), moved(order::status::shipped)});
  }
  order::placement placed;
};

TEST_F(OrderHistory, AcceptsAPurchase) {
  hold();
  pay({moved(order::status::claiming)});
  claim();
  ship(100);
  finish();
  expect_fine();
}

TEST_F(OrderHistory, FindsAConfirmationWithoutAClaim) {
  hold();
  pay({moved(order::status::claiming), moved(order::status::confirmed)});
  finish();
  expect_complaint("before every cell answered its claim");
}

TEST_F(OrderHistory, FindsAnAnswerCountedTwice) {
  hold();
  tell(order::units_held{"o/0/0", 1, later}, {order_event([&](auto& e) {
         e.mutable_units_held()->set_reservation("o/0/0");
         e.mutable_units_held()->set_quantity(1);
         e.mutable_units_held()->set_expires_us(to_micros(later));
       })});
  finish();
  expect_complaint("counts the same answer twice");
}

TEST_F(OrderHistory, FindsASecondAttemptWhileOneIsOpen) {
  hold();
  tell(order::check_time{}, {opens(2, order_model::call::authorise, 100)});
  finish();
  expect_complaint("second attempt while one is open");
}

TEST_F(OrderHistory, FindsACaptureAboveWhatIsAuthorised) {
  hold();
  pay({moved(order::status::claiming)});
  claim();
  ship(101);
  finish();
  expect_complaint("captures another sum");
}

TEST_F(OrderHistory, FindsACaptureBeforeShipping) {
  hold();
  pay({moved(order::status::claiming)});
  claim();
  tell(order::check_time{}, {opens(2, order_model::call::capture, 100, "pi")});
  finish();
  expect_complaint("captures before anything was shipped");
}

TEST_F(OrderHistory, FindsARefundNobodyAskedFor) {
  hold();
  pay({moved(order::status::claiming)});
  claim();
  ship(100);
  const auto fact = paid(payment::intent_status::succeeded, 0, 100);
  tell(order::intent_seen{fact, 2},
       {seen(fact), closes(2, "captured"), opens(3, order_model::call::refund, 40, "pi")});
  finish();
  expect_complaint("gives back what nobody asked for");
}

TEST_F(OrderHistory, FindsAnEndWithMoneyAtTheBank) {
  hold();
  pay({moved(order::status::claiming)});
  const auto id = next_id();
  ask(order_entity, order::command{order::cancel{"no"}}, id);
  write(order_entity, id, {order_event([](auto& e) {
          e.mutable_status_moved()->set_to(static_cast<uint32_t>(order::status::compensating));
          e.mutable_status_moved()->set_code(static_cast<uint32_t>(errc::not_cancellable));
        })});
  tell(order::units_released{"o/0/0"},
       {order_event([](auto& e) { e.mutable_units_released()->set_reservation("o/0/0"); }),
        moved(order::status::cancelled)});
  finish();
  expect_complaint("ends with money at the bank");
}

TEST_F(OrderHistory, FindsCallsOfTheBankThatNobodyCommittedTo) {
  explained_money money{told, time, complain};
  psp::call call{
      "POST", "/v1/payment_intents", {{"amount", "100"}, {"metadata[order_id]", "o"}}, "o/pay/1"};
  money.called(call);
  expect_complaint("before the attempt is committed");
  complaints.clear();
  hold();
  money.called(call);
  expect_fine();
  call.fields.front().second = "101";
  money.called(call);
  expect_complaint("something else than the attempt says");
}

TEST_F(OrderHistory, FindsMoneyAtTheBankBeyondTheTotal) {
  explained_money money{told, time, complain};
  hold();
  psp::payment_intent intent;
  intent.metadata["order_id"] = "o";
  const psp::call call{"POST", "/v1/payment_intents", {}, "o/pay/1"};
  money.happened(call, {&intent});
  expect_fine();
  intent.received = 101;
  money.happened(call, {&intent});
  expect_complaint("charged more than its total");
}

} // namespace
} // namespace souk::sim
