// Carries out what a shipment owes: telling its order that it was delivered.
#pragma once

#include "actors/entity/performer.hpp"
#include "actors/shipment/shipment.hpp"
#include "cluster/router.hpp"

namespace souk::shipment {

entity::performer<model> make_performer(cluster::router& route, const clock& time);

} // namespace souk::shipment
