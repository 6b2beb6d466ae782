// What an order's events and snapshots have in common with what travels between nodes; placements
// have placement_codec.
#pragma once

#include "actors/payment/gateway.hpp"

namespace souk::pb {
class order_intent;
}

namespace souk::order {

void to_proto(const payment::intent& from, pb::order_intent& to);
/// errc::corrupt for an unknown currency or status.
result<payment::intent> from_proto(const pb::order_intent& from);

} // namespace souk::order
