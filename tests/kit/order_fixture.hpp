// An order on its way: places it, answers what it owes and brings facts about its money, in the
// fewest words. The order is "o" with 2 × A and 1 × B for 10.00.
#pragma once

#include "tests/kit/model_run.hpp"
#include "tests/kit/order_world.hpp"

#include <set>

namespace souk::order {

using payment::intent_status;

inline payment::intent fact(const std::string& id, intent_status status, int64_t attempt,
                            int64_t amount = 1000, int64_t captured = 0, int64_t refunded = 0) {
  payment::intent i{.id = id, .status = status, .amount = {amount, {}}};
  i.authorised = status == intent_status::requires_capture ? amount : 0;
  i.captured = captured;
  i.refunded = refunded;
  i.decline_code = status == intent_status::requires_payment_method ? "card_declined" : "";
  i.order_id = "o";
  i.attempt = attempt;
  return i;
}

struct order_fixture : testing::Test {
  kit::model_run<model> order;

  void place_lines(std::vector<placed_line> lines, int64_t total = 1000) {
    order.must(place{kit::order_of("o", std::move(lines), total)});
  }
  void place_two_lines() {
    place_lines({kit::order_line("l0", "A", 2, {"berlin", "paris"}),
                 kit::order_line("l1", "B", 1, {"paris"})});
  }
  order_view view() { return order.must(get{}); }
  status now_is() const { return order.state.status; }

  template <class E>
  std::vector<E> owed() const {
    std::vector<E> out;
    for (const auto& e : order.pending())
      if (const auto* what = std::get_if<E>(&e.what))
        out.push_back(*what);
    return out;
  }
  std::set<std::string> steps() const {
    std::set<std::string> out;
    for (const auto& e : order.pending())
      out.insert(e.step);
    return out;
  }
  void grant_all() {
    for (const auto& e : owed<ask_hold>())
      order.must(units_held{e.reservation, e.quantity, e.expires});
  }
  void claim_all() {
    for (const auto& e : owed<ask_claim>())
      order.must(units_claimed{e.reservation});
  }
  void release_all() {
    for (const auto& e : owed<ask_release>())
      order.must(units_released{e.reservation});
  }
  void refuse(const std::string& reservation, errc why, int64_t available) {
    order.must(units_refused{reservation, why, available});
  }
  void answer(int64_t attempt, const payment::intent& i) { order.must(intent_seen{i, attempt}); }
  void authorise() { answer(1, fact("pi_1", intent_status::requires_capture, 1)); }
  void confirm() {
    place_two_lines();
    grant_all();
    authorise();
    claim_all();
    ASSERT_EQ(now_is(), status::confirmed);
  }
  void route_all() {
    for (const auto& e : owed<ask_route>())
      order.must(shipment_routed{e.what.id});
  }
  /// Everything is shipped and captured.
  void ship_all() {
    confirm();
    route_all();
    order.must(ship{{}, "T"});
    answer(2, fact("pi_1", intent_status::succeeded, 1, 1000, 1000));
    for (const auto& e : owed<ask_ship_units>())
      order.must(units_shipped{e.reservation});
  }
  attempt last_attempt() const { return order.state.attempts.back(); }
};

} // namespace souk::order
