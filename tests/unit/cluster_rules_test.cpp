// The pure parts of the cluster: placement, votes, probing, and when a shard may be served.
#include "cluster/hand_off.hpp"
#include "cluster/placement.hpp"
#include "cluster/probing.hpp"
#include "cluster/suspicion.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace souk::cluster {
namespace {

int shards_of(const placement& p, uint16_t node) {
  return static_cast<int>(std::ranges::count(p, node));
}

TEST(Placement, SharesTheShardsEvenly) {
  const auto p = place({{"n1"}, {"n2"}, {"n3"}});
  for (uint16_t node = 0; node < 3; ++node) {
    EXPECT_GT(shards_of(p, node), 280) << node;
    EXPECT_LT(shards_of(p, node), 400) << node;
  }
}

TEST(Placement, GivesANodeOfTwiceTheWeightTwiceTheShards) {
  const auto p = place({{"n1", 1}, {"n2", 2}});
  EXPECT_NEAR(shards_of(p, 1), 1024 * 2 / 3, 60);
}

TEST(Placement, DoesNotDependOnTheOrderOfNodes) {
  const auto one = place({{"n1"}, {"n2"}, {"n3"}});
  const auto other = place({{"n3"}, {"n1"}, {"n2"}});
  const std::array<uint16_t, 3> to_other{1, 2, 0};
  for (size_t s = 0; s < one.size(); ++s)
    ASSERT_EQ(to_other[one[s]], other[s]) << s;
}

TEST(Placement, MovesOnlyTheShardsOfTheNodeThatCame) {
  const auto before = place({{"n1"}, {"n2"}});
  const auto after = place({{"n1"}, {"n2"}, {"n3"}});
  for (size_t s = 0; s < before.size(); ++s)
    ASSERT_TRUE(after[s] == before[s] || after[s] == 2) << s;
}

TEST(Placement, OwnsNothingWithoutNodes) { EXPECT_EQ(shards_of(place({}), no_owner), 1024); }

// Every node of every version has to agree: these are for ever.
TEST(Placement, KeepsItsVectors) {
  const auto p = place({{"n1"}, {"n2"}, {"n3", 3}});
  std::string first;
  for (size_t s = 0; s < 24; ++s)
    first += static_cast<char>('1' + p[s]);
  EXPECT_EQ(first, "333313331132332133323123");
}

// --- votes

const time_point now = from_micros(1'800'000'000'000'000);

member active(const std::string& name) {
  member m;
  m.who = {name, 1};
  m.state = member_state::active;
  m.alive_at = now;
  return m;
}

membership table_of(std::vector<member> members) {
  return {.version = 1, .at = now, .members = std::move(members)};
}

TEST(Suspicion, NeedsTwoVotesAmongThree) {
  auto table = table_of({active("a"), active("b"), active("c")});
  table.members[2] = with_vote(table, table.members[2], {"a", 1});
  EXPECT_EQ(table.members[2].state, member_state::active);
  EXPECT_EQ(with_vote(table, table.members[2], {"b", 1}).state, member_state::dead);
}

TEST(Suspicion, CountsANodesVoteOnce) {
  auto table = table_of({active("a"), active("b"), active("c")});
  table.members[2] = with_vote(table, table.members[2], {"a", 1});
  EXPECT_EQ(with_vote(table, table.members[2], {"a", 1}).state, member_state::active);
}

TEST(Suspicion, NeedsOneVoteAmongTwo) {
  const auto table = table_of({active("a"), active("b")});
  EXPECT_EQ(with_vote(table, table.members[1], {"a", 1}).state, member_state::dead);
}

TEST(Suspicion, ForgetsOldVotesAndThoseOfTheDead) {
  auto table = table_of({active("a"), active("b"), active("c"), active("d")});
  table.members[1].state = member_state::dead;
  auto suspect = table.members[3];
  suspect.suspicions = {{{"b", 1}, now}, {{"c", 1}, now - vote_counts_for - 1s}};
  EXPECT_EQ(with_vote(table, suspect, {"a", 1}).state, member_state::active);
}

TEST(Suspicion, DoesNotAskForVotesOfMembersLongSilent) {
  auto table = table_of({active("a"), active("b"), active("c"), active("d")});
  for (size_t i = 1; i < 4; ++i)
    table.members[i].alive_at = now - stale_after - 1s;
  EXPECT_EQ(with_vote(table, table.members[1], {"a", 1}).state, member_state::dead)
      << "a cluster that died as a whole starts again at once";
}

// --- probing

const node_ref a{"a", 1}, b{"b", 1}, c{"c", 1};

TEST(Probing, AsksOthersBeforeItSuspects) {
  probing p;
  EXPECT_TRUE(p.next({b}, {c}, false).doubts.empty());
  EXPECT_TRUE(p.next({b}, {c}, false).doubts.empty());
  const auto doubt = p.next({b}, {c}, false);
  EXPECT_EQ(doubt.doubts.at(b), std::vector{c});
  EXPECT_TRUE(doubt.suspects.empty());
  EXPECT_EQ(p.next({b}, {c}, false).suspects, std::vector{b});
}

TEST(Probing, BelievesAHelperThatTheSilentOneLives) {
  probing p;
  for (int i = 0; i < 3; ++i)
    (void)p.next({b}, {c}, false);
  p.reported(b, true);
  EXPECT_TRUE(p.next({b}, {c}, false).suspects.empty());
}

TEST(Probing, SuspectsOnItsOwnWhenThereIsNobodyToAsk) {
  probing p;
  (void)p.next({b}, {b}, false);
  (void)p.next({b}, {b}, false);
  EXPECT_EQ(p.next({b}, {b}, false).suspects, std::vector{b});
}

TEST(Probing, TrustsAnAnswerToAnEarlierProbe) {
  probing p;
  (void)p.next({b}, {}, false);
  for (int i = 0; i < 5; ++i) {
    p.answered(b, p.round() - static_cast<uint64_t>(i > 0));
    EXPECT_TRUE(p.next({b}, {}, false).suspects.empty());
  }
}

TEST(Probing, BlamesNobodyForItsOwnSleep) {
  probing p;
  (void)p.next({b}, {}, false);
  (void)p.next({b}, {}, false);
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(p.next({b}, {}, true).suspects.empty());
  p.answered(b, p.round());
  EXPECT_TRUE(p.next({b}, {}, false).suspects.empty());
}

TEST(Probing, RemembersBehindItsOwnSleepWhoWasSilentBefore) {
  probing p;
  (void)p.next({b}, {}, false);
  (void)p.next({b}, {}, false);
  EXPECT_TRUE(p.next({b}, {}, true).suspects.empty());
  EXPECT_EQ(p.next({b}, {}, false).suspects, std::vector{b});
}

// --- hand-off

TEST(HandOff, WaitsForTheFormerOwnersRelease) {
  hand_off h;
  h.gained(4, 5, {7, 8}, {b, c}, 0s);
  h.fenced(5);
  EXPECT_TRUE(h.take_ready().empty());
  h.released(7, 4);
  EXPECT_EQ(h.take_ready(), std::vector<uint32_t>{7});
}

TEST(HandOff, TakesNoReleaseOfWhoOwnedItAnyTimeBefore) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  h.fenced(5);
  h.released(7, 3); // by view 4 it may have been somebody else's, who has not heard of view 5
  EXPECT_TRUE(h.take_ready().empty());
}

TEST(HandOff, BeginsAgainWhenItMissedAView) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  h.released(7, 4);
  h.settled(b, 5);
  h.gained(5, 7, {}, {b}, 1s); // by view 6 it may have been somebody else's
  h.fenced(7);
  EXPECT_TRUE(h.take_ready().empty());
  h.settled(b, 7);
  EXPECT_EQ(h.take_ready().size(), 1u);
}

TEST(HandOff, OpensWhatNobodyHeldOnceEverybodyHasSettled) {
  hand_off h;
  h.settled(b, 5); // may come before we know of the view
  h.gained(4, 5, {7}, {b, c}, 0s);
  h.fenced(5);
  EXPECT_TRUE(h.take_ready().empty());
  h.settled(c, 5);
  EXPECT_EQ(h.take_ready().size(), 1u);
}

TEST(HandOff, BelievesNobodyWhoHasSettledByAViewThatItDoesNotKnow) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  h.fenced(5);
  h.settled(b, 6); // by view 6 the shard may be b's again, and never have left it
  EXPECT_TRUE(h.take_ready().empty());
  h.gained(5, 6, {}, {b}, 1ms);
  h.fenced(6);
  EXPECT_EQ(h.take_ready().size(), 1u) << "it is still ours";
}

TEST(SharesBetween, AreOfAllThatMayHaveBeenActiveInAMissedView) {
  const auto row = [](const char* node, uint64_t generation, member_state state) {
    member m;
    m.who = {node, generation};
    m.state = state;
    return m;
  };
  using enum member_state;
  const auto nodes = [](const std::vector<share>& all) {
    std::vector<std::string> out;
    for (const auto& s : all)
      out.push_back(s.node);
    return out;
  };
  const membership first{.version = 4,
                         .members = {row("a", 1, active), row("b", 2, active), row("c", 3, joining),
                                     row("d", 4, dead)}};
  const membership after{.version = 9,
                         .members = {row("a", 1, active), row("b", 2, dead), row("c", 3, dead),
                                     row("d", 4, dead), row("e", 5, active), row("f", 6, leaving),
                                     row("g", 7, joining)}};
  EXPECT_EQ(nodes(shares_between(first, after)), (std::vector<std::string>{"a", "c", "e", "f"}));
}

TEST(HandOff, WaitsForTheSessionsOfTheDead) {
  hand_off h;
  h.gained(4, 5, {7}, {c}, 0s);
  h.settled(c, 5);
  EXPECT_TRUE(h.take_ready().empty());
  h.fenced(5);
  EXPECT_EQ(h.take_ready().size(), 1u);
}

TEST(HandOff, WaitsForTheSessionsOfAFormerOwnerThatDiesMeanwhile) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  h.fenced(5);
  h.gained(5, 6, {}, {}, 1s); // b is dead
  EXPECT_TRUE(h.take_ready().empty());
  h.fenced(6);
  EXPECT_EQ(h.take_ready().size(), 1u);
}

TEST(HandOff, LosesPatienceWithThoseWhoDoNotSettle) {
  hand_off h;
  h.gained(4, 5, {7}, {b, c}, 0s);
  h.settled(c, 5);
  h.fenced(5);
  EXPECT_TRUE(h.laggards(hand_off_patience - 1ms).empty());
  EXPECT_EQ(h.laggards(hand_off_patience), std::set{b});
  EXPECT_TRUE(h.take_ready().empty()) << "what b decided may still be on its way";
  h.silenced(hand_off_patience);
  EXPECT_EQ(h.take_ready().size(), 1u);
}

TEST(HandOff, KeepsItsPatienceForWhatWasGainedLater) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  h.gained(5, 6, {8}, {b}, 1s);
  h.fenced(6);
  h.silenced(hand_off_patience);
  EXPECT_EQ(h.take_ready(), std::vector<uint32_t>{7});
}

TEST(HandOff, BlamesNobodyForAShardThatWasReleased) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  h.fenced(5);
  h.released(7, 4);
  EXPECT_TRUE(h.laggards(1h).empty());
}

TEST(HandOff, ForgetsAShardThatMovedOn) {
  hand_off h;
  h.gained(4, 5, {7}, {b}, 0s);
  EXPECT_TRUE(h.lost(7)) << "it was never served here";
  h.fenced(5);
  EXPECT_TRUE(h.take_ready().empty());
  EXPECT_FALSE(h.lost(7));
}

} // namespace
} // namespace souk::cluster
