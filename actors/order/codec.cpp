// Events and snapshots of an order ↔ proto/order.proto.
#include "actors/order/convert.hpp"
#include "actors/order/order.hpp"
#include "actors/order/placement_codec.hpp"

#include <proto/order.pb.h>

namespace souk::order {

namespace {

using event = model::event;
using state = model::state;

void put_units(pb::order_event_units_event& to, const std::string& reservation) {
  to.set_reservation(reservation);
}

void put(const placed& e, pb::order_event& to) { to_proto(e.what, *to.mutable_placed()); }
void put(const hold_asked& e, pb::order_event& to) {
  auto& x = *to.mutable_hold_asked();
  x.set_reservation(e.reservation);
  x.set_line(static_cast<uint32_t>(e.line));
  x.set_warehouse(e.warehouse);
  x.set_quantity(e.quantity);
  x.set_partial(e.partial);
  x.set_round(static_cast<uint32_t>(e.round));
}
void put(const held& e, pb::order_event& to) {
  auto& x = *to.mutable_units_held();
  put_units(x, e.reservation);
  x.set_quantity(e.granted);
  x.set_expires_us(to_micros(e.expires));
}
void put(const refused& e, pb::order_event& to) {
  auto& x = *to.mutable_units_refused();
  put_units(x, e.reservation);
  x.set_quantity(e.available);
  x.set_why(static_cast<uint32_t>(e.why));
}
void put(const extended& e, pb::order_event& to) {
  put_units(*to.mutable_units_extended(), e.reservation);
  to.mutable_units_extended()->set_expires_us(to_micros(e.expires));
}
void put(const claimed& e, pb::order_event& to) {
  put_units(*to.mutable_units_claimed(), e.reservation);
}
void put(const lost& e, pb::order_event& to) { put_units(*to.mutable_units_lost(), e.reservation); }
void put(const released& e, pb::order_event& to) {
  put_units(*to.mutable_units_released(), e.reservation);
}
void put(const left_stock& e, pb::order_event& to) {
  put_units(*to.mutable_units_shipped(), e.reservation);
}
void put(const attempt_opened& e, pb::order_event& to) {
  auto& x = *to.mutable_attempt_opened();
  x.set_number(e.number);
  x.set_kind(static_cast<uint32_t>(e.kind));
  x.set_intent(e.intent);
  x.set_amount(e.amount);
  x.set_payment_method(e.payment_method);
}
void put(const attempt_closed& e, pb::order_event& to) {
  to.mutable_attempt_closed()->set_number(e.number);
  to.mutable_attempt_closed()->set_outcome(e.outcome);
}
void put(const intent_merged& e, pb::order_event& to) {
  to_proto(e.intent, *to.mutable_intent_seen());
}
void put(const moved& e, pb::order_event& to) {
  auto& x = *to.mutable_status_moved();
  x.set_to(static_cast<uint32_t>(e.to));
  x.set_code(static_cast<uint32_t>(e.code));
  x.set_why(e.why);
}
void put(const shipment_planned& e, pb::order_event& to) {
  auto& x = *to.mutable_shipment_planned();
  x.set_id(e.id);
  x.set_warehouse(e.warehouse);
  for (const auto& r : e.reservations)
    x.add_reservations(r);
}
void put(const routed& e, pb::order_event& to) { to.mutable_shipment_routed()->set_id(e.shipment); }
void put(const dispatched& e, pb::order_event& to) {
  to.mutable_shipment_dispatched()->set_id(e.shipment);
  to.mutable_shipment_dispatched()->set_tracking(e.tracking);
}
void put(const told& e, pb::order_event& to) { to.mutable_shipment_told()->set_id(e.shipment); }
void put(const delivered& e, pb::order_event& to) {
  to.mutable_shipment_delivered()->set_id(e.shipment);
}
void put(const cart_informed&, pb::order_event& to) { to.mutable_cart_told(); }
void put(const refund_asked& e, pb::order_event& to) {
  to.mutable_refund_asked()->set_amount(e.amount);
  to.mutable_refund_asked()->set_reason(e.reason);
}
void put(const round_postponed& e, pb::order_event& to) {
  to.mutable_round_postponed()->set_at_us(to_micros(e.at));
}
void put(const lapse_noticed& e, pb::order_event& to) {
  to.mutable_lapse_noticed()->set_lapses_at_us(to_micros(e.lapses_at));
}

std::vector<std::string> texts(const google::protobuf::RepeatedPtrField<std::string>& from) {
  return {from.begin(), from.end()};
}

/// One of the events about a reservation.
result<event> get_units(const pb::order_event& from) {
  switch (from.kind_case()) {
  case pb::order_event::kUnitsHeld:
    return event{held{from.units_held().reservation(), from.units_held().quantity(),
                      from_micros(from.units_held().expires_us())}};
  case pb::order_event::kUnitsRefused:
    return event{refused{from.units_refused().reservation(),
                         static_cast<errc>(from.units_refused().why()),
                         from.units_refused().quantity()}};
  case pb::order_event::kUnitsExtended:
    return event{extended{from.units_extended().reservation(),
                          from_micros(from.units_extended().expires_us())}};
  case pb::order_event::kUnitsClaimed:
    return event{claimed{from.units_claimed().reservation()}};
  case pb::order_event::kUnitsLost:
    return event{lost{from.units_lost().reservation()}};
  case pb::order_event::kUnitsReleased:
    return event{released{from.units_released().reservation()}};
  case pb::order_event::kUnitsShipped:
    return event{left_stock{from.units_shipped().reservation()}};
  default:
    return fail(errc::corrupt, "no event about units");
  }
}

} // namespace

std::string model::encode(const event& e) {
  pb::order_event to;
  std::visit([&](const auto& x) { put(x, to); }, e);
  return to.SerializeAsString();
}

result<event> model::decode_event(std::string_view bytes) {
  pb::order_event from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "an order event does not parse");
  switch (from.kind_case()) {
  case pb::order_event::kPlaced: {
    auto what = from_proto(from.placed());
    if (!what)
      return what.error();
    return event{placed{std::move(*what)}};
  }
  case pb::order_event::kHoldAsked: {
    const auto& x = from.hold_asked();
    return event{hold_asked{x.reservation(), x.line(), x.warehouse(), x.quantity(), x.partial(),
                            static_cast<int>(x.round())}};
  }
  case pb::order_event::kUnitsHeld:
  case pb::order_event::kUnitsRefused:
  case pb::order_event::kUnitsExtended:
  case pb::order_event::kUnitsClaimed:
  case pb::order_event::kUnitsLost:
  case pb::order_event::kUnitsReleased:
  case pb::order_event::kUnitsShipped:
    return get_units(from);
  case pb::order_event::kAttemptOpened: {
    const auto& x = from.attempt_opened();
    return event{attempt_opened{x.number(), static_cast<attempt_kind>(x.kind()), x.intent(),
                                x.amount(), x.payment_method()}};
  }
  case pb::order_event::kAttemptClosed:
    return event{attempt_closed{from.attempt_closed().number(), from.attempt_closed().outcome()}};
  case pb::order_event::kIntentSeen: {
    auto intent = from_proto(from.intent_seen());
    if (!intent)
      return intent.error();
    return event{intent_merged{std::move(*intent)}};
  }
  case pb::order_event::kStatusMoved:
    return event{moved{static_cast<status>(from.status_moved().to()),
                       static_cast<errc>(from.status_moved().code()), from.status_moved().why()}};
  case pb::order_event::kShipmentPlanned:
    return event{shipment_planned{from.shipment_planned().id(), from.shipment_planned().warehouse(),
                                  texts(from.shipment_planned().reservations())}};
  case pb::order_event::kShipmentRouted:
    return event{routed{from.shipment_routed().id()}};
  case pb::order_event::kShipmentDispatched:
    return event{
        dispatched{from.shipment_dispatched().id(), from.shipment_dispatched().tracking()}};
  case pb::order_event::kShipmentTold:
    return event{told{from.shipment_told().id()}};
  case pb::order_event::kShipmentDelivered:
    return event{delivered{from.shipment_delivered().id()}};
  case pb::order_event::kCartTold:
    return event{cart_informed{}};
  case pb::order_event::kRefundAsked:
    return event{refund_asked{from.refund_asked().amount(), from.refund_asked().reason()}};
  case pb::order_event::kRoundPostponed:
    return event{round_postponed{from_micros(from.round_postponed().at_us())}};
  case pb::order_event::kLapseNoticed:
    return event{lapse_noticed{from_micros(from.lapse_noticed().lapses_at_us())}};
  case pb::order_event::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "an unknown kind of order event");
}

std::string model::encode(const state& s) {
  pb::order_state to;
  to_proto(s.what, *to.mutable_placed());
  to.set_created_us(to_micros(s.created));
  to.set_status(static_cast<uint32_t>(s.status));
  for (const auto& r : s.reservations) {
    auto& x = *to.add_reservations();
    x.set_id(r.id);
    x.set_line(static_cast<uint32_t>(r.line));
    x.set_warehouse(r.warehouse);
    x.set_wanted(r.wanted);
    x.set_granted(r.granted);
    x.set_expires_us(to_micros(r.expires));
    x.set_state(static_cast<uint32_t>(r.state));
    x.set_partial(r.partial);
    x.set_available(r.available);
    x.set_why(static_cast<uint32_t>(r.why));
    x.set_round(static_cast<uint32_t>(r.round));
  }
  for (const auto& a : s.attempts) {
    auto& x = *to.add_attempts();
    x.set_number(a.number);
    x.set_kind(static_cast<uint32_t>(a.kind));
    x.set_intent(a.intent);
    x.set_amount(a.amount);
    x.set_payment_method(a.payment_method);
    x.set_outcome(a.outcome);
    x.set_opened_us(to_micros(a.opened));
  }
  for (const auto& i : s.intents)
    to_proto(i, *to.add_intents());
  for (const auto& one : s.shipments) {
    auto& x = *to.add_shipments();
    x.set_id(one.id);
    x.set_warehouse(one.warehouse);
    x.set_tracking(one.tracking);
    for (const auto& r : one.reservations)
      x.add_reservations(r);
    x.set_routed(one.routed);
    x.set_dispatched(one.dispatched);
    x.set_told(one.told);
    x.set_delivered(one.delivered);
  }
  to.set_cart_told(s.cart_told);
  to.set_failure(s.why);
  to.set_failure_code(static_cast<uint32_t>(s.failure));
  to.set_refund_asked(s.refund_asked);
  to.set_retry_at_us(to_micros(s.retry_at));
  to.set_moved_us(to_micros(s.moved_at));
  to.set_events(s.events);
  to.set_round(static_cast<uint32_t>(s.round));
  to.set_lapse_noticed(s.lapse_noticed);
  return to.SerializeAsString();
}

result<state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::order_state from;
  if (version != state_version ||
      !from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "an order snapshot does not parse");
  auto what = from_proto(from.placed());
  if (!what)
    return what.error();
  state s{.what = std::move(*what),
          .created = from_micros(from.created_us()),
          .status = static_cast<order::status>(from.status()),
          .failure = static_cast<errc>(from.failure_code()),
          .why = from.failure(),
          .moved_at = from_micros(from.moved_us()),
          .refund_asked = from.refund_asked(),
          .cart_told = from.cart_told(),
          .retry_at = from_micros(from.retry_at_us()),
          .round = static_cast<int>(from.round()),
          .lapse_noticed = from.lapse_noticed(),
          .events = from.events()};
  for (const auto& x : from.reservations())
    s.reservations.push_back({x.id(), x.line(), x.warehouse(), x.wanted(), x.granted(), x.partial(),
                              static_cast<unit_state>(x.state()), from_micros(x.expires_us()),
                              static_cast<errc>(x.why()), x.available(),
                              static_cast<int>(x.round())});
  for (const auto& x : from.attempts())
    s.attempts.push_back({x.number(), static_cast<attempt_kind>(x.kind()), x.intent(), x.amount(),
                          x.payment_method(), from_micros(x.opened_us()), x.outcome()});
  for (const auto& x : from.intents()) {
    auto intent = from_proto(x);
    if (!intent)
      return intent.error();
    s.intents.push_back(std::move(*intent));
  }
  for (const auto& x : from.shipments())
    s.shipments.push_back({x.id(), x.warehouse(), x.tracking(), texts(x.reservations()), x.routed(),
                           x.dispatched(), x.told(), x.delivered()});
  return s;
}

} // namespace souk::order
