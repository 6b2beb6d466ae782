// Shipment events and snapshots ↔ Protobuf.
#include "actors/shipment/shipment.hpp"

#include <proto/shipment.pb.h>

namespace souk::shipment {

namespace {
using pb_event = pb::shipment_event;

template <class Lines>
void write_lines(const std::vector<line>& lines, Lines& to) {
  for (const auto& l : lines) {
    auto& one = *to.Add();
    one.set_sku(l.sku);
    one.set_title(l.title);
    one.set_quantity(l.quantity);
  }
}

template <class Lines>
std::vector<line> read_lines(const Lines& from) {
  std::vector<line> lines;
  for (const auto& l : from)
    lines.push_back({l.sku(), l.title(), l.quantity()});
  return lines;
}

void write(const routed& e, pb_event& out) {
  auto& to = *out.mutable_routed();
  to.set_order_id(e.order_id);
  to.set_warehouse(e.warehouse);
  write_lines(e.lines, *to.mutable_lines());
}
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
    return routed{in.routed().order_id(), in.routed().warehouse(), read_lines(in.routed().lines())};
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
  out.set_status(static_cast<uint32_t>(s.view.status));
  out.set_order_id(s.view.order_id);
  out.set_warehouse(s.view.warehouse);
  out.set_tracking(s.view.tracking);
  write_lines(s.view.lines, *out.mutable_lines());
  out.set_moved_us(to_micros(s.view.moved_at));
  out.set_order_told(s.order_told);
  return out.SerializeAsString();
}

result<model::state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::shipment_state in;
  if (version != state_version ||
      !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      in.status() > static_cast<uint32_t>(status::cancelled))
    return fail(errc::corrupt, "not a shipment snapshot of this version");
  return state{.view = {.order_id = in.order_id(),
                        .warehouse = in.warehouse(),
                        .status = static_cast<shipment::status>(in.status()),
                        .tracking = in.tracking(),
                        .lines = read_lines(in.lines()),
                        .moved_at = from_micros(in.moved_us())},
               .order_told = in.order_told()};
}

} // namespace souk::shipment
