#include "actors/cart/effects.hpp"

#include "actors/entity/hand_over.hpp"

namespace souk::cart {

entity::performer<model> make_performer(cluster::router& route, const clock& time) {
  return [&route, &time](const entity_id& source, const model::effect& effect,
                         callback<command> done) {
    if (const auto* place = std::get_if<place_order>(&effect.what))
      entity::hand_over<order::contract, command>(
          route, time, source, effect.step, place->placed.order_id, order::place{place->placed},
          [id = place->placed.order_id](result<order::order_view> r) -> result<command> {
            return r ? result<command>{command{order_answered{id}}} : r.error();
          },
          std::move(done));
    else if (const auto* merge = std::get_if<merge_into>(&effect.what))
      entity::hand_over<contract, command>(
          route, time, source, effect.step, merge->to_cart, merge->what,
          [to = merge->to_cart](result<cart_view> r) -> result<command> {
            if (r)
              return command{merge_answered{to}};
            if (is_transient(r.error().code))
              return r.error();
            return command{merge_refused{to}};
          },
          std::move(done));
    else
      done(command{expire{}});
  };
}

} // namespace souk::cart
