// The audit's fold of orders.
#include "app/sim/audit_folds.hpp"
#include "proto/order.pb.h"

namespace souk::sim {

using order::status;

namespace {

void see_money(order_fold& order, const pb::order_intent& x, const complaint& complain) {
  auto& known = order.intents[x.id()];
  if (x.captured() < known.captured || x.refunded() < known.refunded)
    complain("money seen before is gone");
  if (x.refunded() > x.captured())
    complain("more refunded than captured (I3)");
  known = {x.captured(), x.refunded(), x.authorised()};
}

void move(order_fold& order, status to, const complaint& complain) {
  if (order.ended())
    complain("moved on after its end");
  order.now = to;
  if (!order.ended() || to == status::refunded)
    return;
  for (const auto& [number, open] : order.attempts)
    if (open)
      complain("ended with attempt " + std::to_string(number) + " open");
}

void place(order_fold& order, const auto& what) {
  order.cart = what.cart_id();
  order.total = what.total();
  order.tax = what.tax();
  order.shipping = what.shipping();
  order.tax_included = what.tax_included();
  for (const auto& l : what.lines())
    order.lines.emplace_back(l.sku(), l.quantity());
}

} // namespace

bool order_fold::ended() const {
  return now == status::cancelled || now == status::rejected || now == status::refunded;
}

void order_fold::apply(const std::string& bytes, const complaint& complain) {
  pb::order_event e;
  if (!e.ParseFromString(bytes))
    complain("an event that cannot be read");
  const auto set = [&](const pb::order_event::units_event& about, stock_fold::phase to) {
    units[about.reservation()].phase = to;
  };
  using phase = stock_fold::phase;
  switch (e.kind_case()) {
  case pb::order_event::kPlaced:
    if (!after.empty())
      complain("placed twice");
    place(*this, e.placed());
    break;
  case pb::order_event::kHoldAsked: {
    const auto& x = e.hold_asked();
    units[x.reservation()] = {x.line(), x.warehouse(), x.quantity(), phase::lapsed};
    break;
  }
  case pb::order_event::kUnitsHeld:
    units[e.units_held().reservation()].quantity = e.units_held().quantity();
    set(e.units_held(), phase::held);
    break;
  case pb::order_event::kUnitsClaimed:
    set(e.units_claimed(), phase::claimed);
    break;
  case pb::order_event::kUnitsLost:
    set(e.units_lost(), phase::lapsed);
    break;
  case pb::order_event::kUnitsReleased:
    set(e.units_released(), phase::released);
    break;
  case pb::order_event::kUnitsShipped:
    set(e.units_shipped(), phase::shipped);
    break;
  case pb::order_event::kAttemptOpened:
    attempts[e.attempt_opened().number()] = true;
    break;
  case pb::order_event::kAttemptClosed:
    attempts[e.attempt_closed().number()] = false;
    break;
  case pb::order_event::kIntentSeen:
    see_money(*this, e.intent_seen(), complain);
    break;
  case pb::order_event::kStatusMoved:
    move(*this, static_cast<status>(e.status_moved().to()), complain);
    break;
  case pb::order_event::kShipmentDispatched:
    dispatched.insert(e.shipment_dispatched().id());
    break;
  case pb::order_event::kShipmentDelivered:
    delivered.insert(e.shipment_delivered().id());
    break;
  case pb::order_event::kRefundAsked:
    refund_asked += e.refund_asked().amount();
    break;
  case pb::order_event::KIND_NOT_SET:
    complain("an event of no known kind");
    break;
  default:
    break;
  }
  after.push_back(now);
}

} // namespace souk::sim
