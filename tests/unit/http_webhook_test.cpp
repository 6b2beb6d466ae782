#include "adapters/stripe_webhook.hpp"

#include <gmock/gmock.h>

namespace souk::adapters {
namespace {

constexpr const char* secret = "whsec_test_secret";
constexpr const char* body = R"({"id":"evt_1","object":"event"})";
constexpr const char* right =
    "t=1614265330,v1=42b3d2b2181207b6b299df380bf37599bb895dc182467ba12e046b1916c4cd19";
const time_point then{std::chrono::seconds{1614265330}};

TEST(StripeWebhook, SignsAsStripeDoes) { EXPECT_EQ(sign_webhook(secret, body, then), right); }

TEST(StripeWebhook, BelievesARightSignatureOfThisTime) {
  EXPECT_TRUE(verify_webhook(secret, right, body, then));
  EXPECT_TRUE(verify_webhook(secret, right, body, then + stripe_tolerance));
  EXPECT_TRUE(verify_webhook(secret, "v0=00," + std::string{right} + ",v1=00", body, then));
}

TEST(StripeWebhook, BelievesNothingElse) {
  EXPECT_FALSE(
      verify_webhook(secret, right, body, then + stripe_tolerance + std::chrono::seconds{1}));
  EXPECT_FALSE(
      verify_webhook(secret, right, body, then - stripe_tolerance - std::chrono::seconds{1}));
  EXPECT_FALSE(verify_webhook("whsec_other", right, body, then));
  EXPECT_FALSE(verify_webhook(secret, right, std::string{body} + " ", then));
  for (const auto* header :
       {"", "t=1614265330", "v1=00", "t=x,v1=00", "t=,v1=", "t=1614265330,v1=42b3", ",,,"})
    EXPECT_FALSE(verify_webhook(secret, header, body, then)) << header;
}

TEST(StripeWebhook, ReadsFactsOfIntentsAndRefunds) {
  const auto paid = parse_webhook(
      R"({
    "id":"evt_2","type":"payment_intent.amount_capturable_updated","data":{"object":{
    "id":"pi_1","object":"payment_intent","amount":500,"amount_capturable":500,
    "amount_received":0,"currency":"eur",
    "status":"requires_capture","latest_charge":"ch_1",
    "metadata":{"order_id":"o-1","attempt":"2"}}}})");
  ASSERT_TRUE(paid);
  ASSERT_TRUE(paid->fact);
  EXPECT_EQ(paid->fact->status, payment::intent_status::requires_capture);
  EXPECT_EQ(paid->fact->authorised, 500);
  EXPECT_EQ(paid->fact->order_id, "o-1");
  EXPECT_EQ(paid->fact->attempt, 2);
  const auto refunded =
      parse_webhook(R"({"id":"evt_3","type":"charge.refunded","data":{"object":{"id":"ch_1",
    "object":"charge","amount":500,"amount_captured":400,"amount_refunded":100,"currency":"eur",
    "payment_intent":"pi_1",
    "metadata":{"order_id":"o-1","attempt":"2"}}}})");
  ASSERT_TRUE(refunded && refunded->fact);
  EXPECT_EQ(refunded->fact->id, "pi_1");
  EXPECT_EQ(refunded->fact->captured, 400);
  EXPECT_EQ(refunded->fact->refunded, 100);
}

TEST(StripeWebhook, IgnoresOtherEventsAndRefusesBrokenOnes) {
  const auto other =
      parse_webhook(R"({"id":"evt_4","type":"customer.created","data":{"object":{}}})");
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->fact);
  for (const auto* bad :
       {"", "[]", "{}", R"({"id":1,"type":"x"})", R"({"id":"e","type":"payment_intent.x"})",
        R"({"id":"e","type":"payment_intent.x","data":{"object":{"object":"payment_intent"}}})"})
    EXPECT_FALSE(parse_webhook(bad)) << bad;
}

} // namespace
} // namespace souk::adapters
