#include "app/sim/sim.hpp"

#include "app/sim/shrink.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <mutex>
#include <thread>

namespace souk::sim {

namespace {

using wall = std::chrono::steady_clock;

/// Of all lives so far. Thread-safe.
class totals {
public:
  totals(uint64_t planned) : planned_(planned) {}

  void add(const verdict& v) {
    ++lives_;
    failed_ += !v.holds();
    steps_ += v.steps;
    asked_ += v.asked;
    crashes_ += v.crashes;
    lived_ += v.lived;
    for (const auto& [status, count] : v.orders)
      orders_[status] += count;
    happened_.add(v.happened);
    for (const auto& [what, times] : v.happened.all())
      in_lives_.note(what);
  }
  uint64_t failed() const { return failed_; }
  /// 1,240 of 10,000 lives, 0 failed; 11.8 lives/s, 7,420 x real time
  void print_progress() const {
    const auto spent = std::chrono::duration<double>(wall::now() - began_).count();
    std::cout << lives_ << " of " << planned_ << " lives, " << failed_ << " failed; " << std::fixed
              << std::setprecision(1) << static_cast<double>(lives_) / spent << " lives/s, "
              << std::setprecision(0) << std::chrono::duration<double>(lived_).count() / spent
              << " x real time" << std::endl;
  }
  void print() const {
    print_progress();
    std::cout << lived_ / 1h << " h simulated, " << steps_ << " steps, " << asked_ << " requests, "
              << crashes_ << " crashes\n";
    for (const auto& [status, count] : orders_)
      std::cout << "  " << std::setw(8) << count << " orders " << status << "\n";
  }
  void print_faults() const {
    for (const auto& [what, times] : happened_.all())
      std::cout << "  " << std::setw(8) << times << " in " << std::setw(6) << in_lives_.of(what)
                << " lives: " << what << "\n";
  }

private:
  const uint64_t planned_;
  uint64_t lives_ = 0, failed_ = 0, steps_ = 0, asked_ = 0;
  int crashes_ = 0;
  std::chrono::nanoseconds lived_{0};
  std::map<std::string, int> orders_;
  tally happened_, in_lives_;
  const wall::time_point began_ = wall::now();
};

void print_complaints(const verdict& v) {
  for (const auto& complaint : v.complaints)
    std::cout << "  " << complaint << "\n";
}

/// The shortest life that still fails, and how to live it again.
void print_small(const shrunk& small) {
  std::cout << "\nthe least of it that still fails (after " << small.lives
            << " lives): souk sim --seed " << small.last.seed << " --only \"" << small.kept.text()
            << "\"\n";
  for (const auto& f : small.last.faults)
    std::cout << "  " << f << "\n";
  std::cout << "  " << small.last.acts.size() << " turns of people\n";
  print_complaints(small.last);
  std::cout << small.last.story;
}

void print_failure(const verdict& v, int shrink_lives) {
  std::cout << "\nFAILED, run again with: souk sim --seed " << v.seed << "\n";
  print_complaints(v);
  if (shrink_lives > 0)
    print_small(
        shrink(v, shrink_lives, [&](const excerpt& kept) { return run_seed(v.seed, kept); }));
  else
    std::cout << v.story;
  std::cout << std::endl;
}

void print_life(const verdict& v) {
  std::cout << "seed " << v.seed << "  hash " << std::hex << v.hash << std::dec << "  " << v.steps
            << " steps, " << v.lived / 1s << " s, " << v.asked << " requests, " << v.crashes
            << " crashes\n";
}

uint64_t run_steps(const sim_options& options) {
  totals all{0};
  for (uint64_t step = 0;; ++step) {
    const auto v = buy_with_crash_at(step);
    if (!v)
      break;
    all.add(*v);
    if (options.verbose)
      print_life(*v);
    if (!v->holds()) {
      std::cout << "\nFAILED: souk sim --crash-every-step (step " << step << ")\n";
      print_complaints(*v);
      std::cout << v->story;
    }
  }
  all.print();
  return all.failed();
}

uint64_t run_seeds(const sim_options& options) {
  constexpr std::chrono::seconds tell_every{5};
  totals all{options.seeds};
  std::mutex output;
  std::atomic<uint64_t> next{options.seed};
  auto told = wall::now();
  const auto work = [&] {
    for (uint64_t seed; (seed = next++) < options.seed + options.seeds;) {
      const auto v = run_seed(seed);
      std::lock_guard lock(output);
      all.add(v);
      if (options.verbose)
        print_life(v);
      if (!v.holds())
        print_failure(v, options.shrink_lives);
      if (wall::now() - told > tell_every) {
        told = wall::now();
        all.print_progress();
      }
    }
  };
  std::vector<std::jthread> workers;
  const auto jobs =
      options.jobs > 0 ? static_cast<unsigned>(options.jobs) : std::thread::hardware_concurrency();
  for (unsigned n = 1; n < jobs; ++n)
    workers.emplace_back(work);
  work();
  workers.clear();
  all.print();
  if (options.tell_faults)
    all.print_faults();
  return all.failed();
}

uint64_t run_part(const sim_options& options) {
  const auto part = excerpt::parse(options.only);
  if (!part) {
    std::cerr << part.error().detail << "\n";
    return 1;
  }
  const auto v = run_seed(options.seed, *part);
  print_life(v);
  print_small({*part, v, 1});
  return v.complaints.size();
}

} // namespace

int run_sim(const sim_options& options) {
  // Nodes that are called dead say so, loudly; here that is daily business.
  constexpr log::level above_all{UINT8_MAX};
  log::start(options.verbose ? log::level::info : above_all, "text");
  if (options.crash_every_step)
    return run_steps(options) == 0 ? 0 : 1;
  return (options.only.empty() ? run_seeds(options) : run_part(options)) == 0 ? 0 : 1;
}

} // namespace souk::sim
