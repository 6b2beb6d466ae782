// Money: whatever the provider answers, loses, delays or repeats, an order is charged once and ends
// in one state.
#include "adapters/stripe_webhook.hpp"
#include "tests/kit/shared_shop.hpp"

#include <gtest/gtest.h>

namespace souk::tests {
namespace {

namespace bj = boost::json;

class ShopPayment : public shared_shop<ShopPayment> {
public:
  static shop_settings settings() { return {.request_milliseconds = 3'000}; }

protected:
  void SetUp() override {
    shared_shop::SetUp();
    if (IsSkipped())
      return;
    boss_.emplace(*shop_);
    ada_.emplace(*shop_);
    sku_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    boss_->sell(sku_, price, {{"berlin", 10}});
  }
  void TearDown() override {
    if (!shop_)
      return;
    boss_->knobs(calm);
    shared_shop::TearDown();
  }

  void expect_one_payment(const answer& placed, const std::string& status) {
    const auto id = order_id_of(placed);
    EXPECT_TRUE(eventually(patience, [&] {
      const auto all = boss_->payments(id);
      return all.size() == 1 && status_of(all.front()) == status;
    })) << bj::serialize(bj::value_from(boss_->payments(id)));
  }
  void expect_stock(const units& wanted) {
    EXPECT_TRUE(eventually(patience, [&] { return boss_->stock(sku_) == wanted; }))
        << boss_->stock(sku_);
  }
  void expect_status(const answer& placed, const std::string& status) {
    const auto seen = ada_->order_once(placed, status);
    EXPECT_EQ(seen.text("/status"), status) << seen;
  }

  static constexpr int64_t price = 5'000; ///< free shipping from 49.00
  static constexpr std::chrono::seconds patience{30};
  static constexpr const char* calm =
      "delay_min_ms=0&delay_max_ms=0&lose_before_ppm=0&lose_after_ppm=0&error_ppm=0&"
      "duplicate_ppm=0&reorder_ppm=0";
  std::string sku_;
  std::optional<staff> boss_;
  std::optional<shopper> ada_;
};

TEST_F(ShopPayment, ConfirmsAnOrderThatTheCardPays) {
  const auto placed = ada_->buy({{sku_}});
  ASSERT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(placed.text("/status"), "confirmed");
  EXPECT_EQ(placed.text("/payment/status"), "authorised");
  EXPECT_EQ(placed.number("/payment/authorised/amount"), price);
  EXPECT_EQ(placed.number("/payment/captured/amount"), 0);
  expect_one_payment(placed, "requires_capture");
  expect_stock({10, 1, 9});
}

TEST_F(ShopPayment, TakesAnotherCardAfterADecline) {
  const auto refused = ada_->buy({{sku_}}, "pm_card_visa_chargeDeclined");
  ASSERT_EQ(refused.status, 402) << refused;
  EXPECT_EQ(refused.code(), "payment_declined");
  EXPECT_EQ(refused.text("/decline_code"), "generic_decline") << refused;
  expect_stock({10, 1, 9});
  const auto paid = ada_->pay(refused, "pm_card_visa");
  ASSERT_EQ(paid.status, 200) << paid;
  EXPECT_EQ(paid.text("/status"), "confirmed");
  int64_t held = 0;
  for (const auto& one : boss_->payments(order_id_of(refused)))
    held += number_of(one, "amount_capturable");
  EXPECT_EQ(held, price);
}

TEST_F(ShopPayment, SaysThatTheFundsDoNotSufficeEachTime) {
  const auto refused = ada_->buy({{sku_}}, "pm_card_visa_chargeDeclinedInsufficientFunds");
  ASSERT_EQ(refused.status, 402) << refused;
  EXPECT_EQ(refused.text("/decline_code"), "insufficient_funds");
  const auto again = ada_->pay(refused, "pm_card_visa_chargeDeclinedInsufficientFunds");
  EXPECT_EQ(again.status, 402) << again;
  EXPECT_EQ(again.text("/decline_code"), "insufficient_funds");
  EXPECT_EQ(ada_->cancel(refused).status, 200);
  expect_status(refused, "cancelled");
  expect_stock({10, 0, 10});
}

TEST_F(ShopPayment, TakesNoCardThatDoesNotExist) {
  const auto refused = ada_->buy({{sku_}}, "pm_of_nobody");
  EXPECT_EQ(refused.status, 402) << refused;
  EXPECT_EQ(ada_->pay(refused, "pm_card_visa").text("/status"), "confirmed");
  expect_stock({10, 1, 9});
}

TEST_F(ShopPayment, GoesOnAfterTheBuyerAuthenticatedEvenWhenTheShopOnlyHearsIt) {
  const auto waiting = ada_->buy({{sku_}}, "pm_card_authenticationRequired");
  ASSERT_EQ(waiting.status, 402) << waiting;
  EXPECT_EQ(waiting.code(), "authentication_required");
  const auto url = waiting.text("/order/payment/next_action/url");
  const auto path = url.find("/_souk/authenticate/");
  ASSERT_NE(path, std::string::npos) << waiting;
  EXPECT_EQ(boss_->bank.get(url.substr(path)).status, 200);
  expect_status(waiting, "confirmed"); // by the webhook
  expect_one_payment(waiting, "requires_capture");
}

TEST_F(ShopPayment, AsksForAnotherCardWhenTheBuyerDoesNotPassTheBanksCheck) {
  const auto waiting = ada_->buy({{sku_}}, "pm_card_authenticationRequired");
  ASSERT_EQ(waiting.status, 402) << waiting;
  const auto url = waiting.text("/order/payment/next_action/url");
  const auto path = url.find("/_souk/authenticate/");
  ASSERT_NE(path, std::string::npos) << waiting;
  EXPECT_EQ(boss_->bank.get(url.substr(path) + "?outcome=failed").status, 200);
  expect_status(waiting, "payment_failed"); // by the webhook, long before the hold ends
  EXPECT_EQ(ada_->pay(waiting, "pm_card_visa").text("/status"), "confirmed");
  expect_stock({10, 1, 9});
}

TEST_F(ShopPayment, ChargesOnceWhenTheCallIsLost) {
  const auto placed = ada_->buy({{sku_}}, "pm_souk_lost_before");
  ASSERT_TRUE(placed.status == 201 || placed.status == 202) << placed;
  expect_status(placed, "confirmed");
  expect_one_payment(placed, "requires_capture");
}

TEST_F(ShopPayment, ChargesOnceWhenTheAnswerIsLost) {
  const auto placed = ada_->buy({{sku_}}, "pm_souk_lost_after");
  ASSERT_TRUE(placed.status == 201 || placed.status == 202) << placed;
  expect_status(placed, "confirmed");
  expect_one_payment(placed, "requires_capture");
}

TEST_F(ShopPayment, ChargesOnceWhenTheProviderLosesAndRepeatsMuch) {
  boss_->knobs("lose_before_ppm=150000&lose_after_ppm=150000&"
               "duplicate_ppm=500000&reorder_ppm=500000&seed=7");
  boss_->count(sku_, "berlin", 100);
  constexpr int orders = 12;
  std::vector<answer> all(orders);
  in_parallel(orders, [&](int i) { all[static_cast<size_t>(i)] = shopper{*shop_}.buy({{sku_}}); });
  for (const auto& placed : all) {
    ASSERT_FALSE(order_id_of(placed).empty()) << placed;
    expect_status(placed, "confirmed");
    expect_one_payment(placed, "requires_capture");
  }
  expect_stock({100, orders, 100 - orders});
}

TEST_F(ShopPayment, VoidsAndReleasesACancelledOrder) {
  const auto placed = ada_->buy({{sku_, 2}});
  ASSERT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(ada_->cancel(placed).status, 200);
  expect_status(placed, "cancelled");
  expect_one_payment(placed, "canceled");
  expect_stock({10, 0, 10});
  EXPECT_EQ(boss_->ship(order_id_of(placed)).status, 409);
}

TEST_F(ShopPayment, CapturesOnceWhenAnOrderShipsAndUnitsLeave) {
  const auto placed = ada_->buy({{sku_, 2}});
  ASSERT_EQ(placed.status, 201) << placed;
  const auto id = order_id_of(placed);
  in_parallel(4, [&](int) {
    const auto shipped = staff{*shop_}.ship(id);
    EXPECT_TRUE(shipped.status == 200 || shipped.status == 409) << shipped;
  });
  expect_status(placed, "shipped");
  expect_one_payment(placed, "succeeded");
  const auto paid = boss_->payments(id);
  EXPECT_EQ(number_of(paid.front(), "amount_received"), 2 * price);
  expect_stock({8, 0, 8});
  EXPECT_EQ(ada_->order(placed).number("/payment/captured/amount"), 2 * price);
  const auto late = ada_->cancel(placed);
  EXPECT_EQ(late.status, 409) << late;
  EXPECT_EQ(late.code(), "not_cancellable");
}

TEST_F(ShopPayment, RefundsWhatWasCapturedAndNoMore) {
  const auto placed = ada_->buy({{sku_}});
  const auto id = order_id_of(placed);
  EXPECT_EQ(boss_->refund(id, 100).status, 409) << "nothing is captured yet";
  EXPECT_EQ(boss_->ship(id).status, 200);
  expect_one_payment(placed, "succeeded");
  EXPECT_TRUE(eventually(
      patience, [&] { return ada_->order(placed).number("/payment/captured/amount") == price; }));
  EXPECT_EQ(boss_->refund(id, 2'000).status, 200);
  const auto refunded = [&] { return ada_->order(placed).number("/payment/refunded/amount"); };
  EXPECT_TRUE(eventually(patience, [&] { return refunded() == 2'000; })) << refunded();
  EXPECT_GE(boss_->refund(id, price).status, 400);
  EXPECT_EQ(boss_->refund(id, price - 2'000).status, 200);
  EXPECT_TRUE(eventually(patience, [&] { return refunded() == price; })) << refunded();
  expect_status(placed, "refunded");
}

TEST_F(ShopPayment, HearsWebhooksThatComeTwiceAndOutOfOrder) {
  boss_->knobs("duplicate_ppm=1000000&reorder_ppm=500000&seed=11");
  const auto placed = ada_->buy({{sku_}});
  ASSERT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(boss_->ship(order_id_of(placed)).status, 200);
  expect_status(placed, "shipped");
  expect_one_payment(placed, "succeeded");
  EXPECT_EQ(ada_->order(placed).number("/payment/captured/amount"), price);
  expect_stock({9, 0, 9});
}

TEST_F(ShopPayment, BelievesNoForgedWebhook) {
  const auto waiting = ada_->buy({{sku_}}, "pm_card_authenticationRequired");
  auto intent = boss_->payments(order_id_of(waiting)).at(0);
  intent["status"] = "requires_capture";
  intent["amount_capturable"] = price;
  const auto body = bj::serialize(bj::object{{"id", "evt_forged"},
                                             {"object", "event"},
                                             {"type", "payment_intent.amount_capturable_updated"},
                                             {"created", 1},
                                             {"data", bj::object{{"object", intent}}}});
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto old = now - std::chrono::hours{1};
  for (const auto& signature :
       {std::string{}, std::string{"t=1,v1=00"}, adapters::sign_webhook("whsec_other", body, now),
        adapters::sign_webhook(shop_->webhook_secret(), body, old),
        adapters::sign_webhook(shop_->webhook_secret(), body + " ", now)}) {
    const auto refused = shopper{*shop_}.to.ask("POST", "/v1/webhooks/stripe", body,
                                                {{"Stripe-Signature", signature}});
    EXPECT_EQ(refused.status, 403) << refused;
  }
  EXPECT_EQ(ada_->to.post("/v1/webhooks/paypal", bj::object{}).status, 404);
  EXPECT_EQ(ada_->order(waiting).text("/status"), "action_required");
}

TEST_F(ShopPayment, ShowsAnOrderOnlyToWhoHoldsItsToken) {
  const auto mine = ada_->buy({{sku_}});
  const auto other = shopper{*shop_}.buy({{sku_}});
  const auto path = "/v1/orders/" + order_id_of(mine);
  EXPECT_EQ(ada_->order(mine).status, 200);
  const auto with = [&](const std::string& token) {
    return shopper{*shop_}.to.ask("GET", path, {}, {{"Authorization", "Bearer " + token}}).status;
  };
  EXPECT_EQ(with(other.text("/access_token")), 404);
  EXPECT_EQ(with("nonsense"), 404);
  EXPECT_EQ(shopper{*shop_}.to.get(path).status, 401);
  EXPECT_EQ(with(shop_->admin_key()), 200);
  for (const auto* verb : {"/cancel", "/payments"}) {
    const auto refused = ada_->to.post(
        path + verb, bj::object{}, {{"Authorization", "Bearer " + other.text("/access_token")}});
    EXPECT_TRUE(refused.status == 404 || refused.status == 400) << refused;
  }
  EXPECT_EQ(ada_->order(mine).text("/status"), "confirmed");
}

} // namespace
} // namespace souk::tests
