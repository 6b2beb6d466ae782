// Looks over the shoulder of entities that carry out their effects: what they ask of others and
// what they hear is written into the history like the requests of people.
#pragma once

#include "actors/cart/cart.hpp"
#include "actors/entity/entity.hpp"
#include "actors/order/order.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "app/sim/history.hpp"

namespace souk::sim {

// What an effect asks of another entity; 0 when it asks none.
uint64_t write_down(history& log, const entity_id& source, const stock::model::effect& what,
                    const caller& who);
uint64_t write_down(history& log, const entity_id& source, const cart::model::effect& what,
                    const caller& who);
uint64_t write_down(history& log, const entity_id& source, const order::model::effect& what,
                    const caller& who);
uint64_t write_down(history& log, const entity_id& source, const shipment::model::effect& what,
                    const caller& who);

// What the asker heard, as far as its outcome shows it.
heard heard_by(const stock::model::effect& what, const stock::command& outcome);
heard heard_by(const cart::model::effect& what, const cart::command& outcome);
heard heard_by(const order::model::effect& what, const order::command& outcome);
heard heard_by(const shipment::model::effect& what, const shipment::command& outcome);

/// `real`, with everything it does written into `log` as long as `owner` lives.
template <entity::model M>
entity::performer<M> witnessed(entity::performer<M> real, history& log, const caller& owner) {
  return [real = std::move(real), &log, owner](const entity_id& source,
                                               const typename M::effect& effect,
                                               callback<typename M::command> done) {
    const auto number = write_down(log, source, effect, owner);
    real(source, effect,
         [&log, owner, number, source, effect,
          done = std::move(done)](result<typename M::command> outcome) {
           if (!owner.expired()) {
             if (number > 0)
               log.hear(number,
                        outcome ? heard_by(effect, *outcome) : heard::refusal(outcome.error()));
             if (outcome)
               log.tell(source.text(), *outcome);
           }
           done(std::move(outcome));
         });
  };
}

} // namespace souk::sim
