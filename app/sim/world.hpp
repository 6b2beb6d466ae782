// One simulated world per seed: a store and a bank that survive everything, a node that does not,
// and the people who use it. All chance comes from the seed, all order from the timeline.
#pragma once

#include "app/sim/client.hpp"

namespace souk::sim {

/// Drawn per seed: no world has all faults at once, so that each gets its turn alone (swarm).
struct fault_plan {
  persistence::sim_faults journal;
  bank_faults bank;
  std::chrono::milliseconds crash_every{0}; ///< on average; 0: never
  std::chrono::milliseconds down_most{2'000};
  int64_t long_outages_percent = 0; ///< of crashes: long enough for holds to lapse
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
  world(uint64_t seed, fault_plan plan, planted_bug planted = planted_bug::none);
  ~world();

  /// Runs for so much virtual time.
  void run_for(std::chrono::nanoseconds span);
  /// Ends the node between two steps, and starts the next generation after `down`.
  void crash(std::chrono::nanoseconds down);
  /// crash() at that step, counted from now.
  void crash_at(uint64_t step) { crash_step_ = steps_ + step; }
  bool crashed_at_step() const { return !crash_step_; }
  /// No faults from now on.
  void heal();

  uint64_t steps() const { return steps_; }
  int crashes() const { return crashes_; }
  const node* server() const { return server_.get(); }

  dice random;
  timeline time;
  persistence::sim_store store;
  fault_plan plan;
  bank money;
  audit watch;
  trace log;

private:
  std::unique_ptr<node> server_;

public:
  client people;
  market shop;

private:
  /// False when nothing happens before `until`.
  bool step(std::chrono::nanoseconds until);
  void boot();
  void schedule_crash();
  void hear_webhook(const std::string& event, const payment::intent& fact,
                    std::function<void(bool)> answered);

  const planted_bug planted_;
  uint64_t generation_ = 0;
  uint64_t steps_ = 0;
  int crashes_ = 0;
  std::optional<uint64_t> crash_step_;
  std::optional<std::chrono::nanoseconds> dying_; ///< for how long it will be down
};

} // namespace souk::sim
