// The membership table in Postgres keeps the contract, and real journals of the dead end with it.
#include "cluster/pg_membership.hpp"
#include "persistence/pg_fence.hpp"
#include "persistence/pg_journal.hpp"
#include "tests/kit/journal_observer.hpp"
#include "tests/kit/journal_proxy.hpp"
#include "tests/kit/membership_contract.hpp"
#include "tests/kit/scratch_database.hpp"

#include <map>
#include <thread>

namespace souk::cluster {
namespace {

using namespace persistence;

constexpr auto deadline = 15s;

struct pg_bench {
  static const char* missing() {
    return scratch_database::available() ? nullptr : scratch_database::missing;
  }
  pg_bench() : database((start_crypto(), true)), admin(database.connect()) {
    auto r = admin->execute("select current_setting('port'), current_user::text");
    proxy = std::make_unique<journal_proxy>("127.0.0.1", std::string{r->text(0, 0)});
    url = "host=127.0.0.1 port=" + std::to_string(proxy->port()) +
          " user=" + std::string{r->text(0, 1)} + " dbname=" + database.name();
  }

  struct table {
    table(const pg_options& at, const std::string& cluster)
        : pool(membership_pool(at)), rows(pool, at, cluster) {}
    pg_pool pool;
    pg_membership rows;
  };
  membership_table& at(int node) { return of("souk", node); }
  membership_table& of_another_cluster() { return of("bazaar", 0); }
  membership_table& of(const std::string& cluster, int node) {
    auto& t = tables[{cluster, node}];
    if (!t)
      t = std::make_unique<table>(
          pg_options{.url = url, .application_name = "souk/n" + std::to_string(node) + "/members"},
          cluster);
    return t->rows;
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
  void set_away(bool away) { proxy->set_away(away); }

  std::unique_ptr<pg_connection> session(const std::string& name) {
    return pg_connection::open({.url = database.url(), .application_name = name}).value();
  }
  static std::string entity_of(const node_ref& who) { return "cart/" + who.node; }
  void half_send(const node_ref& who) { half_send(who, session_name(who.node, who.generation, 0)); }
  void half_send(const node_ref& who, const std::string& name) {
    auto& c = sessions[who];
    c = session(name);
    ASSERT_TRUE(c->script("begin"));
    ASSERT_TRUE(c->execute(
        "insert into journal (shard, entity, seq, events, payload, chain)"
        " values (1, $1, $2, 1, '', $3)",
        {entity_of(who), static_cast<int64_t>(who.generation), sql::bytes{std::string(32, 'x')}}));
  }
  bool lands(const node_ref& who) {
    const bool committed = bool{sessions.at(who)->script("commit")};
    auto r = admin->execute("select 1 from journal where entity = $1 and seq = $2",
                            {entity_of(who), static_cast<int64_t>(who.generation)});
    EXPECT_EQ(r->size(), committed ? 1u : 0u);
    return committed;
  }

  std::unique_ptr<pg_journal> journal_of(const node_ref& who, bool is_member = true) {
    return journal_of(who, is_member, database.url());
  }
  std::unique_ptr<pg_journal> journal_of(const node_ref& who, bool is_member,
                                         const std::string& at) {
    journal_options o;
    o.url = at;
    o.node = who.node;
    o.generation = who.generation;
    o.is_member = is_member;
    o.writers = 1;
    return std::make_unique<pg_journal>(o, *reads());
  }
  pg_pool* reads() {
    if (!pool)
      pool = std::make_unique<pg_pool>(
          pg_pool_options{.connection = {.url = database.url()}, .connections = 2});
    return pool.get();
  }

  scratch_database database;
  std::unique_ptr<pg_connection> admin;
  std::unique_ptr<journal_proxy> proxy;
  std::string url;
  std::unique_ptr<pg_pool> pool;
  std::map<std::pair<std::string, int>, std::unique_ptr<table>> tables;
  std::map<node_ref, std::unique_ptr<pg_connection>> sessions;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, MembershipContract, pg_bench);

struct PostgresMembership : MembershipContract<pg_bench> {
  /// An activation's end of a journal.
  struct end_of {
    end_of(journal& j, const entity_id& id, uint64_t seq = 0, const chain_hash& chain = {})
        : stream(j.open(id, seq, chain, seen)) {}
    std::shared_ptr<recording_observer> seen = std::make_shared<recording_observer>();
    std::unique_ptr<journal_stream> stream;
  };
  bool ready(const pg_journal& j) {
    return bench->until([&] { return j.ready(); });
  }
  const entity_id cart{"cart", "c1"};
};

TEST_F(PostgresMembership, ADeclaredDeadJournalEndsAndNeverConnectsAgain) {
  const auto dying = bench->journal_of(one, true, bench->url); // its connections are counted
  const auto living = bench->journal_of(two);
  const auto tool = bench->journal_of({"import-1", 1}, false);
  ASSERT_TRUE(ready(*dying) && ready(*living) && ready(*tool));
  // Its batch hangs behind another session's row, so that it could still commit late.
  auto holder = bench->database.connect();
  ASSERT_TRUE(holder->script("begin"));
  ASSERT_TRUE(
      holder->execute("insert into journal (shard, entity, seq, events, payload, chain)"
                      " values ($1, $2, 1, 1, '', $3)",
                      {int64_t{cart.shard()}, cart.text(), sql::bytes{std::string(32, 'x')}}));
  end_of a{*dying, cart};
  a.stream->append(say("late"));
  ASSERT_TRUE(bench->until([&] {
    return bench->admin
               ->execute("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                         " and application_name = 'souk/n1/1/0'")
               ->size() == 1;
  }));
  put(row(one));
  put(row(two));
  put(row(one, member_state::dead));
  const auto fenced = fence();
  ASSERT_TRUE(fenced) << fenced.error().detail;
  holder.reset();
  EXPECT_TRUE(bench->until([&] { return a.seen->code() == errc::unavailable; }));
  EXPECT_TRUE(bench->until([&] { return !dying->ready(); }));
  end_of b{*living, cart};
  b.stream->append(say("new"));
  EXPECT_TRUE(bench->until([&] { return b.seen->seq() == 1; }));
  // The dead one tries again, in vain each time; nobody else was disturbed.
  const auto connected = bench->proxy->connections();
  EXPECT_TRUE(bench->until([&] { return bench->proxy->connections() >= connected + 3; }));
  EXPECT_FALSE(dying->ready());
  EXPECT_TRUE(living->ready());
  EXPECT_TRUE(tool->ready());
}

TEST_F(PostgresMembership, AProcessThatWasForgottenStaysOut) {
  put(row(one));
  put(row(one, member_state::dead));
  ASSERT_TRUE(forget_dead(read()->at + 1h));
  EXPECT_EQ(code(check_is_not_dead(*bench->admin, one.node, one.generation)), errc::superseded);
  EXPECT_TRUE(check_is_not_dead(*bench->admin, one.node, one.generation + 1));
}

TEST_F(PostgresMembership, AFenceLeavesToolsAndOtherDatabasesAlone) {
  const node_ref tool{"import-7", 1}, neighbour{"n1", 9};
  bench->half_send(tool, session_name(tool.node, tool.generation, 0, false));
  scratch_database other{true};
  auto c = pg_connection::open({.url = other.url(), .application_name = "souk/n1/9/0"}).value();
  ASSERT_TRUE(c->script("create table here (a int); begin; insert into here values (1)"));
  ASSERT_TRUE(fence());
  EXPECT_TRUE(bench->lands(tool));
  EXPECT_TRUE(c->script("commit"));
}

TEST_F(PostgresMembership, GenerationsRise) {
  const auto first = next_generation(*bench->admin);
  const auto second = next_generation(*bench->database.connect());
  ASSERT_TRUE(first && second);
  EXPECT_GE(*first, 1u);
  EXPECT_GT(*second, *first);
}

} // namespace
} // namespace souk::cluster
