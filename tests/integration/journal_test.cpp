// The journal in Postgres keeps the contract, with a proxy that cuts its connections, and survives
// what only a real server does: cancelled waits, older generations, a node that stops.
#include "persistence/pg_fence.hpp"
#include "persistence/pg_journal.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/journal_contract.hpp"
#include "tests/kit/journal_proxy.hpp"
#include "tests/kit/scratch_database.hpp"

#include <map>
#include <thread>

namespace souk::persistence {
namespace {

constexpr auto deadline = 15s;

struct pg_bench {
  static const char* missing() {
    return scratch_database::available() ? nullptr : scratch_database::missing;
  }
  pg_bench() : database((start_crypto(), true)), admin(database.connect()) {
    auto where = admin->execute("select current_setting('port')");
    proxy = std::make_unique<journal_proxy>("127.0.0.1", std::string{where->text(0, 0)});
    auto user = admin->execute("select current_user::text");
    through_proxy = "host=127.0.0.1 port=" + std::to_string(proxy->port()) +
                    " user=" + std::string{user->text(0, 0)} + " dbname=" + database.name();
    pg_pool_options o;
    o.connection.url = database.url();
    o.connections = 2;
    pool = std::make_unique<pg_pool>(o);
  }

  journal_options options(int node) const {
    journal_options o;
    o.url = through_proxy;
    o.node = "node-" + std::to_string(node);
    o.writers = 1;
    return o;
  }
  journal& at(int node) {
    auto& j = nodes[node];
    if (!j)
      j = std::make_unique<pg_journal>(options(node), *pool);
    EXPECT_TRUE(until([&] { return j->ready(); }));
    return *j;
  }
  template <class Predicate>
  bool until(Predicate done) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  void lose_answer(int) { proxy->next(journal_proxy::fault::lose_answer); }
  void cut_batch(int) { proxy->next(journal_proxy::fault::cut); }
  /// Another session has inserted the same key and does not say whether it will commit.
  void hold(int, const entity_id& id) {
    holder = database.connect();
    ASSERT_TRUE(holder->script("begin"));
    auto row = holder->execute("insert into journal (shard, entity, seq, events, payload, chain)"
                               " values ($1, $2, 1, 1, '', $3)",
                               {int64_t{id.shard()}, id.text(), sql::bytes{std::string(32, 'x')}});
    ASSERT_TRUE(row) << row.error().detail;
  }
  void take_over(int dead) {
    EXPECT_TRUE(until([&] {
      return admin
                 ->execute("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                           " and datname = current_database()"
                           " and application_name like 'souk/%'")
                 ->size() == 1;
    }));
    const auto ended = end_sessions(*admin, "node-" + std::to_string(dead), 2);
    EXPECT_TRUE(ended) << ended.error().detail;
    holder.reset();
  }
  void end_all_sessions() {
    ASSERT_TRUE(admin->execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                               " where datname = current_database()"
                               " and application_name like 'souk/%'"));
  }
  void keep() { ASSERT_TRUE(admin->script("create table kept as select * from journal")); }
  void restore() {
    ASSERT_TRUE(admin->script("set session_replication_role = replica; delete from journal;"
                              "insert into journal select * from kept;"
                              "set session_replication_role = default"));
    end_all_sessions();
  }
  void corrupt(const entity_id& id) {
    ASSERT_TRUE(admin->script("set session_replication_role = replica"));
    ASSERT_TRUE(admin->execute("update journal set payload = 'x' where entity = $1 and seq = 1",
                               {id.text()}));
    ASSERT_TRUE(admin->script("set session_replication_role = default"));
  }
  std::vector<posting> ledger(const entity_id& id) {
    auto r = admin->execute("select account, reference, amount, currency from ledger"
                            " where entity = $1 order by seq, line",
                            {id.text()});
    std::vector<posting> out;
    for (size_t i = 0; i < r->size(); ++i)
      out.push_back({std::string{r->text(i, 0)}, std::string{r->text(i, 1)}, r->integer(i, 2),
                     currency::parse(r->text(i, 3)).value()});
    return out;
  }

  scratch_database database;
  std::unique_ptr<pg_connection> admin;
  std::unique_ptr<journal_proxy> proxy;
  std::string through_proxy;
  std::unique_ptr<pg_pool> pool;
  std::map<int, std::unique_ptr<pg_journal>> nodes;
  std::unique_ptr<pg_connection> holder;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, JournalContract, pg_bench);

struct PostgresJournal : JournalContract<pg_bench> {};

TEST_F(PostgresJournal, NewGenerationEndsTheSessionsOfTheOld) {
  auto a = activate(cart);
  auto next = bench->options(0);
  next.generation = 2;
  pg_journal successor{next, *bench->pool};
  ASSERT_TRUE(bench->until([&] { return successor.ready(); }));
  a.stream->append(say("old"));
  // The old one may come back by itself; what counts is that the new one's rows are never passed.
  ASSERT_TRUE(bench->until([&] { return a.seen->seq() == 1 || a.seen->code(); }));
}

TEST_F(PostgresJournal, FinishesItsQueueWhenTheNodeStops) {
  auto a = activate(cart);
  for (int i = 0; i < 100; ++i)
    a.stream->append(say("x"));
  a.stream.reset();
  bench->nodes.clear();
  EXPECT_EQ(history(cart), std::string(100, 'x'));
}

TEST_F(PostgresJournal, RefusesMoreThanItsQueueHolds) {
  bench->hold(0, cart);
  auto o = bench->options(0);
  o.queue_bytes_max = 10'000;
  pg_journal small{o, *bench->pool};
  ASSERT_TRUE(bench->until([&] { return small.ready(); }));
  auto seen = std::make_shared<recording_observer>();
  auto stream = small.open(cart, 0, {}, seen);
  EXPECT_TRUE(stream->accepts());
  stream->append(say(std::string(20'000, 'x')));
  EXPECT_FALSE(stream->accepts());
  bench->holder.reset();
  EXPECT_TRUE(bench->until([&] { return seen->seq() == 1; }));
  EXPECT_TRUE(bench->until([&] { return stream->accepts(); }));
}

TEST_F(PostgresJournal, CancelledWaitForTheStandbyIsAnUnknownOutcome) {
  auto a = activate(cart);
  const auto set_standby = [&](const std::string& names) {
    ASSERT_TRUE(
        bench->admin->execute("alter system set synchronous_standby_names = '" + names + "'"));
    ASSERT_TRUE(bench->admin->execute("select pg_reload_conf()"));
  };
  const auto waiting = [&](const char* call) {
    return bench->admin
               ->execute(std::string{"select "} + call +
                         "(pid) from pg_stat_activity where wait_event = 'SyncRep'"
                         " and datname = current_database() and application_name like 'souk/%'")
               ->size() > 0;
  };
  set_standby("nobody");
  a.stream->append(say("here only"));
  EXPECT_TRUE(bench->until([&] { return waiting("pg_cancel_backend"); }));
  EXPECT_EQ(fate(a), errc::unavailable);
  set_standby("");
  // The fence's own commit waited as well; afterwards the row is known to be final.
  EXPECT_EQ(history(cart), "here only");
}

TEST_F(PostgresJournal, HistoryCannotBeRewritten) {
  auto a = activate(cart);
  a.stream->append(say("1"));
  ASSERT_TRUE(reaches(a, 1));
  EXPECT_FALSE(bench->admin->execute("update journal set payload = ''"));
  EXPECT_FALSE(bench->admin->execute("delete from ledger"));
  EXPECT_FALSE(bench->admin->execute("truncate ledger"));
}

TEST_F(PostgresJournal, UnbalancedPostingsAreRefusedByPostgresToo) {
  const auto shape = [](const char* amounts) {
    return std::string{
               "select append('{1}', '{a/1}', '{1}', '{1}', '{x}', array[$1], array[$1], '{f}',"
               " '{a/1,a/1}', '{1,1}', '{1,2}', '{x,y}', '{r,r}', '"} +
           amounts + "', '{EUR,EUR}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')";
  };
  const std::string zeros(32, '\0');
  ASSERT_FALSE(bench->admin->execute(shape("{5,-4}"), {sql::bytes{zeros}}));
  EXPECT_EQ(bench->admin->last_error().sqlstate, "SK002");
  EXPECT_EQ(bench->admin->last_error().detail, "a/1");
  EXPECT_TRUE(bench->admin->execute(shape("{5,-5}"), {sql::bytes{zeros}}));
}

} // namespace
} // namespace souk::persistence
