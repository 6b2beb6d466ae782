// The simulated membership table keeps the contract, ends the simulated journals of the dead, and
// its faults are those of a network.
#include "cluster/sim_membership.hpp"
#include "tests/kit/journal_observer.hpp"
#include "tests/kit/membership_contract.hpp"
#include "tests/kit/virtual_time.hpp"

namespace souk::cluster {
namespace {

struct sim_bench {
  static const char* missing() { return nullptr; }

  sim_membership& at(int node) { return of("souk", node); }
  membership_table& of_another_cluster() { return of("bazaar", 0); }
  sim_membership& of(const std::string& cluster, int node) {
    auto& t = tables[{cluster, node}];
    if (!t)
      t = std::make_unique<sim_membership>(store, time.port(), cluster,
                                           static_cast<uint64_t>(node) + 1);
    return *t;
  }
  template <class Predicate>
  bool until(Predicate done) {
    for (int steps = 0; steps < 100'000; ++steps) {
      if (done())
        return true;
      if (!time.step())
        return done();
    }
    return false;
  }
  void set_away(bool away) { journals.set_away(away); }
  void half_send(const node_ref& who) {
    sessions[who] = journals.open_session(who.node, who.generation);
  }
  bool lands(const node_ref& who) { return journals.is_open(sessions.at(who)); }

  virtual_time time;
  persistence::sim_store journals;
  sim_membership_store store{journals, time};
  std::map<std::pair<std::string, int>, std::unique_ptr<sim_membership>> tables;
  std::map<node_ref, uint64_t> sessions;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, MembershipContract, sim_bench);

struct SimMembership : MembershipContract<sim_bench> {};

TEST_F(SimMembership, AFencedJournalCommitsNothingLate) {
  souk::start_crypto();
  const entity_id cart{"cart", "c1"};
  const auto journal_of = [&](const node_ref& who) {
    auto j = std::make_unique<persistence::sim_journal>(
        bench->journals, bench->time.port(),
        persistence::sim_journal_options{.node = who.node, .generation = who.generation});
    EXPECT_TRUE(bench->until([&] { return j->ready(); }));
    return j;
  };
  auto dying = journal_of(one);
  auto living = journal_of(two);
  auto seen = std::make_shared<persistence::recording_observer>();
  auto stream = dying->open(cart, 0, {}, seen);
  dying->set_faults({.latency_least = 100ms, .latency_most = 100ms}); // late: after the fence
  dying->decide_next(persistence::sim_journal::fate::late);
  stream->append(persistence::say("late"));
  put(row(one));
  put(row(two));
  put(row(one, member_state::dead));
  ASSERT_TRUE(fence());
  EXPECT_TRUE(bench->until([&] { return seen->code().has_value(); }));
  for (int i = 0; i < 1'000; ++i)
    bench->time.step();
  EXPECT_TRUE(bench->journals.read(cart.text()).rows.empty());
  EXPECT_FALSE(dying->ready()); // nor does it ever connect again
  EXPECT_TRUE(living->ready());
}

TEST_F(SimMembership, ALostAnswerLeavesTheChange) {
  bench->at(0).set_faults({.lost_after = 1'000'000});
  EXPECT_EQ(code(write(0, row(one))), errc::unavailable);
  EXPECT_EQ(read(1)->version, 1u);
  bench->at(0).set_faults({.lost_before = 1'000'000});
  EXPECT_EQ(code(write(1, row(two))), errc::unavailable);
  EXPECT_EQ(read(1)->version, 1u);
}

TEST_F(SimMembership, ANodeCutOffIsAloneInIt) {
  put(row(one));
  bench->at(1).set_reachable(false);
  EXPECT_EQ(code(confirm(one, 1)), errc::unavailable);
  EXPECT_TRUE(confirm(one, 0));
  bench->at(1).set_reachable(true);
  EXPECT_TRUE(confirm(one, 1));
}

} // namespace
} // namespace souk::cluster
