// Connections and the pool on a real Postgres: types both ways, failures by kind, reconnecting.
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

#include <future>

namespace souk::persistence {
namespace {

struct Sql : testing::Test {
  void SetUp() override {
    if (!scratch_database::available())
      GTEST_SKIP() << scratch_database::missing;
    database.emplace();
    c = database->connect();
  }
  pg_pool_options pool_options(int connections) const {
    pg_pool_options options;
    options.connection.url = database->url();
    options.connections = connections;
    return options;
  }
  std::optional<scratch_database> database;
  std::unique_ptr<pg_connection> c;
};

TEST_F(Sql, CarriesEveryTypeBothWays) {
  const std::string raw{"\0\xff'\\", 4};
  const auto when = from_micros(1'763'712'000'123'456);
  auto r = c->execute("select $1::bigint, $2::text, $3::bytea, $4::timestamptz, $5::bool, "
                      "$6::text, $7::int4, $8::jsonb, $9::timestamptz",
                      {int64_t{-5}, std::string{"größe"}, sql::bytes{raw}, when, true, nullptr,
                       int64_t{7}, std::string{"{\"a\": 1}"}, never});
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r->integer(0, 0), -5);
  EXPECT_EQ(r->text(0, 1), "größe");
  EXPECT_EQ(r->bytea(0, 2), raw);
  EXPECT_EQ(r->time(0, 3), when);
  EXPECT_TRUE(r->boolean(0, 4));
  EXPECT_TRUE(r->is_null(0, 5));
  EXPECT_EQ(r->integer(0, 6), 7);
  EXPECT_EQ(r->text(0, 7), "{\"a\": 1}");
  EXPECT_EQ(r->time(0, 8), never);
}

TEST_F(Sql, CarriesArraysAndSums) {
  auto r = c->execute(
      "select count(*), sum(n), string_agg(t, '|') from unnest($1::text[], $2::bigint[]) x(t, n)",
      {std::vector<std::string>{"a,b", "c\"d", ""}, std::vector<int64_t>{1, 20'000'000, -3}});
  ASSERT_TRUE(r) << r.error().detail;
  EXPECT_EQ(r->integer(0, 0), 3);
  EXPECT_EQ(r->integer(0, 1), 19'999'998);
  EXPECT_EQ(r->text(0, 2), "a,b|c\"d|");
  auto none = c->execute("select cardinality($1::text[])", {std::vector<std::string>{}});
  EXPECT_EQ(none->integer(0, 0), 0);
}

TEST_F(Sql, TellsFailuresApart) {
  ASSERT_TRUE(c->script("create table a (x bigint constraint a_once unique check (x > 0));"
                        "insert into a values (1)"));
  auto twice = c->execute("insert into a values ($1)", {int64_t{1}});
  EXPECT_EQ(twice.error().code, errc::conflict);
  EXPECT_EQ(twice.error().detail, "a_once");
  EXPECT_EQ(c->execute("insert into a values ($1)", {int64_t{-1}}).error().code, errc::invalid);
  EXPECT_EQ(c->execute("no such statement").error().code, errc::internal);
  EXPECT_FALSE(c->is_broken());
  EXPECT_EQ(c->execute("insert into a values (2), (3)")->affected(), 2);
}

TEST_F(Sql, RollsBackWhatFails) {
  ASSERT_TRUE(c->script("create table a (x bigint)"));
  auto outcome = sql::in_transaction(*c, [](sql::connection& t) -> result<void> {
    (void)t.execute("insert into a values (1)");
    return fail(errc::conflict, "changed my mind");
  });
  EXPECT_FALSE(outcome);
  EXPECT_EQ(c->execute("select count(*) from a")->integer(0, 0), 0);
}

TEST_F(Sql, SaysSoWhenACommitRollsBack) {
  auto outcome = sql::in_transaction(*c, [](sql::connection& t) -> result<void> {
    (void)t.execute("select 1 / 0");
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::conflict);
}

TEST_F(Sql, ReportsAnEndedSessionAsUnavailable) {
  auto pid = c->execute("select pg_backend_pid()")->integer(0, 0);
  ASSERT_TRUE(database->connect()->execute("select pg_terminate_backend($1::int4, 5000)", {pid}));
  EXPECT_EQ(c->execute("select 1").error().code, errc::unavailable);
  EXPECT_TRUE(c->is_broken());
}

TEST_F(Sql, PoolReconnectsWithoutAFailedQuery) {
  pg_pool pool{pool_options(1)};
  const auto pid = [&] {
    std::promise<result<int64_t>> answer;
    pool.ask(
        [](sql::connection& s) -> result<int64_t> {
          auto r = s.execute("select pg_backend_pid()");
          return r ? result<int64_t>{r->integer(0, 0)} : r.error();
        },
        [&](result<int64_t> r) { answer.set_value(std::move(r)); });
    return answer.get_future().get();
  };
  const auto first = pid();
  ASSERT_TRUE(first) << first.error().detail;
  ASSERT_TRUE(c->execute("select pg_terminate_backend($1::int4, 5000)", {*first}));
  const auto second = pid();
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_NE(*first, *second);
}

TEST_F(Sql, PoolRefusesBeyondItsQueueAndFinishesTheRest) {
  auto options = pool_options(1);
  options.queue_max = 2;
  std::promise<void> started;
  std::promise<void> release;
  std::atomic<int> done{0};
  std::atomic<int> refused{0};
  {
    pg_pool pool{options};
    pool.run(
        [&](sql::connection&) {
          started.set_value();
          release.get_future().wait();
          ++done;
        },
        [&](failure) { ++refused; });
    started.get_future().wait();
    for (int i = 0; i < 3; ++i)
      pool.run([&](sql::connection&) { ++done; },
               [&](failure why) { refused += why.code == errc::overloaded; });
    release.set_value();
  }
  EXPECT_EQ(done, 3);
  EXPECT_EQ(refused, 1);
}

TEST_F(Sql, PoolRefusesWhilePostgresIsAway) {
  auto options = pool_options(1);
  options.connection.url = "postgresql://127.0.0.1:1/nothing";
  pg_pool pool{options};
  std::promise<errc> answer;
  pool.run([&](sql::connection&) { answer.set_value(errc::internal); },
           [&](failure why) { answer.set_value(why.code); });
  EXPECT_EQ(answer.get_future().get(), errc::unavailable);
}

} // namespace
} // namespace souk::persistence
