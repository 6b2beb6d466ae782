#include "bench/kit/hot_cell.hpp"

#include "actors/entity/ask.hpp"
#include "actors/stock/projection.hpp"
#include "bench/kit/scratch.hpp"

#include <algorithm>
#include <future>

namespace souk::bench {

namespace {

constexpr int64_t units = 1'000'000;
constexpr std::chrono::minutes hold_for{10};
constexpr std::chrono::seconds patience{30};

config settings_for(const std::string& postgres_url) {
  config c;
  c.node.name = "bench";
  c.postgres.url = postgres_url;
  return c;
}

/// Buyers run where they are answered: on the cell's actor, so that none of this needs a lock but
/// what the measuring thread reads.
class crowd {
public:
  crowd(hot_cell& cell, int clients) : cell_(cell), started_(static_cast<size_t>(clients)) {}

  void start() {
    for (size_t buyer = 0; buyer < started_.size(); ++buyer) {
      ++under_way_;
      next(buyer);
    }
  }
  void measure(bool on) { measuring_ = on; }
  int64_t held() const { return held_; }
  /// Lets everybody finish the unit under way.
  void stop() {
    stopping_ = true;
    const auto until = std::chrono::steady_clock::now() + patience;
    while (under_way_ > 0) {
      if (std::chrono::steady_clock::now() > until)
        give_up("buyers were not answered");
      std::this_thread::sleep_for(1ms);
    }
    if (refused_ > 0)
      give_up(std::to_string(refused_) + " units were refused: " + why_);
  }
  double percentile(double share) {
    if (waits_.empty())
      return 0;
    const auto at =
        waits_.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(waits_.size() - 1));
    std::ranges::nth_element(waits_, at);
    return *at;
  }

private:
  void next(size_t buyer) {
    started_[buyer] = std::chrono::steady_clock::now();
    cell_.hold_one(
        [this, buyer](const result<stock::held_units>& outcome) { answered(buyer, outcome); });
  }
  void answered(size_t buyer, const result<stock::held_units>& outcome) {
    if (!outcome) {
      why_ = outcome.error().detail;
      ++refused_;
    } else {
      ++held_;
      if (measuring_)
        waits_.push_back(std::chrono::duration<double, std::milli>(
                             std::chrono::steady_clock::now() - started_[buyer])
                             .count());
    }
    if (outcome && !stopping_)
      return next(buyer);
    --under_way_;
  }

  hot_cell& cell_;
  std::vector<std::chrono::steady_clock::time_point> started_;
  std::vector<double> waits_; ///< ms
  std::string why_;
  std::atomic<int64_t> held_{0};
  std::atomic<int64_t> refused_{0};
  std::atomic<int64_t> under_way_{0};
  std::atomic<bool> measuring_{false};
  std::atomic<bool> stopping_{false};
};

} // namespace

shop::shop(const std::string& postgres_url)
    : settings_(settings_for(postgres_url)), nobody_(client_, {}),
      runtime_(settings_, {.name = settings_.node.name}, nobody_) {
  expect(runtime_.start(patience), "starting the runtime");
}

shop::~shop() {
  feed_.reset();
  runtime_.stop();
}

void shop::start_feed() {
  feed_ =
      std::make_unique<persistence::feed>(persistence::feed_options{.url = settings_.postgres.url},
                                          std::vector{stock::make_projection()});
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!feed_->leads()) {
    if (std::chrono::steady_clock::now() > until)
      give_up("the change feed does not start");
    std::this_thread::sleep_for(10ms);
  }
}

double shop::commits() {
  static auto& counter =
      metrics::make_counter("souk_persistence_journal_commits_total", "Batches committed");
  return counter.Value();
}

hot_cell::hot_cell(shop& in, std::string name) : in_(in), key_(stock::key_of(name, "main")) {
  ask_and_wait(stock::receive{units, "delivery"});
}

template <class C>
typename C::reply hot_cell::ask_and_wait(C command) {
  auto answer = std::make_shared<std::promise<result<typename C::reply>>>();
  auto future = answer->get_future();
  auto& time = in_.inside().time;
  entity::ask<stock::contract>(
      in_.inside().route, key_, std::move(command),
      {.id = random_command_id(in_.random()), .fingerprint = 1, .expires = time.now() + patience},
      [answer](result<typename C::reply> r) { answer->set_value(std::move(r)); });
  if (future.wait_for(patience) != std::future_status::ready)
    give_up("the cell does not answer");
  auto outcome = future.get();
  expect(outcome, "asking the cell");
  return std::move(*outcome);
}

void hot_cell::hold_one(callback<stock::held_units> done) {
  const auto now = in_.inside().time.now();
  auto reservation = make_uuid7(now, in_.random()) + "/1";
  // As an order asks: it hands the step over under an id of its own.
  const cluster::command_meta how{.id = make_command_id({"hand-over", reservation, "hold"}),
                                  .fingerprint = fingerprint(reservation),
                                  .expires = now + patience,
                                  .trace = {}};
  entity::ask<stock::contract>(in_.inside().route, key_,
                               stock::hold{std::move(reservation), 1, now + hold_for}, how,
                               std::move(done));
}

void hot_cell::check(const std::string& postgres_url, int64_t acknowledged) {
  const auto level = ask_and_wait(stock::get{});
  if (level.holds != acknowledged)
    give_up(std::to_string(acknowledged) + " holds were acknowledged, the cell has " +
            std::to_string(level.holds));
  auto opened = persistence::pg_connection::open({.url = postgres_url});
  expect(opened, "connecting to Postgres");
  const entity_id id{stock::kind, key_};
  const auto found = (*opened)->execute(
      "select coalesce(sum(events), 0)::bigint from journal where shard = $1::int4 and entity = $2",
      {static_cast<int64_t>(id.shard()), id.text()});
  expect(found, "reading the journal");
  if (found->integer(0, 0) != acknowledged + 1)
    give_up("the journal of " + id.text() + " does not hold what was acknowledged");
}

figures hammer(shop& in, const std::string& postgres_url, const std::string& name, int clients,
               std::chrono::milliseconds warm_up, std::chrono::milliseconds measured) {
  hot_cell cell{in, name};
  crowd buyers{cell, clients};
  buyers.start();
  std::this_thread::sleep_for(warm_up);
  const auto held_before = buyers.held();
  const auto commits_before = shop::commits();
  const auto began = std::chrono::steady_clock::now();
  buyers.measure(true);
  std::this_thread::sleep_for(measured);
  buyers.measure(false);
  const auto held = static_cast<double>(buyers.held() - held_before);
  const auto commits = shop::commits() - commits_before;
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  buyers.stop();
  cell.check(postgres_url, buyers.held());
  return {.clients = clients,
          .per_second = held / seconds,
          .batch = commits > 0 ? held / commits : 0,
          .p50_ms = buyers.percentile(0.5),
          .p99_ms = buyers.percentile(0.99)};
}

} // namespace souk::bench
