#include "tests/kit/link_node.hpp"
#include "tests/kit/tcp_proxy.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace {

using namespace souk;
using namespace souk::tests;
using steady = std::chrono::steady_clock;

TEST(Links, SayNothingMoreOfAClosedPeer) {
  link_node a{link_options("a")}, b{link_options("b")};
  b.links->open(a.at());
  ASSERT_TRUE(b.hears("up", a.who()));
  ASSERT_TRUE(a.hears("up", b.who()));
  b.links->close(a.who());
  ASSERT_TRUE(a.hears("lost", b.who()));
  EXPECT_EQ(b.count("lost", a.who()), 0u);
  EXPECT_FALSE(b.links->send(a.who(), "closed"));
}

TEST(Links, SayNothingOfAPeerThatIsClosedWhileTheyMeet) {
  for (int i = 0; i < 20; ++i) {
    link_node a{link_options("a")}, b{link_options("b")};
    tcp_proxy wire{"127.0.0.1", b.links->port()};
    wire.silence();
    b.know_nobody(); // so that it does not dial back
    a.links->open(b.at(wire.port()));
    ASSERT_TRUE(becomes([&] { return wire.accepted() > 0; }));
    a.links->close(b.who());
    a.know_nobody(); // whoever closes a link forgets the peer: a connection may be half way up
    b.know(a.who());
    wire.pass();
    EXPECT_TRUE(becomes([&] { return wire.open() == 0; }));
    EXPECT_TRUE(a.events().empty());
  }
}

TEST(Links, StopInTimeWhateverTheirPeersDo) {
  auto a = std::make_unique<link_node>(link_options("a"));
  link_node b{link_options("b")}, c{link_options("c")};
  tcp_proxy wire{"127.0.0.1", b.links->port()}, hole{"127.0.0.1", b.links->port()};
  hole.silence();
  a->links->open(b.at(wire.port()));
  a->links->open(c.at());
  a->links->open({{"x", 1}, "127.0.0.1", hole.port()});
  a->links->open({{"y", 1}, "name.invalid", 1});
  ASSERT_TRUE(a->hears("up", b.who()));
  ASSERT_TRUE(a->hears("up", c.who()));
  wire.silence();
  for (int i = 0; i < 8; ++i) // more than a socket takes: bytes wait in CAF
    ASSERT_TRUE(a->links->send(b.who(), std::string(4 << 20, 'x')));
  const auto began = steady::now();
  a->links->stop();
  const auto events = a->events().size();
  EXPECT_FALSE(a->links->send(c.who(), "stopped"));
  a.reset();
  EXPECT_LT(steady::now() - began, 2s);
  EXPECT_EQ(events, 2u);
  EXPECT_TRUE(c.hears("lost", {"a", 1}));
}

TEST(Links, LeaveNothingBehindAfterAThousandReconnections) {
  auto settings = link_options("a");
  settings.pause_least = 1ms;
  settings.pause_most = 1ms;
  link_node a{settings}, b{link_options("b")};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  a.links->open(b.at(wire.port()));
  const auto files = [] {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return std::distance(begin(all), end(all));
  };
  size_t actors_a = 0, actors_b = 0;
  std::ptrdiff_t files_open = 0;
  for (size_t round = 1; round <= 1'000; ++round) {
    ASSERT_TRUE(a.hears("up", b.who(), round)) << round;
    ASSERT_TRUE(b.hears("up", a.who(), round)) << round;
    if (round == 10) {
      actors_a = a.links->actors();
      actors_b = b.links->actors();
      files_open = files();
    }
    wire.cut();
  }
  ASSERT_TRUE(a.hears("up", b.who(), 1'001));
  EXPECT_TRUE(becomes([&] { return a.links->actors() <= actors_a; })) << a.links->actors();
  EXPECT_TRUE(becomes([&] { return b.links->actors() <= actors_b; })) << b.links->actors();
  EXPECT_TRUE(becomes([&] { return files() <= files_open + 8; })) << files();
}

} // namespace
