// One simulated world per seed: a store, wires and a bank that survive everything, nodes that do
// not, and the people who use them. All chance comes from the seed, all order from the timeline.
#pragma once

#include "app/sim/client.hpp"

namespace souk::sim {

/// Drawn per seed: no world has all faults at once, so that each gets its turn alone (swarm).
struct fault_plan {
  persistence::sim_faults journal;
  bank_faults bank;
  int nodes = 1;
  cluster::sim_membership_faults table;
  cluster::sim_link_faults links;
  std::chrono::milliseconds crash_every{0}; ///< on average; 0: never
  std::chrono::milliseconds down_most{2'000};
  int64_t long_outages_percent = 0; ///< of crashes: long enough for holds to lapse
  int64_t crash_all_percent = 0;    ///< of crashes: every node at once
  std::chrono::milliseconds pause_every{0};
  std::chrono::milliseconds cut_every{0};   ///< a link, in one direction or both
  std::chrono::milliseconds drain_every{0}; ///< a node leaves politely and another comes
  std::chrono::milliseconds store_away_every{0};
  std::chrono::seconds idle{120};
  bool shuffle = true;

  static fault_plan draw(dice& random);
};

struct goods {
  std::string sku;
  int64_t price = 0; ///< minor units
};

/// What the people know of each other.
struct market {
  std::vector<goods> goods_for_sale;
  std::vector<std::string> warehouses;
  std::chrono::seconds hold{600};
  std::vector<std::string> orders;
  bool open = true; ///< people go on doing things
};

class world {
public:
  world(uint64_t seed, const fault_plan& plan);
  ~world();

  /// Runs for so much virtual time.
  void run_for(std::chrono::nanoseconds span);
  /// Ends a node between two steps, and starts its next generation after `down`.
  void crash(size_t which, std::chrono::nanoseconds down);
  /// It stands still, as one that is swapped out or stopped.
  void pause(size_t which, std::chrono::nanoseconds span);
  /// Politely, then the next generation after `down`.
  void drain(size_t which, std::chrono::nanoseconds down);
  /// crash() at that step, counted from now.
  void crash_at(uint64_t step) { crash_step_ = steps_ + step; }
  bool crashed_at_step() const { return !crash_step_; }
  /// No faults from now on.
  void heal();

  uint64_t steps() const { return steps_; }
  int crashes() const { return crashes_; }
  /// Any that runs, or nullptr; people do not know who owns what.
  node* any_node();
  node* node_at(size_t which) { return slots_[which].server.get(); }
  size_t nodes() const { return slots_.size(); }

  dice random;
  timeline time;
  persistence::sim_store store;
  cluster::sim_membership_store members;
  cluster::sim_network wires;
  fault_plan plan;
  bank money;
  audit watch;
  trace log;

  client people;
  market shop;

private:
  /// False when nothing happens before `until`.
  bool step(std::chrono::nanoseconds until);
  struct slot {
    std::string name;
    std::unique_ptr<node> server;
    std::chrono::nanoseconds paused_until{0};
    std::optional<std::chrono::nanoseconds> dying; ///< for how long it will be down
    std::chrono::nanoseconds down_after_leaving{0};
    bool leaving = false;
  };
  bool runs(const slot& s) const { return s.server && s.paused_until <= time.elapsed(); }
  void boot(slot& s);
  void bury(slot& s);
  void run_job(slot& s);
  void schedule_faults();
  void every(std::chrono::milliseconds fault_plan::*how_often, std::function<void()> what);
  slot& any_slot();
  void cut_some_link();
  void move_to(std::chrono::nanoseconds elapsed);
  void hear_webhook(const std::string& event, const payment::intent& fact,
                    std::function<void(bool)> answered);

  std::vector<slot> slots_;
  uint64_t steps_ = 0;
  int crashes_ = 0;
  std::optional<uint64_t> crash_step_;
};

} // namespace souk::sim
