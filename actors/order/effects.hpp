// Carries out what an order owes: asks stock cells, shipments and its cart, and calls the provider.
#pragma once

#include "actors/entity/entity.hpp"
#include "actors/order/order.hpp"

namespace souk::order {

/// A call younger than this is repeated with its key; an older one is looked up instead, because the
/// provider may have forgotten the key (DESIGN §5).
inline constexpr std::chrono::hours provider_key_age{12};

/// All three outlive the performer.
entity::performer<model> make_performer(cluster::router& route, const clock& time,
                                        payment::gateway& provider, std::string return_url);

} // namespace souk::order
