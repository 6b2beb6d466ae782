#include "tests/kit/link_node.hpp"
#include "tests/kit/tcp_proxy.hpp"

#include <gtest/gtest.h>

namespace {

using namespace souk;
using namespace souk::tests;
using cluster::node_ref;
using steady = std::chrono::steady_clock;

/// Opens both ways and waits until both say that the link is up.
void join(link_node& a, link_node& b) {
  a.links->open(b.at());
  b.links->open(a.at());
  ASSERT_TRUE(a.hears("up", b.who()));
  ASSERT_TRUE(b.hears("up", a.who()));
}

TEST(Links, CarryMessagesBothWays) {
  link_node a{link_options("a")}, b{link_options("b")};
  ASSERT_TRUE(a.outcome) << a.outcome.error().detail;
  EXPECT_FALSE(a.links->send(b.who(), "too early"));
  join(a, b);
  EXPECT_TRUE(a.links->send(b.who(), "from a"));
  EXPECT_TRUE(b.links->send(a.who(), "from b"));
  ASSERT_TRUE(a.receives(1));
  ASSERT_TRUE(b.receives(1));
  EXPECT_EQ(a.received[0], (std::pair{b.who(), std::string{"from b"}}));
  EXPECT_EQ(b.received[0], (std::pair{a.who(), std::string{"from a"}}));
}

TEST(Links, StandWhenOnlyOneSideOpens) {
  for (const bool first : {true, false}) {
    link_node a{link_options("a")}, b{link_options("b")};
    auto& dials = first ? a : b;
    auto& waits = first ? b : a;
    dials.links->open(waits.at());
    ASSERT_TRUE(waits.hears("up", dials.who()));
    ASSERT_TRUE(dials.hears("up", waits.who()));
    EXPECT_TRUE(waits.links->send(dials.who(), "hello"));
    EXPECT_TRUE(dials.receives(1));
  }
}

TEST(Links, KeepOrderAndRepeatNothing) {
  link_node a{link_options("a")}, b{link_options("b")};
  constexpr uint32_t many = 100'000;
  uint32_t next = 0;
  std::atomic<uint32_t> seen{0};
  std::atomic<bool> in_order{true};
  b.on_message = [&](const node_ref&, const std::string& m) {
    in_order = in_order && m == std::to_string(next++);
    ++seen;
  };
  join(a, b);
  for (uint32_t i = 0; i < many; ++i)
    ASSERT_TRUE(a.links->send(b.who(), std::to_string(i)));
  EXPECT_TRUE(becomes([&] { return seen == many; }, 30s)) << seen;
  EXPECT_TRUE(in_order);
  EXPECT_EQ(seen, many);
}

TEST(Links, CarryTheLargestMessageAndNothingLarger) {
  link_node a{link_options("a")}, b{link_options("b")};
  join(a, b);
  EXPECT_FALSE(a.links->send(b.who(), std::string(cluster::link_message_max + 1, 'x')));
  EXPECT_TRUE(a.links->send(b.who(), std::string(cluster::link_message_max, 'x')));
  ASSERT_TRUE(b.receives(1));
  EXPECT_EQ(b.received[0].second.size(), cluster::link_message_max);
}

TEST(Links, RefuseAnotherCluster) {
  auto other = link_options("b");
  other.hello.cluster = "elsewhere";
  link_node a{link_options("a")}, b{other};
  const auto before = refusals("cluster");
  a.links->open(b.at());
  EXPECT_TRUE(becomes([&] { return refusals("cluster") > before; }));
  EXPECT_EQ(a.count("up", b.who()), 0u);
  EXPECT_EQ(b.count("up", a.who()), 0u);
}

TEST(Links, RefuseANodeWithoutACommonEnvelopeVersion) {
  auto newer = link_options("b");
  newer.hello.envelope_oldest = 2;
  newer.hello.envelope_newest = 3;
  link_node a{link_options("a")}, b{newer};
  const auto before = refusals("version");
  a.links->open(b.at());
  EXPECT_TRUE(becomes([&] { return refusals("version") > before; }));
  EXPECT_EQ(a.count("up", b.who()), 0u);
}

TEST(Links, LetAStrangerInOnceItIsKnown) {
  link_node a{link_options("a")}, b{link_options("b")};
  b.know_nobody();
  const auto before = refusals("unknown");
  a.links->open(b.at());
  EXPECT_TRUE(becomes([&] { return refusals("unknown") > before; }));
  EXPECT_EQ(a.count("up", b.who()), 0u);
  b.know(a.who());
  EXPECT_TRUE(a.hears("up", b.who()));
  EXPECT_TRUE(b.hears("up", a.who()));
}

TEST(Links, RefuseThemselves) {
  link_node a{link_options("a")};
  const auto before = refusals("self");
  a.links->open({{"b", 1}, "127.0.0.1", a.links->port()});
  EXPECT_TRUE(becomes([&] { return refusals("self") > before; }));
  link_node twin{link_options("a", 2)};
  const auto between = refusals("self");
  a.links->open({{"c", 1}, "127.0.0.1", twin.links->port()});
  EXPECT_TRUE(becomes([&] { return refusals("self") > between; }));
  EXPECT_TRUE(a.events().empty());
}

TEST(Links, RefuseASecondProcessOfOneName) {
  link_node a{link_options("a")}, b{link_options("b")};
  join(a, b);
  link_node impostor{link_options("b")};
  const auto before = refusals("twice");
  impostor.links->open(a.at());
  EXPECT_TRUE(becomes([&] { return refusals("twice") > before; }));
  EXPECT_TRUE(a.links->send(b.who(), "still there"));
  EXPECT_TRUE(b.receives(1));
}

TEST(Links, SayThatAnotherGenerationListensThere) {
  link_node a{link_options("a")}, b{link_options("b", 6)};
  a.links->open({{"b", 5}, "127.0.0.1", b.links->port()});
  EXPECT_TRUE(a.hears("refused", {"b", 5}));
  a.links->close({"b", 5});
  a.links->open(b.at());
  EXPECT_TRUE(a.hears("up", b.who()));
}

TEST(Links, DoNotTakeAnotherNodeForProofOfDeath) {
  link_node a{link_options("a")}, c{link_options("c")};
  a.know({"b", 1});
  const auto before = refusals("node");
  a.links->open({{"b", 1}, "127.0.0.1", c.links->port()});
  EXPECT_TRUE(becomes([&] { return refusals("node") > before; }));
  EXPECT_EQ(a.count("refused", {"b", 1}), 0u);
}

TEST(Links, SayAtOnceThatNobodyListens) {
  link_node a{link_options("a")};
  int port = 0;
  { port = link_node{link_options("b")}.links->port(); }
  const auto began = steady::now();
  a.links->open({{"b", 1}, "127.0.0.1", port});
  ASSERT_TRUE(a.hears("refused", {"b", 1}));
  EXPECT_LT(steady::now() - began, 200ms);
}

TEST(Links, NoticeADeadPeerWithinMilliseconds) {
  link_node a{link_options("a")};
  auto b = std::make_unique<link_node>(link_options("b"));
  tcp_proxy wire{"127.0.0.1", b->links->port()};
  const auto who = b->who();
  a.links->open(b->at(wire.port()));
  ASSERT_TRUE(a.hears("up", who));
  const auto began = steady::now();
  wire.vanish();
  ASSERT_TRUE(a.hears("refused", who));
  EXPECT_EQ(a.count("lost", who), 1u);
  EXPECT_LT(steady::now() - began, 100ms);
}

TEST(Links, ComeBackAfterALoss) {
  link_node a{link_options("a")}, b{link_options("b")};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  a.links->open(b.at(wire.port()));
  ASSERT_TRUE(a.hears("up", b.who()));
  ASSERT_TRUE(b.hears("up", a.who()));
  for (size_t round = 1; round <= 3; ++round) {
    wire.cut();
    ASSERT_TRUE(a.hears("lost", b.who(), round));
    ASSERT_TRUE(a.hears("up", b.who(), round + 1));
    ASSERT_TRUE(b.hears("up", a.who(), round + 1));
    ASSERT_TRUE(a.links->send(b.who(), "again"));
    ASSERT_TRUE(b.receives(round));
  }
}

TEST(Links, StandWithTheNextGenerationOnTheSamePort) {
  link_node a{link_options("a")};
  auto b = std::make_unique<link_node>(link_options("b", 1));
  const auto port = b->links->port();
  join(a, *b);
  b.reset();
  ASSERT_TRUE(a.hears("lost", {"b", 1}));
  ASSERT_TRUE(a.hears("refused", {"b", 1}));
  auto next = link_options("b", 2);
  next.port = port;
  b = std::make_unique<link_node>(next);
  ASSERT_TRUE(b->outcome) << b->outcome.error().detail;
  const auto before = a.count("refused", {"b", 1});
  ASSERT_TRUE(a.hears("refused", {"b", 1}, before + 1));
  a.links->close({"b", 1});
  a.links->open(b->at());
  b->links->open(a.at());
  ASSERT_TRUE(a.hears("up", {"b", 2}));
  ASSERT_TRUE(b->hears("up", a.who()));
}

TEST(Links, FindAPeerSilentThatHearsUs) {
  for (const auto which : {tcp_proxy::direction::to_client, tcp_proxy::direction::both}) {
    auto settings = link_options("a");
    settings.heartbeat = 100ms;
    settings.silence = 400ms;
    link_node a{settings}, b{link_options("b")};
    tcp_proxy wire{"127.0.0.1", b.links->port()};
    a.links->open(b.at(wire.port()));
    ASSERT_TRUE(a.hears("up", b.who()));
    const auto began = steady::now();
    wire.silence(which);
    ASSERT_TRUE(a.hears("silent", b.who()));
    EXPECT_LT(steady::now() - began, 1s);
    EXPECT_EQ(a.count("lost", b.who()), 0u);
    wire.pass();
    EXPECT_TRUE(a.hears("up", b.who(), 2));
  }
}

TEST(Links, FindAPeerSilentThatHearsNothing) {
  auto settings = link_options("b");
  settings.heartbeat = 100ms;
  settings.silence = 400ms;
  link_node a{link_options("a")}, b{settings};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  a.links->open(b.at(wire.port()));
  ASSERT_TRUE(b.hears("up", a.who()));
  wire.silence(tcp_proxy::direction::to_target);
  EXPECT_TRUE(b.hears("silent", a.who()));
}

TEST(Links, StandOverALongWay) {
  link_node a{link_options("a")}, b{link_options("b")};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  wire.delay(120ms);
  a.links->open(b.at(wire.port()));
  ASSERT_TRUE(a.hears("up", b.who()));
  EXPECT_TRUE(a.links->send(b.who(), std::string(1 << 20, 'x')));
  EXPECT_TRUE(b.receives(1));
  EXPECT_EQ(a.events().size(), 1u);
}

TEST(Links, AreNotHeldUpByWhoeverNeverAnswers) {
  link_node a{link_options("a")}, b{link_options("b")};
  tcp_proxy hole{"127.0.0.1", b.links->port()};
  hole.silence();
  for (const auto* name : {"x", "y", "z"})
    a.links->open({{name, 1}, "127.0.0.1", hole.port()});
  ASSERT_TRUE(becomes([&] { return hole.accepted() >= 3; }));
  const auto began = steady::now();
  a.links->open(b.at());
  ASSERT_TRUE(a.hears("up", b.who()));
  EXPECT_LT(steady::now() - began, 300ms);
  // An address that swallows every packet.
  a.links->open({{"w", 1}, "127.0.0.1", 9});
  EXPECT_TRUE(a.links->send(b.who(), "fine"));
  EXPECT_TRUE(b.receives(1));
}

TEST(Links, CutWhoeverConnectsAndSaysNothing) {
  auto settings = link_options("b");
  settings.agree = 300ms;
  link_node b{settings};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  wire.silence(tcp_proxy::direction::to_target);
  link_node a{link_options("a")};
  const auto before = refusals("silent");
  a.links->open(b.at(wire.port()));
  ASSERT_TRUE(becomes([&] { return wire.accepted() >= 1; }));
  EXPECT_TRUE(becomes([&] { return refusals("silent") > before; }));
}

TEST(Links, TakeADetour) {
  link_node b{link_options("b")};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  auto settings = link_options("a");
  settings.via = *adapters::parse_detours("b=localhost:" + std::to_string(wire.port()));
  link_node a{settings};
  a.links->open({b.who(), "192.0.2.1", 1});
  EXPECT_TRUE(a.hears("up", b.who()));
  EXPECT_EQ(wire.accepted(), 1);
}

TEST(Links, NameWhatIsWrongWithADetour) {
  EXPECT_TRUE(adapters::parse_detours("")->empty());
  const auto two = adapters::parse_detours("n2=host:1,n3=[::1]:65535");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->at("n2"), (adapters::basp_address{"host", 1}));
  EXPECT_EQ(two->at("n3"), (adapters::basp_address{"::1", 65535}));
  for (const auto* wrong : {"n2", "n2=", "n2=host", "n2=host:", "n2=host:0", "n2=host:65536",
                            "n2=host:1x", "=host:1", "n2=:1", "n2=host:1,,n3=host:1"})
    EXPECT_FALSE(adapters::parse_detours(wrong)) << wrong;
}

TEST(Links, StayOnThisMachineWithoutTls) {
  auto settings = link_options("a");
  settings.address = "0.0.0.0";
  link_node a{settings};
  ASSERT_FALSE(a.outcome);
  EXPECT_EQ(a.outcome.error().code, errc::invalid);
  EXPECT_NE(a.outcome.error().detail.find("TLS"), std::string::npos);
}

TEST(Links, SayThatTheirPortIsTaken) {
  link_node a{link_options("a")};
  auto settings = link_options("b");
  settings.port = a.links->port();
  link_node b{settings};
  ASSERT_FALSE(b.outcome);
  EXPECT_EQ(b.outcome.error().code, errc::unavailable);
}

} // namespace
