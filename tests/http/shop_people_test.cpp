// Accounts and sessions of a running shop, and how a node takes its leave.
#include "tests/kit/shared_shop.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace souk::tests {
namespace {

namespace bj = boost::json;

class ShopPeople : public shared_shop<ShopPeople> {
public:
  static void fill(shop_process& shop) { staff{shop}.sell("MUG", 1'000, {{"berlin", 1'000}}); }

protected:
  void SetUp() override {
    shared_shop::SetUp();
    if (IsSkipped())
      return;
    name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    email_ = name_.substr(0, 40) + "@example.org";
    ada_.emplace(*shop_);
  }

  answer register_as(shopper& who, const std::string& email, const std::string& cart = {}) {
    bj::object body{{"email", email}, {"password", password}, {"name", "Ada"}};
    if (!cart.empty())
      body["cart_id"] = cart;
    auto made = who.to.post("/v1/users", body);
    EXPECT_EQ(made.status, 201) << made;
    who.to.always["Authorization"] = "Bearer " + made.text("/token");
    return made;
  }
  answer log_in(const std::string& email, const std::string& with, const std::string& cart = {}) {
    bj::object body{{"email", email}, {"password", with}};
    if (!cart.empty())
      body["cart_id"] = cart;
    return shopper{*shop_}.to.post("/v1/sessions", body);
  }

  static constexpr const char* password = "correct horse battery";
  std::string name_, email_;
  std::optional<shopper> ada_;
};

TEST_F(ShopPeople, AreLoggedInOnceTheyRegistered) {
  const auto made = register_as(*ada_, email_);
  const auto me = ada_->to.get("/v1/me");
  EXPECT_EQ(me.status, 200) << me;
  EXPECT_EQ(me.text("/id"), made.text("/user/id"));
  EXPECT_EQ(me.text("/name"), "Ada");
  EXPECT_NE(made.header("set-cookie").find("HttpOnly"), std::string::npos);
  const auto twice = shopper{*shop_}.to.post(
      "/v1/users", bj::object{{"email", email_}, {"password", "another password"}});
  EXPECT_EQ(twice.status, 409) << twice;
  EXPECT_EQ(log_in(email_, password).status, 201);
}

TEST_F(ShopPeople, LearnNothingFromAWrongPasswordAboutWhoIsRegistered) {
  register_as(*ada_, email_);
  const auto wrong = log_in(email_, "not the password");
  const auto unknown = log_in("nobody-" + email_, "not the password");
  EXPECT_EQ(wrong.status, 401) << wrong;
  EXPECT_EQ(unknown.status, 401) << unknown;
  for (const auto* field : {"/code", "/title", "/detail"})
    EXPECT_EQ(wrong.text(field), unknown.text(field)) << field;
  EXPECT_EQ(wrong.json.as_object().size(), unknown.json.as_object().size());
}

TEST_F(ShopPeople, MayNotTryPasswordsForEver) {
  register_as(*ada_, email_);
  answer last;
  for (int i = 0; i < 12 && last.status != 429; ++i)
    last = log_in(email_, "guess " + std::to_string(i));
  EXPECT_EQ(last.status, 429) << last;
  EXPECT_EQ(last.code(), "rate_limited");
  EXPECT_GE(std::atoi(last.header("retry-after").c_str()), 1);
  EXPECT_EQ(log_in(email_, password).status, 429) << "even with the right one";
  EXPECT_EQ(ada_->to.get("/v1/me").status, 200) << "who is logged in stays so";
}

TEST_F(ShopPeople, AreGoneOnceTheyLoggedOut) {
  register_as(*ada_, email_);
  const auto phone = log_in(email_, password).text("/token");
  EXPECT_EQ(ada_->to.ask("DELETE", "/v1/sessions/current").status, 204);
  EXPECT_TRUE(
      eventually(std::chrono::seconds{3}, [&] { return ada_->to.get("/v1/me").status == 401; }));
  EXPECT_EQ(ada_->to.post("/v1/carts", bj::object{{"currency", "EUR"}, {"country", "DE"}}).status,
            401);
  shopper other{*shop_};
  other.to.always["Authorization"] = "Bearer " + phone;
  EXPECT_EQ(other.to.get("/v1/me").status, 200) << "another device's session goes on";
}

TEST_F(ShopPeople, AreNotBelievedForgedTokens) {
  const auto token = register_as(*ada_, email_).text("/token");
  auto changed = token;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  for (const auto& forged : {changed, token + "A", token.substr(1), std::string{"~"},
                             std::string{"a~b"}, token.substr(0, token.find('~') + 1)}) {
    shopper eve{*shop_};
    const auto refused = eve.to.ask("GET", "/v1/me", {}, {{"Authorization", "Bearer " + forged}});
    EXPECT_EQ(refused.status, 401) << forged;
  }
}

TEST_F(ShopPeople, SeeTheirOrdersAndNobodyElses) {
  register_as(*ada_, email_);
  const auto placed = ada_->buy({{"MUG"}});
  ASSERT_EQ(placed.status, 201) << placed;
  answer mine;
  EXPECT_TRUE(eventually(std::chrono::seconds{15}, [&] {
    mine = ada_->to.get("/v1/me/orders");
    return mine.size("/items") == 1 && mine.text("/items/0/status") == "confirmed";
  })) << mine;
  EXPECT_EQ(mine.text("/items/0/id"), placed.text("/id"));
  EXPECT_EQ(mine.at("/items/0/total"), placed.at("/totals/total"));
  EXPECT_EQ(ada_->to.get("/v1/orders/" + placed.text("/id")).status, 200);
  shopper eve{*shop_};
  register_as(eve, "eve-" + email_);
  EXPECT_EQ(eve.to.get("/v1/orders/" + placed.text("/id")).status, 404);
  EXPECT_EQ(eve.to.get("/v1/me/orders").size("/items"), 0U);
  const auto cancel = eve.to.ask("POST", "/v1/orders/" + placed.text("/id") + "/cancel");
  EXPECT_EQ(cancel.status, 404) << cancel;
}

TEST_F(ShopPeople, TakeTheirGuestCartAlong) {
  const auto guest = ada_->cart({{"MUG", 2}});
  register_as(*ada_, email_, guest);
  const auto own = ada_->to.get("/v1/me").text("/cart_id");
  const auto cart = ada_->read_cart(own);
  EXPECT_EQ(cart.number("/lines/0/quantity"), 2) << cart;
  EXPECT_EQ(shopper{*shop_}.read_cart(own).status, 403) << "now it is hers";
  EXPECT_EQ(shopper{*shop_}.add(own, {"MUG"}).status, 403);
  const auto second = shopper{*shop_}.cart({{"MUG", 3}});
  EXPECT_EQ(log_in(email_, password, second).status, 201);
  EXPECT_TRUE(eventually(std::chrono::seconds{10}, [&] {
    return ada_->read_cart(own).number("/lines/0/quantity") == 5;
  })) << ada_->read_cart(own);
}

TEST_F(ShopPeople, KeepAddresses) {
  register_as(*ada_, email_);
  const auto added = ada_->to.post("/v1/me/addresses", address_in());
  ASSERT_EQ(added.status, 201) << added;
  const auto id = added.text("/items/0/id");
  EXPECT_EQ(ada_->to.get("/v1/me/addresses").text("/items/0/city"), "Berlin");
  shopper eve{*shop_};
  register_as(eve, "eve-" + email_);
  EXPECT_EQ(eve.to.ask("DELETE", "/v1/me/addresses/" + id).status, 404);
  EXPECT_EQ(ada_->to.ask("DELETE", "/v1/me/addresses/" + id).status, 200);
  EXPECT_EQ(ada_->to.get("/v1/me/addresses").size("/items"), 0U);
}

TEST_F(ShopPeople, AreProtectedFromOtherSitesWhenACookieSpeaksForThem) {
  const auto token = register_as(*ada_, email_).text("/token");
  const auto body = bj::serialize(address_in());
  const auto send = [&](const std::string& origin) {
    header_list headers{{"Cookie", "souk_session=" + token}};
    if (!origin.empty())
      headers["Origin"] = origin;
    return shopper{*shop_}.to.ask("POST", "/v1/me/addresses", body, headers).status;
  };
  EXPECT_EQ(send("http://127.0.0.1:" + std::to_string(shop_->port())), 201);
  EXPECT_EQ(send("https://evil.example"), 403);
  EXPECT_EQ(send(""), 403);
}

TEST_F(ShopPeople, NeedARoleForTheBackOffice) {
  register_as(*ada_, email_);
  EXPECT_EQ(ada_->to.get("/v1/admin/stock/MUG").status, 403);
  EXPECT_EQ(shopper{*shop_}.to.get("/v1/admin/stock/MUG").status, 401);
  EXPECT_EQ(shopper{*shop_}
                .to.ask("GET", "/v1/admin/stock/MUG", {}, {{"Authorization", "Bearer souk_no_key"}})
                .status,
            401);
}

TEST(ShopNode, SaysThatItIsNotReadyThenAnswersWhatIsUnderWayThenLeaves) {
  if (!shop_process::available())
    GTEST_SKIP() << shop_process::missing;
  shop_process shop;
  staff boss{shop};
  boss.sell("MUG", 1'000, {{"berlin", 10}});
  boss.knobs("delay_min_ms=1500&delay_max_ms=1500");
  shopper ada{shop};
  const auto order = order_of(ada.cart({{"MUG"}}));
  http_talk probe{shop.port()};
  ASSERT_EQ(probe.get("/readyz").status, 200);
  answer placed;
  std::jthread buyer([&] { placed = ada.place(order); });
  ASSERT_TRUE(eventually(std::chrono::seconds{10}, [&] { return !boss.all_payments().empty(); }));
  shop.node().signal(SIGTERM);
  answer seen;
  EXPECT_TRUE(eventually(std::chrono::seconds{5}, [&] {
    seen = probe.get("/readyz");
    return seen.status != 200;
  }));
  EXPECT_EQ(seen.status, 503) << seen;
  buyer.join();
  EXPECT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(placed.text("/status"), "confirmed");
  EXPECT_EQ(shop.node().wait(std::chrono::seconds{20}), 0) << shop.node_log();
  shop.start_node();
  EXPECT_EQ(shopper{shop}.order(placed).text("/status"), "confirmed");
}

} // namespace
} // namespace souk::tests
