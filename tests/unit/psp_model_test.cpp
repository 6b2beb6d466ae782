#include "app/psp/psp_model.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace souk::psp {
namespace {

namespace bj = boost::json;

class PspModel : public testing::Test {
protected:
  outcome post(const std::string& path, form fields, const std::string& key = {}) {
    return model_.handle({"POST", path, std::move(fields), key}, time_point{std::chrono::hours{1}});
  }
  outcome get(const std::string& path, form fields = {}) {
    return model_.handle({"GET", path, std::move(fields), {}}, {});
  }
  outcome create(const std::string& method, const std::string& key = {}, int64_t amount = 1999) {
    return post("/v1/payment_intents",
                {{"amount", std::to_string(amount)},
                 {"currency", "eur"},
                 {"capture_method", "manual"},
                 {"confirm", "true"},
                 {"payment_method", method},
                 {"return_url", "https://shop/return"},
                 {"metadata[order_id]", "o-1"},
                 {"metadata[attempt]", "1"}},
                key);
  }
  static bj::object body_of(const outcome& from) { return bj::parse(from.body).as_object(); }
  static std::string id_of(const outcome& from) {
    return std::string{body_of(from).at("id").as_string()};
  }
  static std::string status_of(const outcome& from) {
    return std::string{body_of(from).at("status").as_string()};
  }
  static std::string code_of(const outcome& from) {
    const auto error = body_of(from).at("error").as_object();
    return std::string{error.at(error.contains("code") ? "code" : "type").as_string()};
  }
  static std::vector<std::string> events_of(const outcome& from) {
    std::vector<std::string> out;
    for (const auto& hook : from.webhooks)
      out.emplace_back(bj::parse(hook.body).at("type").as_string());
    return out;
  }
  std::string path(const std::string& id, const std::string& verb = "") {
    return "/v1/payment_intents/" + id + verb;
  }

  psp_model model_{"http://psp"};
};

TEST_F(PspModel, AuthorisesThenCapturesPartOnceAndReleasesTheRest) {
  const auto made = create("pm_card_visa");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(status_of(made), "requires_capture");
  EXPECT_EQ(body_of(made).at("amount_capturable"), 1999);
  EXPECT_THAT(events_of(made), testing::ElementsAre("payment_intent.created",
                                                    "payment_intent.amount_capturable_updated"));
  const auto id = id_of(made);
  EXPECT_EQ(code_of(post(path(id, "/capture"), {{"amount_to_capture", "2000"}})),
            "amount_too_large");
  const auto captured = post(path(id, "/capture"), {{"amount_to_capture", "1500"}});
  EXPECT_EQ(status_of(captured), "succeeded");
  EXPECT_EQ(body_of(captured).at("amount_received"), 1500);
  EXPECT_EQ(body_of(captured).at("amount_capturable"), 0);
  EXPECT_EQ(code_of(post(path(id, "/capture"), {})), "payment_intent_unexpected_state");
  EXPECT_EQ(code_of(post(path(id, "/cancel"), {})), "payment_intent_unexpected_state");
}

TEST_F(PspModel, RefundsInPartsUpToWhatWasCaptured) {
  const auto id = id_of(create("pm_card_visa"));
  EXPECT_EQ(code_of(post("/v1/refunds", {{"payment_intent", id}})), "charge_already_refunded");
  post(path(id, "/capture"), {});
  EXPECT_EQ(status_of(post("/v1/refunds", {{"payment_intent", id}, {"amount", "999"}})),
            "succeeded");
  EXPECT_EQ(code_of(post("/v1/refunds", {{"payment_intent", id}, {"amount", "1001"}})),
            "amount_too_large");
  EXPECT_EQ(events_of(post("/v1/refunds", {{"payment_intent", id}})).back(), "charge.refunded");
  const auto read = body_of(get(path(id), {{"expand[]", "latest_charge"}}));
  EXPECT_EQ(read.at("latest_charge").at("amount_refunded"), 1999);
  EXPECT_EQ(read.at("latest_charge").at("refunded"), true);
}

TEST_F(PspModel, DeclinesWithTheIntentInsideTheErrorAndTakesAnotherCard) {
  const auto declined = create("pm_card_chargeDeclinedInsufficientFunds");
  EXPECT_EQ(declined.status, 402);
  const auto error = body_of(declined).at("error").as_object();
  EXPECT_EQ(error.at("type"), "card_error");
  EXPECT_EQ(error.at("decline_code"), "insufficient_funds");
  const auto& inside = error.at("payment_intent").as_object();
  EXPECT_EQ(inside.at("status"), "requires_payment_method");
  const std::string id{inside.at("id").as_string()};
  const auto again = post(path(id, "/confirm"), {{"payment_method", "pm_card_visa"}});
  EXPECT_EQ(status_of(again), "requires_capture");
  EXPECT_TRUE(body_of(again).at("last_payment_error").is_null());
}

TEST_F(PspModel, WaitsForTheBuyerToAuthenticate) {
  const auto made = create("pm_card_authenticationRequired");
  EXPECT_EQ(status_of(made), "requires_action");
  const auto id = id_of(made);
  EXPECT_EQ(body_of(made).at("next_action").at("redirect_to_url").at("url"),
            bj::value("http://psp/_souk/authenticate/" + id));
  EXPECT_EQ(status_of(post(path(id, "/confirm"), {})), "requires_action");
  const auto page = get("/_souk/authenticate/" + id);
  EXPECT_TRUE(page.is_page);
  EXPECT_EQ(events_of(page).back(), "payment_intent.amount_capturable_updated");
  EXPECT_EQ(status_of(get(path(id))), "requires_capture");
}

TEST_F(PspModel, DeclinesWhenTheBuyerDoesNotPassTheBanksCheck) {
  const auto id = id_of(create("pm_card_authenticationRequired"));
  const auto page =
      model_.handle({"GET", "/_souk/authenticate/" + id, {{"outcome", "failed"}}, {}}, {});
  EXPECT_EQ(events_of(page).back(), "payment_intent.payment_failed");
  const auto seen = body_of(get(path(id)));
  EXPECT_EQ(seen.at("status"), "requires_payment_method");
  EXPECT_EQ(seen.at("last_payment_error").at("code"), "payment_intent_authentication_failure");
  EXPECT_TRUE(seen.at("last_payment_error").at("decline_code").is_null());
  EXPECT_EQ(get("/_souk/authenticate/" + id).status, 409) << "it waits no more";
}

TEST_F(PspModel, GivesTheFirstAnswerToARepeatedKeyAndRefusesOtherParameters) {
  const auto first = create("pm_card_visa", "k1");
  const auto again = create("pm_card_visa", "k1");
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(again.webhooks.empty());
  EXPECT_EQ(code_of(create("pm_card_visa", "k1", 5)), "idempotency_error");
  EXPECT_EQ(model_.intents().size(), 1u);
}

TEST_F(PspModel, RemembersItsOwnErrorsUnderTheirKey) {
  post("/_souk/knobs", {{"error_ppm", "1000000"}});
  EXPECT_EQ(create("pm_card_visa", "k").status, 500);
  post("/_souk/knobs", {{"error_ppm", "0"}});
  EXPECT_EQ(create("pm_card_visa", "k").status, 500);
  EXPECT_EQ(create("pm_card_visa", "other").status, 200);
}

TEST_F(PspModel, LosesOneAnswerForEachKeyBeforeOrAfterTheEffect) {
  EXPECT_TRUE(create("pm_souk_lost_before", "k1").lost);
  EXPECT_TRUE(model_.intents().empty());
  EXPECT_EQ(status_of(create("pm_souk_lost_before", "k1")), "requires_capture");
  EXPECT_TRUE(create("pm_souk_lost_after", "k2").lost);
  EXPECT_EQ(model_.intents().size(), 2u);
  EXPECT_TRUE(create("pm_souk_lost_after", "k2").replayed);
  EXPECT_EQ(model_.intents().size(), 2u);
}

TEST_F(PspModel, FindsIntentsByTheirMetadata) {
  const auto id = id_of(create("pm_card_visa"));
  const auto found =
      body_of(get("/v1/payment_intents/search",
                  {{"query", "metadata['order_id']:'o-1' AND metadata['attempt']:'1'"}}));
  ASSERT_EQ(found.at("data").as_array().size(), 1u);
  EXPECT_EQ(found.at("data").at(0).at("id"), bj::value(id));
  EXPECT_TRUE(body_of(get("/v1/payment_intents/search", {{"query", "metadata['order_id']:'o-2'"}}))
                  .at("data")
                  .as_array()
                  .empty());
  EXPECT_EQ(get("/v1/payment_intents/search", {{"query", "amount>5"}}).status, 400);
  create("pm_card_visa");
  const auto page = body_of(get("/v1/payment_intents", {{"limit", "1"}}));
  EXPECT_EQ(page.at("has_more"), true);
  const std::string newest{page.at("data").at(0).at("id").as_string()};
  EXPECT_EQ(
      body_of(get("/v1/payment_intents", {{"starting_after", newest}})).at("data").at(0).at("id"),
      bj::value(id));
}

TEST_F(PspModel, RefusesParametersItDoesNotKnow) {
  for (const form& wrong :
       {form{{"amount", "x"}, {"currency", "eur"}}, form{{"amount", "0"}, {"currency", "eur"}},
        form{{"amount", "-5"}, {"currency", "eur"}}, form{{"amount", "5"}},
        form{{"amount", "5"}, {"currency", "eur"}, {"surprise", "1"}},
        form{{"amount", "999999999999"}, {"currency", "eur"}},
        form{
            {"amount", "5"}, {"currency", "eur"}, {"confirm", "true"}, {"payment_method", "pm_?"}}})
    EXPECT_EQ(post("/v1/payment_intents", wrong).status, 400);
  EXPECT_TRUE(model_.intents().empty());
  EXPECT_EQ(get("/v1/payment_intents/pi_none").status, 404);
  EXPECT_EQ(post("/_souk/knobs", {{"error_ppm", "1000001"}}).status, 400);
}

TEST_F(PspModel, RepeatsAndHoldsBackWebhooksWhenToldTo) {
  post("/_souk/knobs", {{"duplicate_ppm", "1000000"}, {"reorder_ppm", "1000000"}});
  const auto made = create("pm_card_visa");
  ASSERT_EQ(made.webhooks.size(), 4u);
  EXPECT_EQ(made.webhooks[0].id, made.webhooks[1].id);
  EXPECT_GT(made.webhooks[0].after_ms, 0);
}

/// Random commands with chance turned on: money never appears, a key never changes its answer, and
/// the log of calls replays to the same state.
TEST(PspModelRandom, KeepsItsBooksWhateverIsAsked) {
  const auto* given = std::getenv("SOUK_SEED");
  const uint64_t seed = given ? std::stoull(given) : 7;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random{seed};
  const knobs chance{
      .lose_before_ppm = 50'000, .lose_after_ppm = 50'000, .error_ppm = 50'000, .seed = 3};
  psp_model model{"http://psp", chance}, replayed{"http://psp", chance};
  std::map<std::string, std::pair<form, std::string>> answers;
  const std::vector<std::string> cards{"pm_card_visa", "pm_card_chargeDeclined",
                                       "pm_card_authenticationRequired", "pm_souk_lost_after",
                                       "pm_souk_lost_before"};
  const std::vector<std::string> verbs{"/confirm", "/capture", "/cancel"};
  for (int i = 0; i < 5'000; ++i) {
    std::vector<std::string> ids{"pi_none"};
    for (const auto& [id, one] : model.intents())
      ids.push_back(id);
    const auto id = ids[random() % ids.size()];
    call what{"POST", "/v1/payment_intents", {}, "key" + std::to_string(random() % 3'000)};
    if (ids.size() < 60 && random() % 3 == 0)
      what.fields = {{"amount", std::to_string(random() % 5'000 + 1)},
                     {"currency", "eur"},
                     {"capture_method", "manual"},
                     {"confirm", "true"},
                     {"payment_method", cards[random() % cards.size()]}};
    else if (random() % 4 == 0)
      what = {"GET", "/_souk/authenticate/" + id, {}, ""};
    else if (random() % 3 == 0)
      what = {"POST",
              "/v1/refunds",
              {{"payment_intent", id}, {"amount", std::to_string(random() % 3'000 + 1)}},
              what.idempotency_key};
    else
      what.path += "/" + id + verbs[random() % 3];
    const auto got = model.handle(what, {});
    replayed.handle(what, {});
    const bool is_fact = what.verb == "POST" && !got.lost && got.status != 400;
    if (is_fact && got.replayed) {
      EXPECT_EQ(answers[what.idempotency_key].first, what.fields) << "seed " << seed;
      EXPECT_EQ(answers[what.idempotency_key].second, got.body) << "seed " << seed;
    }
    if (what.verb == "POST" && got.status != 400 && !got.replayed &&
        (!got.lost || !got.body.empty()))
      answers[what.idempotency_key] = {what.fields, got.body};
    for (const auto& [key, one] : model.intents()) {
      EXPECT_LE(one.received + one.capturable, one.amount) << "seed " << seed;
      EXPECT_LE(one.refunded, one.received) << "seed " << seed;
      EXPECT_TRUE(one.capturable == 0 || one.status == "requires_capture") << "seed " << seed;
    }
  }
  const call everything{"GET", "/_souk/intents", {}, ""};
  EXPECT_EQ(model.handle(everything, {}).body, replayed.handle(everything, {}).body);
}

} // namespace
} // namespace souk::psp
