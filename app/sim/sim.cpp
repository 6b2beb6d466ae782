#include "app/sim/sim.hpp"

#include "base/log.hpp"

#include <chrono>
#include <iomanip>
#include <iostream>

namespace souk::sim {

namespace {

using wall = std::chrono::steady_clock;

struct totals {
  uint64_t lives = 0, failed = 0, steps = 0, asked = 0;
  int crashes = 0;
  std::chrono::nanoseconds lived{0};
  std::map<std::string, int> orders;
  wall::time_point began = wall::now();

  void add(const verdict& v) {
    ++lives;
    failed += !v.holds();
    steps += v.steps;
    asked += v.asked;
    crashes += v.crashes;
    lived += v.lived;
    for (const auto& [status, count] : v.orders)
      orders[status] += count;
  }
  void print() const {
    const auto spent = std::max<std::chrono::nanoseconds>(wall::now() - began, 1ms);
    std::cout << lives << " lives, " << failed << " failed, " << steps << " steps, " << asked
              << " requests, " << crashes << " crashes; "
              << static_cast<int64_t>(lives) * 1'000'000'000 / spent.count() << " lives/s, "
              << lived / spent << " simulated seconds a second\n";
    for (const auto& [status, count] : orders)
      std::cout << "  " << std::setw(8) << count << " orders " << status << "\n";
  }
};

void print_failure(const verdict& v, const std::string& again) {
  std::cout << "\nFAILED, run again with: " << again << "\n";
  for (const auto& complaint : v.complaints)
    std::cout << "  " << complaint << "\n";
  std::cout << v.story;
}

void print_life(const verdict& v) {
  std::cout << "seed " << v.seed << "  hash " << std::hex << v.hash << std::dec << "  " << v.steps
            << " steps, " << v.lived / 1s << " s, " << v.asked << " requests, " << v.crashes
            << " crashes\n";
}

void run_steps(totals& all, const sim_options& options) {
  for (uint64_t step = 0;; ++step) {
    const auto v = buy_with_crash_at(step);
    if (!v)
      return;
    all.add(*v);
    if (options.verbose)
      print_life(*v);
    if (!v->holds())
      print_failure(*v, "souk sim --crash-every-step (step " + std::to_string(step) + ")");
  }
}

void run_seeds(totals& all, const sim_options& options) {
  constexpr std::chrono::seconds tell_every{10};
  auto told = wall::now();
  for (uint64_t seed = options.seed; seed < options.seed + options.seeds; ++seed) {
    const auto v = run_seed(seed);
    all.add(v);
    if (options.verbose)
      print_life(v);
    if (!v.holds())
      print_failure(v, "souk sim --seeds 1 --seed " + std::to_string(seed));
    if (wall::now() - told > tell_every) {
      told = wall::now();
      all.print();
    }
  }
}

} // namespace

int run_sim(const sim_options& options) {
  log::start(options.verbose ? log::level::info : log::level::error, "text");
  totals all;
  if (options.crash_every_step)
    run_steps(all, options);
  else
    run_seeds(all, options);
  all.print();
  return all.failed == 0 ? 0 : 1;
}

} // namespace souk::sim
