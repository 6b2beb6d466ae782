// Stock events and snapshots ↔ Protobuf.
#include "actors/stock/stock.hpp"

#include <proto/stock.pb.h>

namespace souk::stock {

namespace {

using pb_event = pb::stock_event;

void write(const units_held& e, pb_event& out) {
  auto& to = *out.mutable_held();
  to.set_reservation(e.reservation);
  to.set_quantity(e.quantity);
  to.set_expires_us(to_micros(e.expires));
}
void write(const units_extended& e, pb_event& out) {
  auto& to = *out.mutable_extended();
  to.set_reservation(e.reservation);
  to.set_expires_us(to_micros(e.expires));
}
void write(const units_claimed& e, pb_event& out) {
  auto& to = *out.mutable_claimed();
  to.set_reservation(e.reservation);
  to.set_quantity(e.quantity);
}
void write(const units_released& e, pb_event& out) {
  out.mutable_released()->set_reservation(e.reservation);
}
void write(const units_shipped& e, pb_event& out) {
  out.mutable_shipped()->set_reservation(e.reservation);
}
void write(const units_given_back& e, pb_event& out) {
  auto& to = *out.mutable_given_back();
  to.set_reservation(e.reservation);
  to.set_quantity(e.quantity);
}
void write(const units_received& e, pb_event& out) {
  auto& to = *out.mutable_received();
  to.set_quantity(e.quantity);
  to.set_reason(e.reason);
}
void write(const units_counted& e, pb_event& out) {
  auto& to = *out.mutable_counted();
  to.set_quantity(e.on_hand);
  to.set_reason(e.reason);
}
void write(const units_lapsed& e, pb_event& out) {
  for (const auto& id : e.reservations)
    out.mutable_lapsed()->add_ids(id);
}

// Numbers no decision could have made would overflow the sums.
bool is_count(int64_t quantity) { return quantity >= 0 && quantity <= on_hand_max; }

result<model::event> checked(int64_t quantity, model::event e) {
  if (!is_count(quantity))
    return fail(errc::corrupt, "stock event with an impossible quantity");
  return e;
}

} // namespace

std::string model::encode(const event& e) {
  thread_local pb_event out; // keeps what it allocated: this is the hot path
  out.Clear();
  std::visit([&](const auto& x) { write(x, out); }, e);
  return out.SerializeAsString();
}

result<model::event> model::decode_event(std::string_view bytes) {
  pb_event in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a stock event");
  switch (in.kind_case()) {
  case pb_event::kHeld: {
    auto& x = *in.mutable_held();
    return checked(x.quantity(), units_held{std::move(*x.mutable_reservation()), x.quantity(),
                                            from_micros(x.expires_us())});
  }
  case pb_event::kExtended:
    return event{
        units_extended{in.extended().reservation(), from_micros(in.extended().expires_us())}};
  case pb_event::kClaimed: {
    const auto& x = in.claimed();
    return checked(x.quantity(), units_claimed{x.reservation(), x.quantity()});
  }
  case pb_event::kReleased:
    return event{units_released{in.released().reservation()}};
  case pb_event::kShipped:
    return event{units_shipped{in.shipped().reservation()}};
  case pb_event::kGivenBack: {
    const auto& x = in.given_back();
    return checked(x.quantity(), units_given_back{x.reservation(), x.quantity()});
  }
  case pb_event::kReceived: {
    const auto& x = in.received();
    return checked(x.quantity(), units_received{x.quantity(), x.reason()});
  }
  case pb_event::kCounted: {
    const auto& x = in.counted();
    return checked(x.quantity(), units_counted{x.quantity(), x.reason()});
  }
  case pb_event::kLapsed:
    return event{units_lapsed{{in.lapsed().ids().begin(), in.lapsed().ids().end()}}};
  case pb_event::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "stock event of an unknown kind");
}

std::string model::encode(const state& s) {
  pb::stock_state out;
  out.set_on_hand(s.units.total());
  out.set_received(s.received);
  out.set_adjusted(s.adjusted);
  out.set_shipped(s.shipped);
  out.set_returned(s.returned);
  auto bytes = out.SerializeAsString();
  // One message with one reservation, appended again and again: Protobuf defines the concatenation
  // of messages as their merger, and a hundred thousand objects need not be made for a snapshot.
  pb::stock_state piece;
  auto& to = *piece.add_reservations();
  for (const auto* r : s.units.all()) {
    to.set_id(r->id);
    to.set_phase(static_cast<uint32_t>(r->phase));
    to.set_quantity(r->quantity);
    to.set_until_us(to_micros(r->until));
    piece.AppendToString(&bytes);
  }
  return bytes;
}

result<model::state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::stock_state in;
  if (version != state_version || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a stock snapshot of this version");
  state s;
  s.units.set_total(in.on_hand());
  s.received = in.received();
  s.adjusted = in.adjusted();
  s.shipped = in.shipped();
  s.returned = in.returned();
  for (auto& r : *in.mutable_reservations()) {
    if (r.phase() > static_cast<uint32_t>(phase::claimed) || !is_count(r.quantity()))
      return fail(errc::corrupt, "stock snapshot with an impossible reservation");
    s.units.restore({std::move(*r.mutable_id()), static_cast<phase>(r.phase()), r.quantity(),
                     from_micros(r.until_us())});
  }
  return s;
}

} // namespace souk::stock
