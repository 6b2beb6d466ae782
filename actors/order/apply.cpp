// How the order's state follows from its events: total, whatever the history.
#include "actors/order/parts.hpp"

namespace souk::order {

namespace {

using state = model::state;

void on(state& s, const placed& e, time_point at) {
  s.what = e.what;
  s.created = s.moved_at = at;
}
void on(state& s, const hold_asked& e, time_point) {
  s.reservations.push_back({.id = e.reservation,
                            .line = e.line,
                            .warehouse = e.warehouse,
                            .wanted = e.quantity,
                            .partial = e.partial,
                            .round = e.round});
}
void on(state& s, const held& e, time_point) {
  if (auto* r = find_by_id(s.reservations, e.reservation)) {
    r->state = unit_state::held;
    r->granted = e.granted;
    r->expires = e.expires;
  }
}
void on(state& s, const refused& e, time_point) {
  if (auto* r = find_by_id(s.reservations, e.reservation)) {
    r->state = unit_state::refused;
    r->why = e.why;
    r->available = e.available;
  }
}
void on(state& s, const extended& e, time_point) {
  if (auto* r = find_by_id(s.reservations, e.reservation))
    r->expires = e.expires;
}
void set_state(state& s, const std::string& reservation, unit_state to) {
  if (auto* r = find_by_id(s.reservations, reservation))
    r->state = to;
}
void on(state& s, const claimed& e, time_point) {
  set_state(s, e.reservation, unit_state::claimed);
}
void on(state& s, const lost& e, time_point) {
  if (auto* r = find_by_id(s.reservations, e.reservation)) {
    r->state = unit_state::lost;
    r->granted = 0;
  }
}
void on(state& s, const released& e, time_point) {
  if (auto* r = find_by_id(s.reservations, e.reservation))
    r->state = r->state == unit_state::lost ? unit_state::refused : unit_state::released;
}
void on(state& s, const left_stock& e, time_point) {
  set_state(s, e.reservation, unit_state::shipped);
}
void on(state& s, const attempt_opened& e, time_point at) {
  s.attempts.push_back({e.number, e.kind, e.intent, e.amount, e.payment_method, at, ""});
}
void on(state& s, const attempt_closed& e, time_point) {
  const auto it = std::ranges::find(s.attempts, e.number, &attempt::number);
  if (it != s.attempts.end())
    it->outcome = e.outcome;
}
void on(state& s, const intent_merged& e, time_point) {
  if (auto* known = find_by_id(s.intents, e.intent.id))
    *known = e.intent;
  else
    s.intents.push_back(e.intent);
}
void on(state& s, const moved& e, time_point at) {
  s.status = e.to;
  s.moved_at = at;
  if (e.to == status::compensating) {
    s.failure = e.code;
    s.why = e.why;
  }
}
void on(state& s, const shipment_planned& e, time_point) {
  s.shipments.push_back({.id = e.id, .warehouse = e.warehouse, .reservations = e.reservations});
}
template <class Change>
void change_shipment(state& s, const std::string& id, Change change) {
  if (auto* x = find_by_id(s.shipments, id))
    change(*x);
}
void on(state& s, const routed& e, time_point) {
  change_shipment(s, e.shipment, [](auto& x) { x.routed = true; });
}
void on(state& s, const dispatched& e, time_point) {
  change_shipment(s, e.shipment, [&](auto& x) {
    x.dispatched = true;
    x.tracking = e.tracking;
  });
}
void on(state& s, const told& e, time_point) {
  change_shipment(s, e.shipment, [](auto& x) { x.told = true; });
}
void on(state& s, const delivered& e, time_point) {
  change_shipment(s, e.shipment, [](auto& x) { x.delivered = true; });
}
void on(state& s, const cart_informed&, time_point) { s.cart_told = true; }
void on(state& s, const refund_asked& e, time_point) { s.refund_asked += e.amount; }
void on(state& s, const round_postponed& e, time_point) {
  s.retry_at = e.at;
  ++s.round;
}

void on(state& s, const lapse_noticed&, time_point) { s.lapse_noticed = true; }

} // namespace

void model::apply(state& s, const event& e, time_point at) {
  std::visit([&](const auto& x) { on(s, x, at); }, e);
  ++s.events;
}

} // namespace souk::order
