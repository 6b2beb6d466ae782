// The change feed on a real Postgres: order, positions, lost slots, failing consumers, one leader.
#include "persistence/feed.hpp"
#include "persistence/feed_stream.hpp"
#include "persistence/pg_journal.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/journal_contract.hpp"
#include "tests/kit/scratch_database.hpp"

#include <map>

namespace souk::persistence {
namespace {

constexpr auto deadline = 20s;

/// Keeps what it saw in a table, ignoring repeats, and beside it in memory, counting them.
class notebook final : public feed_consumer {
public:
  explicit notebook(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }

  result<void> apply(sql::connection& c, const std::vector<feed_change>& changes) override {
    if (failures_left > 0) {
      --failures_left;
      return fail(errc::unavailable, "not now");
    }
    for (const auto& change : changes) {
      if (change.table() == "journal") {
        auto kept = c.execute("insert into notes (consumer, entity, seq) values ($1, $2, $3)"
                              " on conflict do nothing",
                              {name_, std::string{change.text("entity")}, change.integer("seq")});
        if (!kept)
          return kept.error();
        repeats += kept->affected() == 0;
        auto& last = last_[std::string{change.text("entity")}];
        in_order = in_order && (kept->affected() == 0 || change.integer("seq") > last);
        last = std::max(last, change.integer("seq"));
      } else {
        std::lock_guard lock{mutex_};
        const char what[] = {'+', '~', '-'};
        told_ += what[static_cast<int>(change.what())];
        told_ += change.text("name");
      }
    }
    return {};
  }
  result<void> reload(sql::connection& c, bool from_zero) override {
    ++reloads;
    if (!from_zero)
      return {};
    last_.clear();
    auto gone = c.execute("delete from notes where consumer = $1", {name_});
    return gone ? result<void>{} : gone.error();
  }
  std::string told() const {
    std::lock_guard lock{mutex_};
    return told_;
  }

  std::atomic<int> failures_left{0};
  std::atomic<int> repeats{0};
  std::atomic<int> reloads{0};
  std::atomic<bool> in_order{true};

private:
  const std::string name_;
  std::map<std::string, int64_t> last_;
  mutable std::mutex mutex_;
  std::string told_;
};

struct Feed : testing::Test {
  void SetUp() override {
    if (!scratch_database::available())
      GTEST_SKIP() << scratch_database::missing;
    start_crypto();
    database.emplace(true);
    c = database->connect();
    if (c->execute("show wal_level")->text(0, 0) != "logical")
      GTEST_SKIP() << "the server needs wal_level = logical";
    ASSERT_TRUE(c->script("create table notes (consumer text, entity text, seq bigint, primary key "
                          "(consumer, entity, seq));"
                          "create table thing (name text primary key, stock int)"));
    pg_pool_options o;
    o.connection.url = database->url();
    o.connections = 1;
    pool = std::make_unique<pg_pool>(o);
    journal_options j;
    j.url = database->url();
    j.node = "feed";
    journal_ = std::make_unique<pg_journal>(j, *pool);
    ASSERT_TRUE(until([&] { return journal_->ready(); }));
  }
  void TearDown() override {
    journal_.reset();
    feeds.clear();
    if (c)
      drop_slot();
  }

  feed& start(std::vector<std::shared_ptr<feed_consumer>> consumers) {
    feed_options o;
    o.url = database->url();
    o.slot = o.publication = database->name();
    o.tables = {"journal", "thing", "not_yet_created"};
    o.retry = 20ms;
    return *feeds.emplace_back(std::make_unique<feed>(o, std::move(consumers)));
  }
  void drop_slot() {
    EXPECT_TRUE(until([&] {
      return c
          ->execute("select 1 from pg_replication_slots where slot_name = $1 and active",
                    {database->name()})
          ->empty();
    }));
    (void)c->execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                     " where slot_name = $1",
                     {database->name()});
  }
  template <class Predicate>
  bool until(Predicate done) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end)
        return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }
  /// `rows` commits for each of five entities.
  void write(int rows) {
    for (int e = 0; e < 5; ++e)
      for (int i = 0; i < rows; ++i) {
        const entity_id id{"cart", std::to_string(e)};
        auto& [seq, chain] = ends[e];
        auto seen = std::make_shared<recording_observer>();
        auto stream = journal_->open(id, seq, chain, seen);
        stream->append(say("payload"));
        ASSERT_TRUE(until([&] { return seen->seq() == seq + 1; }));
        chain = next_chain(chain, ++seq, "payload");
      }
  }
  int64_t notes(const std::string& consumer) {
    return c->execute("select count(*) from notes where consumer = $1", {consumer})->integer(0, 0);
  }
  bool has(const std::string& consumer, int64_t count) {
    return until([&] { return notes(consumer) == count; });
  }

  std::optional<scratch_database> database;
  std::unique_ptr<pg_connection> c;
  std::unique_ptr<pg_pool> pool;
  std::unique_ptr<pg_journal> journal_;
  std::map<int, std::pair<uint64_t, chain_hash>> ends;
  std::vector<std::unique_ptr<feed>> feeds;
};

TEST_F(Feed, BringsEveryRowInOrderToEveryConsumer) {
  write(2); // before the first start: read from the journal
  auto a = std::make_shared<notebook>("a");
  auto b = std::make_shared<notebook>("b");
  start({a, b});
  ASSERT_TRUE(has("a", 10));
  write(10);
  EXPECT_TRUE(has("a", 60));
  EXPECT_TRUE(has("b", 60));
  EXPECT_TRUE(a->in_order && b->in_order);
}

TEST_F(Feed, CarriesCatalogueRowsWithTheirKind) {
  auto a = std::make_shared<notebook>("a");
  auto& f = start({a});
  ASSERT_TRUE(until([&] { return f.leads(); }));
  ASSERT_TRUE(c->script("insert into thing values ('x', 1); update thing set stock = 2;"
                        "update thing set name = 'y'; delete from thing"));
  EXPECT_TRUE(until([&] { return a->told() == "+x~x~y-y"; })) << a->told();
}

TEST_F(Feed, GoesOnWhereItStopped) {
  auto a = std::make_shared<notebook>("a");
  start({a});
  write(1);
  ASSERT_TRUE(has("a", 5));
  feeds.clear();
  write(3);
  start({a});
  EXPECT_TRUE(has("a", 20));
  EXPECT_EQ(a->reloads, 1);
  EXPECT_TRUE(a->in_order);
}

TEST_F(Feed, LostSlotIsMadeAnewAndTheJournalFillsTheGap) {
  auto a = std::make_shared<notebook>("a");
  start({a});
  write(2);
  ASSERT_TRUE(has("a", 10));
  feeds.clear();
  drop_slot();
  write(3);
  start({a});
  EXPECT_TRUE(has("a", 25));
  EXPECT_EQ(a->reloads, 2); // it may have missed changes of row tables
  EXPECT_GT(a->repeats, 0); // the margin
  write(1);
  EXPECT_TRUE(has("a", 30));
  EXPECT_TRUE(a->in_order);
}

TEST_F(Feed, TakesAnotherSlotWhereAnotherDatabaseOfTheServerHasThatName) {
  const scratch_database neighbour{true};
  const auto there = neighbour.connect();
  ASSERT_TRUE(ensure_slot(*there, database->name()));
  auto a = std::make_shared<notebook>("a");
  start({a});
  write(2);
  EXPECT_TRUE(has("a", 10));
  feeds.clear();
  start({a});
  write(1);
  EXPECT_TRUE(has("a", 15));
  EXPECT_EQ(a->reloads, 1) << "it is the same slot again";
  feeds.clear();
  const auto slot = ensure_slot(*c, database->name());
  ASSERT_TRUE(slot);
  EXPECT_NE(*slot, database->name());
  EXPECT_TRUE(until([&] {
    return c->execute("select pg_drop_replication_slot($1::text)", {*slot}).has_value();
  }));
}

TEST_F(Feed, FailingConsumerHoldsUpNobodyAndCatchesUp) {
  auto a = std::make_shared<notebook>("a");
  auto b = std::make_shared<notebook>("b");
  auto& f = start({a, b});
  ASSERT_TRUE(until([&] { return f.leads(); }));
  b->failures_left = 2;
  write(2);
  EXPECT_TRUE(has("a", 10));
  EXPECT_TRUE(has("b", 10));
  EXPECT_EQ(b->failures_left, 0);
  EXPECT_TRUE(b->in_order);
}

TEST_F(Feed, ConsumerThatFailsWhileCatchingUpHoldsUpNobody) {
  write(2);
  auto a = std::make_shared<notebook>("a");
  auto b = std::make_shared<notebook>("b");
  a->failures_left = 2;
  auto& f = start({a, b});
  ASSERT_TRUE(until([&] { return f.leads(); }));
  EXPECT_EQ(notes("b"), 10);
  EXPECT_TRUE(has("a", 10));
  write(1);
  EXPECT_TRUE(has("a", 15));
  EXPECT_TRUE(has("b", 15));
}

TEST_F(Feed, RebuildsOneConsumerFromZero) {
  auto a = std::make_shared<notebook>("a");
  auto b = std::make_shared<notebook>("b");
  auto& f = start({a, b});
  ASSERT_TRUE(until([&] { return f.leads(); }));
  write(2);
  ASSERT_TRUE(has("a", 10));
  ASSERT_TRUE(has("b", 10));
  const int before = b->reloads;
  ASSERT_TRUE(c->script("delete from notes"));
  ASSERT_TRUE(feed::rebuild(*c, "a"));
  write(1);
  EXPECT_TRUE(has("a", 15));
  EXPECT_TRUE(has("b", 5));
  EXPECT_EQ(b->reloads, before);
}

TEST_F(Feed, OneLeadsAndTheOtherTakesOver) {
  auto a = std::make_shared<notebook>("a");
  auto b = std::make_shared<notebook>("a");
  auto& first = start({a});
  ASSERT_TRUE(until([&] { return first.leads(); }));
  auto& second = start({b});
  write(1);
  ASSERT_TRUE(has("a", 5));
  EXPECT_FALSE(second.leads());
  feeds.erase(feeds.begin());
  EXPECT_TRUE(until([&] { return second.leads(); }));
  write(1);
  EXPECT_TRUE(has("a", 10));
}

TEST_F(Feed, SurvivesTheEndOfItsSessions) {
  auto a = std::make_shared<notebook>("a");
  auto& f = start({a});
  ASSERT_TRUE(until([&] { return f.leads(); }));
  ASSERT_TRUE(c->execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                         " where datname = current_database() and"
                         " application_name like 'souk-feed%'"));
  write(2);
  EXPECT_TRUE(has("a", 10));
}

} // namespace
} // namespace souk::persistence
