// Commands and replies of stock cells between nodes ↔ Protobuf. Quantities are as they came: decide
// judges them, whoever sent them.
#include "actors/stock/messages.hpp"

#include <proto/stock.pb.h>

namespace souk::stock {

namespace {

using pb_command = pb::stock_command;
using pb_reply = pb::stock_reply;

void write(const hold& c, pb_command& out) {
  auto& to = *out.mutable_hold();
  to.set_reservation(c.reservation);
  to.set_quantity(c.quantity);
  to.set_expires_us(to_micros(c.expires));
  to.set_allow_partial(c.allow_partial);
}
void write(const extend& c, pb_command& out) {
  auto& to = *out.mutable_extend();
  to.set_reservation(c.reservation);
  to.set_expires_us(to_micros(c.expires));
}
void write(const claim& c, pb_command& out) {
  auto& to = *out.mutable_claim();
  to.set_reservation(c.reservation);
  to.set_quantity(c.quantity);
}
void write(const release& c, pb_command& out) {
  out.mutable_release()->set_reservation(c.reservation);
}
void write(const ship& c, pb_command& out) { out.mutable_ship()->set_reservation(c.reservation); }
void write(const give_back& c, pb_command& out) {
  auto& to = *out.mutable_give_back();
  to.set_reservation(c.reservation);
  to.set_quantity(c.quantity);
}
void write(const receive& c, pb_command& out) {
  auto& to = *out.mutable_receive();
  to.set_quantity(c.quantity);
  to.set_reason(c.reason);
}
void write(const count& c, pb_command& out) {
  auto& to = *out.mutable_count();
  to.set_quantity(c.on_hand);
  to.set_reason(c.reason);
}
void write(const get&, pb_command& out) { out.mutable_get(); }
void write(const expire&, pb_command& out) { out.mutable_expire(); }

void write(const held_units& r, pb_reply& out) {
  auto& to = *out.mutable_held();
  to.set_quantity(r.granted);
  to.set_expires_us(to_micros(r.expires));
}
void write(const claimed& r, pb_reply& out) { out.mutable_claimed()->set_quantity(r.quantity); }
void write(const released&, pb_reply& out) { out.mutable_released(); }
void write(const shipped& r, pb_reply& out) { out.mutable_shipped()->set_quantity(r.quantity); }
void write(const level& r, pb_reply& out) {
  auto& to = *out.mutable_level();
  to.set_on_hand(r.on_hand);
  to.set_reserved(r.reserved);
  to.set_available(r.available);
  to.set_holds(r.holds);
  to.set_claims(r.claims);
  to.set_received(r.received);
  to.set_adjusted(r.adjusted);
  to.set_shipped(r.shipped);
  to.set_returned(r.returned);
}

level read(const pb_reply::sums& from) {
  return {.on_hand = from.on_hand(),
          .reserved = from.reserved(),
          .available = from.available(),
          .holds = from.holds(),
          .claims = from.claims(),
          .received = from.received(),
          .adjusted = from.adjusted(),
          .shipped = from.shipped(),
          .returned = from.returned()};
}

} // namespace

std::string contract::encode(const stock::command& what) {
  pb_command out;
  std::visit([&](const auto& c) { write(c, out); }, what);
  return out.SerializeAsString();
}

result<stock::command> contract::decode_command(std::string_view bytes) {
  pb_command in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a stock command");
  switch (in.kind_case()) {
  case pb_command::kHold:
    return hold{in.hold().reservation(), in.hold().quantity(), from_micros(in.hold().expires_us()),
                in.hold().allow_partial()};
  case pb_command::kExtend:
    return extend{in.extend().reservation(), from_micros(in.extend().expires_us())};
  case pb_command::kClaim:
    return claim{in.claim().reservation(), in.claim().quantity()};
  case pb_command::kRelease:
    return release{in.release().reservation()};
  case pb_command::kShip:
    return ship{in.ship().reservation()};
  case pb_command::kGiveBack:
    return give_back{in.give_back().reservation(), in.give_back().quantity()};
  case pb_command::kReceive:
    return receive{in.receive().quantity(), in.receive().reason()};
  case pb_command::kCount:
    return count{in.count().quantity(), in.count().reason()};
  case pb_command::kGet:
    return get{};
  case pb_command::kExpire:
    return expire{};
  case pb_command::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "a stock command of an unknown kind");
}

std::string contract::encode(const stock::reply& what) {
  pb_reply out;
  std::visit([&](const auto& r) { write(r, out); }, what);
  return out.SerializeAsString();
}

result<stock::reply> contract::decode_reply(std::string_view bytes) {
  pb_reply in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a stock reply");
  switch (in.kind_case()) {
  case pb_reply::kHeld:
    return held_units{in.held().quantity(), from_micros(in.held().expires_us())};
  case pb_reply::kClaimed:
    return claimed{in.claimed().quantity()};
  case pb_reply::kReleased:
    return released{};
  case pb_reply::kShipped:
    return shipped{in.shipped().quantity()};
  case pb_reply::kLevel:
    return read(in.level());
  case pb_reply::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "a stock reply of an unknown kind");
}

} // namespace souk::stock
