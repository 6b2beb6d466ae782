// What every journal promises, as one typed suite. A bench provides nodes over one store:
//
//   journal& at(int node)               a node's journal, ready
//   bool until(predicate)               lets things happen until it holds; false at its deadline
//   void lose_answer(int node)          the next commit happens, its answer never arrives
//   void cut_batch(int node)            the connection dies while the next batch is half sent
//   void hold(int node, entity)         the next commit of that entity's first row hangs in the
//   store void take_over(int dead)            what a survivor does before it replays; releases what
//   hangs void end_all_sessions()             the store restarts void keep() / restore() a backup,
//   and coming back from it void corrupt(entity)                flips a byte in its first row
//   std::vector<posting> ledger(entity)
#pragma once

#include "persistence/journal.hpp"
#include "tests/kit/journal_observer.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <numeric>

namespace souk::persistence {

template <class Bench>
struct JournalContract : testing::Test {
  struct activation {
    std::shared_ptr<recording_observer> seen = std::make_shared<recording_observer>();
    std::unique_ptr<journal_stream> stream;
    recovered from;
  };

  void SetUp() override {
    if (const char* why = Bench::missing())
      GTEST_SKIP() << why;
    bench = std::make_unique<Bench>();
  }

  result<recovered> recover(const entity_id& id, int node = 0) {
    auto answer = std::make_shared<std::optional<result<recovered>>>();
    auto guard = std::make_shared<std::mutex>();
    bench->at(node).recover(id, [=](result<recovered> r) {
      std::lock_guard lock{*guard};
      *answer = std::move(r);
    });
    EXPECT_TRUE(bench->until([&] {
      std::lock_guard lock{*guard};
      return answer->has_value();
    }));
    return std::move(**answer);
  }

  activation activate(const entity_id& id, int node = 0) {
    activation a;
    auto back = recover(id, node);
    EXPECT_TRUE(back) << back.error().detail;
    if (back)
      a.from = *back;
    a.stream = bench->at(node).open(id, a.from.seq, a.from.chain, a.seen);
    return a;
  }

  bool reaches(const activation& a, uint64_t seq) {
    return bench->until([&] { return a.seen->seq() >= seq || a.seen->code(); }) &&
           a.seen->seq() >= seq && a.seen->keeps_its_word();
  }
  std::optional<errc> fate(const activation& a) {
    (void)bench->until([&] { return a.seen->code().has_value(); });
    EXPECT_TRUE(a.seen->keeps_its_word());
    return a.seen->code();
  }
  /// All payloads of the tail.
  std::string history(const entity_id& id, int node = 0) {
    auto back = recover(id, node);
    if (!back)
      return "failed: " + back.error().detail;
    std::string out;
    for (const auto& row : back->tail)
      out += row.payload;
    return out;
  }

  std::vector<journal::due_entity> due(time_point until, uint32_t limit = 100) {
    std::optional<result<std::vector<journal::due_entity>>> answer;
    std::mutex guard;
    std::vector<uint32_t> all(shard_count);
    std::iota(all.begin(), all.end(), 0);
    bench->at(0).due_before(all, until, limit, [&](auto r) {
      std::lock_guard lock{guard};
      answer = std::move(r);
    });
    EXPECT_TRUE(bench->until([&] {
      std::lock_guard lock{guard};
      return answer.has_value();
    }));
    return answer && *answer ? **answer : std::vector<journal::due_entity>{};
  }

  const entity_id cart{"cart", "c1"};
  std::unique_ptr<Bench> bench;
};

TYPED_TEST_SUITE_P(JournalContract);

TYPED_TEST_P(JournalContract, NewEntityIsEmpty) {
  const auto back = this->recover(this->cart);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->seq, 0u);
  EXPECT_EQ(back->chain, chain_hash{});
  EXPECT_TRUE(back->tail.empty());
}

TYPED_TEST_P(JournalContract, ReplaysWhatWasCommitted) {
  auto a = this->activate(this->cart);
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const auto text = "e" + std::to_string(i) + ";";
    a.stream->append(say(text, 2));
    all += text;
  }
  ASSERT_TRUE(this->reaches(a, 100));
  const auto back = this->recover(this->cart);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->seq, 100u);
  EXPECT_EQ(this->history(this->cart), all);
  auto b = this->activate(this->cart);
  b.stream->append(say("more"));
  EXPECT_TRUE(this->reaches(b, 101));
}

TYPED_TEST_P(JournalContract, OneOfTwoStreamsWinsAndTheOtherIsSuperseded) {
  for (const int other : {0, 1}) {
    const entity_id id{"cart", "two" + std::to_string(other)};
    auto a = this->activate(id);
    auto b = this->activate(id, other);
    a.stream->append(say("A"));
    ASSERT_TRUE(this->reaches(a, 1));
    a.stream->append(say("A"));
    b.stream->append(say("B"));
    EXPECT_EQ(this->fate(b), errc::superseded);
    ASSERT_TRUE(this->reaches(a, 2));
    EXPECT_EQ(this->history(id), "AA");
    auto c = this->activate(id, other);
    c.stream->append(say("C"));
    ASSERT_TRUE(this->reaches(c, 3));
    // Its own connection acknowledged its last row, and still it must learn of the newer one.
    a.stream->append(say("A"));
    EXPECT_EQ(this->fate(a), errc::superseded);
    EXPECT_EQ(this->history(id), "AAC");
  }
}

TYPED_TEST_P(JournalContract, TwoStreamsInOneMomentLeaveOneHistory) {
  auto a = this->activate(this->cart);
  auto b = this->activate(this->cart);
  a.stream->append(say("A"));
  b.stream->append(say("B"));
  ASSERT_TRUE(this->bench->until([&] {
    return (a.seen->seq() == 1 && b.seen->code()) || (b.seen->seq() == 1 && a.seen->code());
  }));
  EXPECT_EQ(this->history(this->cart), a.seen->seq() == 1 ? "A" : "B");
}

TYPED_TEST_P(JournalContract, OneStaleEntityDoesNotHoldUpTheOthersOfItsBatch) {
  std::vector<typename JournalContract<TypeParam>::activation> all;
  for (int i = 0; i < 300; ++i)
    all.push_back(this->activate({"cart", "b" + std::to_string(i)}));
  auto newer = this->activate({"cart", "b150"}, 1);
  newer.stream->append(say("newer"));
  ASSERT_TRUE(this->reaches(newer, 1));
  for (auto& a : all)
    a.stream->append(say("x"));
  for (int i = 0; i < 300; ++i)
    if (i == 150)
      EXPECT_EQ(this->fate(all[150]), errc::superseded);
    else
      ASSERT_TRUE(this->reaches(all[static_cast<size_t>(i)], 1)) << i;
  EXPECT_EQ(this->history({"cart", "b150"}), "newer");
}

TYPED_TEST_P(JournalContract, RefusesAGapAndAFork) {
  auto a = this->activate(this->cart);
  a.stream->append(say("one"));
  ASSERT_TRUE(this->reaches(a, 1));
  const auto back = this->recover(this->cart).value();
  const auto opened_at = [&](uint64_t seq, chain_hash chain) {
    typename JournalContract<TypeParam>::activation x;
    x.stream = this->bench->at(1).open(this->cart, seq, chain, x.seen);
    x.stream->append(say("wrong"));
    return x;
  };
  EXPECT_EQ(this->fate(opened_at(2, back.chain)), errc::superseded);
  EXPECT_EQ(this->fate(opened_at(0, chain_hash{})), errc::superseded);
  EXPECT_EQ(this->fate(opened_at(1, chain_hash{1, 2, 3})), errc::superseded);
  EXPECT_EQ(this->history(this->cart), "one");
}

TYPED_TEST_P(JournalContract, LostAnswerIsAnUnknownOutcomeThatReplaySettles) {
  auto a = this->activate(this->cart);
  this->bench->lose_answer(0);
  a.stream->append(say("kept"));
  EXPECT_EQ(this->fate(a), errc::unavailable);
  auto b = this->activate(this->cart);
  EXPECT_EQ(b.from.seq, 1u);
  b.stream->append(say("+"));
  ASSERT_TRUE(this->reaches(b, 2));
  EXPECT_EQ(this->history(this->cart), "kept+");
}

TYPED_TEST_P(JournalContract, HalfSentBatchLeavesNothing) {
  auto a = this->activate(this->cart);
  this->bench->cut_batch(0);
  a.stream->append(say(std::string(100'000, 'x')));
  EXPECT_EQ(this->fate(a), errc::unavailable);
  auto b = this->activate(this->cart);
  EXPECT_EQ(b.from.seq, 0u);
  b.stream->append(say("whole"));
  ASSERT_TRUE(this->reaches(b, 1));
}

TYPED_TEST_P(JournalContract, LateCommitOfADeadNodeCannotPassATakeover) {
  auto a = this->activate(this->cart);
  this->bench->hold(0, this->cart);
  a.stream->append(say("late"));
  this->bench->take_over(0);
  auto b = this->activate(this->cart, 1);
  b.stream->append(say("new"));
  ASSERT_TRUE(this->reaches(b, 1));
  EXPECT_EQ(this->fate(a), errc::unavailable);
  EXPECT_EQ(this->history(this->cart, 1), "new");
}

TYPED_TEST_P(JournalContract, GoesOnAfterARestartOfTheStore) {
  auto a = this->activate(this->cart);
  a.stream->append(say("1"));
  ASSERT_TRUE(this->reaches(a, 1));
  this->bench->end_all_sessions();
  // Nothing was in flight, so the stream itself may live on; if not, replay does.
  a.stream->append(say("2"));
  ASSERT_TRUE(this->bench->until([&] { return a.seen->seq() == 2 || a.seen->code(); }));
  auto b = this->activate(this->cart);
  b.stream->append(say("3"));
  ASSERT_TRUE(this->reaches(b, b.from.seq + 1));
}

TYPED_TEST_P(JournalContract, WhatWasDecidedForALostConnectionIsNotSentByTheNext) {
  auto a = this->activate(this->cart);
  this->bench->end_all_sessions();
  ASSERT_TRUE(this->bench->until([&] {
    auto b = this->activate(this->cart);
    b.stream->append(say("1"));
    return this->reaches(b, b.from.seq + 1);
  }));
  a.stream->append(say("late")); // it would be superseded if it was sent
  EXPECT_EQ(this->fate(a), errc::unavailable);
}

TYPED_TEST_P(JournalContract, RestoredOlderStoreIsNotWrittenOver) {
  auto a = this->activate(this->cart);
  a.stream->append(say("1"));
  ASSERT_TRUE(this->reaches(a, 1));
  this->bench->keep();
  a.stream->append(say("2"));
  ASSERT_TRUE(this->reaches(a, 2));
  this->bench->restore();
  a.stream->append(say("3"));
  EXPECT_NE(this->fate(a), std::nullopt);
  EXPECT_EQ(this->history(this->cart), "1");
}

TYPED_TEST_P(JournalContract, CorruptRowHaltsOnlyItsEntity) {
  const entity_id other{"cart", "c2"};
  for (const auto& id : {this->cart, other}) {
    auto a = this->activate(id);
    a.stream->append(say("1"));
    ASSERT_TRUE(this->reaches(a, 1));
    a.stream->append(say("2"));
    ASSERT_TRUE(this->reaches(a, 2));
  }
  this->bench->corrupt(this->cart);
  EXPECT_EQ(this->recover(this->cart).error().code, errc::corrupt);
  EXPECT_EQ(this->history(other), "12");
}

TYPED_TEST_P(JournalContract, ReplayStartsBehindTheSnapshot) {
  auto a = this->activate(this->cart);
  a.stream->append(say("123", 3));
  a.stream->append({.events = 1, .payload = "4", .snapshot = snapshot_row{4, 7, "state at 4"}});
  a.stream->append(say("5"));
  ASSERT_TRUE(this->reaches(a, 5));
  const auto back = this->recover(this->cart);
  ASSERT_TRUE(back) << back.error().detail;
  ASSERT_TRUE(back->snapshot);
  EXPECT_EQ(back->snapshot->seq, 4u);
  EXPECT_EQ(back->snapshot->version, 7u);
  EXPECT_EQ(back->snapshot->payload, "state at 4");
  EXPECT_EQ(back->seq, 5u);
  EXPECT_EQ(this->history(this->cart), "5");
  auto b = this->activate(this->cart);
  b.stream->append(say("6"));
  EXPECT_TRUE(this->reaches(b, 6));
}

TYPED_TEST_P(JournalContract, LoneSnapshotIsTakenOnlyFromTheNewestAndOverAnOlder) {
  auto a = this->activate(this->cart);
  auto stale = this->activate(this->cart, 1);
  a.stream->append(say("1"));
  ASSERT_TRUE(this->reaches(a, 1));
  a.stream->append({.snapshot = snapshot_row{1, 1, "at 1"}});
  a.stream->append(say("2"));
  ASSERT_TRUE(this->reaches(a, 2));
  stale.stream->append({.snapshot = snapshot_row{0, 1, "at 0"}});
  EXPECT_EQ(this->fate(stale), errc::superseded);
  const auto back = this->recover(this->cart).value();
  ASSERT_TRUE(back.snapshot);
  EXPECT_EQ(back.snapshot->payload, "at 1");
  EXPECT_EQ(this->history(this->cart), "2");
}

TYPED_TEST_P(JournalContract, WakeupsAreSetMovedAndCleared) {
  const auto at = [](int64_t s) { return from_micros(1'800'000'000'000'000 + s * 1'000'000); };
  auto a = this->activate(this->cart);
  a.stream->append({.events = 1, .payload = "1", .wakeup = wakeup_change{at(60)}});
  ASSERT_TRUE(this->reaches(a, 1));
  EXPECT_EQ(this->recover(this->cart)->wakeup, at(60));
  a.stream->append({.wakeup = wakeup_change{at(30)}});
  a.stream->append(say("2"));
  ASSERT_TRUE(this->reaches(a, 2));
  EXPECT_EQ(this->recover(this->cart)->wakeup, at(30));
  a.stream->append({.wakeup = wakeup_change{std::nullopt}});
  EXPECT_TRUE(this->bench->until([&] { return this->due(at(100)).empty(); }));
}

TYPED_TEST_P(JournalContract, StaleStreamCannotTouchAWakeup) {
  const auto when = from_micros(1'800'000'000'000'000);
  auto stale = this->activate(this->cart, 1);
  auto a = this->activate(this->cart);
  a.stream->append({.events = 1, .payload = "1", .wakeup = wakeup_change{when}});
  ASSERT_TRUE(this->reaches(a, 1));
  stale.stream->append({.wakeup = wakeup_change{std::nullopt}});
  EXPECT_EQ(this->fate(stale), errc::superseded);
  EXPECT_EQ(this->recover(this->cart)->wakeup, when);
}

TYPED_TEST_P(JournalContract, DueEntitiesComeEarliestFirst) {
  const auto at = [](int64_t s) { return from_micros(1'800'000'000'000'000 + s); };
  for (const int64_t s : {30, 10, 20, 99}) {
    auto a = this->activate({"cart", "due" + std::to_string(s)});
    a.stream->append({.events = 1, .payload = "1", .wakeup = wakeup_change{at(s)}});
    ASSERT_TRUE(this->reaches(a, 1));
  }
  const auto all = this->due(at(50));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].entity.key(), "due10");
  EXPECT_EQ(all[0].due, at(10));
  EXPECT_EQ(all[1].entity.key(), "due20");
  EXPECT_EQ(all[2].entity.key(), "due30");
  EXPECT_EQ(this->due(at(50), 2).size(), 2u);
}

TYPED_TEST_P(JournalContract, LedgerTakesOnlyWhatBalances) {
  const auto legs = [](int64_t debit, int64_t credit) {
    return std::vector<posting>{{"psp_clearing", "o1", debit, currency{"EUR"}},
                                {"sales", "o1", credit, currency{"EUR"}}};
  };
  auto a = this->activate(this->cart);
  a.stream->append({.events = 1, .payload = "1", .postings = legs(500, -500)});
  a.stream->append({.events = 1, .payload = "2", .postings = legs(7, -7)});
  ASSERT_TRUE(this->reaches(a, 2));
  a.stream->append({.events = 1, .payload = "3", .postings = legs(500, -499)});
  EXPECT_EQ(this->fate(a), errc::internal);
  const auto lines = this->bench->ledger(this->cart);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].account, "psp_clearing");
  EXPECT_EQ(lines[0].amount, 500);
  EXPECT_EQ(lines[3].amount, -7);
  EXPECT_EQ(this->history(this->cart), "12");
}

TYPED_TEST_P(JournalContract, ClosedStreamsAreCommittedButHearNothing) {
  auto a = this->activate(this->cart);
  a.stream->append(say("1"));
  a.stream.reset();
  EXPECT_TRUE(this->bench->until([&] { return this->history(this->cart) == "1"; }));
  EXPECT_EQ(a.seen->seq() > 1, false);
}

REGISTER_TYPED_TEST_SUITE_P(
    JournalContract, NewEntityIsEmpty, ReplaysWhatWasCommitted,
    OneOfTwoStreamsWinsAndTheOtherIsSuperseded, TwoStreamsInOneMomentLeaveOneHistory,
    OneStaleEntityDoesNotHoldUpTheOthersOfItsBatch, RefusesAGapAndAFork,
    LostAnswerIsAnUnknownOutcomeThatReplaySettles, HalfSentBatchLeavesNothing,
    LateCommitOfADeadNodeCannotPassATakeover, GoesOnAfterARestartOfTheStore,
    WhatWasDecidedForALostConnectionIsNotSentByTheNext, RestoredOlderStoreIsNotWrittenOver,
    CorruptRowHaltsOnlyItsEntity, ReplayStartsBehindTheSnapshot,
    LoneSnapshotIsTakenOnlyFromTheNewestAndOverAnOlder, WakeupsAreSetMovedAndCleared,
    StaleStreamCannotTouchAWakeup, DueEntitiesComeEarliestFirst, LedgerTakesOnlyWhatBalances,
    ClosedStreamsAreCommittedButHearNothing);

} // namespace souk::persistence
