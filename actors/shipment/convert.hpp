// What a shipment's events and snapshots have in common with what travels between nodes.
#pragma once

#include "actors/shipment/messages.hpp"

#include <proto/shipment.pb.h>

namespace souk::shipment {

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

/// `From` is the event or the command.
template <class From>
void to_proto(const From& from, pb::shipment_event_routing& to) {
  to.set_order_id(from.order_id);
  to.set_warehouse(from.warehouse);
  write_lines(from.lines, *to.mutable_lines());
}
template <class To>
To from_proto(const pb::shipment_event_routing& from) {
  return {from.order_id(), from.warehouse(), read_lines(from.lines())};
}

/// `Message` is the snapshot or the reply.
template <class Message>
void write_view(const shipment_view& from, Message& to) {
  to.set_status(static_cast<uint32_t>(from.status));
  to.set_order_id(from.order_id);
  to.set_warehouse(from.warehouse);
  to.set_tracking(from.tracking);
  write_lines(from.lines, *to.mutable_lines());
  to.set_moved_us(to_micros(from.moved_at));
}
/// errc::corrupt for an unknown status.
template <class Message>
result<shipment_view> read_view(const Message& from) {
  if (from.status() > static_cast<uint32_t>(status::cancelled))
    return fail(errc::corrupt, "a shipment in an unknown status");
  return shipment_view{.order_id = from.order_id(),
                       .warehouse = from.warehouse(),
                       .status = static_cast<shipment::status>(from.status()),
                       .tracking = from.tracking(),
                       .lines = read_lines(from.lines()),
                       .moved_at = from_micros(from.moved_us())};
}

} // namespace souk::shipment
