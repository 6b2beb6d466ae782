// The way between two nodes: what is asked there, when it is asked again, and who is told what.
#include "tests/kit/gateway_pair.hpp"

namespace souk::test {
namespace {

class Gateway : public gateway_pair {};

TEST_F(Gateway, BringsAnAskToTheOwnerAndItsAnswerBack) {
  const auto got = receive("A@wh", meta("1"));
  settle();
  EXPECT_EQ(got->good, 1);
  EXPECT_EQ(b.units("A@wh"), 1);
  EXPECT_EQ(a.units("A@wh"), 0);
}

TEST_F(Gateway, BringsARefusalBackWithAllItsParts) {
  auto got = std::make_shared<outcome>();
  entity::ask<stock::contract>(a.route, "A@wh", stock::hold{"r", 3, time.now() + 10min, false},
                               meta(), [got](auto r) { got->why = r.error(); });
  settle();
  ASSERT_TRUE(got->why);
  EXPECT_EQ(got->why->code, errc::sold_out);
  ASSERT_EQ(got->why->problems.size(), 1u);
  EXPECT_EQ(got->why->problems[0].available, 0);
}

TEST_F(Gateway, PutsAllThatWaitsIntoOneEnvelope) {
  std::vector<outcome_ptr> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(receive("SKU-" + std::to_string(i) + "@wh", meta(std::to_string(i))));
  const auto before = wires.sent(a.who);
  settle();
  EXPECT_EQ(wires.sent(a.who) - before, 1u);
  EXPECT_LE(wires.sent(b.who), 2u) << "answers share theirs";
  for (const auto& got : all)
    EXPECT_EQ(got->good, 1);
}

TEST_F(Gateway, AsksAgainWhatALostLinkCarried) {
  const auto got = receive("A@wh", meta("1"));
  run();
  ASSERT_EQ(wires.on_the_way.size(), 1u);
  wires.cut(a.who, b.who);
  settle();
  EXPECT_EQ(got->good + got->bad, 0);
  wires.connect(a.who, b.who);
  settle();
  EXPECT_EQ(got->good, 1);
  EXPECT_EQ(b.units("A@wh"), 1);
}

TEST_F(Gateway, DoesOnceWhatIsAskedAgainBecauseItsAnswerWasLost) {
  const auto got = receive("A@wh", meta("1"));
  run();
  ASSERT_TRUE(wires.deliver_next());
  run();
  ASSERT_EQ(wires.on_the_way.size(), 1u) << "the answer";
  wires.cut(a.who, b.who);
  settle();
  wires.connect(a.who, b.who);
  settle();
  EXPECT_EQ(got->good, 1);
  EXPECT_EQ(b.units("A@wh"), 1);
}

TEST_F(Gateway, AsksWhenALinkComesUp) {
  wires.cut(a.who, b.who);
  settle();
  const auto got = receive("A@wh", meta("1"));
  advance(1s);
  EXPECT_EQ(got->good + got->bad, 0);
  wires.connect(a.who, b.who);
  settle();
  EXPECT_EQ(got->good, 1);
}

TEST_F(Gateway, DropsAnAnswerThatComesAfterTheDeadline) {
  const auto late = counted("souk_cluster_late_answers_total");
  const auto got = receive("A@wh", meta("1", 1s));
  run();
  ASSERT_TRUE(wires.deliver_next());
  advance(1500ms);
  ASSERT_EQ(got->bad, 1);
  EXPECT_EQ(got->why->code, errc::timed_out);
  settle();
  EXPECT_EQ(got->good + got->bad, 1);
  EXPECT_EQ(counted("souk_cluster_late_answers_total"), late + 1);
}

TEST_F(Gateway, AsksTheOwnerOfANewerViewWhenTheShardMoved) {
  b.follow(2, a.who);
  const auto got = receive("A@wh", meta("1"));
  settle();
  EXPECT_EQ(got->good + got->bad, 0);
  EXPECT_EQ(a.heard, 2u);
  a.follow(2, a.who);
  settle();
  advance(100ms);
  EXPECT_EQ(got->good, 1);
  EXPECT_EQ(a.units("A@wh"), 1);
  EXPECT_EQ(b.units("A@wh"), 0);
}

TEST_F(Gateway, GivesUpOnAShardThatNeverFindsItsOwner) {
  b.follow(2, a.who);
  const auto got = receive("A@wh", meta("1", 1s));
  for (int i = 0; i < 200; ++i) {
    settle();
    advance(10ms);
  }
  ASSERT_EQ(got->bad, 1);
  EXPECT_EQ(got->why->code, errc::unavailable);
  EXPECT_LT(wires.sent(a.who), 30u) << "with pauses";
}

TEST_F(Gateway, RefusesWhatIsBeyondItsLimit) {
  wires.cut(a.who, b.who);
  settle();
  auto all = std::make_shared<outcome>();
  for (size_t i = 0; i < cluster::asks_pending_max; ++i)
    entity::ask<stock::contract>(a.route, "A@wh", stock::get{}, meta(),
                                 [all](auto r) { ++(r ? all->good : all->bad); });
  run();
  EXPECT_EQ(all->good + all->bad, 0);
  const auto more = receive("A@wh", meta("1"));
  run();
  ASSERT_EQ(more->bad, 1);
  EXPECT_EQ(more->why->code, errc::overloaded);
  EXPECT_TRUE(more->why->retry_after);
  advance(5500ms, 100ms);
  EXPECT_EQ(all->bad, static_cast<int>(cluster::asks_pending_max));
  const auto later = receive("A@wh", meta("2"));
  wires.connect(a.who, b.who);
  settle();
  EXPECT_EQ(later->good, 1) << "there is room again";
}

TEST_F(Gateway, RefusesWhatIsMoreBytesThanMayWait) {
  wires.cut(a.who, b.who);
  settle();
  const std::string large(3 << 20, '1');
  std::vector<outcome_ptr> all;
  for (int i = 0; i < 25; ++i)
    all.push_back(raw("k", large));
  run();
  EXPECT_EQ(all[20]->bad, 0);
  ASSERT_EQ(all[24]->bad, 1);
  EXPECT_EQ(all[24]->why->code, errc::overloaded);
}

TEST_F(Gateway, HandsEverythingBackWhenItsNodeIsDead) {
  const auto asked = receive("A@wh", meta("1"));
  run();
  const auto gate = a.ways.gate(b.who);
  a.follow(2, a.who);
  a.ways.close(b.who);
  run();
  EXPECT_EQ(asked->good, 1) << "by the newest view";
  EXPECT_EQ(a.units("A@wh"), 1);
  auto got = std::make_shared<outcome>();
  caf::anon_send(gate, cluster::delivery{caf::make_counted<entity::request_of<stock::contract>>(
                           entity_id{stock::kind, "A@wh"}, meta("2"), stock::receive{1, "new"},
                           [got](auto r) { ++(r ? got->good : got->bad); })});
  run();
  EXPECT_EQ(got->good, 1) << "sent by an older view";
}

TEST_F(Gateway, RefusesACommandThatIsTooLargeToTravel) {
  const auto got = raw("k", std::string(cluster::link_message_max, '1'));
  settle();
  ASSERT_EQ(got->bad, 1);
  EXPECT_EQ(got->why->code, errc::too_large);
}

TEST_F(Gateway, SurvivesAnAnswerThatIsTooLargeToTravel) {
  const auto got = raw("k", std::to_string(cluster::link_message_max));
  settle();
  ASSERT_EQ(got->bad, 1);
  EXPECT_EQ(got->why->code, errc::too_large);
  const auto next = raw("k", "10");
  settle();
  EXPECT_EQ(next->good, 1) << "the link is as good as before";
}

TEST_F(Gateway, LetsABadKeySpoilNobodyElsesAsk) {
  const auto bad = raw("\xff\xfe", "10");
  const auto good = raw("k", "10");
  settle();
  EXPECT_EQ(good->good, 1);
  EXPECT_EQ(bad->good + bad->bad, 1);
}

TEST_F(Gateway, GoesByWayOfAThirdForOneHopOnly) {
  wires.cut(a.who, b.who);
  wires.connect(a.who, c.who);
  wires.connect(b.who, c.who);
  settle();
  a.ways.relay(b.who, c.who);
  const auto got = receive("A@wh", meta("1"));
  settle();
  EXPECT_EQ(got->good, 1);
  EXPECT_EQ(wires.sent(c.who), 2u) << "the ask and the answer, passed on";

  const auto before = refused("misdirected");
  pb::envelope passed_on_already;
  cluster::write(*passed_on_already.mutable_from(), b.who);
  cluster::write(*passed_on_already.mutable_to(), b.who);
  wires.on_the_way.push_back({a.who, c.who, passed_on_already.SerializeAsString()});
  settle();
  EXPECT_EQ(wires.sent(c.who), 2u);
  EXPECT_EQ(refused("misdirected"), before + 1);
}

TEST_F(Gateway, GoesDirectlyAgainOnceThatWorks) {
  wires.connect(a.who, c.who);
  wires.connect(b.who, c.who);
  settle();
  advance(2 * cluster::direct_again);
  a.ways.relay(b.who, c.who); // the link stands, and swallows everything
  run();
  wires.on_the_way.clear();
  const auto around = receive("A@wh", meta("1"));
  settle();
  EXPECT_EQ(around->good, 1);
  const auto passed_on = wires.sent(c.who);
  EXPECT_GE(passed_on, 1u);
  advance(cluster::direct_again); // it asks whether the link works, and it does
  settle();
  const auto direct = receive("A@wh", meta("2"));
  settle();
  EXPECT_EQ(direct->good, 1);
  EXPECT_LE(wires.sent(c.who), passed_on + 1) << "an answer that was on its way";
  const auto next = receive("A@wh", meta("3"));
  const auto so_far = wires.sent(c.who);
  settle();
  EXPECT_EQ(next->good, 1);
  EXPECT_EQ(wires.sent(c.who), so_far);
}

} // namespace
} // namespace souk::test
