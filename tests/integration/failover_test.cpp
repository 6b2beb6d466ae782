// A journal outlives its Postgres: the primary is killed under load, its standby promoted, and the
// former primary comes back. Real servers of the test's own.
#include "base/metrics.hpp"
#include "persistence/migrations.hpp"
#include "persistence/pg_append.hpp"
#include "persistence/pg_journal.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/http_talk.hpp"
#include "tests/kit/journal_observer.hpp"
#include "tests/kit/postgres_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace souk::persistence {
namespace {

using std::chrono::steady_clock;
using tests::eventually;
using tests::postgres_server;

constexpr std::chrono::seconds deadline{60};
constexpr auto patience_of_a_client = 5s;
/// What promotes a standby needs to see that the primary is gone; back-offs have grown by then.
constexpr auto time_to_notice = 1'500ms;

double counted(const std::string& metric) { return metrics::make_counter(metric, "").Value(); }

std::string url_of(const std::vector<const postgres_server*>& hosts) {
  std::string all;
  for (const auto* h : hosts)
    all += (all.empty() ? "" : ",") + h->host();
  return "postgresql://souk@" + all + "/postgres?target_session_attrs=read-write";
}

/// One node's journal and the pool it reads through.
struct node {
  explicit node(const std::string& url)
      : reads({.connection = {.url = url}, .connections = 2}),
        writes({.url = url, .node = "n1", .writers = 1}, reads) {}
  bool comes_ready() {
    return eventually(deadline, [&] { return writes.ready(); });
  }
  pg_pool reads;
  pg_journal writes;
};

/// One entity's client: appends numbers one after the other, whatever happens, and remembers those
/// that were acknowledged.
class client {
public:
  client(journal& j, int number) : journal_(j), id_("cart", "load" + std::to_string(number)) {}

  void run(const std::atomic<bool>& stop) {
    while (!stop) {
      auto back = recover();
      if (!back) {
        std::this_thread::sleep_for(2ms);
        continue;
      }
      auto seen = std::make_shared<recording_observer>();
      auto stream = journal_.open(id_, back->seq, back->chain, seen);
      for (auto seq = back->seq; !stop && !seen->code() && stream->accepts();) {
        const auto text = std::to_string(++sent_) + ";";
        stream->append(say(text));
        ++seq;
        const auto until = steady_clock::now() + patience_of_a_client;
        while (seen->seq() < seq && !seen->code() && steady_clock::now() < until)
          std::this_thread::sleep_for(200us);
        if (seen->seq() < seq)
          break;
        acknowledged_.push_back(text);
        last_ = steady_clock::now();
      }
    }
  }
  steady_clock::time_point last() const { return last_; }
  size_t acknowledged() const { return acknowledged_.size(); }
  /// Acknowledged numbers that the store does not have, and "corrupt" for a history that is.
  std::vector<std::string> lost(pg_connection& in) const {
    auto history = read_history(in, id_);
    auto whole = history ? verify(id_, std::move(*history)) : result<recovered>{history.error()};
    if (!whole)
      return {whole.error().detail};
    std::string all = ";";
    for (const auto& row : whole->tail)
      all += row.payload;
    std::vector<std::string> out;
    for (const auto& text : acknowledged_)
      if (all.find(";" + text) == std::string::npos)
        out.push_back(id_.text() + " " + text);
    return out;
  }

private:
  result<recovered> recover() {
    auto answer = std::make_shared<std::promise<result<recovered>>>();
    auto future = answer->get_future();
    journal_.recover(id_, [answer](result<recovered> r) { answer->set_value(std::move(r)); });
    if (future.wait_for(patience_of_a_client) != std::future_status::ready)
      return fail(errc::timed_out);
    return future.get();
  }

  journal& journal_;
  const entity_id id_;
  int sent_ = 0;
  std::vector<std::string> acknowledged_;
  std::atomic<steady_clock::time_point> last_{};
};

/// Clients with a thread each, until it goes.
class load {
public:
  load(journal& j, int clients) {
    for (int i = 0; i < clients; ++i)
      clients_.push_back(std::make_unique<client>(j, i));
    for (auto& c : clients_)
      threads_.emplace_back([&c = *c, this] { c.run(stop_); });
  }
  ~load() { stop(); }
  void stop() {
    stop_ = true;
    threads_.clear();
  }
  /// Every client was answered after `t`.
  bool goes_on_after(steady_clock::time_point t) {
    return eventually(deadline, [&] {
      return std::ranges::all_of(clients_, [&](const auto& c) { return c->last() > t; });
    });
  }
  size_t acknowledged() const {
    size_t all = 0;
    for (const auto& c : clients_)
      all += c->acknowledged();
    return all;
  }
  std::vector<std::string> lost(pg_connection& in) const {
    std::vector<std::string> all;
    for (const auto& c : clients_)
      std::ranges::move(c->lost(in), std::back_inserter(all));
    return all;
  }

private:
  std::vector<std::unique_ptr<client>> clients_;
  std::atomic<bool> stop_{false};
  std::vector<std::jthread> threads_;
};

int64_t ms_between(steady_clock::time_point from, steady_clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

struct PostgresFailover : testing::Test {
  void SetUp() override {
    if (!postgres_server::available())
      GTEST_SKIP() << postgres_server::missing;
    start_crypto();
    first.emplace("first");
    ASSERT_TRUE(migrate(*first->connect()));
    second.emplace("second", *first);
    first->wait_for_standby("second");
  }
  void make_synchronous() {
    const auto c = first->connect();
    ASSERT_TRUE(c->script("alter system set synchronous_standby_names = 'second'"));
    ASSERT_TRUE(c->script("select pg_reload_conf()"));
    ASSERT_TRUE(eventually(deadline, [&] {
      auto r = c->execute("select 1 from pg_stat_replication where sync_state = 'sync'");
      return r && !r->empty();
    }));
  }
  std::optional<postgres_server> first, second;
};

TEST_F(PostgresFailover, LosesNothingAndRefusesTheFormerPrimary) {
  make_synchronous();
  // The primary is found wherever it stands.
  const auto standby_first = url_of({&*second, &*first});
  EXPECT_TRUE(pg_connection::open({.url = standby_first}));
  const auto url = url_of({&*first, &*second});
  node shop{url};
  ASSERT_TRUE(shop.comes_ready());
  load clients{shop.writes, 8};
  ASSERT_TRUE(clients.goes_on_after(steady_clock::now() + 500ms));

  const auto killed = steady_clock::now();
  first->kill();
  std::this_thread::sleep_for(time_to_notice);
  second->promote();
  const auto promoted = steady_clock::now();
  ASSERT_TRUE(clients.goes_on_after(promoted));
  const auto served = steady_clock::now();
  std::printf("failover: promoted %lld ms after the kill, appends acknowledged to every client"
              " %lld ms after that\n",
              static_cast<long long>(ms_between(killed, promoted)),
              static_cast<long long>(ms_between(promoted, served)));
  ASSERT_TRUE(clients.goes_on_after(steady_clock::now() + 500ms));

  // Alone, first in the list and ready to write: it would take orders that nobody else knows.
  second->kill();
  first->start({"synchronous_standby_names="});
  ASSERT_TRUE(first->connect()->execute("select 1"));
  const auto attempts = counted("souk_persistence_postgres_refused_total");
  EXPECT_TRUE(eventually(deadline, [&] {
    return counted("souk_persistence_postgres_refused_total") >= attempts + 5;
  }));
  EXPECT_FALSE(shop.writes.ready());
  const auto refused = pg_connection::open({.url = url});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("a former primary that came back"), std::string::npos)
      << refused.error().detail;

  const auto back = steady_clock::now();
  second->start();
  ASSERT_TRUE(clients.goes_on_after(back));
  // Both are up: a process that has seen neither takes the newer one, in either order.
  for (const auto& list : {url_of({&*first, &*second}), url_of({&*second, &*first})}) {
    const auto fresh = pg_connection::open({.url = list + "&sslmode=disable"});
    ASSERT_TRUE(fresh) << fresh.error().detail;
    EXPECT_EQ((*fresh)->execute("select current_setting('cluster_name')")->text(0, 0), "second");
  }
  clients.stop();
  EXPECT_EQ(clients.lost(*second->connect()), std::vector<std::string>{});
  std::printf("failover: %zu appends acknowledged, none lost\n", clients.acknowledged());
}

TEST_F(PostgresFailover, LeavesAPrimaryThatWasCutOffForItsPromotedStandby) {
  make_synchronous();
  node shop{url_of({&*first, &*second})};
  ASSERT_TRUE(shop.comes_ready());
  load clients{shop.writes, 4};
  ASSERT_TRUE(clients.goes_on_after(steady_clock::now() + 200ms));
  // The former primary lives and answers reads, but no standby confirms its commits any more.
  second->promote();
  const auto promoted = steady_clock::now();
  ASSERT_TRUE(clients.goes_on_after(promoted + 1s));
  std::printf("failover: from a primary that hangs to its promoted standby in %lld ms\n",
              static_cast<long long>(ms_between(promoted, steady_clock::now())));
  clients.stop();
  EXPECT_EQ(clients.lost(*second->connect()), std::vector<std::string>{});
}

TEST_F(PostgresFailover, RefusesAStandbyThatLacksAcknowledgedCommits) {
  node shop{url_of({&*first, &*second})};
  ASSERT_TRUE(shop.comes_ready());
  const auto refused = counted("souk_persistence_journal_lost_commits_total");
  second->kill(); // asynchronous: the primary does not wait for it
  {
    load clients{shop.writes, 2};
    ASSERT_TRUE(clients.goes_on_after(steady_clock::now() + 100ms));
  }
  first->kill();
  second->start();
  second->promote();
  // Its log soon is longer than what was acknowledged, and still is another.
  const auto c = second->connect();
  ASSERT_TRUE(c->script("create table filler as select generate_series(1, 100000) n"));
  EXPECT_TRUE(eventually(deadline, [&] {
    return counted("souk_persistence_journal_lost_commits_total") >= refused + 3;
  }));
  EXPECT_FALSE(shop.writes.ready());
  // Started again, which is somebody's decision, it goes on with what there is.
  node restarted{url_of({&*first, &*second})};
  EXPECT_TRUE(restarted.comes_ready());
}

} // namespace
} // namespace souk::persistence
