// Commands and replies of orders between nodes ↔ Protobuf.
#include "actors/order/convert.hpp"
#include "actors/order/messages.hpp"
#include "actors/order/placement_codec.hpp"
#include "cluster/failure_codec.hpp"

#include <limits>
#include <proto/order.pb.h>

namespace souk::order {

namespace {

using pb_command = pb::order_command;
using pb_reply = pb::order_reply;

void write(const place& c, pb_command& out) {
  to_proto(c.what, *out.mutable_place()->mutable_what());
}
void write(const get&, pb_command& out) { out.mutable_get(); }
void write(const await_outcome&, pb_command& out) { out.mutable_await_outcome(); }
void write(const pay& c, pb_command& out) {
  out.mutable_pay()->set_payment_method(c.payment_method);
}
void write(const cancel& c, pb_command& out) { out.mutable_cancel()->set_reason(c.reason); }
void write(const ship& c, pb_command& out) {
  auto& to = *out.mutable_ship();
  to.mutable_shipments()->Assign(c.shipments.begin(), c.shipments.end());
  to.set_tracking(c.tracking);
}
void write(const refund& c, pb_command& out) {
  out.mutable_refund()->set_amount(c.amount);
  out.mutable_refund()->set_reason(c.reason);
}
void write(const units_held& c, pb_command& out) {
  auto& to = *out.mutable_units_held();
  to.set_reservation(c.reservation);
  to.set_quantity(c.granted);
  to.set_expires_us(to_micros(c.expires));
}
void write(const units_refused& c, pb_command& out) {
  auto& to = *out.mutable_units_refused();
  to.set_reservation(c.reservation);
  to.set_why(static_cast<uint32_t>(c.why));
  to.set_quantity(c.available);
}
void write(const units_extended& c, pb_command& out) {
  out.mutable_units_extended()->set_reservation(c.reservation);
  out.mutable_units_extended()->set_expires_us(to_micros(c.expires));
}
void write(const units_claimed& c, pb_command& out) {
  out.mutable_units_claimed()->set_reservation(c.reservation);
}
void write(const units_lost& c, pb_command& out) {
  out.mutable_units_lost()->set_reservation(c.reservation);
}
void write(const units_released& c, pb_command& out) {
  out.mutable_units_released()->set_reservation(c.reservation);
}
void write(const units_shipped& c, pb_command& out) {
  out.mutable_units_shipped()->set_reservation(c.reservation);
}
void write(const intent_seen& c, pb_command& out) {
  auto& to = *out.mutable_intent_seen();
  to_proto(c.intent, *to.mutable_intent());
  to.set_answers(c.answers);
}
void write(const attempt_failed& c, pb_command& out) {
  out.mutable_attempt_failed()->set_attempt(c.attempt);
  out.mutable_attempt_failed()->set_why(c.why);
}
void write(const cart_told&, pb_command& out) { out.mutable_cart_told(); }
void write(const shipment_routed& c, pb_command& out) {
  out.mutable_shipment_routed()->set_shipment(c.shipment);
}
void write(const shipment_told& c, pb_command& out) {
  out.mutable_shipment_told()->set_shipment(c.shipment);
}
void write(const shipment_delivered& c, pb_command& out) {
  out.mutable_shipment_delivered()->set_shipment(c.shipment);
}
void write(const check_time&, pb_command& out) { out.mutable_check_time(); }

// A code of a newer version is none this one could act upon.
errc code_from(uint32_t number) {
  const auto code = static_cast<errc>(number);
  const bool known =
      number <= std::numeric_limits<uint8_t>::max() && to_string(code) != to_string(errc::internal);
  return known ? code : errc::internal;
}

/// One of the commands about a reservation.
result<command> read_units(const pb_command& in) {
  switch (in.kind_case()) {
  case pb_command::kUnitsHeld:
    return units_held{in.units_held().reservation(), in.units_held().quantity(),
                      from_micros(in.units_held().expires_us())};
  case pb_command::kUnitsRefused:
    return units_refused{in.units_refused().reservation(), code_from(in.units_refused().why()),
                         in.units_refused().quantity()};
  case pb_command::kUnitsExtended:
    return units_extended{in.units_extended().reservation(),
                          from_micros(in.units_extended().expires_us())};
  case pb_command::kUnitsClaimed:
    return units_claimed{in.units_claimed().reservation()};
  case pb_command::kUnitsLost:
    return units_lost{in.units_lost().reservation()};
  case pb_command::kUnitsReleased:
    return units_released{in.units_released().reservation()};
  case pb_command::kUnitsShipped:
    return units_shipped{in.units_shipped().reservation()};
  default:
    return fail(errc::corrupt, "no command about units");
  }
}

result<command> read(const pb_command::placing& from) {
  auto what = from_proto(from.what());
  if (!what)
    return what.error();
  return place{std::move(*what)};
}

result<command> read(const pb_command::intent_news& from) {
  auto intent = from_proto(from.intent());
  if (!intent)
    return intent.error();
  return intent_seen{std::move(*intent), from.answers()};
}

void write(const payment_view& r, pb_reply::payment_view& to) {
  to.set_status(r.status);
  to.set_authorised(r.authorised);
  to.set_captured(r.captured);
  to.set_refunded(r.refunded);
  to.set_decline_code(r.decline_code);
  to.set_next_action_url(r.next_action_url);
  if (r.lapses_at)
    to.set_lapses_at_us(to_micros(*r.lapses_at));
}

payment_view read(const pb_reply::payment_view& from) {
  return {.status = from.status(),
          .authorised = from.authorised(),
          .captured = from.captured(),
          .refunded = from.refunded(),
          .decline_code = from.decline_code(),
          .next_action_url = from.next_action_url(),
          .lapses_at = from.has_lapses_at_us() ? std::optional{from_micros(from.lapses_at_us())}
                                               : std::nullopt};
}

void write(const order_view& r, pb_reply& out) {
  auto& to = *out.mutable_view();
  to_proto(r.placed, *to.mutable_placed());
  to.set_status(static_cast<uint32_t>(r.status));
  write(r.payment, *to.mutable_payment());
  for (const auto& s : r.shipments) {
    auto& one = *to.add_shipments();
    one.set_id(s.id);
    one.set_warehouse(s.warehouse);
    one.set_status(s.status);
    one.set_tracking(s.tracking);
    one.mutable_lines()->Assign(s.lines.begin(), s.lines.end());
  }
  for (const auto& p : r.problems)
    cluster::write_problem(p, *to.add_problems());
  to.set_created_us(to_micros(r.created_at));
  to.set_version(r.version);
}
void write(const accepted&, pb_reply& out) { out.mutable_accepted(); }

result<reply> read(const pb_reply::order_view& from) {
  auto placed = from_proto(from.placed());
  if (!placed)
    return placed.error();
  if (from.status() > static_cast<uint32_t>(status::refunded))
    return fail(errc::corrupt, "an order in an unknown status");
  order_view to{.placed = std::move(*placed),
                .status = static_cast<order::status>(from.status()),
                .payment = read(from.payment()),
                .shipments = {},
                .problems = cluster::read_problems(from.problems()),
                .created_at = from_micros(from.created_us()),
                .version = from.version()};
  for (const auto& s : from.shipments())
    to.shipments.push_back(
        {s.id(), s.warehouse(), s.status(), s.tracking(), {s.lines().begin(), s.lines().end()}});
  return to;
}

} // namespace

std::string contract::encode(const order::command& what) {
  pb_command out;
  std::visit([&](const auto& c) { write(c, out); }, what);
  return out.SerializeAsString();
}

result<order::command> contract::decode_command(std::string_view bytes) {
  pb_command in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not an order command");
  switch (in.kind_case()) {
  case pb_command::kPlace:
    return read(in.place());
  case pb_command::kGet:
    return get{};
  case pb_command::kAwaitOutcome:
    return await_outcome{};
  case pb_command::kPay:
    return pay{in.pay().payment_method()};
  case pb_command::kCancel:
    return cancel{in.cancel().reason()};
  case pb_command::kShip:
    return ship{{in.ship().shipments().begin(), in.ship().shipments().end()}, in.ship().tracking()};
  case pb_command::kRefund:
    return refund{in.refund().amount(), in.refund().reason()};
  case pb_command::kUnitsHeld:
  case pb_command::kUnitsRefused:
  case pb_command::kUnitsExtended:
  case pb_command::kUnitsClaimed:
  case pb_command::kUnitsLost:
  case pb_command::kUnitsReleased:
  case pb_command::kUnitsShipped:
    return read_units(in);
  case pb_command::kIntentSeen:
    return read(in.intent_seen());
  case pb_command::kAttemptFailed:
    return attempt_failed{in.attempt_failed().attempt(), in.attempt_failed().why()};
  case pb_command::kCartTold:
    return cart_told{};
  case pb_command::kShipmentRouted:
    return shipment_routed{in.shipment_routed().shipment()};
  case pb_command::kShipmentTold:
    return shipment_told{in.shipment_told().shipment()};
  case pb_command::kShipmentDelivered:
    return shipment_delivered{in.shipment_delivered().shipment()};
  case pb_command::kCheckTime:
    return check_time{};
  case pb_command::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "an order command of an unknown kind");
}

std::string contract::encode(const order::reply& what) {
  pb_reply out;
  std::visit([&](const auto& r) { write(r, out); }, what);
  return out.SerializeAsString();
}

result<order::reply> contract::decode_reply(std::string_view bytes) {
  pb_reply in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not an order reply");
  switch (in.kind_case()) {
  case pb_reply::kView:
    return read(in.view());
  case pb_reply::kAccepted:
    return accepted{};
  case pb_reply::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "an order reply of an unknown kind");
}

} // namespace souk::order
