// How much faster than the clock on the wall does the simulation live? Three nodes and buyers who
// ask about twenty times a virtual second, first calm, then with a node that crashes every ten
// seconds: one world alone, then one on each processor. A table, then one line of JSON.
#include "app/sim/shopper.hpp"
#include "app/sim/staff.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <deque>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace souk;
using namespace souk::sim;
namespace bj = boost::json;
using wall = std::chrono::steady_clock;

constexpr auto warm_up = 20s;
constexpr auto measured = 300s;
constexpr auto crashes_every = 10s;
constexpr int buyers = 36; ///< each asks every two seconds or so
constexpr int goods_kinds = 20;

struct figures {
  double times_real = 0, requests_a_second = 0, steps_a_second = 0;
};

figures live(uint64_t seed, bool with_crashes) {
  fault_plan plan;
  plan.nodes = 3;
  world w{seed, plan};
  w.shop.warehouses = {"wh1", "wh2"};
  staff clerk{w};
  for (int n = 1; n <= goods_kinds; ++n) {
    w.shop.goods_for_sale.push_back({"SKU-" + std::to_string(n), 1'999});
    for (const auto& place : w.shop.warehouses)
      clerk.receive(w.shop.goods_for_sale.back().sku, place, 1'000'000, [] {});
  }
  clerk.start();
  std::deque<shopper> crowd;
  for (int n = 1; n <= buyers; ++n)
    crowd.emplace_back(w, n).start();
  w.run_for(warm_up);
  const auto asked = w.people.asked();
  const auto steps = w.steps();
  const auto began = wall::now();
  for (auto lived = 0s; lived < measured; lived += crashes_every) {
    if (with_crashes)
      w.crash(static_cast<size_t>(lived / crashes_every) % 3, 500ms);
    w.run_for(crashes_every);
  }
  const auto spent = std::chrono::duration<double>(wall::now() - began).count();
  const auto span = std::chrono::duration<double>(measured).count();
  return {span / spent, static_cast<double>(w.people.asked() - asked) / span,
          static_cast<double>(w.steps() - steps) / spent};
}

/// The sum of `worlds` that live at once, each in a thread.
figures live_at_once(unsigned worlds, bool with_crashes) {
  std::vector<figures> each(worlds);
  {
    std::vector<std::jthread> threads;
    for (unsigned n = 0; n < worlds; ++n)
      threads.emplace_back([&each, n, with_crashes] { each[n] = live(n + 1, with_crashes); });
  }
  figures sum;
  for (const auto& f : each) {
    sum.times_real += f.times_real;
    sum.requests_a_second += f.requests_a_second / worlds;
    sum.steps_a_second += f.steps_a_second;
  }
  return sum;
}

} // namespace

int main() {
  start_crypto();
  log::start(log::level::error, "text");
  std::printf("%-28s %7s %14s %20s %14s\n", "", "worlds", "x real time", "requests/virtual s",
              "steps/s");
  bj::array out;
  for (const bool with_crashes : {false, true})
    for (const unsigned worlds : std::set{1u, std::max(1u, std::thread::hardware_concurrency())}) {
      const auto f = live_at_once(worlds, with_crashes);
      std::printf("%-28s %7u %14.0f %20.1f %14.0f\n",
                  with_crashes ? "a crash every ten seconds" : "calm", worlds, f.times_real,
                  f.requests_a_second, f.steps_a_second);
      out.push_back({{"crashes", with_crashes},
                     {"worlds", worlds},
                     {"times_real_time", f.times_real},
                     {"requests_a_virtual_second", f.requests_a_second},
                     {"steps_a_second", f.steps_a_second}});
    }
  std::printf("%s\n", bj::serialize(out).c_str());
}
