// placement ↔ Protobuf: shared by the order's own codec and the cart's `ordering` event.
#pragma once

#include "actors/order/messages.hpp"

namespace souk::pb {
class order_placement;
}

namespace souk::order {

void to_proto(const placement& from, pb::order_placement& to);
/// errc::corrupt for an unknown currency.
result<placement> from_proto(const pb::order_placement& from);

} // namespace souk::order
