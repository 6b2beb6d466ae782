// Commands and replies of shipments between nodes ↔ Protobuf.
#include "actors/shipment/convert.hpp"

namespace souk::shipment {

namespace {

using pb_command = pb::shipment_command;
using pb_reply = pb::shipment_reply;

void write(const route& c, pb_command& out) { to_proto(c, *out.mutable_route()); }
void write(const dispatch& c, pb_command& out) { out.mutable_dispatch()->set_tracking(c.tracking); }
void write(const deliver&, pb_command& out) { out.mutable_deliver(); }
void write(const cancel&, pb_command& out) { out.mutable_cancel(); }
void write(const order_told&, pb_command& out) { out.mutable_order_told(); }
void write(const get&, pb_command& out) { out.mutable_get(); }
void write(const shipment_view& r, pb_reply& out) { write_view(r, *out.mutable_view()); }

} // namespace

std::string contract::encode(const shipment::command& what) {
  pb_command out;
  std::visit([&](const auto& c) { write(c, out); }, what);
  return out.SerializeAsString();
}

result<shipment::command> contract::decode_command(std::string_view bytes) {
  pb_command in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a shipment command");
  switch (in.kind_case()) {
  case pb_command::kRoute:
    return from_proto<route>(in.route());
  case pb_command::kDispatch:
    return dispatch{in.dispatch().tracking()};
  case pb_command::kDeliver:
    return deliver{};
  case pb_command::kCancel:
    return cancel{};
  case pb_command::kOrderTold:
    return order_told{};
  case pb_command::kGet:
    return get{};
  case pb_command::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "a shipment command of an unknown kind");
}

std::string contract::encode(const shipment::reply& what) {
  pb_reply out;
  std::visit([&](const auto& r) { write(r, out); }, what);
  return out.SerializeAsString();
}

result<shipment::reply> contract::decode_reply(std::string_view bytes) {
  pb_reply in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a shipment reply");
  if (!in.has_view())
    return fail(errc::corrupt, "a shipment reply of an unknown kind");
  auto view = read_view(in.view());
  if (!view)
    return view.error();
  return std::move(*view);
}

} // namespace souk::shipment
