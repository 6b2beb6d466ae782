// A provider that is slow and tells nothing by itself, and holds that end before it answers: units
// are neither sold twice nor kept for ever.
#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace souk::tests {
namespace {

class ShopPatience : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    shop_.emplace(
        shop_settings{.hold_seconds = 5, .request_milliseconds = 2'000, .webhooks = false});
    boss_.emplace(*shop_);
    boss_->sell("ONE", 1'000, {{"berlin", 1}});
    ada_.emplace(*shop_);
    bob_.emplace(*shop_);
  }
  void TearDown() override {
    if (!shop_)
      return;
    expect_clean_audit(*shop_);
    if (HasFailure())
      std::puts(shop_->node_log().c_str());
  }
  static constexpr std::chrono::seconds patience{30};
  std::optional<shop_process> shop_;
  std::optional<staff> boss_;
  std::optional<shopper> ada_, bob_;
};

TEST_F(ShopPatience, KeepsHoldsWhileAnAuthorisationIsSlowerThanTheyLast) {
  boss_->knobs("delay_min_ms=7000&delay_max_ms=7000");
  const auto slow = ada_->buy({{"ONE"}});
  ASSERT_EQ(slow.status, 202) << slow;
  const auto late = bob_->cart({{"ONE"}});
  answer second;
  // Past the first end of the hold, before the provider's answer.
  EXPECT_TRUE(eventually(std::chrono::seconds{6},
                         [&] {
                           second = bob_->place(order_of(late));
                           return second.status == 201;
                         }) == false)
      << second;
  EXPECT_EQ(ada_->order_once(slow, "confirmed").text("/status"), "confirmed");
  EXPECT_EQ(boss_->stock("ONE"), (units{1, 1, 0}));
  EXPECT_EQ(boss_->payments(order_id_of(slow)).size(), 1U);
}

TEST_F(ShopPatience, EndsHoldsWhenNobodyPays) {
  const auto declined = ada_->buy({{"ONE"}}, "pm_card_visa_chargeDeclined");
  ASSERT_EQ(declined.status, 402) << declined;
  EXPECT_EQ(boss_->stock("ONE"), (units{1, 1, 0}));
  const auto meanwhile = bob_->buy({{"ONE"}});
  EXPECT_TRUE(meanwhile.status == 409 || meanwhile.status == 202) << meanwhile;
  auto bobs = meanwhile;
  EXPECT_TRUE(eventually(patience, [&] {
    const auto seen = bob_->order(bobs).text("/status");
    if (seen == "rejected")
      bobs = bob_->buy({{"ONE"}});
    return seen == "confirmed";
  })) << bobs;
  const auto too_late = ada_->pay(declined, "pm_card_visa");
  EXPECT_GE(too_late.status, 400) << too_late;
  EXPECT_EQ(boss_->stock("ONE"), (units{1, 1, 0}));
  for (const auto& payment : boss_->payments(order_id_of(declined)))
    EXPECT_NE(status_of(payment), "requires_capture");
}

TEST_F(ShopPatience, AnswersThatTheOutcomeIsNotInYet) {
  boss_->knobs("delay_min_ms=4000&delay_max_ms=4000");
  const auto order = order_of(ada_->cart({{"ONE"}}));
  const auto placed = ada_->place(order, "slow");
  ASSERT_EQ(placed.status, 202) << placed;
  EXPECT_EQ(placed.header("location"), "/v1/orders/" + placed.text("/id"));
  EXPECT_EQ(placed.text("/status"), "pending_payment");
  EXPECT_EQ(ada_->order_once(placed, "confirmed").text("/status"), "confirmed");
  EXPECT_EQ(ada_->place(order, "slow").text("/id"), placed.text("/id"));
  EXPECT_EQ(boss_->payments(order_id_of(placed)).size(), 1U);
}

TEST_F(ShopPatience, GoesOnWhenTheBuyerComesBackFromAuthentication) {
  const auto waiting = ada_->buy({{"ONE"}}, "pm_card_authenticationRequired");
  ASSERT_EQ(waiting.status, 402) << waiting;
  const auto early = ada_->pay(waiting, "");
  EXPECT_EQ(early.code(), "authentication_required") << early;
  const auto url = waiting.text("/order/payment/next_action/url");
  boss_->bank.get(url.substr(url.find("/_souk/")));
  EXPECT_EQ(ada_->order(waiting).text("/status"), "action_required") << "nobody told the shop";
  const auto paid = ada_->pay(waiting, "");
  EXPECT_EQ(paid.status, 200) << paid;
  EXPECT_EQ(paid.text("/status"), "confirmed") << paid;
  EXPECT_EQ(boss_->payments(order_id_of(waiting)).size(), 1U);
}

} // namespace
} // namespace souk::tests
