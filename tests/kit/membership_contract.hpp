// What every membership table promises, as one typed suite. A bench provides nodes over one
// database:
//
//   membership_table& at(int node)         a node's way to the table of the cluster "souk"
//   membership_table& of_another_cluster() the same database under another cluster's name
//   bool until(predicate)                  lets things happen until it holds; false at its deadline
//   void set_away(bool)                    the database goes and comes back
//   void half_send(node_ref)               a journal session of that process sends a row, no commit
//   bool lands(node_ref)                   the commit comes: true when it still happened
#pragma once

#include "cluster/membership_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

namespace souk::cluster {

template <class Bench>
struct MembershipContract : testing::Test {
  void SetUp() override {
    if (const char* why = Bench::missing())
      GTEST_SKIP() << why;
    bench = std::make_unique<Bench>();
  }

  /// Waits for the answer of `call(done)`.
  template <class T, class Call>
  result<T> answer(Call call) {
    auto got = std::make_shared<std::optional<result<T>>>();
    auto guard = std::make_shared<std::mutex>();
    call([=](result<T> r) {
      std::lock_guard lock{*guard};
      *got = std::move(r);
    });
    const bool came = bench->until([&] {
      std::lock_guard lock{*guard};
      return got->has_value();
    });
    return came ? std::move(**got) : result<T>{fail(errc::internal, "never answered")};
  }
  result<membership> read(int node = 0) {
    return answer<membership>([&](auto done) { bench->at(node).read(done); });
  }
  result<uint64_t> write(uint64_t expected, const member& row, int node = 0) {
    return answer<uint64_t>([&](auto done) { bench->at(node).write(expected, row, done); });
  }
  result<uint64_t> confirm(const node_ref& who, int node = 0) {
    return answer<uint64_t>([&](auto done) { bench->at(node).confirm(who, done); });
  }
  result<void> fence(const std::set<node_ref>& also = {}) {
    return answer<void>([&](auto done) { bench->at(0).fence(also, done); });
  }
  result<void> farewell(const node_ref& who, int node = 0) {
    return answer<void>([&](auto done) { bench->at(node).farewell(who, done); });
  }
  result<void> forget_dead(time_point when) {
    return answer<void>([&](auto done) { bench->at(0).forget_dead(when, done); });
  }
  static errc code(const auto& r) { return r ? errc::internal : r.error().code; }

  static member row(const node_ref& who, member_state state = member_state::active) {
    return {.who = who,
            .state = state,
            .host = "10.0.0.7",
            .port = 7311,
            .region = "eu/1",
            .weight = 3,
            .feature_level = 2,
            .started = from_micros(1'700'000'000'000'001),
            .alive_at = {},
            .suspicions = {}};
  }
  /// At whatever version it is.
  uint64_t put(const member& m) {
    const auto now = read();
    EXPECT_TRUE(now) << now.error().detail;
    const auto done = write(now->version, m);
    EXPECT_TRUE(done) << done.error().detail;
    return done ? *done : 0;
  }

  const node_ref one{"n1", 1}, two{"n2", 2}, three{"n3", 3};
  std::unique_ptr<Bench> bench;
};

TYPED_TEST_SUITE_P(MembershipContract);

TYPED_TEST_P(MembershipContract, AnswersWhatWasWrittenUnderARisingVersion) {
  const auto empty = this->read();
  ASSERT_TRUE(empty) << empty.error().detail;
  EXPECT_EQ(empty->version, 0u);
  EXPECT_TRUE(empty->members.empty());
  auto first = this->row(this->one);
  auto second = this->row(this->two, member_state::joining);
  EXPECT_EQ(this->put(first), 1u);
  EXPECT_EQ(this->put(second), 2u);
  const auto spoke_at = this->read()->find(this->two)->alive_at;
  second.suspicions = {{this->one, from_micros(1'700'000'000'123'457)},
                       {this->three, from_micros(1'700'000'000'123'458)}};
  EXPECT_EQ(this->put(second), 3u);
  const auto all = this->read(1);
  ASSERT_TRUE(all) << all.error().detail;
  EXPECT_EQ(all->version, 3u);
  ASSERT_EQ(all->members.size(), 2u);
  EXPECT_GT(all->members[0].alive_at, time_point{});
  EXPECT_EQ(all->members[1].alive_at, spoke_at); // a suspicion is not its own word
  EXPECT_LE(all->members[1].alive_at, all->at);
  first.alive_at = all->members[0].alive_at;
  second.alive_at = all->members[1].alive_at;
  EXPECT_EQ(all->members[0], first);
  EXPECT_EQ(all->members[1], second);
  second.suspicions.clear();
  second.state = member_state::active;
  EXPECT_EQ(this->put(second), 4u);
  EXPECT_EQ(this->read()->find(this->two)->state, member_state::active);
  EXPECT_TRUE(this->read()->find(this->two)->suspicions.empty());
}

TYPED_TEST_P(MembershipContract, RemembersTheHighestLevelThatAllWhoLivedHad) {
  EXPECT_EQ(this->read()->feature_level, 0);
  auto older = this->row(this->one), newer = this->row(this->two, member_state::joining);
  older.feature_level = 1;
  this->put(older);
  EXPECT_EQ(this->read()->feature_level, 1);
  this->put(newer);
  EXPECT_EQ(this->read()->feature_level, 1);
  older.state = member_state::dead;
  this->put(older);
  EXPECT_EQ(this->read()->feature_level, 2);
  newer.state = member_state::dead;
  this->put(newer);
  older = this->row(this->three);
  older.feature_level = 1;
  this->put(older);
  EXPECT_EQ(this->read()->feature_level, 2);
}

TYPED_TEST_P(MembershipContract, OneOfManyRacersWins) {
  constexpr int racers = 8;
  const auto version = this->put(this->row(this->one));
  std::atomic<int> answered{0}, won{0}, lost{0};
  for (int i = 0; i < racers; ++i)
    this->bench->at(i).write(version, this->row({"racer", static_cast<uint64_t>(10 + i)}),
                             [&](result<uint64_t> r) {
                               if (r && *r == version + 1)
                                 ++won;
                               else if (!r && r.error().code == errc::conflict)
                                 ++lost;
                               ++answered;
                             });
  ASSERT_TRUE(this->bench->until([&] { return answered == racers; }));
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, racers - 1);
  const auto all = this->read();
  EXPECT_EQ(all->version, version + 1);
  EXPECT_EQ(all->members.size(), 2u);
}

TYPED_TEST_P(MembershipContract, AnOldVersionChangesNothing) {
  const auto version = this->put(this->row(this->one));
  auto changed = this->row(this->one);
  changed.weight = 9;
  EXPECT_EQ(this->code(this->write(version - 1, changed)), errc::conflict);
  EXPECT_EQ(this->code(this->write(version + 1, changed)), errc::conflict);
  EXPECT_EQ(this->read()->version, version);
  EXPECT_EQ(this->read()->find(this->one)->weight, 3);
}

TYPED_TEST_P(MembershipContract, TheDeadNeverComeBack) {
  this->put(this->row(this->two));
  this->put(this->row(this->one));
  const auto version = this->put(this->row(this->one, member_state::dead));
  EXPECT_EQ(this->code(this->write(version, this->row(this->one))), errc::conflict);
  EXPECT_EQ(this->code(this->confirm(this->one)), errc::superseded);
  EXPECT_EQ(this->read()->find(this->one)->state, member_state::dead);
  EXPECT_NE(this->read()->find(this->two)->state, member_state::dead);
  // Nor when nobody remembers them; their next start is somebody else.
  ASSERT_TRUE(this->forget_dead(this->read()->at + 1h));
  const auto now = this->read();
  EXPECT_EQ(now->find(this->one), nullptr);
  ASSERT_NE(now->find(this->two), nullptr);
  EXPECT_EQ(this->code(this->write(now->version, this->row(this->one))), errc::conflict);
  EXPECT_TRUE(this->write(now->version, this->row({"n1", 7})));
}

TYPED_TEST_P(MembershipContract, TakesTheLastWordOfTheDeadAndOfNobodyElse) {
  auto suspected = this->row(this->one);
  this->put(suspected);
  suspected.suspicions = {{this->two, from_micros(1'700'000'000'123'457)}};
  const auto version = this->put(suspected);
  ASSERT_TRUE(this->farewell(this->one));
  EXPECT_EQ(this->read()->find(this->one)->suspicions.size(), 1u) << "it is not dead yet";
  suspected.state = member_state::dead;
  this->put(suspected);
  std::atomic<int> told{0};
  this->bench->at(1).watch([&] { ++told; });
  ASSERT_TRUE(this->bench->until([&] {
    EXPECT_TRUE(this->farewell(this->one, 2));
    return told > 0;
  }));
  const auto now = this->read();
  EXPECT_EQ(now->version, version + 1);
  EXPECT_EQ(now->find(this->one)->state, member_state::dead);
  EXPECT_TRUE(now->find(this->one)->suspicions.empty());
  EXPECT_TRUE(this->farewell(this->three)) << "whom nobody knows";
}

TYPED_TEST_P(MembershipContract, RemembersTheDeadUntilTheyAreOldEnough) {
  this->put(this->row(this->one));
  this->put(this->row(this->one, member_state::dead));
  const auto died = this->read()->find(this->one)->alive_at;
  ASSERT_TRUE(this->forget_dead(died));
  EXPECT_NE(this->read()->find(this->one), nullptr);
}

TYPED_TEST_P(MembershipContract, ConfirmingMovesAliveAtAndNotTheVersion) {
  const auto version = this->put(this->row(this->one));
  const auto before = this->read()->find(this->one)->alive_at;
  const auto confirmed = this->confirm(this->one);
  ASSERT_TRUE(confirmed) << confirmed.error().detail;
  EXPECT_EQ(*confirmed, version);
  EXPECT_GT(this->read()->find(this->one)->alive_at, before);
  EXPECT_EQ(this->code(this->confirm(this->two)), errc::superseded);
  EXPECT_EQ(this->code(this->confirm({"n1", 2})), errc::superseded);
}

TYPED_TEST_P(MembershipContract, WhoWatchesIsToldOfEachChange) {
  std::atomic<int> told{0};
  this->bench->at(1).watch([&] { ++told; });
  for (int i = 1; i <= 3; ++i) {
    // Hearing may begin late; a change after it began is heard.
    const int before = told;
    ASSERT_TRUE(this->bench->until([&] {
      this->put(this->row(this->one));
      return told > before;
    }));
  }
}

TYPED_TEST_P(MembershipContract, AFenceEndsOnlyTheSessionsOfTheDead) {
  const node_ref restarted{"n1", 8};
  for (const auto& who : {this->one, this->two, restarted})
    this->bench->half_send(who);
  this->put(this->row(this->two));
  auto dead = this->row(this->one);
  dead.state = member_state::dead;
  this->put(dead);
  const auto fenced = this->fence(); // `restarted` is not listed yet
  ASSERT_TRUE(fenced) << fenced.error().detail;
  EXPECT_FALSE(this->bench->lands(this->one));
  EXPECT_TRUE(this->bench->lands(this->two));
  EXPECT_TRUE(this->bench->lands(restarted));
}

TYPED_TEST_P(MembershipContract, AFenceEndsTheSessionsOfThoseItNamesToo) {
  const node_ref restarted{"n1", 8};
  for (const auto& who : {this->one, this->two, restarted})
    this->bench->half_send(who);
  for (const auto& who : {this->one, this->two})
    this->put(this->row(who));
  const auto fenced = this->fence({this->one});
  ASSERT_TRUE(fenced) << fenced.error().detail;
  EXPECT_FALSE(this->bench->lands(this->one));
  EXPECT_TRUE(this->bench->lands(this->two));
  EXPECT_TRUE(this->bench->lands(restarted));
}

TYPED_TEST_P(MembershipContract, ACommitBeforeTheFenceStands) {
  this->bench->half_send(this->one);
  EXPECT_TRUE(this->bench->lands(this->one));
  EXPECT_TRUE(this->fence());
  EXPECT_TRUE(this->fence()); // nothing left to end
}

TYPED_TEST_P(MembershipContract, AnotherClustersDatabaseIsRefused) {
  auto& stranger = this->bench->of_another_cluster();
  const auto strange_read = [&] {
    return this->template answer<membership>([&](auto done) { stranger.read(done); });
  };
  EXPECT_TRUE(strange_read()); // nobody's yet
  const auto version = this->put(this->row(this->one));
  const auto read = strange_read();
  EXPECT_EQ(this->code(read), errc::conflict);
  EXPECT_EQ(read.error().detail, "this database belongs to the cluster 'souk'");
  const auto write = this->template answer<uint64_t>(
      [&](auto done) { stranger.write(version, this->row(this->two), done); });
  EXPECT_EQ(this->code(write), errc::conflict);
  EXPECT_EQ(this->read()->members.size(), 1u);
}

TYPED_TEST_P(MembershipContract, IsUnavailableWhileTheDatabaseIsAway) {
  this->put(this->row(this->one));
  this->bench->set_away(true);
  EXPECT_EQ(this->code(this->read()), errc::unavailable);
  EXPECT_EQ(this->code(this->write(1, this->row(this->two))), errc::unavailable);
  EXPECT_EQ(this->code(this->confirm(this->one)), errc::unavailable);
  EXPECT_EQ(this->code(this->fence()), errc::unavailable);
  this->bench->set_away(false);
  EXPECT_TRUE(this->bench->until([&] { return bool{this->confirm(this->one)}; }));
}

REGISTER_TYPED_TEST_SUITE_P(MembershipContract, AnswersWhatWasWrittenUnderARisingVersion,
                            RemembersTheHighestLevelThatAllWhoLivedHad, OneOfManyRacersWins,
                            AnOldVersionChangesNothing, TheDeadNeverComeBack,
                            TakesTheLastWordOfTheDeadAndOfNobodyElse,
                            RemembersTheDeadUntilTheyAreOldEnough,
                            ConfirmingMovesAliveAtAndNotTheVersion, WhoWatchesIsToldOfEachChange,
                            AFenceEndsOnlyTheSessionsOfTheDead,
                            AFenceEndsTheSessionsOfThoseItNamesToo, ACommitBeforeTheFenceStands,
                            AnotherClustersDatabaseIsRefused, IsUnavailableWhileTheDatabaseIsAway);

} // namespace souk::cluster
