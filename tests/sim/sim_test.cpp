// The simulation itself: it repeats, and it finds nothing wrong. That it finds what is planted is
// shown by ./dev mutants.
#include "app/sim/sim.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

namespace souk::sim {
namespace {

std::string told(const verdict& v) {
  std::string out = "seed " + std::to_string(v.seed) + "\n";
  for (const auto& complaint : v.complaints)
    out += complaint + "\n";
  return out + v.story;
}

class Simulation : public testing::Test {
protected:
  Simulation() {
    start_crypto();
    log::start(log::level::error, "text");
  }
};

TEST_F(Simulation, DoesTheSameForTheSameSeed) {
  std::set<uint64_t> hashes;
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    const auto once = run_seed(seed), twice = run_seed(seed);
    EXPECT_EQ(once.hash, twice.hash) << told(once);
    EXPECT_EQ(once.steps, twice.steps);
    EXPECT_TRUE(once.holds()) << told(once);
    hashes.insert(once.hash);
  }
  EXPECT_EQ(hashes.size(), 5) << "different seeds live different lives";
}

TEST_F(Simulation, KeepsAllPromisesUnderFreshSeeds) {
  const auto* given = std::getenv("SOUK_SEED");
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t first = given ? std::strtoull(given, nullptr, 10)
                               : static_cast<uint64_t>(since_epoch / std::chrono::milliseconds{1});
  std::map<std::string, int> orders;
  for (uint64_t seed = first; seed < first + (given ? 1 : 20); ++seed) {
    const auto v = run_seed(seed);
    EXPECT_TRUE(v.holds()) << "SOUK_SEED=" << seed << "\n" << told(v);
    for (const auto& [status, count] : v.orders)
      orders[status] += count;
  }
  if (!given) {
    EXPECT_GT(orders["delivered"] + orders["refunded"], 0) << "somebody gets what he bought";
  }
}

/// 14: a joining node whose look at the membership table failed never looked again. 50002419,
/// 52020682, 52027866, 52033122: shards served by two, or from memory that was behind. 54100087: a
/// merge of carts that left a line out. 57006890: a node that had missed an upgrade called a
/// journal broken. 80022122: a node said that it had settled beside what it had in memory of a
/// shard that had come back. 77: a node answered reads after its row said that it was gone.
/// 96001323: a node voted after that. 96002424: an older node came back when all newer ones had
/// gone. 96031385: one said that it had settled beside what it had of shards that were nobody's
/// yet.
TEST_F(Simulation, KeepsAllPromisesUnderSeedsThatFoundABugOnce) {
  for (const uint64_t seed : {14, 77, 50002419, 52020682, 52027866, 52033122, 54100087, 57006890,
                              80022122, 96001323, 96002424, 96031385}) {
    const auto v = run_seed(seed), as_it_was = run_seed(seed, {.calm = {"additions"}});
    EXPECT_TRUE(v.holds()) << told(v);
    EXPECT_TRUE(as_it_was.holds()) << told(as_it_was);
  }
}

/// What `souk sim --faults` counts. Too rare to wait for are two owners who write at once ("another
/// history is first": sessions are ended first) and a node that is too old ("a node is refused").
TEST_F(Simulation, MeetsEveryFaultThatItClaimsToHave) {
  std::set<std::string_view> awaited{
      "Postgres is away",
      "Postgres is slow",
      "a batch comes when its session is ended",
      "a batch is committed after its connection was lost",
      "a call of the bank or its answer is lost",
      "a call of the table is lost",
      "a change of the table is not heard of",
      "a commit is on its way for seconds",
      "a commit is refused",
      "a connection is lost after its commit",
      "a connection is lost before its commit",
      "a connection is refused",
      "a connection is reset",
      "a cut heals before anybody gives up",
      "a hand-over arrives again, much later",
      "nobody hears of a hand-over in time",
      "a journal's queue is full",
      "a machine is gone for good",
      "a machine loses power",
      "a member is voted out",
      "a message arrives twice",
      "a message takes long",
      "a node crashes",
      "a node does not reach Postgres",
      "a node does not read the table",
      "a node finds that it was taken for dead",
      "a node is replaced by a newer version",
      "a node is slow",
      "a node leaves politely",
      "a node stands still",
      "a node's commits are held up",
      "a silent connection is given up",
      "a webhook comes again",
      "a webhook is lost",
      "all nodes crash",
      "an authorisation lapses",
      "an operator asks a node to leave",
      "an answer of the table is late",
      "an answer of the table is lost",
      "an answer of the table is too late",
      "an entity is read from the former primary",
      "laggards are fenced",
      "sessions of the dead or of laggards are ended",
      "the bank answers a node that is gone",
      "the bank fails",
      "the database's clock leaps",
      "the former primary is tried",
      "the standby takes over",
      "the table is away",
      "what was decided for a lost connection is not sent",
  };
  for (uint64_t seed = 1; seed <= 400 && !awaited.empty(); ++seed)
    std::erase_if(awaited, [all = run_seed(seed).happened](auto what) { return all.of(what) > 0; });
  EXPECT_THAT(awaited, testing::IsEmpty());
}

TEST_F(Simulation, SurvivesACrashAtEveryStepOfAPurchase) {
  uint64_t step = 0;
  for (;; ++step) {
    const auto v = buy_with_crash_at(step);
    if (!v)
      break;
    ASSERT_TRUE(v->holds()) << "crash at step " << step << "\n" << told(*v);
  }
  EXPECT_GT(step, 50) << "a purchase takes more steps than that";
}

} // namespace
} // namespace souk::sim
