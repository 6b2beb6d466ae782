// Carries out what a cart owes: the birth of its order, and its lines to the cart it is merged
// into.
#pragma once

#include "actors/cart/cart.hpp"
#include "actors/entity/performer.hpp"
#include "cluster/router.hpp"

namespace souk::cart {

entity::performer<model> make_performer(cluster::router& route, const clock& time);

} // namespace souk::cart
