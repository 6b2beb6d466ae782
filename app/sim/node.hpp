// One simulated node: the real shell, models, performers, router and waker, in one deterministic
// actor system over a simulated journal. Destroying it is its crash: nothing it had in mind happens
// any more.
#pragma once

#include "actors/cart/cart.hpp"
#include "actors/entity/entity.hpp"
#include "actors/order/order.hpp"
#include "actors/session/session.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "app/sim/bank.hpp"
#include "persistence/sim_journal.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace souk::sim {

/// Bugs the checkers must find; for tests of the simulation itself.
enum class planted_bug : uint8_t { none, forgets_release, forgets_void, answers_early };

/// Hears what an order is about to believe about others.
using outcome_tap = std::function<void(const entity_id& order, const order::model::effect& what,
                                       const order::command& outcome)>;

struct node_options {
  uint64_t generation = 1;
  uint64_t seed = 1;
  persistence::sim_faults journal;
  std::chrono::seconds idle{120};
  bool shuffle = true; ///< which of several ready actors runs is up to the dice
  planted_bug planted = planted_bug::none;
};

/// Single-threaded. What it is handed outlives it.
class node {
public:
  node(timeline& time, dice& random, persistence::sim_store& store, bank& money, outcome_tap tap,
       node_options options);
  ~node();

  cluster::router& route() { return router_; }
  /// Expires with the node: for whoever must not call into a dead one.
  const life& alive() const { return alive_; }
  uint64_t generation() const { return options_.generation; }
  bool has_work() const { return !scheduler_.jobs.empty(); }
  /// Runs one message of one actor, and answers a number that says whose it was.
  uint64_t run_one();
  std::optional<std::chrono::nanoseconds> next_timer();
  /// Brings the actors' clock in step; due timers become work.
  void catch_up();
  void heal() { journal_.heal(); }
  int64_t entities() const { return router_.active(); }

private:
  struct deterministic : caf::actor_system_config {
    deterministic() { set("scheduler.policy", caf::atom("testing")); }
  };
  /// A journal that can be cut off while actors still hold on to it.
  class socket final : public persistence::journal {
  public:
    void connect(std::unique_ptr<persistence::sim_journal> to, planted_bug planted) {
      to_ = std::move(to);
      planted_ = planted;
    }
    void cut() { to_.reset(); }
    void heal();
    void recover(const entity_id& entity, callback<persistence::recovered> done) override;
    std::unique_ptr<persistence::journal_stream>
    open(const entity_id& entity, uint64_t seq, const chain_hash& chain,
         std::weak_ptr<persistence::journal_observer> observer) override;
    void due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                    callback<std::vector<due_entity>> done) override;

  private:
    std::unique_ptr<persistence::sim_journal> to_;
    planted_bug planted_ = planted_bug::none;
  };
  class silent_people final : public supervision::operators_queue {
    void stuck(const entity_id&, const std::string&, int, const failure&) override {}
    void unstuck(const entity_id&, const std::string&) override {}
  };

  void add_kinds(outcome_tap tap);
  template <entity::model M>
  void add_kind(entity::performer<M>& perform);
  entity::performer<order::model> order_performer(outcome_tap tap);
  void settle();

  timeline& time_;
  dice& random_;
  const node_options options_;
  life alive_;
  bank_gateway provider_;
  socket journal_;
  silent_people people_;
  supervision::circuit_breakers breakers_;
  entity::environment environment_;
  entity::performer<stock::model> stock_;
  entity::performer<cart::model> cart_;
  entity::performer<order::model> order_;
  entity::performer<session::model> session_;
  entity::performer<shipment::model> shipment_;
  deterministic config_;
  caf::actor_system actors_;
  caf::scheduler::test_coordinator& scheduler_;
  cluster::router router_;
  cluster::duty_actor waker_;
  std::vector<cluster::entity_actor> born_; ///< every entity, for its end
  std::chrono::nanoseconds started_;
};

} // namespace souk::sim
