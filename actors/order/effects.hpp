// Carries out what an order owes: asks stock cells, shipments and its cart, and calls the provider.
#pragma once

#include "actors/entity/performer.hpp"
#include "actors/order/order.hpp"
#include "cluster/router.hpp"

namespace souk::order {

/// All three outlive the performer.
entity::performer<model> make_performer(cluster::router& route, const clock& time,
                                        payment::gateway& provider, std::string return_url);

} // namespace souk::order
