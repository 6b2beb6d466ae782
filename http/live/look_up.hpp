// Where the state of a topic comes from: the order and the cart themselves, and for SKUs the
// availability that shoppers see.
#pragma once

#include "actors/order/service.hpp"
#include "http/live/service.hpp"

namespace souk::live {

/// The services outlive it. errc::not_found for an order or a cart that does not exist; a SKU
/// nobody knows is sold out.
look_up make_look_up(cluster::router& route, catalogue::service& goods, const clock& time);

} // namespace souk::live
