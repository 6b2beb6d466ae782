// WebSockets over the server with a conversation of the test's own: slow readers, and the end.
#include "http/conversation.hpp"
#include "http/server.hpp"
#include "tests/http/server_kit.hpp"
#include "tests/kit/live_talk.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace souk::http {
namespace {

using tests::live_talk;

/// Answers "flood" with messages without end, anything else with itself.
class echo final : public conversation {
public:
  void begin(std::shared_ptr<wire> over) override { wire_ = std::move(over); }
  void heard(std::string message, bool) override {
    floods_ = message == "flood";
    next_ = std::make_shared<const std::string>(floods_ ? std::string(1 << 20, 'x') : message);
    message == "bye" ? wire_->close(1008, "as you said") : wire_->wake();
  }
  std::shared_ptr<const std::string> take() override {
    return floods_ ? next_ : std::exchange(next_, nullptr);
  }
  void ended() override {
    keeps_its_wire ? kept = std::exchange(wire_, nullptr) : wire_ = nullptr;
    ++ended_count;
  }
  size_t message_max() const override { return 4'096; }

  static inline std::atomic<int> ended_count{0};
  static inline bool keeps_its_wire = false; ///< as another thread may for a moment
  static inline std::shared_ptr<wire> kept;

private:
  std::shared_ptr<wire> wire_;
  std::shared_ptr<const std::string> next_;
  bool floods_ = false;
};

class HttpWebsocket : public testing::Test {
protected:
  HttpWebsocket() {
    echo::ended_count = 0;
    router routes;
    routes.add(method::get, "/talk", "", [](request_ptr, responder done) {
      auto out = response::empty(101);
      out.talk = std::make_shared<echo>();
      done(std::move(out));
    });
    server_options options;
    options.threads = 2;
    options.write_timeout = std::chrono::milliseconds{300};
    server_ =
        std::make_unique<server>(options, std::move(routes), edge_options{}, clock_, entropy_);
    EXPECT_TRUE(server_->start());
  }
  live_talk talk() { return live_talk{server_->port(), {}, "/talk"}; }

  tests::real_clock clock_;
  tests::seeded_entropy entropy_;
  std::unique_ptr<server> server_;
};

TEST_F(HttpWebsocket, CarriesMessagesInBothDirections) {
  auto one = talk();
  ASSERT_EQ(one.status(), 101);
  for (int i = 0; i < 100; ++i) {
    one.say(std::to_string(i));
    EXPECT_EQ(one.hear_text(), std::to_string(i));
  }
  one.say("bye");
  EXPECT_EQ(one.closed(), 1008);
}

TEST_F(HttpWebsocket, DropsAClientThatDoesNotReadWhileOthersGoOn) {
  auto slow = talk(), quick = talk();
  slow.say("flood");
  const bool dropped = tests::eventually(std::chrono::seconds{20}, [&] {
    quick.say("hello");
    EXPECT_EQ(quick.hear_text(), "hello");
    return echo::ended_count == 1;
  });
  EXPECT_TRUE(dropped);
}

TEST_F(HttpWebsocket, SaysGoodbyeWhenItStopsAndCutsThoseWhoDoNotAnswer) {
  auto polite = talk(), deaf = talk();
  std::thread stopping{[&] { server_->stop(std::chrono::seconds{10}); }};
  EXPECT_EQ(polite.closed(), 1001);
  stopping.join();
  EXPECT_EQ(echo::ended_count, 2);
}

TEST_F(HttpWebsocket, EndsConversationsOfConnectionsThatBreak) {
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(talk().status(), 101);
  EXPECT_TRUE(tests::eventually(std::chrono::seconds{10}, [] { return echo::ended_count == 20; }));
}

TEST_F(HttpWebsocket, LetsGoOfAConnectionWhoseWireIsStillHeld) {
  echo::keeps_its_wire = true;
  talk();
  ASSERT_TRUE(tests::eventually(std::chrono::seconds{10}, [] { return echo::ended_count == 1; }));
  const auto began = clock_.monotonic();
  server_->stop(std::chrono::seconds{5});
  EXPECT_LT(clock_.monotonic() - began, std::chrono::seconds{5}) << "no connection is left";
  server_.reset();
  echo::kept->wake();
  echo::kept->close(1000, "too late");
  echo::kept.reset();
  echo::keeps_its_wire = false;
}

TEST_F(HttpWebsocket, AnswersAPlainRequestWithAnError) {
  tests::raw_client client{server_->port()};
  EXPECT_NE(client.exchange("GET /talk HTTP/1.1\r\nHost: a\r\n\r\n").find("HTTP/1.1 400"),
            std::string::npos);
}

} // namespace
} // namespace souk::http
