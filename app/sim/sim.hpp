// The deterministic simulation: the real shell, models, performers, router and waker of one node on
// virtual time in one thread, under drawn faults, with checkers outside. The same seed does the
// same.
//
//   safety: people shop while everything goes wrong ──► heal: no faults, nobody new ──► everything
//   that was begun must end, and whatever was said must stand in the store and at the bank
#pragma once

#include "app/sim/excerpt.hpp"
#include "app/sim/world.hpp"

namespace souk::sim {

struct verdict {
  uint64_t seed = 0;
  uint64_t hash = 0; ///< of everything that happened
  uint64_t steps = 0;
  std::chrono::nanoseconds lived{0}; ///< virtual time
  uint64_t asked = 0, answered = 0;
  int crashes = 0;
  std::map<std::string, int> orders; ///< by status
  tally happened;                    ///< what went wrong
  std::vector<std::string> complaints;
  std::string story;                 ///< of the entities complained about
  std::vector<act> acts;             ///< in the order they began
  std::vector<size_t> faults_met;    ///< places in what was drawn
  std::vector<std::string> faults;   ///< the same in words
  std::chrono::milliseconds span{0}; ///< for which the market was open
  bool holds() const { return complaints.empty(); }
};

/// One random life: faults, goods, people, all drawn from `seed`; or the parts of it that are kept.
/// Thread-safe: lives know nothing of each other.
verdict run_seed(uint64_t seed, const excerpt& kept = {});

/// One fixed purchase until it is delivered, the node killed after `step` steps (0: never). Nothing
/// when the purchase was over before that step.
std::optional<verdict> buy_with_crash_at(uint64_t step);

struct sim_options {
  uint64_t seeds = 100;
  uint64_t seed = 1;             ///< the first one
  bool crash_every_step = false; ///< instead of seeds
  int jobs = 0;                  ///< lives at a time; 0: as many as there are processors
  std::string only;              ///< excerpt::text() of the one seed
  int shrink_lives = 400;        ///< to spend on making a failing life small
  bool verbose = false;
  bool tell_faults = false; ///< what went wrong, how often and in how many lives
};

/// Answers the process's exit code: 0, or 1 when a checker complained.
int run_sim(const sim_options& options);

} // namespace souk::sim
