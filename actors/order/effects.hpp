// Carries out what an order owes: asks stock cells, shipments and its cart, and calls the provider.
#pragma once

#include "actors/entity/entity.hpp"
#include "actors/order/order.hpp"

namespace souk::order {

/// All three outlive the performer.
entity::performer<model> make_performer(cluster::router& route, const clock& time,
                                        payment::gateway& provider, std::string return_url);

} // namespace souk::order
