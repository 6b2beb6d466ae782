// Several nodes in one thread: who serves what, through deaths, pauses, cuts and moves.
#include "tests/sim/cluster_world.hpp"

namespace souk::sim {
namespace {

TEST_F(SimCluster, AnswersOnEveryNodeForEveryKey) {
  world w{1, calm(3)};
  ASSERT_TRUE(settles(w));
  for (size_t at = 0; at < 3; ++at)
    for (int key = 0; key < 20; ++key) {
      const auto name = "SKU-" + std::to_string(key) + "@wh";
      ASSERT_EQ(ask_and_wait(*w.node_at(at), w, name, one(), name + std::to_string(at)), "ok");
    }
  for (int key = 0; key < 20; ++key)
    EXPECT_EQ(events_of(w, "SKU-" + std::to_string(key) + "@wh"), 3);
}

TEST_F(SimCluster, GivesTheSameAnswerToARepeatOnAnotherNode) {
  world w{2, calm(3)};
  ASSERT_TRUE(settles(w));
  EXPECT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "same"), "ok");
  EXPECT_EQ(ask_and_wait(*w.node_at(1), w, "A@wh", one(), "same"), "ok");
  EXPECT_EQ(ask_and_wait(*w.node_at(2), w, "A@wh", one(), "same"), "ok");
  EXPECT_EQ(events_of(w, "A@wh"), 1);
}

TEST_F(SimCluster, ServesAKilledNodesKeysWithinASecond) {
  world w{3, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "before"), "ok");
  const auto victim = owner_of(w, "A@wh");
  w.crash(victim, 1h);
  w.run_for(1ms);
  ASSERT_EQ(w.node_at(victim), nullptr);
  EXPECT_TRUE(settles(w, 1s));
  EXPECT_EQ(ask_and_wait(*w.node_at((victim + 1) % 3), w, "A@wh", one(), "after"), "ok");
  EXPECT_EQ(events_of(w, "A@wh"), 2);
}

TEST_F(SimCluster, ServesAHangingNodesKeysWithinThreeSeconds) {
  world w{4, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "before"), "ok");
  const auto victim = owner_of(w, "A@wh");
  w.pause(victim, 1h);
  const auto began = w.time.elapsed();
  EXPECT_EQ(ask_and_wait(*w.node_at((victim + 1) % 3), w, "A@wh", one(), "after"), "ok");
  EXPECT_LE(w.time.elapsed() - began, 3s);
  EXPECT_EQ(events_of(w, "A@wh"), 2);
}

TEST_F(SimCluster, KeepsOneHistoryWhenAStaleOwnerWakesUp) {
  world w{5, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "before"), "ok");
  const auto stale = owner_of(w, "A@wh");
  auto late = std::make_shared<answers>();
  w.pause(stale, 10s);
  ask(*w.node_at(stale), w, "A@wh", one(), late, "late");
  ASSERT_EQ(ask_and_wait(*w.node_at((stale + 1) % 3), w, "A@wh", one(), "meanwhile"), "ok");
  w.run_for(20s);
  EXPECT_EQ(events_of(w, "A@wh"), 2 + late->good) << "what was not acknowledged did not happen";
  EXPECT_EQ(ask_and_wait(*w.node_at((stale + 1) % 3), w, "A@wh", one(), "last"), "ok");
  w.watch.finish(w.time.now());
  EXPECT_TRUE(w.watch.complaints().empty());
}

TEST_F(SimCluster, AnswersNoReadsOnANodeThatIsCutOff) {
  world w{6, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto cut = owner_of(w, "A@wh");
  ASSERT_EQ(ask_and_wait(*w.node_at(cut), w, "A@wh", stock::get{}), "ok");
  isolate(w, cut);
  auto* const alone = w.node_at(cut);
  ASSERT_EQ(ask_and_wait(*w.node_at((cut + 1) % 3), w, "A@wh", one(), "elsewhere"), "ok");
  auto stale = std::make_shared<answers>();
  ask(*alone, w, "A@wh", stock::get{}, stale);
  w.run_for(50ms);
  EXPECT_EQ(stale->last, "unavailable") << "others wrote; it cannot know";
}

TEST_F(SimCluster, WritesNothingOnANodeThatHasOnlyTheJournalLeft) {
  world w{6, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto cut = owner_of(w, "A@wh");
  isolate(w, cut);
  auto* const alone = w.node_at(cut);
  w.run_for(2'500ms);
  ASSERT_EQ(w.node_at(cut), alone);
  auto late = std::make_shared<answers>();
  ask(*alone, w, "A@wh", one(), late, "late");
  w.run_for(50ms);
  EXPECT_EQ(late->last, "unavailable") << "the journal would take it";
  EXPECT_EQ(events_of(w, "A@wh"), 0) << "who serves it now may have read it already";
}

TEST_F(SimCluster, AnswersNoReadsOnALoneNodeThatSleptUntilItKnows) {
  world w{15, calm(2)};
  ASSERT_TRUE(settles(w));
  w.crash(0, 7s);
  w.run_for(3s);
  auto* const lone = w.node_at(1);
  ASSERT_EQ(ask_and_wait(*lone, w, "A@wh", one(), "before"), "ok");
  w.pause(1, 60s); // so silent that the other comes back without it, and takes its place
  w.run_for(50s);
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "elsewhere"), "ok");
  w.node_at(1)->cut_off_table(true);
  auto stale = std::make_shared<answers>();
  for (int i = 0; i < 1'000 && w.node_at(1) == lone; ++i) {
    ask(*lone, w, "A@wh", stock::get{}, stale);
    w.run_for(20ms);
  }
  EXPECT_EQ(stale->good, 0) << "it cannot know that the other wrote";
  EXPECT_GT(stale->bad, 0);
}

TEST_F(SimCluster, GoesByWayOfAThirdWhenTwoCannotReachEachOther) {
  world w{7, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto owner = owner_of(w, "A@wh"), asker = (owner + 1) % 3;
  const auto a = w.node_at(owner)->name(), b = w.node_at(asker)->name();
  w.wires.cut(a, b);
  w.wires.cut(b, a);
  EXPECT_EQ(ask_and_wait(*w.node_at(asker), w, "A@wh", one(), "around"), "ok");
  w.run_for(20s);
  EXPECT_EQ(ask_and_wait(*w.node_at(asker), w, "A@wh", one(), "around again"), "ok");
  for (size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(w.node_at(i)->is_active());
  EXPECT_EQ(w.crashes(), 0) << "nobody is dead who answers somebody";
}

TEST_F(SimCluster, GoesDirectlyAgainBeforeTheThirdIsLost) {
  world w{13, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto owner = owner_of(w, "A@wh"), asker = (owner + 1) % 3, third = (owner + 2) % 3;
  const auto a = w.node_at(owner)->name(), b = w.node_at(asker)->name();
  w.wires.cut(a, b);
  w.wires.cut(b, a);
  w.run_for(2s); // shorter than TCP's patience: the connection stays
  w.wires.heal_all();
  w.run_for(2s);
  w.pause(third, 1h);
  w.run_for(5s);
  EXPECT_EQ(ask_and_wait(*w.node_at(asker), w, "A@wh", one(), "directly"), "ok");
  EXPECT_EQ(w.crashes(), 0) << "only the third is gone";
}

TEST_F(SimCluster, KillsNobodyWhoseConnectionsAreRefusedAndWhomAnotherReaches) {
  world w{14, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto owner = owner_of(w, "A@wh"), asker = (owner + 1) % 3;
  w.wires.reject(w.node_at(owner)->name(), w.node_at(asker)->name());
  EXPECT_EQ(ask_and_wait(*w.node_at(asker), w, "A@wh", one(), "around"), "ok");
  w.run_for(20s);
  EXPECT_EQ(ask_and_wait(*w.node_at(asker), w, "A@wh", one(), "still"), "ok");
  EXPECT_EQ(w.crashes(), 0);
}

TEST_F(SimCluster, LosesOneNodeOnceWhenNobodyReachesIt) {
  world w{15, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto lone = owner_of(w, "A@wh");
  for (size_t i = 0; i < 3; ++i)
    if (i != lone)
      w.wires.reject(w.node_at(lone)->name(), w.node_at(i)->name());
  const auto began = w.time.elapsed();
  EXPECT_EQ(ask_and_wait(*w.node_at((lone + 1) % 3), w, "A@wh", one(), "after"), "ok");
  EXPECT_LE(w.time.elapsed() - began, 1s);
  w.run_for(15s);
  EXPECT_EQ(w.crashes(), 1) << "it comes back, and waits until it reaches somebody";
  w.wires.heal_all();
  EXPECT_TRUE(settles(w));
  EXPECT_EQ(w.crashes(), 1);
}

TEST_F(SimCluster, KeepsTheLargerPartOfACutCluster) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    world w{seed, calm(5)};
    ASSERT_TRUE(settles(w));
    for (size_t few : {0, 1})
      for (size_t many : {2, 3, 4}) {
        w.wires.cut(w.node_at(few)->name(), w.node_at(many)->name());
        w.wires.cut(w.node_at(many)->name(), w.node_at(few)->name());
      }
    std::vector<uint64_t> before;
    for (size_t many : {2, 3, 4})
      before.push_back(w.node_at(many)->generation());
    w.run_for(20s);
    EXPECT_EQ(w.crashes(), 2) << "seed " << seed << ": who is outnumbered goes, and stays out";
    for (size_t many : {2, 3, 4})
      EXPECT_EQ(w.node_at(many)->generation(), before[many - 2]);
    w.wires.heal_all();
    EXPECT_TRUE(settles(w)) << "seed " << seed;
  }
}

TEST_F(SimCluster, GoesOnWithSomebodyWhenNobodyReachesAnybody) {
  world w{17, calm(3)};
  ASSERT_TRUE(settles(w));
  for (size_t a = 0; a < 3; ++a)
    for (size_t b = 0; b < 3; ++b)
      if (a != b)
        w.wires.cut(w.node_at(a)->name(), w.node_at(b)->name());
  w.run_for(12s);
  size_t most = 0;
  for (size_t i = 0; i < 3; ++i)
    if (auto* n = w.node_at(i))
      most = std::max(most, n->route().open_shards().all().size());
  EXPECT_EQ(most, shard_count);
}

TEST_F(SimCluster, ServesTheKeysOfTwoThatAreKilledAtOnce) {
  world w{16, calm(3)};
  ASSERT_TRUE(settles(w));
  const auto left = owner_of(w, "A@wh");
  w.crash((left + 1) % 3, 1h);
  w.crash((left + 2) % 3, 1h);
  w.run_for(1ms);
  EXPECT_TRUE(settles(w, 1s));
}

TEST_F(SimCluster, KillsNobodyAndReadsOnWhilePostgresIsAway) {
  world w{8, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "before"), "ok");
  w.store.set_away(true);
  w.run_for(15s);
  EXPECT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", stock::get{}), "ok");
  w.store.set_away(false);
  w.run_for(5s);
  EXPECT_EQ(w.crashes(), 0);
  EXPECT_EQ(ask_and_wait(*w.node_at(1), w, "A@wh", one(), "after"), "ok");
}

TEST_F(SimCluster, ReadsNoMoreWithoutPostgresThanTheStartingWait) {
  world w{8, calm(3)};
  ASSERT_TRUE(settles(w));
  w.store.set_away(true);
  w.run_for(cluster::gone_after);
  EXPECT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", stock::get{}), "unavailable");
}

TEST_F(SimCluster, AnswersNoReadsWithoutPostgresWhileAMemberIsMissing) {
  world w{19, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "before"), "ok");
  const auto here = owner_of(w, "A@wh");
  w.store.set_away(true);
  w.pause((here + 1) % 3, 1h);
  w.run_for(4s);
  EXPECT_EQ(ask_and_wait(*w.node_at(here), w, "A@wh", stock::get{}), "unavailable")
      << "the missing one may be the only one that reaches Postgres, and go on alone";
}

TEST_F(SimCluster, NeverReadsAtTwoNodesWhenOnlyTheSmallerPartReachesPostgres) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    world w{seed, calm(3)};
    ASSERT_TRUE(settles(w));
    for (size_t many : {1, 2}) {
      w.wires.cut(w.node_at(0)->name(), w.node_at(many)->name());
      w.wires.cut(w.node_at(many)->name(), w.node_at(0)->name());
      w.node_at(many)->cut_off_table(true);
    }
    w.run_for(40s);
    EXPECT_EQ(w.node_at(0)->route().open_shards().all().size(), shard_count) << "seed " << seed;
    EXPECT_EQ(w.watch.complaints(), std::vector<std::string>{}) << "seed " << seed;
  }
}

TEST_F(SimCluster, NeverReadsAtTwoNodesWhenANewOneReachesOnlyPostgresAndTheOthersDoNot) {
  world w{20, calm(3)};
  ASSERT_TRUE(settles(w));
  w.drain(0, 10s);
  w.run_for(5s);
  for (size_t other : {1, 2}) {
    w.wires.cut("n1", w.node_at(other)->name());
    w.wires.cut(w.node_at(other)->name(), "n1");
    w.node_at(other)->cut_off_store(true);
  }
  w.run_for(60s);
  ASSERT_TRUE(w.node_at(0));
  EXPECT_EQ(w.node_at(0)->route().open_shards().all().size(), shard_count);
  EXPECT_EQ(w.watch.complaints(), std::vector<std::string>{});
}

TEST_F(SimCluster, StartsAgainAtOnceAfterAllNodesDied) {
  world w{9, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "before"), "ok");
  for (size_t i = 0; i < 3; ++i)
    w.crash(i, 20ms);
  w.run_for(100ms);
  EXPECT_TRUE(settles(w, 2s));
  EXPECT_EQ(ask_and_wait(*w.node_at(1), w, "A@wh", one(), "after"), "ok");
}

TEST_F(SimCluster, StartsAgainAtOnceWithFewerNodesAfterAllDiedLongAgo) {
  world w{10, calm(3)};
  ASSERT_TRUE(settles(w));
  w.crash(0, 60s);
  w.crash(1, 1h);
  w.crash(2, 1h);
  w.run_for(61s);
  EXPECT_TRUE(settles(w, 2s));
}

TEST_F(SimCluster, LosesNoRequestWhileEveryNodeIsReplacedInTurn) {
  world w{11, calm(3)};
  ASSERT_TRUE(settles(w));
  auto all = std::make_shared<answers>();
  int asked = 0;
  for (size_t leaving = 0; leaving < 3; ++leaving) {
    w.drain(leaving, 300ms);
    for (int i = 0; i < 400; ++i) {
      const auto at = (leaving + 1 + static_cast<size_t>(i % 2)) % 3; // as a load balancer would
      ask(*w.node_at(at), w, "SKU-" + std::to_string(i % 37) + "@wh", one(), all,
          "r" + std::to_string(++asked));
      w.run_for(5ms);
    }
    ASSERT_TRUE(settles(w));
  }
  w.run_for(2s);
  EXPECT_EQ(all->bad, 0) << all->refusals;
  EXPECT_EQ(all->good, asked);
  int64_t events = 0;
  for (int key = 0; key < 37; ++key)
    events += events_of(w, "SKU-" + std::to_string(key) + "@wh");
  EXPECT_EQ(events, asked);
}

TEST_F(SimCluster, KeepsOneHistoryWithCommandsThatRaceAHandOff) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    world w{seed, calm(2)};
    ASSERT_TRUE(settles(w));
    auto all = std::make_shared<answers>();
    for (int i = 0; i < 200; ++i) {
      if (i == 50)
        w.drain(0, 50ms);
      if (auto* at = w.any_node())
        ask(*at, w, "A@wh", one(), all, "r" + std::to_string(i));
      w.run_for(std::chrono::milliseconds{w.random.between(0, 3)});
    }
    w.run_for(12s);
    // What the leaving node was asked last it may have done without saying so.
    EXPECT_GE(events_of(w, "A@wh"), all->good) << "seed " << seed;
    EXPECT_LE(events_of(w, "A@wh"), 200 - all->bad) << "seed " << seed;
    EXPECT_GT(all->good, 150) << "seed " << seed;
    w.watch.finish(w.time.now());
    EXPECT_TRUE(w.watch.complaints().empty()) << "seed " << seed;
  }
}

TEST_F(SimCluster, PicksUpWhatADeadNodeOwed) {
  world w{12, calm(3)};
  ASSERT_TRUE(settles(w));
  ASSERT_EQ(ask_and_wait(*w.node_at(0), w, "A@wh", one(), "stock"), "ok");
  const auto victim = owner_of(w, "A@wh");
  ASSERT_EQ(ask_and_wait(*w.node_at(victim), w, "A@wh",
                         stock::hold{.reservation = "r",
                                     .quantity = 1,
                                     .expires = w.time.now() + 5s,
                                     .allow_partial = false}),
            "ok");
  w.crash(victim, 1h);
  w.run_for(10s);
  EXPECT_EQ(events_of(w, "A@wh"), 3) << "received, held, and lapsed without anybody asking";
}

} // namespace
} // namespace souk::sim
