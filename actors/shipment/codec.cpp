// Shipment events and snapshots ↔ Protobuf.
#include "actors/shipment/convert.hpp"
#include "actors/shipment/shipment.hpp"

namespace souk::shipment {

namespace {
using pb_event = pb::shipment_event;

void write(const routed& e, pb_event& out) { to_proto(e, *out.mutable_routed()); }
void write(const dispatched& e, pb_event& out) { out.set_dispatched(e.tracking); }
void write(const delivered&, pb_event& out) { out.mutable_delivered(); }
void write(const cancelled&, pb_event& out) { out.mutable_cancelled(); }
void write(const delivery_told&, pb_event& out) { out.mutable_order_told(); }
} // namespace

std::string model::encode(const event& e) {
  pb_event out;
  std::visit([&](const auto& x) { write(x, out); }, e);
  return out.SerializeAsString();
}

result<model::event> model::decode_event(std::string_view bytes) {
  pb_event in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a shipment event");
  switch (in.kind_case()) {
  case pb_event::kRouted:
    return from_proto<routed>(in.routed());
  case pb_event::kDispatched:
    return dispatched{in.dispatched()};
  case pb_event::kDelivered:
    return delivered{};
  case pb_event::kCancelled:
    return cancelled{};
  case pb_event::kOrderTold:
    return delivery_told{};
  case pb_event::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "shipment event of an unknown kind");
}

std::string model::encode(const state& s) {
  pb::shipment_state out;
  write_view(s.view, out);
  out.set_order_told(s.order_told);
  return out.SerializeAsString();
}

result<model::state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::shipment_state in;
  if (version != state_version || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a shipment snapshot of this version");
  auto view = read_view(in);
  if (!view)
    return view.error();
  return state{.view = std::move(*view), .order_told = in.order_told()};
}

} // namespace souk::shipment
