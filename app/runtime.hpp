// The entity runtime of one process: Postgres, journal, actors, router. `souk serve` puts services
// and HTTP on top; `souk import` uses it as it is.
#pragma once

#include "actors/cart/cart.hpp"
#include "actors/entity/entity.hpp"
#include "actors/operators/queue.hpp"
#include "actors/order/order.hpp"
#include "actors/session/session.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "app/system.hpp"
#include "base/config.hpp"
#include "persistence/pg_journal.hpp"
#include "persistence/pg_pool.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <optional>

namespace souk::app {

/// Members are in order of start; stop() and destruction go the other way.
class runtime {
public:
  /// Who writes to the journal: a member of the cluster, or a tool that is by itself.
  struct writer {
    std::string name;
    uint64_t generation = 1; ///< rises with every start
    bool is_member = false;
  };

  /// `provider` takes the orders' payments and outlives this.
  runtime(const config& c, const writer& who, payment::gateway& provider);
  ~runtime();

  /// Waits at most `patience` for Postgres, then starts actors; with `hooks` nothing is served
  /// before the membership protocol says so. errc::unavailable with the reason.
  result<void> start(std::chrono::seconds patience,
                     std::optional<cluster::membership_hooks> hooks = {});
  /// The journal takes writes.
  bool ready() const { return journal.ready(); }
  /// Ends all actors; what was not committed is not said.
  void stop();

  static persistence::pg_options postgres_options(const config& c, const std::string& application);

  persistence::pg_pool rows;
  database_clock time;
  persistence::pg_journal journal;
  operators::queue people;
  supervision::circuit_breakers breakers;
  entity::environment environment;

private:
  struct actor_config : caf::actor_system_config {
    explicit actor_config(int workers);
  };
  struct performers {
    entity::performer<stock::model> stock;
    entity::performer<cart::model> cart;
    entity::performer<order::model> order;
    entity::performer<session::model> session;
    entity::performer<shipment::model> shipment;
  };
  actor_config actor_config_;
  template <class Model, class Contract>
  void add_kind(const entity::performer<Model>& perform);

  performers performers_;

public:
  caf::actor_system actors;
  cluster::router route;

private:
  bool started_ = false;
};

} // namespace souk::app
