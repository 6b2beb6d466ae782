// Live topics through real processes: what is told, to whom, and that nothing is missed when nodes,
// connections or Redis go.
#include "actors/entity/fold.hpp"
#include "actors/order/order.hpp"
#include "persistence/pg_append.hpp"
#include "persistence/recovery.hpp"
#include "tests/kit/live_talk.hpp"
#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace souk::tests {
namespace {

namespace bj = boost::json;

/// The seq of a message; 0 where it has none.
int64_t seq_of(const bj::object& said) {
  const auto* seq = said.if_contains("seq");
  return seq ? seq->to_number<int64_t>() : 0;
}
std::string error_of(const bj::object& said) {
  const auto* why = said.if_contains("error");
  return why ? std::string{why->at("code").as_string()} : bj::serialize(said);
}

class ShopLive : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    open();
  }
  void TearDown() override {
    if (HasFailure() && shop_)
      std::puts(shop_->node_log().c_str());
  }
  void open(shop_settings settings = {}) {
    shop_.emplace(std::move(settings));
    boss_.emplace(*shop_);
    boss_->sell("MUG", 1'000, {{"berlin", 10}});
  }
  /// Waits until the order's journal owes nothing to anybody.
  void expect_settled(const std::string& order) {
    const auto db = shop_->connect();
    const entity_id id{std::string{order::kind}, order};
    EXPECT_TRUE(eventually(std::chrono::seconds{20}, [&] {
      auto history = persistence::read_history(*db, id);
      auto sound = history ? persistence::verify(id, std::move(*history)) : history.error();
      const auto now =
          std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
      const auto folded = sound ? entity::replay<order::model>(*sound) : sound.error();
      return folded && order::model::pending(folded->state, now).empty();
    }));
  }
  live_talk live(const header_list& headers = {}) { return live_talk{shop_->port(), headers}; }

  std::optional<shop_process> shop_;
  std::optional<staff> boss_;
};

TEST_F(ShopLive, TellsAGuestWithTheTokenAboutTheOrderAndNobodyElse) {
  shopper ada{*shop_};
  const auto placed = ada.buy({{"MUG"}});
  ASSERT_EQ(placed.status, 201) << placed;
  const auto topic = "order:" + placed.text("/id");
  const auto token = placed.text("/access_token");
  auto guest = live(), stranger = live();
  auto by_cookie = live({{"Cookie", "souk_order_" + placed.text("/id") + "=" + token},
                         {"Origin", "http://127.0.0.1:" + std::to_string(shop_->port())}});
  ASSERT_EQ(guest.status(), 101);
  guest.subscribe(topic, {{"token", token}});
  by_cookie.subscribe(topic);
  const auto first = guest.hear();
  EXPECT_EQ(first.at("data"), (bj::object{{"status", "confirmed"}})) << bj::serialize(first);
  stranger.subscribe(topic);
  EXPECT_EQ(error_of(stranger.hear()), "not_found");
  stranger.subscribe(topic, {{"token", token + "x"}});
  EXPECT_EQ(error_of(stranger.hear()), "not_found");
  const auto shipped = boss_->ship(placed.text("/id"));
  ASSERT_LT(shipped.status, 300) << shipped;
  const auto then = guest.hear_until(topic, "status", "shipped");
  EXPECT_GT(seq_of(then), seq_of(first));
  EXPECT_FALSE(by_cookie.hear_until(topic, "status", "shipped").empty());
  auto for_staff = live({{"Authorization", "Bearer " + shop_->admin_key()}});
  for_staff.subscribe(topic);
  EXPECT_FALSE(for_staff.hear_until(topic, "status", "shipped").empty());
  stranger.say(bj::object{{"ping", 1}});
  EXPECT_EQ(stranger.hear(), (bj::object{{"pong", 1}})); // and nothing of the order
}

TEST_F(ShopLive, TellsEveryoneWhenTheAvailabilityOfASkuChanges) {
  auto one = live(), other = live();
  one.subscribe("sku:MUG");
  EXPECT_FALSE(one.hear_until("sku:MUG", "bucket", "in_stock").empty());
  other.subscribe("sku:MUG");
  shopper ada{*shop_};
  ASSERT_EQ(ada.buy({{"MUG", 7}}).status, 201);
  auto few = one.hear_until("sku:MUG", "units", 3);
  EXPECT_EQ(few.at("data").at("bucket"), "few_left");
  EXPECT_FALSE(other.hear_until("sku:MUG", "units", 3).empty());
  ASSERT_EQ(ada.buy({{"MUG", 3}}).status, 201);
  const auto none = one.hear_until("sku:MUG", "bucket", "sold_out");
  EXPECT_GT(seq_of(none), seq_of(few));
  EXPECT_FALSE(none.at("data").as_object().contains("units"));
  EXPECT_FALSE(other.hear_until("sku:MUG", "bucket", "sold_out").empty());
}

TEST_F(ShopLive, TellsOneDeviceWhatAnotherPutsIntoTheCart) {
  shopper ada{*shop_};
  const auto cart = ada.cart({{"MUG"}});
  auto phone = live();
  phone.subscribe("cart:" + cart);
  const auto first = phone.hear();
  const auto more = ada.add(cart, {"MUG", 2});
  ASSERT_EQ(more.status, 201);
  const auto then = phone.hear_until("cart:" + cart, "version", more.number("/version"));
  EXPECT_GT(seq_of(then), seq_of(first));
  EXPECT_EQ(seq_of(then), more.number("/version"));
  phone.say(bj::object{{"unsubscribe", "cart:" + cart}});
  ASSERT_EQ(ada.add(cart, {"MUG", 1}).status, 201);
  EXPECT_TRUE(phone.hear(std::chrono::seconds{1}).empty());
}

TEST_F(ShopLive, MissesNothingWhenItReconnectsAfterTheNodeWasKilled) {
  shopper ada{*shop_};
  const auto cart = ada.cart({{"MUG"}});
  const auto placed = ada.buy({{"MUG"}});
  const auto topic = "order:" + placed.text("/id");
  const bj::object token{{"token", placed.text("/access_token")}};
  expect_settled(placed.text("/id"));
  int64_t seq = 0;
  {
    auto before = live();
    before.subscribe(topic, token);
    seq = seq_of(before.hear());
    shop_->node().kill();
    EXPECT_EQ(before.closed(), 1006);
  }
  shop_->start_node();
  auto since = token;
  since["since"] = seq;
  auto idle = live();
  idle.subscribe(topic, since);
  EXPECT_EQ(idle.hear(), (bj::object{{"topic", topic}, {"seq", seq}, {"current", true}}));
  ASSERT_LT(staff{*shop_}.ship(placed.text("/id")).status, 300);
  auto after = live();
  after.subscribe(topic, since);
  const auto told = after.hear_until(topic, "status", "shipped");
  EXPECT_GT(seq_of(told), seq);
  EXPECT_FALSE(idle.hear_until(topic, "status", "shipped").empty());
}

TEST_F(ShopLive, EndsWhatItCannotUnderstand) {
  auto garbage = live(), binary = live(), huge = live(), broken = live(), raw = live();
  for (int i = 0; i < 10; ++i)
    garbage.say("no JSON " + std::to_string(i));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(error_of(garbage.hear()), "malformed");
  EXPECT_EQ(garbage.closed(), 1003);
  binary.say("{\"ping\":1}", true);
  EXPECT_EQ(binary.closed(), 1003);
  huge.say(std::string(5'000, ' '));
  EXPECT_EQ(huge.closed(), 1009);
  broken.say("\xff\xfe");
  EXPECT_EQ(broken.closed(), 1007);
  raw.write_raw("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(raw.closed(), 1002);
  auto fast = live();
  for (int i = 0; i < 400 && fast.say(bj::object{{"ping", i}}); ++i) {
  }
  EXPECT_EQ(fast.closed(), 1008);
  auto fine = live();
  fine.subscribe("user:1");
  EXPECT_EQ(error_of(fine.hear()), "not_found");
  fine.say(bj::object{{"ping", 7}});
  EXPECT_EQ(fine.hear(), (bj::object{{"pong", 7}}));
  EXPECT_EQ(http_talk{shop_->port()}.get("/v1/live").status, 426);
}

TEST_F(ShopLive, ListensToItsOwnPagesOnlyAndUntilTheSessionIsOver) {
  shopper ada{*shop_};
  const auto joined = ada.to.post(
      "/v1/users", bj::object{{"email", "ada@example.org"}, {"password", "a long password"}});
  const auto token = joined.text("/token");
  ASSERT_FALSE(token.empty()) << joined;
  const header_list session{{"Cookie", "souk_session=" + token}};
  auto elsewhere = session, here = session;
  elsewhere["Origin"] = "https://evil.example";
  here["Origin"] = "http://127.0.0.1:" + std::to_string(shop_->port());
  EXPECT_EQ(live(session).status(), 403);
  EXPECT_EQ(live(elsewhere).status(), 403);
  EXPECT_EQ(live({{"Authorization", "Bearer souk_nobody"}}).status(), 401);
  auto browser = live(here), app = live({{"Authorization", "Bearer " + token}});
  ASSERT_EQ(browser.status(), 101);
  ASSERT_EQ(app.status(), 101);

  ada.to.always["Authorization"] = "Bearer " + token;
  const auto cart = ada.cart({{"MUG"}});
  const auto placed = ada.place(order_of(cart));
  ASSERT_EQ(placed.status, 201) << placed;
  browser.subscribe("order:" + placed.text("/id"));
  EXPECT_FALSE(browser.hear_until("order:" + placed.text("/id"), "status", "confirmed").empty());
  auto guest = live();
  guest.subscribe("cart:" + cart);
  EXPECT_EQ(error_of(guest.hear()), "forbidden");

  ASSERT_EQ(ada.to.ask("DELETE", "/v1/sessions/current").status, 204);
  EXPECT_EQ(browser.closed(std::chrono::seconds{10}), 1008);
  EXPECT_EQ(app.closed(std::chrono::seconds{10}), 1008);
  EXPECT_EQ(guest.closed(std::chrono::seconds{0}), 0);
}

TEST_F(ShopLive, SaysGoodbyeWhenItsNodeStops) {
  auto one = live();
  one.subscribe("sku:MUG");
  EXPECT_FALSE(one.hear().empty());
  auto deaf = live();
  shop_->node().signal(SIGTERM);
  EXPECT_EQ(one.closed(), 1001);
  EXPECT_EQ(shop_->node().wait(std::chrono::seconds{15}), 0); // though one of them says nothing
}

class ShopLiveRedis : public ShopLive {
protected:
  static constexpr const char* program = "/usr/bin/redis-server";
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    if (!std::filesystem::exists(program))
      GTEST_SKIP() << "needs " << program;
    port_ = 33'000 + static_cast<int>(::getpid() % 2'000);
    start_redis();
    open({.more = {"--redis.url=redis://127.0.0.1:" + std::to_string(port_)}});
  }
  void start_redis() {
    redis_ = child_process{
        {program, "--port", std::to_string(port_), "--save", "", "--bind", "127.0.0.1"},
        std::filesystem::temp_directory_path(),
        "souk-redis-" + std::to_string(port_) + ".log"};
  }
  int port_ = 0;
  child_process redis_;
};

TEST_F(ShopLiveRedis, GoesOnWhileRedisIsAwayAndAfterItCameBack) {
  auto one = live();
  one.subscribe("sku:MUG");
  EXPECT_FALSE(one.hear_until("sku:MUG", "bucket", "in_stock").empty());
  shopper ada{*shop_};
  const auto buy = [&](int64_t units) { ASSERT_EQ(ada.buy({{"MUG", units}}).status, 201); };
  buy(5);
  EXPECT_FALSE(one.hear_until("sku:MUG", "units", 5).empty());
  redis_.kill();
  buy(1);
  EXPECT_FALSE(one.hear_until("sku:MUG", "units", 4).empty());
  auto late = live();
  late.subscribe("sku:MUG");
  EXPECT_FALSE(late.hear_until("sku:MUG", "units", 4).empty());
  buy(1);
  start_redis();
  EXPECT_FALSE(one.hear_until("sku:MUG", "units", 3).empty());
  buy(1);
  EXPECT_FALSE(one.hear_until("sku:MUG", "units", 2).empty());
  EXPECT_FALSE(late.hear_until("sku:MUG", "units", 2).empty());
}

} // namespace
} // namespace souk::tests
