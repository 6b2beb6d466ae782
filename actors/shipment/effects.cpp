#include "actors/shipment/effects.hpp"

#include "actors/entity/hand_over.hpp"
#include "actors/order/messages.hpp"

namespace souk::shipment {

entity::performer<model> make_performer(cluster::router& route, const clock& time) {
  return [&route, &time](const entity_id& source, const model::effect& effect,
                         callback<command> done) {
    const auto& tell = std::get<tell_order_delivered>(effect.what);
    entity::hand_over<order::contract, command>(
        route, time, source, effect.step, tell.order_id,
        order::shipment_delivered{std::string(source.key())},
        [](result<order::accepted> r) -> result<command> {
          return r ? result<command>{command{order_told{}}} : r.error();
        },
        std::move(done));
  };
}

} // namespace souk::shipment
