#include "tests/kit/link_node.hpp"
#include "tests/kit/tcp_proxy.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace souk;
using namespace souk::tests;
namespace asio = boost::asio;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

std::chrono::microseconds cpu_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return std::chrono::seconds{used.ru_utime.tv_sec + used.ru_stime.tv_sec} +
         std::chrono::microseconds{used.ru_utime.tv_usec + used.ru_stime.tv_usec};
}

/// Two authorities, made by ./dev certs as people make theirs.
class LinksTls : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder = std::filesystem::temp_directory_path() / ("souk-links-" + std::to_string(::getpid()));
    const auto make = [](const std::string& nodes) {
      return std::system(("./dev certs " + folder.string() + nodes + " >/dev/null").c_str()) == 0;
    };
    made = make("/ours a b c") && make("/theirs a b");
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder); }
  void SetUp() override { ASSERT_TRUE(made) << "./dev certs failed (is openssl installed?)"; }

  static adapters::basp_options options(const std::string& node, const std::string& authority,
                                        const std::string& certificate) {
    auto out = link_options(node);
    const auto in = folder / authority;
    out.ca = in / "ca.pem";
    out.certificate = in / (certificate + ".pem");
    out.key = in / (certificate + ".key");
    return out;
  }
  static adapters::basp_options options(const std::string& node) {
    return options(node, "ours", node);
  }
  static void join(link_node& a, link_node& b) {
    a.links->open(b.at());
    b.links->open(a.at());
    ASSERT_TRUE(a.hears("up", b.who()));
    ASSERT_TRUE(b.hears("up", a.who()));
  }

  static inline std::filesystem::path folder;
  static inline bool made = false;
};

TEST_F(LinksTls, CarryMessagesOfAllSizes) {
  link_node a{options("a")}, b{options("b")};
  ASSERT_TRUE(a.outcome) << a.outcome.error().detail;
  join(a, b);
  for (const size_t size : {0, 1, 16'384, 100'000, 8 << 20}) {
    EXPECT_TRUE(a.links->send(b.who(), std::string(size, 'a')));
    EXPECT_TRUE(b.links->send(a.who(), std::string(size, 'b')));
  }
  ASSERT_TRUE(a.receives(5));
  ASSERT_TRUE(b.receives(5));
  EXPECT_EQ(b.received[3].second, std::string(100'000, 'a'));
  EXPECT_EQ(b.received[4].second.size(), size_t{8} << 20);
}

TEST_F(LinksTls, KeepOrder) {
  link_node a{options("a")}, b{options("b")};
  constexpr uint32_t many = 50'000;
  uint32_t next = 0;
  std::atomic<uint32_t> seen{0};
  std::atomic<bool> in_order{true};
  b.on_message = [&](const auto&, const std::string& m) {
    in_order = in_order && m == std::to_string(next++);
    ++seen;
  };
  join(a, b);
  for (uint32_t i = 0; i < many; ++i)
    ASSERT_TRUE(a.links->send(b.who(), std::to_string(i)));
  EXPECT_TRUE(becomes([&] { return seen == many; }, 30s)) << seen;
  EXPECT_TRUE(in_order);
}

TEST_F(LinksTls, ComeBackAfterALoss) {
  link_node a{options("a")}, b{options("b")};
  tcp_proxy wire{"127.0.0.1", b.links->port()};
  a.links->open(b.at(wire.port()));
  ASSERT_TRUE(a.hears("up", b.who()));
  wire.cut();
  ASSERT_TRUE(a.hears("lost", b.who()));
  EXPECT_TRUE(a.hears("up", b.who(), 2));
}

TEST_F(LinksTls, RefuseACertificateOfAnotherAuthority) {
  link_node a{options("a")}, b{options("b", "theirs", "b")};
  const auto before = refusals("tls");
  a.links->open(b.at());
  EXPECT_TRUE(becomes([&] { return refusals("tls") > before; }));
  link_node c{options("c")};
  const auto between = refusals("tls");
  b.links->open(c.at());
  EXPECT_TRUE(becomes([&] { return refusals("tls") > between; }));
  EXPECT_TRUE(a.events().empty());
  EXPECT_TRUE(b.events().empty());
}

TEST_F(LinksTls, RefuseANameThatIsNotInTheCertificate) {
  link_node a{options("a")}, liar{options("b", "ours", "c")};
  const auto before = refusals("name");
  liar.links->open(a.at());
  EXPECT_TRUE(becomes([&] { return refusals("name") > before; }));
  EXPECT_EQ(a.count("up", liar.who()), 0u);
}

TEST_F(LinksTls, RefusePlainTcpEitherWay) {
  link_node a{options("a")}, plain{link_options("b")};
  for (auto* dials : {&a, &plain}) {
    const auto before = refusals("tls");
    const auto silent = refusals("silent");
    dials->links->open((dials == &a ? plain : a).at());
    EXPECT_TRUE(becomes([&] { return refusals("tls") > before || refusals("silent") > silent; }));
  }
  EXPECT_EQ(a.count("up", plain.who()), 0u);
  EXPECT_EQ(plain.count("up", a.who()), 0u);
}

TEST_F(LinksTls, RefuseAClientWithoutACertificate) {
  link_node a{options("a")};
  asio::io_context io;
  asio::ssl::context nothing{asio::ssl::context::tls_client};
  asio::ssl::stream<tcp::socket> client{io, nothing};
  client.next_layer().connect(
      {asio::ip::address_v4::loopback(), static_cast<uint16_t>(a.links->port())});
  const auto before = refusals("tls");
  boost::system::error_code ec;
  client.handshake(asio::ssl::stream_base::client, ec);
  char byte = 0;
  if (!ec) // a client of TLS 1.3 hears of it with the first byte
    asio::read(client, asio::buffer(&byte, 1), ec);
  EXPECT_TRUE(ec);
  EXPECT_TRUE(becomes([&] { return refusals("tls") > before; }));
}

TEST_F(LinksTls, AreNotDisturbedByStrangers) {
  link_node a{options("a")}, b{options("b")};
  std::atomic<uint32_t> seen{0};
  b.on_message = [&](const auto&, const std::string&) { ++seen; };
  join(a, b);
  const auto before = refusals("tls");
  asio::io_context io;
  constexpr uint32_t many = 300;
  for (uint32_t i = 0; i < many; ++i) {
    tcp::socket stranger{io};
    stranger.connect({asio::ip::address_v4::loopback(), static_cast<uint16_t>(b.links->port())});
    asio::write(stranger, asio::buffer(std::string_view{"GET / HTTP/1.1\r\n\r\n"}));
    ASSERT_TRUE(a.links->send(b.who(), "between strangers"));
    boost::system::error_code ec;
    char byte = 0;
    while (!ec) // until it is cut
      stranger.read_some(asio::buffer(&byte, 1), ec);
  }
  EXPECT_TRUE(becomes([&] { return seen == many; })) << seen;
  EXPECT_GE(refusals("tls"), before + many);
  EXPECT_EQ(a.events().size(), 1u);
  EXPECT_EQ(b.events().size(), 1u);
}

TEST_F(LinksTls, RestWhileAHandshakeWaits) {
  link_node a{options("a")}, b{options("b")};
  tcp_proxy hole{"127.0.0.1", b.links->port()};
  hole.silence();
  a.links->open(b.at(hole.port()));
  ASSERT_TRUE(becomes([&] { return hole.accepted() > 0; }));
  const auto began = cpu_time();
  ASSERT_TRUE(becomes([&] { return hole.accepted() > 1; })) << "it gives up, and tries again";
  EXPECT_LT(cpu_time() - began, 300ms) << "in two seconds";
}

TEST_F(LinksTls, SayWhichFileIsUnusable) {
  auto settings = options("a");
  settings.key = folder / "ours" / "b.key";
  link_node wrong{settings};
  ASSERT_FALSE(wrong.outcome);
  EXPECT_EQ(wrong.outcome.error().code, errc::invalid);
  EXPECT_NE(wrong.outcome.error().detail.find("b.key"), std::string::npos);
  settings.key.clear();
  EXPECT_FALSE(link_node{settings}.outcome);
}

TEST_F(LinksTls, KeepKeysToThemselves) {
  using std::filesystem::perms;
  for (const auto* name : {"ca.key", "a.key"}) {
    const auto mode = std::filesystem::status(folder / "ours" / name).permissions();
    EXPECT_EQ(mode, perms::owner_read | perms::owner_write) << name;
  }
}

} // namespace
