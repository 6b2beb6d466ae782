// Faults of the simulated world that have a behaviour of their own.
#include "app/sim/world.hpp"
#include "base/log.hpp"

#include <gtest/gtest.h>

namespace souk::sim {
namespace {

class SimFaults : public testing::Test {
protected:
  SimFaults() {
    start_crypto();
    log::start(std::getenv("SOUK_LOG") ? log::level::info : log::level::error, "text");
  }

  static fault_plan calm(int nodes) {
    fault_plan plan;
    plan.nodes = nodes;
    return plan;
  }
  /// Nothing while nobody has answered.
  template <class Domain, class C>
  static std::shared_ptr<std::string> ask(world& w, node& at, const std::string& key, C what) {
    auto said = std::make_shared<std::string>();
    const cluster::command_meta how{random_id(w), 1, w.time.now() + 1min, {}};
    const auto number = w.told.ask(std::string(Domain::kind) + "/" + key, "the test",
                                   typename Domain::command{what}, how.id, how.expires, at.alive());
    entity::ask<Domain>(at.route(), key, what, how, [&w, number, said](const auto& r) {
      w.told.hear(number, r);
      *said = r ? "ok" : std::string(to_string(r.error().code));
    });
    return said;
  }
  template <class Domain, class C>
  static std::string ask_and_wait(world& w, node& at, const std::string& key, C what,
                                  std::chrono::seconds patience = 10s) {
    const auto said = ask<Domain>(w, at, key, std::move(what));
    for (auto waited = 0ms; waited < patience && said->empty(); waited += 5ms)
      w.run_for(5ms);
    return *said;
  }
  static command_id random_id(world& w) {
    return make_command_id({std::to_string(w.random.raw())});
  }
  static int64_t rows_of(const world& w, const std::string& entity) {
    const auto known = w.store.entities().find(entity);
    return known == w.store.entities().end() ? 0 : static_cast<int64_t>(known->second.rows.size());
  }
  static void expect_whole(world& w) {
    w.watch.finish(w.time.now());
    for (const auto& complaint : w.watch.complaints())
      ADD_FAILURE() << complaint;
  }
  static bool all_active(world& w) {
    for (size_t i = 0; i < w.nodes(); ++i)
      if (!w.node_at(i) || !w.node_at(i)->is_active())
        return false;
    return true;
  }
};

// --- clocks

TEST_F(SimFaults, HoldsLapseByTheDatabasesTimeWhateverTheMachinesSay) {
  auto plan = calm(3);
  plan.clocks = {
      .drift_ppm_most = 500, .machine_wrong = 1h, .machine_jumps = 1s, .round_trip = 50ms};
  world w{1, plan};
  w.run_for(2s);
  ASSERT_EQ(ask_and_wait<stock::contract>(w, *w.node_at(0), "A@wh", stock::receive{1, "new"}),
            "ok");
  const auto lapses = w.time.now() + 20s;
  ASSERT_EQ(
      ask_and_wait<stock::contract>(w, *w.node_at(1), "A@wh", stock::hold{"r", 1, lapses, false}),
      "ok");
  while (w.time.now() < lapses - 200ms)
    w.run_for(100ms);
  EXPECT_EQ(rows_of(w, "stock/A@wh"), 2) << "it lapsed early";
  w.run_for(2s);
  EXPECT_EQ(rows_of(w, "stock/A@wh"), 3) << "it did not lapse";
  expect_whole(w);
}

TEST_F(SimFaults, TimersRunWithTheNodesOwnClock) {
  timeline time;
  const clock_faults fast{.drift_ppm_most = 500};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const node_clock clock{time, [] { return true; }, fast, seed};
    const auto before = clock.monotonic();
    const auto span = clock.world_span(1h);
    EXPECT_LE(std::chrono::abs(span - 1h), 2s);
    time.move_to(time.elapsed() + span);
    EXPECT_GE(clock.monotonic() - before, 1h);
    EXPECT_LE(clock.monotonic() - before, 1h + 1us);
  }
}

// --- slowness

TEST_F(SimFaults, ASlowNodeAnswersLate) {
  auto plan = calm(1);
  plan.step_cost = 20ms;
  world w{2, plan};
  w.run_for(2s);
  w.expect({{.what = fault::kind::slow_node, .node = 0, .span = 20s}});
  w.run_for(1s);
  const auto began = w.time.elapsed();
  EXPECT_EQ(ask_and_wait<stock::contract>(w, *w.node_at(0), "A@wh", stock::receive{1, "new"}),
            "ok");
  EXPECT_GE(w.time.elapsed() - began, 5ms);
}

TEST_F(SimFaults, ASlowPostgresDelaysAnswersAndLosesNone) {
  auto plan = calm(2);
  plan.store_slow = 3s;
  world w{3, plan};
  w.run_for(2s);
  w.expect({{.what = fault::kind::store_slow, .span = 10s}});
  w.run_for(1ms);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(
        ask_and_wait<stock::contract>(w, *w.node_at(1), "A@wh", stock::receive{1, "new"}, 60s),
        "ok");
  EXPECT_EQ(rows_of(w, "stock/A@wh"), 5);
}

// --- links

TEST_F(SimFaults, WhatArrivesTwiceHappensOnce) {
  auto plan = calm(3);
  plan.links.twice = 500'000;
  world w{4, plan};
  w.run_for(2s);
  for (int i = 0; i < 30; ++i)
    for (size_t at = 0; at < 3; ++at)
      ASSERT_EQ(ask_and_wait<stock::contract>(w, *w.node_at(at), "A@wh", stock::receive{1, "new"}),
                "ok");
  w.run_for(1s);
  EXPECT_EQ(rows_of(w, "stock/A@wh"), 90);
}

TEST_F(SimFaults, AMachineThatLosesPowerIsReplacedWithoutAWordFromIt) {
  auto plan = calm(3);
  plan.links.silence = 30s; // nobody is told that the connections are gone
  world w{5, plan};
  w.run_for(2s);
  w.expect({{.what = fault::kind::power_loss, .node = 1, .span = 20s}});
  w.run_for(1ms);
  ASSERT_EQ(w.node_at(1), nullptr);
  for (int key = 0; key < 20; ++key)
    EXPECT_EQ(ask_and_wait<stock::contract>(w, *w.node_at(0), std::to_string(key) + "@wh",
                                            stock::receive{1, "new"}),
              "ok")
        << key;
  w.run_for(30s);
  EXPECT_TRUE(all_active(w));
  expect_whole(w);
}

// --- the database

TEST_F(SimFaults, NothingAcknowledgedIsLostWhenTheStandbyTakesOver) {
  world w{8, calm(2)};
  w.run_for(2s);
  int64_t acknowledged = 0;
  for (int i = 0; i < 5; ++i) {
    acknowledged +=
        ask_and_wait<stock::contract>(w, *w.node_at(0), "A@wh", stock::receive{1, "new"}) == "ok";
    w.expect({{.what = fault::kind::fail_over, .span = 4s}});
    w.run_for(5s);
  }
  EXPECT_EQ(w.store.timeline(), 6u);
  EXPECT_EQ(ask_and_wait<stock::contract>(w, *w.node_at(1), "A@wh", stock::receive{1, "new"}),
            "ok");
  EXPECT_EQ(acknowledged, 5);
  EXPECT_EQ(rows_of(w, "stock/A@wh"), 6);
  expect_whole(w);
}

TEST_F(SimFaults, WhatIsReadFromTheLogIsWhatTheJournalSays) {
  world w{9, calm(1)};
  w.run_for(2s);
  const auto lapses = w.time.now() + 1h;
  const cart::open open{*currency::parse("EUR"), "DE", "", ""};
  for (int i = 0; i < 40; ++i) {
    const auto cell = std::to_string(i % 3) + "@wh", cart = "c" + std::to_string(i);
    ask_and_wait<stock::contract>(w, *w.node_at(0), cell, stock::receive{2, "new"});
    ask_and_wait<stock::contract>(w, *w.node_at(0), cell,
                                  stock::hold{"r" + std::to_string(i), 1, lapses, false});
    ask_and_wait<cart::contract>(w, *w.node_at(0), cart, open);
    w.run_for(1s); // the feed is read, read again, and begun anew
  }
  w.reads.catch_up();
  EXPECT_EQ(w.reads.level_of("0@wh"), (read_side::level{28, 14, 14, 28}));
  EXPECT_EQ(w.reads.level_of("2@wh"), (read_side::level{26, 13, 13, 26}));
  EXPECT_EQ(w.reads.told_of("cart:c39"), 1u);
  EXPECT_EQ(w.reads.told_of("cart:c40"), 0u);
  w.watch.finish_reads(w.reads);
  EXPECT_TRUE(w.watch.complaints().empty());
}

// --- upgrades

TEST_F(SimFaults, NewFormatsAreWrittenOnceTheLastNodeIsNew) {
  auto plan = calm(3);
  plan.upgrade = true;
  world w{6, plan};
  w.run_for(2s);
  const cart::open open{*currency::parse("EUR"), "DE", "", ""};
  ASSERT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(0), "c", open), "ok");
  for (size_t next = 0; next < 3; ++next) {
    EXPECT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(2), "c", cart::set_country{"AT"}),
              "unavailable");
    w.expect({{.what = fault::kind::upgrade, .node = next, .span = 100ms}});
    w.run_for(10s);
    ASSERT_TRUE(all_active(w));
  }
  EXPECT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(2), "c", cart::set_country{"AT"}), "ok");
  expect_whole(w);
}

TEST_F(SimFaults, ANodeThatIsOlderThanAllOthersIsNotTakenInAgain) {
  auto plan = calm(2);
  plan.upgrade = true;
  world w{7, plan};
  w.run_for(2s);
  w.expect({{.what = fault::kind::upgrade, .node = 0, .span = 100ms}});
  w.run_for(10s);
  ASSERT_TRUE(all_active(w));
  w.crash(1, 3s); // as old as it was
  w.run_for(1s);
  const cart::open open{*currency::parse("EUR"), "DE", "", ""};
  ASSERT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(0), "c", open), "ok");
  ASSERT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(0), "c", cart::set_country{"AT"}), "ok");
  w.run_for(20s);
  ASSERT_TRUE(all_active(w));
  EXPECT_EQ(w.node_at(1)->level(), new_level) << "somebody brought the newer version";
  for (size_t at = 0; at < 2; ++at)
    EXPECT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(at), "c", cart::get{}), "ok");
  expect_whole(w);
}

TEST_F(SimFaults, ANodeIsNotTakenInOnceAllThatLivedWereNewerEvenIfNobodyIsLeft) {
  auto plan = calm(2);
  plan.upgrade = true;
  world w{8, plan};
  w.run_for(2s);
  w.expect({{.what = fault::kind::upgrade, .node = 0, .span = 100ms}});
  w.run_for(10s);
  ASSERT_TRUE(all_active(w));
  w.crash(1, 20s); // as old as it was
  w.run_for(5s);
  const cart::open open{*currency::parse("EUR"), "DE", "", ""};
  ASSERT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(0), "c", open), "ok");
  ASSERT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(0), "c", cart::set_country{"AT"}), "ok");
  w.drain(0, 60s);
  w.run_for(30s);
  ASSERT_EQ(w.node_at(0), nullptr);
  ASSERT_TRUE(w.node_at(1)->is_active());
  EXPECT_EQ(w.node_at(1)->level(), new_level) << "somebody brought the newer version";
  EXPECT_EQ(ask_and_wait<cart::contract>(w, *w.node_at(1), "c", cart::get{}), "ok");
  w.run_for(60s);
  expect_whole(w);
}

} // namespace
} // namespace souk::sim
