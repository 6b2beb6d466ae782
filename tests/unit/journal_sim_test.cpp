// The simulated journal keeps the journal's contract, and its faults repeat with their seed.
#include "persistence/sim_journal.hpp"
#include "tests/kit/journal_contract.hpp"
#include "tests/kit/virtual_time.hpp"

#include <map>

namespace souk::persistence {
namespace {

struct sim_bench {
  static const char* missing() { return nullptr; }
  sim_bench() { start_crypto(); }

  journal& at(int node) {
    auto& j = nodes[node];
    if (!j)
      j = std::make_unique<sim_journal>(
          store, time.port(), sim_journal_options{.node = "node-" + std::to_string(node)});
    (void)until([&] { return j->ready(); });
    return *j;
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
  void lose_answer(int node) { nodes[node]->decide_next(sim_journal::fate::lost_after); }
  void cut_batch(int node) { nodes[node]->decide_next(sim_journal::fate::lost_before); }
  void hold(int node, const entity_id&) { nodes[node]->decide_next(sim_journal::fate::late); }
  void take_over(int dead) { store.end_sessions("node-" + std::to_string(dead), 2); }
  void end_all_sessions() {
    store.set_away(true);
    store.set_away(false);
  }
  void keep() { kept = store.entities(); }
  void restore() { store.entities() = kept; }
  void corrupt(const entity_id& id) { store.entities()[id.text()].rows[0].row.payload[0] ^= 1; }
  std::vector<posting> ledger(const entity_id& id) {
    std::vector<posting> out;
    for (const auto& line : store.ledger())
      if (line.entity == id.text())
        out.push_back(line.what);
    return out;
  }

  sim_store store;
  virtual_time time;
  std::map<int, std::unique_ptr<sim_journal>> nodes;
  std::map<std::string, stored_history> kept;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, JournalContract, sim_bench);

class SimServers : public testing::Test {
protected:
  /// Answers whether it was acknowledged, at the second try at the latest: by the first a lost
  /// connection may not have been noticed.
  bool write(const char* what) { return try_to_write(what) || try_to_write(what); }
  bool try_to_write(const char* what) {
    auto seen = std::make_shared<recording_observer>();
    const auto found = read();
    if (!found)
      return false;
    auto stream = bench.at(1).open(cart, found->seq, found->chain, seen);
    if (!bench.until([&] { return stream->accepts(); }))
      return false;
    stream->append(say(what));
    return bench.until([&] { return seen->seq() > 0 || seen->code(); }) && seen->seq() > 0;
  }
  result<recovered> read() {
    std::optional<result<recovered>> got;
    bench.at(1).recover(cart, [&](result<recovered> r) { got = std::move(r); });
    (void)bench.until([&] { return got.has_value(); });
    return *got;
  }
  void pass(std::chrono::nanoseconds span) {
    bool over = false;
    bench.time.port()(span, [&] { over = true; });
    (void)bench.until([&] { return over; });
  }

  const entity_id cart{"cart", "c1"};
  sim_bench bench;
};

TEST_F(SimServers, AJournalRefusesAStandbyThatLacksWhatItSawCommitted) {
  ASSERT_TRUE(write("on the standby, too"));
  const auto lagging = bench.store;
  ASSERT_TRUE(write("not yet on the standby"));
  const auto whole = bench.store;
  bench.store = lagging;
  bench.store.fail_over();
  EXPECT_FALSE(write("on top of what is missing"));
  pass(1s);
  EXPECT_FALSE(bench.nodes[1]->ready());
  EXPECT_EQ(bench.store.commits(), 1u);
  bench.store = whole;
  bench.store.fail_over();
  pass(1s);
  EXPECT_TRUE(bench.nodes[1]->ready());
  EXPECT_EQ(read()->seq, 2u);
}

TEST_F(SimServers, WhatIsLateIsCommittedAfterItsConnectionWasLost) {
  ASSERT_TRUE(write("first"));
  bench.nodes[1]->set_faults({.reconnect = 10s});
  bench.nodes[1]->decide_next(sim_journal::fate::late);
  EXPECT_FALSE(try_to_write("second"));
  EXPECT_EQ(bench.store.find(cart.text())->rows.size(), 1u);
  pass(1s);
  EXPECT_EQ(bench.store.find(cart.text())->rows.size(), 2u);
}

TEST_F(SimServers, AJournalTakesNothingFromAFormerPrimary) {
  ASSERT_TRUE(write("before"));
  bench.store.fail_over();
  pass(1s);
  ASSERT_TRUE(write("after"));
  bench.store.set_former_back(true);
  EXPECT_EQ(read()->seq, 2u);
  bench.store.set_away(true);
  EXPECT_FALSE(read());
  pass(1s);
  EXPECT_FALSE(read());
  bench.store.set_away(false);
  pass(1s);
  EXPECT_EQ(read()->seq, 2u);
}

TEST_F(SimServers, AnAnswerHeardAfterAFailOverDoesNotCountWhatOthersCommittedSince) {
  auto seen = std::make_shared<recording_observer>();
  auto& slow = bench.at(1);
  auto stream = slow.open(cart, 0, {}, seen);
  bench.store.set_slow(10s);
  stream->append(say("on its way"));
  ASSERT_TRUE(bench.until([&] { return bench.store.commits() == 1; }));
  bench.store.fail_over();
  bench.store.set_slow(0s);
  auto others = std::make_shared<recording_observer>();
  auto other = bench.at(2).open({"cart", "c2"}, 0, {}, others);
  other->append(say("on the new primary"));
  ASSERT_TRUE(bench.until([&] { return others->seq() > 0; }));
  ASSERT_EQ(seen->seq(), 0u);
  ASSERT_TRUE(bench.until([&] { return seen->seq() > 0; }));
  pass(1s);
  EXPECT_TRUE(write("it goes on"));
}

TEST_F(SimServers, ARefusalHeardAfterAFailOverAcknowledgesNothing) {
  auto seen = std::make_shared<recording_observer>();
  auto stream = bench.at(1).open(cart, 0, {}, seen);
  bench.nodes[1]->decide_next(sim_journal::fate::refused);
  bench.store.set_slow(10s);
  stream->append(say("another history wins"));
  pass(1ms);
  bench.store.fail_over();
  bench.store.set_slow(0s);
  auto others = std::make_shared<recording_observer>();
  auto other = bench.at(2).open({"cart", "c2"}, 0, {}, others);
  other->append(say("on the new primary"));
  ASSERT_TRUE(bench.until([&] { return others->seq() > 0; }));
  ASSERT_FALSE(seen->code());
  ASSERT_TRUE(bench.until([&] { return seen->code().has_value(); }));
  EXPECT_TRUE(write("it goes on"));
}

/// Writes `count` events through every fault; returns the payloads acknowledged and those stored.
struct stormy_life {
  std::string acknowledged;
  std::string stored;
  int failures = 0;
};

stormy_life live_through_faults(uint64_t seed) {
  start_crypto();
  sim_store store;
  virtual_time time;
  const sim_faults faults{
      .refused = 50'000, .lost_before = 50'000, .lost_after = 50'000, .late = 50'000};
  sim_journal j{store, time.port(), {.seed = seed}, faults};
  const entity_id id{"cart", "stormy"};
  stormy_life out;
  std::shared_ptr<recording_observer> seen;
  std::unique_ptr<journal_stream> stream;
  uint64_t base = 0;
  std::string sent;
  for (int i = 0; i < 500;) {
    if (!stream) {
      bool opened = false;
      while (!opened) {
        std::optional<result<recovered>> back;
        j.recover(id, [&](result<recovered> r) { back = std::move(r); });
        while (!back && time.step())
          ;
        if (!*back)
          continue;
        base = (*back)->seq;
        sent.clear();
        seen = std::make_shared<recording_observer>();
        stream = j.open(id, base, (*back)->chain, seen);
        opened = true;
      }
    }
    stream->append(say(std::string(1, static_cast<char>('a' + i % 26))));
    sent += static_cast<char>('a' + i % 26);
    while (seen->seq() < base + sent.size() && !seen->code() && time.step())
      ;
    if (seen->code()) {
      ++out.failures;
      stream.reset();
      continue;
    }
    out.acknowledged += sent.back();
    ++i;
  }
  for (const auto& row : store.read(id.text()).rows)
    out.stored += row.row.payload;
  return out;
}

TEST(SimJournal, LosesNoAcknowledgedEventWhateverTheFaults) {
  const auto run = live_through_faults(7);
  EXPECT_GT(run.failures, 20);
  // Retries after an unknown outcome may store a letter twice, but none is missing or out of order.
  size_t at = 0;
  for (const char c : run.acknowledged) {
    at = run.stored.find(c, at);
    ASSERT_NE(at, std::string::npos);
    ++at;
  }
}

TEST(SimJournal, RepeatsWithItsSeed) {
  EXPECT_EQ(live_through_faults(42).stored, live_through_faults(42).stored);
  EXPECT_NE(live_through_faults(42).stored, live_through_faults(43).stored);
}

} // namespace
} // namespace souk::persistence
