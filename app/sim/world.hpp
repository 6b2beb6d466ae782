// One simulated world per seed: a store, wires and a bank that survive everything, nodes that do
// not, and the people who use them. All chance comes from the seed, all order from the timeline.
#pragma once

#include "app/sim/client.hpp"
#include "app/sim/excerpt.hpp"
#include "app/sim/explain_money.hpp"
#include "app/sim/explain_table.hpp"
#include "app/sim/nemesis.hpp"
#include "app/sim/read_side.hpp"
#include "app/sim/roll_call.hpp"

namespace souk::sim {

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
  /// What goes wrong from now on, at its times.
  void expect(const std::vector<fault>& faults);
  /// crash() at that step, counted from now.
  void crash_at(uint64_t step) { crash_step_ = steps_ + step; }
  bool crashed_at_step() const { return !crash_step_; }
  /// No faults from now on; but the bank may be away for longer.
  void heal(bool and_the_bank = true);

  /// A node is not a member yet, or something is due within so long that is no heartbeat, scan or
  /// reading: people, the bank, a wakeup row, an entity's timer.
  bool awaits_anything(std::chrono::nanoseconds within);

  /// The dice of one turn of one person: what others do or leave does not change it.
  dice dice_of(const act& turn) const;
  uint64_t steps() const { return steps_; }
  int crashes() const { return crashes_; }
  /// What went wrong, by names that a reader understands.
  tally happened() const;
  /// Any that runs, or nullptr; people do not know who owns what.
  node* any_node(); // one that stands still is asked, too, now and then
  std::vector<node*> all_nodes();
  node* node_at(size_t which) { return slots_[which].server.get(); }
  size_t nodes() const { return slots_.size(); }

  dice random;
  timeline time;
  persistence::sim_store store{time};
  cluster::sim_membership_store members;
  cluster::sim_network wires;
  fault_plan plan;
  bank money;
  audit watch;
  roll_call roll;
  history told;
  explained_money told_money;
  explained_table told_table;
  read_side reads;
  trace log;

  client people;
  market shop;
  diary turns;

private:
  /// False when nothing happens before `until`.
  bool step(std::chrono::nanoseconds until);
  std::chrono::nanoseconds next_moment(std::chrono::nanoseconds until);
  struct slot {
    std::string name;
    std::unique_ptr<node> server;
    std::chrono::nanoseconds paused_until{0};
    std::optional<std::chrono::nanoseconds> dying; ///< for how long it will be down
    std::chrono::nanoseconds down_after_leaving{0};
    bool leaving = false;
    bool gone = false;                      ///< for good
    uint64_t view = 0;                      ///< the version it routes by
    std::chrono::microseconds step_cost{0}; ///< at most
    std::chrono::nanoseconds busy_until{0}; ///< with the last message
    int level = new_level;
  };
  bool runs(const slot& s) const { return s.server && s.paused_until <= time.elapsed(); }
  void boot(slot& s);
  void bury(slot& s);
  void run_job(slot& s);
  void strike(const fault& f);
  void cut(const std::string& from, const std::string& to, std::chrono::nanoseconds span);
  /// `ends` runs when the longest of all that go by this name is over.
  void lasts(const std::string& what, std::chrono::nanoseconds span, std::function<void()> ends);
  /// Sets what the function of the node sets, and takes it back after so long.
  void inflict(slot& s, const std::string& name, void (node::*what)(bool),
               std::chrono::nanoseconds span);
  void fail_over(std::chrono::nanoseconds span);
  void leap(std::chrono::nanoseconds span);
  void slow_down(slot& s, std::chrono::nanoseconds span);
  void lose_power(size_t which, std::chrono::nanoseconds span);
  void lose_for_good(size_t which);
  void upgrade(size_t which, std::chrono::nanoseconds down);
  history::complaint complains() {
    return [this](const auto& entity, const auto& what) { watch.complain(entity, what); };
  }
  void move_to(std::chrono::nanoseconds elapsed);
  void look_who_serves();
  /// Since the clock that tells who is silent leapt.
  bool clock_tells() const;
  void hear_webhook(const std::string& event, const payment::intent& fact,
                    std::function<void(bool)> answered);

  const uint64_t seed_;
  std::vector<slot> slots_;
  std::vector<slot*> ready_; ///< of one step
  std::chrono::nanoseconds views_changed_{0}, looked_{0};
  std::optional<std::chrono::nanoseconds> leapt_at_; ///< the database's clock, last
  uint64_t steps_ = 0;
  int crashes_ = 0;
  tally happened_;
  unheard_asks unheard_;
  std::map<std::string, std::chrono::nanoseconds> over_; ///< when what lasts ends, by its name
  bool healed_ = false;
  std::optional<uint64_t> crash_step_;
};

} // namespace souk::sim
