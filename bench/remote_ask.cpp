// What does it cost to ask an entity on another node? Two nodes in this process over links on
// loopback, each with an actor system, a router and a mesh of its own; stock cells on one answer
// the other how much they hold, out of memory, so that no database is measured. Beside it round
// trips over CAF's BASP as it comes. A table, then one line of JSON.
#include "actors/entity/entity.hpp"
#include "actors/stock/stock.hpp"
#include "adapters/basp_links.hpp"
#include "app/system.hpp"
#include "base/log.hpp"
#include "bench/kit/basp_echo.hpp"
#include "bench/kit/scratch.hpp"
#include "cluster/mesh.hpp"

#include <boost/json.hpp>
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <cstdio>
#include <sys/resource.h>

namespace {

using namespace souk;
using namespace souk::bench;
namespace bj = boost::json;
using steady = std::chrono::steady_clock;

constexpr size_t cells = 64;
constexpr size_t basp_bytes = 64;
constexpr auto warm_up = 300ms;
constexpr auto measured = 2s;
constexpr auto patience = 10s;

/// Every entity is new, and nothing is ever written.
class empty_journal final : public persistence::journal {
public:
  void recover(const entity_id&, callback<persistence::recovered> done) override {
    done(persistence::recovered{});
  }
  std::unique_ptr<persistence::journal_stream>
  open(const entity_id&, uint64_t, const chain_hash&,
       std::weak_ptr<persistence::journal_observer>) override {
    return std::make_unique<stream>();
  }
  void due_before(const std::vector<uint32_t>&, time_point, uint32_t,
                  callback<std::vector<due_entity>> done) override {
    done(std::vector<due_entity>{});
  }

private:
  struct stream final : persistence::journal_stream {
    bool accepts() override { return true; }
    void append(persistence::fragment) override {}
  };
};

struct nobody final : supervision::operators_queue {
  void stuck(const entity_id&, const std::string&, int, const failure&) override {}
  void unstuck(const entity_id&, const std::string&) override {}
};

adapters::basp_options options_of(const std::string& name) {
  adapters::basp_options out;
  out.hello.who = {name, 1};
  return out;
}

class node {
public:
  explicit node(const std::string& name)
      : who{name, 1}, net_(options_of(name), random_), system_(config_), route(system_, time_, {}),
        ways_(system_, who, net_, route, time_) {
    route.add_kind(std::string(stock::kind), entity::spawner<stock::model>(env_, perform_),
                   entity::receiver<stock::contract>());
    route.start({.heard_of = {}, .refresh = [](auto then) { then(); }, .emptied = {}});
    route.renew_reads(std::chrono::nanoseconds::max());
    expect(ways_.start([](const auto&, const auto&) {}, [](const auto&, auto) {}), "listening");
  }
  ~node() {
    ways_.stop();
    route.stop();
  }
  void open(const node& to) { ways_.open({to.who, "127.0.0.1", to.net_.port()}); }
  bool is_linked(const node& to) const { return ways_.is_linked(to.who); }
  /// All shards are that node's.
  void follow(const node& owner) {
    auto all = std::make_shared<cluster::view>();
    all->version = 1;
    all->owners = {{owner.who, ways_.gate(owner.who)}};
    all->shards.fill(0);
    for (const auto shard : route.install(all).gained)
      route.open(shard);
  }
  cluster::command_meta meta() const { return {{}, 0, time_.now() + patience, {}}; }

  const cluster::node_ref who;

private:
  app::system_entropy random_;
  app::database_clock time_;
  adapters::basp_links net_;
  empty_journal journal_;
  nobody people_;
  supervision::circuit_breakers breakers_;
  entity::environment env_{journal_, time_, breakers_, people_, {}};
  entity::performer<stock::model> perform_ = [](const auto&, const auto&, auto) {};
  caf::actor_system_config config_;
  caf::actor_system system_;

public:
  cluster::router route;

private:
  cluster::mesh ways_;
};

/// Callers that each ask, and when they are answered ask again. One actor, the gateway, answers.
class crowd {
public:
  crowd(node& at, size_t callers) : at_(at), asked_(callers) {}
  /// Asks a second.
  double run() {
    for (size_t caller = 0; caller < asked_.size(); ++caller) {
      ++under_way_;
      ask(caller);
    }
    const auto rate = per_second(done_);
    stopping_ = true;
    for (const auto until = steady::now() + patience; under_way_ > 0;) {
      if (steady::now() > until)
        give_up("asks were not answered");
      std::this_thread::sleep_for(1ms);
    }
    return rate;
  }
  uint64_t answered() const { return done_; }
  double microseconds_at(double share) {
    const auto at =
        waits_.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(waits_.size() - 1));
    std::ranges::nth_element(waits_, at);
    return std::chrono::duration<double, std::micro>(*at).count();
  }

private:
  void ask(size_t caller) {
    asked_[caller] = steady::now();
    entity::ask<stock::contract>(at_.route, "SKU-" + std::to_string(caller % cells) + "@wh",
                                 stock::get{}, at_.meta(),
                                 [this, caller](const auto& level) { take(caller, level); });
  }
  void take(size_t caller, const result<stock::level>& level) {
    expect(level, "asking another node");
    waits_.push_back(steady::now() - asked_[caller]);
    ++done_;
    stopping_ ? void(--under_way_) : ask(caller);
  }

  node& at_;
  std::vector<steady::time_point> asked_;
  std::vector<steady::duration> waits_;
  std::atomic<uint64_t> done_{0};
  std::atomic<size_t> under_way_{0};
  std::atomic<bool> stopping_{false};
};

void link(node& a, node& b) {
  a.open(b);
  b.open(a);
  for (const auto until = steady::now() + patience; !a.is_linked(b) || !b.is_linked(a);) {
    if (steady::now() > until)
      give_up("no link");
    std::this_thread::yield();
  }
  a.follow(b);
  b.follow(b);
}

double envelopes() {
  return metrics::make_counter("souk_cluster_envelopes_total",
                               "Envelopes sent; asks and answers share them.")
      .Value();
}

/// Processor time of this process, both nodes and the callers.
std::chrono::microseconds busy() {
  rusage all{};
  getrusage(RUSAGE_SELF, &all);
  const auto of = [](const timeval& t) {
    return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
  };
  return of(all.ru_utime) + of(all.ru_stime);
}

bj::object measure(node& from, size_t callers) {
  crowd all{from, callers};
  const auto before = envelopes();
  const auto busy_before = busy();
  const auto rate = all.run();
  const auto cost =
      static_cast<double>((busy() - busy_before).count()) / static_cast<double>(all.answered());
  const auto share = 2 * static_cast<double>(all.answered()) / (envelopes() - before);
  const auto p50 = all.microseconds_at(0.5), p99 = all.microseconds_at(0.99);
  std::printf("%8zu %12.0f %10.0f %10.0f %16.1f %12.1f\n", callers, rate, p50, p99, share, cost);
  std::fflush(stdout);
  return {{"callers", callers},
          {"asks_per_second", static_cast<int64_t>(rate)},
          {"p50_us", static_cast<int64_t>(p50)},
          {"p99_us", static_cast<int64_t>(p99)},
          {"items_per_envelope", share},
          {"cpu_us_per_ask", cost}};
}

} // namespace

int main() {
  log::start(log::level::error, "text");
  const auto basp_1 = over_basp(1, basp_bytes), basp_64 = over_basp(64, basp_bytes);
  std::printf("BASP round trips/s, %zu bytes: %.0f at window 1, %.0f at window 64\n", basp_bytes,
              basp_1, basp_64);
  node a{"a"}, b{"b"};
  link(a, b);
  std::printf("%8s %12s %10s %10s %16s %12s\n", "callers", "asks/s", "p50 µs", "p99 µs",
              "items/envelope", "CPU µs/ask");
  bj::array rows;
  for (const size_t callers : {1, 64, 512, 4'096})
    rows.push_back(measure(a, callers));
  const auto cost = basp_1 / static_cast<double>(rows[0].at("asks_per_second").as_int64());
  std::printf("a remote ask costs %.2f BASP round trips\n", cost);
  std::printf("%s\n", bj::serialize(bj::object{{"bench", "remote_ask"},
                                               {"basp_per_second_window_1", basp_1},
                                               {"basp_per_second_window_64", basp_64},
                                               {"rows", rows},
                                               {"ask_per_basp_trip", cost}})
                          .c_str());
  return 0;
}
