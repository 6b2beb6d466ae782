// Shards that change hands while somebody has not heard of it, or cannot let go.
#include "tests/sim/cluster_world.hpp"

namespace souk::sim {
namespace {

TEST_F(SimCluster, ForgetsWhatItHeldOfAShardThatAnotherHadInAViewItMissed) {
  world w{21, calm(3)};
  const auto [guest, host] = lend(w, "A@wh");
  const auto third = 3 - guest - host;
  auto* const before = w.node_at(host);
  w.run_for(15s);
  before->cut_off_table(true);
  ASSERT_TRUE(becomes(w, 30s, [&, guest = guest] {
    return w.node_at(guest) && w.node_at(guest)->is_active() &&
           w.node_at(third)->route().version() == w.members.rows().version;
  }));
  ASSERT_EQ(ask_and_wait(*w.node_at(third), w, "A@wh", one(), "second"), "ok");
  ASSERT_EQ(events_of(w, "A@wh"), 2);
  w.drain(guest, 1h);
  w.run_for(5s);
  ASSERT_EQ(w.node_at(guest), nullptr);
  before->cut_off_table(false);
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(owner_of(w, "A@wh"), host);
  ASSERT_EQ(w.node_at(host), before);
  EXPECT_EQ(units_of(w, *w.node_at(third), "A@wh"), 2) << "and not the one it remembers";
}

TEST_F(SimCluster, ServesNoShardWhileWhatALaggardDecidedMayStillBeCommitted) {
  world w{23, calm(2)};
  const auto [guest, host] = lend(w, "A@wh");
  ASSERT_TRUE(becomes(w, 30s, [&, guest = guest] { return w.node_at(guest); }));
  w.node_at(host)->hold_up_commits(true);
  auto late = std::make_shared<answers>();
  ask(*w.node_at(host), w, "A@wh", one(), late, "second");
  ASSERT_TRUE(becomes(w, 10s, [&, guest = guest] { return owner_of(w, "A@wh") == guest; }));
  const auto given = w.time.elapsed();
  ASSERT_TRUE(settles(w, 12s));
  ASSERT_GE(w.time.elapsed() - given, 2'900ms) << "the host let go of it: choose another seed";
  expect_all_is_known(w, guest, "A@wh");
}

/// It still waits for a third to settle when the shard moves on, and has a commit under way.
TEST_F(SimCluster, IsNotSettledWhileItHasWhatItHeldOfAShardThatCameBackByAViewItMissed) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    world w{seed, calm(3)};
    const auto [guest, host] = lend(w, "A@wh");
    const auto third = 3 - guest - host;
    ASSERT_TRUE(becomes(w, 30s, [&, guest = guest] { return w.node_at(guest); }));
    w.node_at(host)->hold_up_commits(true);
    auto late = std::make_shared<answers>();
    ask(*w.node_at(host), w, "A@wh", one(), late, "second");
    w.run_for(50ms);
    w.node_at(host)->cut_off_table(true);
    ASSERT_TRUE(becomes(w, 10s, [&, guest = guest] { return w.node_at(guest)->is_active(); }));
    w.drain(guest, 100ms);
    ASSERT_TRUE(becomes(w, 2s, [&, guest = guest] { return !w.node_at(guest); }));
    w.node_at(third)->cut_off_table(true);
    w.node_at(host)->cut_off_table(false);
    ASSERT_TRUE(becomes(w, 15s, [&, guest = guest] {
      return w.node_at(guest) &&
             w.node_at(guest)->route().serves({std::string(stock::kind), "A@wh"});
    }));
    w.node_at(third)->cut_off_table(false);
    expect_all_is_known(w, guest, "A@wh");
    EXPECT_EQ(w.watch.complaints(), std::vector<std::string>{}) << "seed " << seed;
  }
}

cluster::node_ref reference_of(world& w, size_t which) {
  const auto* n = w.node_at(which);
  return {n->name(), n->generation()};
}

bool joins(world& w, size_t which) {
  const auto* row = w.node_at(which) ? w.members.rows().find(reference_of(w, which)) : nullptr;
  return row && row->state == cluster::member_state::joining;
}

/// Nobody is there yet who could take its shards, so it ends with all of them; the table knows
/// long before it hears that.
TEST_F(SimCluster, AnswersNothingAnyMoreOnceItMayHaveSaidThatItIsGone) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    auto late = calm(2);
    late.table.answered_late = 1'000'000;
    world w{seed, late};
    ASSERT_TRUE(settles(w, 30s));
    w.plan.table = {};
    w.crash(1, 30s);
    w.run_for(1ms);
    ASSERT_TRUE(settles(w, 25s));
    for (auto waited = 0us; waited < 40s && !joins(w, 1); waited += 100us)
      w.run_for(100us);
    w.drain(0, 10s);
    w.run_for(10s);
    EXPECT_TRUE(settles(w, 20s));
    EXPECT_EQ(w.watch.complaints(), std::vector<std::string>{}) << "seed " << seed;
  }
}

/// The one that is to leave reads no table and has never heard of who joins: it thinks itself
/// alone.
TEST_F(SimCluster, DoesNotJoinBesideANodeThatIsToLeaveAndDoesNotKnow) {
  world w{1, calm(2)};
  ASSERT_TRUE(settles(w));
  ASSERT_TRUE(becomes_alone(w));
  w.node_at(0)->cut_off_store(true);
  ASSERT_TRUE(becomes(w, 10s, [&] { return joins(w, 1); }));
  ASSERT_TRUE(w.members.ask_to_leave(reference_of(w, 0)));
  for (auto waited = 0s; waited < 20s; waited += 1s) {
    w.run_for(1s);
    EXPECT_FALSE(w.node_at(1)->is_active());
  }
  EXPECT_EQ(w.watch.complaints(), std::vector<std::string>{});
}

/// An operator asks the last one to leave; who joins gets its shards as soon as it is a member.
TEST_F(SimCluster, IsNotSettledWhileItHasWhatItHeldOfAShardThatIsNobodysYet) {
  world w{1, calm(2)};
  ASSERT_TRUE(settles(w));
  ASSERT_TRUE(becomes_alone(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "first"), "ok");
  ASSERT_TRUE(becomes(w, 10s, [&] { return joins(w, 1); }));
  w.node_at(0)->set_journal_faults({.latency_least = 400ms, .latency_most = 400ms});
  entity::ask<stock::contract>(w.node_at(0)->route(), "A@wh", one(),
                               {make_command_id({"second"}), 1, w.time.now() + 5s, {}},
                               [](const auto&) {});
  w.run_for(1ms);
  ASSERT_TRUE(w.members.ask_to_leave(reference_of(w, 0)));
  ASSERT_TRUE(becomes(w, 20s, [&] { return owner_of(w, "A@wh") == 1; }));
  w.run_for(2s);
  EXPECT_EQ(events_of(w, "A@wh"), 2);
  EXPECT_EQ(w.watch.complaints(), std::vector<std::string>{});
}

TEST_F(SimCluster, LetsGoOfNoShardWhileWhatALostConnectionSentMayStillBeCommitted) {
  world w{24, calm(2)};
  const auto [guest, host] = lend(w, "A@wh");
  ASSERT_TRUE(becomes(w, 30s, [&, guest = guest] { return w.node_at(guest); }));
  w.node_at(host)->set_journal_faults({.latency_least = 500ms, // lost then, committed after 4 s
                                       .latency_most = 500ms,
                                       .late = 1'000'000,
                                       .reconnect = 10s});
  entity::ask<stock::contract>( // nobody tries it again
      w.node_at(host)->route(), "A@wh", one(),
      {make_command_id({"second"}), 1, w.time.now() + 400ms, {}}, [](const auto&) {});
  ASSERT_TRUE(becomes(w, 10s, [&, guest = guest] { return owner_of(w, "A@wh") == guest; }));
  ASSERT_TRUE(settles(w, 12s));
  expect_all_is_known(w, guest, "A@wh");
}

} // namespace
} // namespace souk::sim
