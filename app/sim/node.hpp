// One simulated node: the real shell, models, performers, router, waker and its part in the
// cluster, in one deterministic actor system over a simulated journal, membership table and links.
// Destroying it is its crash: nothing it had in mind happens any more.
#pragma once

#include "actors/cart/cart.hpp"
#include "actors/entity/environment.hpp"
#include "actors/entity/performer.hpp"
#include "actors/order/order.hpp"
#include "actors/session/session.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "app/sim/bank.hpp"
#include "app/sim/node_clock.hpp"
#include "app/sim/upgrade.hpp"
#include "app/sim/witness.hpp"
#include "cluster/participant.hpp"
#include "cluster/sim_links.hpp"
#include "cluster/sim_membership.hpp"
#include "persistence/sim_journal.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace souk::sim {

/// Hears what an order is about to believe about others.
using outcome_tap = std::function<void(const entity_id& order, const order::model::effect& what,
                                       const order::command& outcome)>;

/// Hears of an entity that a node cannot bring back to life.
using entity_tap = std::function<void(const entity_id& entity, const failure& why)>;

struct node_options {
  std::string name = "n1";
  uint64_t generation = 1;
  cluster::sim_membership_faults table;
  uint64_t seed = 1;
  persistence::sim_faults journal;
  size_t queue_bytes_max = 64 << 20; ///< of the journal; beyond it commands are refused
  clock_faults clock;
  int level = new_level; ///< the newest formats it knows
  std::chrono::seconds idle{120};
  int64_t stragglers_percent = 0;  ///< of hand-overs: arrive a second time, much later
  int64_t unheard_percent = 0;     ///< of hand-overs to cells elsewhere: not heard of in time
  size_t snapshot_tail = 8 * 1024; ///< bytes of journal behind which a snapshot is taken
  bool shuffle = true;             ///< which of several ready actors runs is up to the dice
};

/// Hand-overs that other nodes lose, however often they are tried: before they are carried out, or
/// only the answer.
struct lost_ask {
  bool carried_out = false;
  std::chrono::nanoseconds until{0};
};
using unheard_asks = std::map<command_id, lost_ask>;

/// What all nodes share, and what outlives them.
struct surroundings {
  timeline& time;
  dice& random;
  persistence::sim_store& store;
  cluster::sim_membership_store& members;
  cluster::sim_network& wires;
  bank& money;
  history& told;
  entity_tap halted;
  tally& happened;
  unheard_asks& unheard;
};

/// Longer than anybody waits for a shard.
inline constexpr std::chrono::seconds commits_held_up{20};

/// Single-threaded. What it is handed outlives it.
class node {
public:
  node(const surroundings& around, outcome_tap tap, node_options options);
  ~node();

  cluster::router& route() { return router_; }
  const cluster::router& route() const { return router_; }
  /// As this node tells the time.
  const souk::clock& time() const { return clock_; }
  /// Expires with the node: for whoever must not call into a dead one.
  const life& alive() const { return alive_; }
  uint64_t generation() const { return options_.generation; }
  int level() const { return options_.level; }
  const std::string& name() const { return options_.name; }
  /// The table calls it dead: it has to end.
  bool is_expelled() const { return expelled_; }
  /// The others do not take it in.
  bool is_refused() const { return refused_; }
  bool is_active() const { return active_; }
  /// Hands its shards over; has_left() when that is done.
  void leave();
  bool has_left() const { return left_; }
  /// It told the others that it is gone.
  bool has_said_so() const { return said_so_; }
  void cut_off_table(bool off) { table_.set_reachable(!off); }
  /// From all of Postgres: the table and the journal.
  void cut_off_store(bool off);
  /// Instead of those it was born with.
  void set_journal_faults(const persistence::sim_faults& f) { journal_.set_faults(f); }
  /// Its commits are on their way to Postgres for seconds, and all else is well.
  void hold_up_commits(bool held) { journal_.set_stuck(held ? commits_held_up : 0ns); }
  bool has_work() const { return !scheduler_.jobs.empty(); }
  /// Runs one message of one actor, and answers a number that says whose it was.
  uint64_t run_one();
  std::optional<std::chrono::nanoseconds> next_timer();
  /// An entity, or a way to another node, has a timer that fires by then.
  bool has_errand_before(std::chrono::nanoseconds when);
  /// Brings the actors' clock in step; due timers become work.
  void catch_up();
  void heal();
  int64_t entities() const { return router_.active(); }
  /// Somebody else has written to it: what is in memory of it here has not seen that.
  void fall_behind(const entity_id& of);
  /// One that is behind, and is served here all the same.
  std::optional<entity_id> serves_behind();

private:
  struct deterministic : caf::actor_system_config {
    deterministic() { set("scheduler.policy", caf::atom("testing")); }
  };
  /// A journal that can be cut off while actors still hold on to it.
  class socket final : public persistence::journal {
  public:
    void connect(std::unique_ptr<persistence::sim_journal> to) { to_ = std::move(to); }
    void cut() { to_.reset(); }
    void meet(uint32_t timeline, size_t host) {
      if (to_)
        to_->meet(timeline, host);
    }
    void set_faults(const persistence::sim_faults& f);
    void set_reachable(bool is);
    void set_stuck(std::chrono::nanoseconds most);
    bool ready() const;
    void recover(const entity_id& entity, callback<persistence::recovered> done) override;
    std::unique_ptr<persistence::journal_stream>
    open(const entity_id& entity, uint64_t seq, const chain_hash& chain,
         std::weak_ptr<persistence::journal_observer> observer) override;
    void due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                    callback<std::vector<due_entity>> done) override;

  private:
    std::unique_ptr<persistence::sim_journal> to_;
  };
  class operators final : public supervision::operators_queue {
  public:
    explicit operators(entity_tap halted) : halted_(std::move(halted)) {}
    void stuck(const entity_id& who, const std::string& step, int, const failure& why) override {
      if (step == supervision::recover_step) // no journal of ours is ever broken
        halted_(who, why);
    }
    void unstuck(const entity_id&, const std::string&) override {}

  private:
    const entity_tap halted_;
  };

  void add_kinds(outcome_tap tap, history& told);
  template <entity::model M, class Contract>
  void add_kind(entity::performer<M>& perform);
  entity::performer<order::model> order_performer(outcome_tap tap);
  void settle();
  template <entity::model M>
  entity::performer<M> straggling(entity::performer<M> real);
  void lose_hand_over(const entity_id& source, const std::string& step, std::string_view target);
  cluster::receive_command losing(cluster::receive_command real);

  persistence::run_later run_later() const;
  cluster::member row() const;
  template <class What>
  void run_on_participant(What what);
  void say_goodbye();
  void join();

  timeline& world_time_;
  dice& random_;
  node_options options_;
  node_clock clock_;
  life alive_;
  bank_gateway provider_;
  socket journal_;
  operators people_;
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
  cluster::sim_membership table_;
  cluster::sim_links links_;
  cluster::mesh mesh_;
  cluster::duty_actor participant_;
  bool expelled_ = false, refused_ = false, active_ = false, left_ = false, said_so_ = false;
  cluster::duty_actor waker_;
  std::vector<cluster::entity_actor> born_; ///< every entity, for its end
  tally& happened_;
  unheard_asks& unheard_;
  std::map<entity_id, cluster::activation_ptr> newest_; ///< the last one of each that came
  std::vector<cluster::activation_ptr> behind_;         ///< and what others have written to since
  std::chrono::nanoseconds caught_up_;                  ///< by this node's clock
  /// When the first timer is due, by either clock: the world asks before each of its steps.
  struct moment {
    std::chrono::nanoseconds own{0}, worlds{0};
  } next_timer_;
};

} // namespace souk::sim
