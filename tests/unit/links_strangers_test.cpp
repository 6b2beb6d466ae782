#include "tests/kit/link_node.hpp"
#include "tests/kit/tcp_proxy.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <thread>

namespace {

using namespace souk;
using namespace souk::tests;
namespace asio = boost::asio;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

/// Somebody with a socket and no links.
struct stranger {
  explicit stranger(const link_node& to) : socket(io) {
    socket.connect({asio::ip::address_v4::loopback(), static_cast<uint16_t>(to.links->port())});
  }
  void say(std::string_view bytes) { asio::write(socket, asio::buffer(bytes)); }
  /// Reads until it is cut.
  void wait() {
    boost::system::error_code ec;
    char bytes[4096];
    while (!ec)
      socket.read_some(asio::buffer(bytes), ec);
  }
  asio::io_context io;
  tcp::socket socket;
};

/// A header of BASP 3: operation, 2 bytes of nothing, flags, length, operation data, two actors.
std::string basp_header(char operation, uint32_t length) {
  std::string out(32, '\0');
  out[0] = operation;
  for (int i = 0; i < 4; ++i)
    out[4 + static_cast<size_t>(i)] = static_cast<char>(length >> (24 - 8 * i));
  return out;
}

TEST(Strangers, AreCutWhenTheySayNothing) {
  auto settings = link_options("a");
  settings.agree = 200ms;
  link_node a{settings};
  const auto before = refusals("silent");
  stranger s{a};
  s.wait();
  EXPECT_EQ(refusals("silent"), before + 1);
}

TEST(Strangers, CannotMakeANodeAllocateWhatTheyAnnounce) {
  link_node a{link_options("a")};
  const auto before = refusals("size");
  rusage at_first{}, at_last{};
  getrusage(RUSAGE_SELF, &at_first);
  for (int i = 0; i < 4; ++i) {
    stranger s{a};
    s.say(basp_header(1, 0xc0000000)); // 3 GiB of client handshake
    s.wait();
  }
  getrusage(RUSAGE_SELF, &at_last);
  EXPECT_EQ(refusals("size"), before + 4);
  EXPECT_LT(at_last.ru_maxrss - at_first.ru_maxrss, 100 << 10); // KiB
}

TEST(Strangers, AreCutWhenTheySpeakNonsense) {
  link_node a{link_options("a")}, b{link_options("b")};
  a.links->open(b.at());
  ASSERT_TRUE(b.hears("up", a.who()));
  ASSERT_TRUE(a.hears("up", b.who()));
  for (const std::string_view words :
       {std::string_view{"GET / HTTP/1.1\r\nHost: a\r\n\r\nand some more"},
        std::string_view{"\xff"}}) {
    stranger s{b};
    s.say(words);
    s.socket.shutdown(tcp::socket::shutdown_send);
    s.wait();
  }
  EXPECT_TRUE(a.links->send(b.who(), "not disturbed"));
  EXPECT_TRUE(b.receives(1));
  EXPECT_EQ(b.events().size(), 1u);
}

TEST(Strangers, CannotCrowdANode) {
  link_node a{link_options("a")}, b{link_options("b")};
  b.links->open(a.at());
  ASSERT_TRUE(a.hears("up", b.who()));
  const auto before = refusals("crowd");
  std::vector<std::unique_ptr<stranger>> crowd;
  for (int i = 0; i < 80; ++i)
    crowd.push_back(std::make_unique<stranger>(a));
  EXPECT_TRUE(becomes([&] { return refusals("crowd") >= before + 80 - 64; }));
  EXPECT_TRUE(b.links->send(a.who(), "not disturbed"));
  EXPECT_TRUE(a.receives(1));
}

TEST(Links, StandAgainWhenOnlyOneEndNoticedTheLoss) {
  link_node a{link_options("a")}, b{link_options("b")};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  a.links->open(b.at(wire.port()));
  ASSERT_TRUE(a.hears("up", b.who()));
  ASSERT_TRUE(b.hears("up", a.who()));
  wire.cut_client();
  ASSERT_TRUE(a.hears("lost", b.who()));
  ASSERT_TRUE(a.hears("up", b.who(), 2, 1s));
  ASSERT_TRUE(b.hears("lost", a.who()));
  ASSERT_TRUE(b.hears("up", a.who(), 2));
  EXPECT_TRUE(a.links->send(b.who(), "there"));
  EXPECT_TRUE(b.links->send(a.who(), "and back"));
  EXPECT_TRUE(b.receives(1));
  EXPECT_TRUE(a.receives(1));
}

TEST(Links, ComeUpHoweverTheyMeet) {
  for (int round = 0; round < 30; ++round) {
    link_node a{link_options("a")}, b{link_options("b")}, c{link_options("c")};
    for (auto* from : {&c, &b, &a})
      for (auto* to : {&a, &b, &c})
        if (from != to)
          from->links->open(to->at());
    for (auto* from : {&a, &b, &c})
      for (auto* to : {&a, &b, &c})
        if (from != to) {
          ASSERT_TRUE(from->hears("up", to->who(), 1, 1s)) << round;
        }
    for (auto* from : {&a, &b, &c})
      EXPECT_EQ(from->events().size(), 2u) << round;
  }
}

} // namespace
