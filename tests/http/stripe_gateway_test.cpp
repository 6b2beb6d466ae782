// The gateway against the simulator: every test card, lost answers, webhooks, and a simulator that
// is killed.
#include "adapters/stripe_gateway.hpp"
#include "adapters/stripe_webhook.hpp"
#include "app/psp/psp_server.hpp"
#include "base/crypto.hpp"
#include "http/server.hpp"
#include "tests/http/server_kit.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace souk::adapters {
namespace {

using payment::intent;
using payment::intent_status;
constexpr currency eur{"EUR"};

class StripeGateway : public testing::Test {
protected:
  void SetUp() override {
    start_crypto();
    start_psp({.port = 0, .api_key = "sk_test"});
  }
  void start_psp(psp::psp_options options) {
    psp_ = std::make_unique<psp::psp_server>(std::move(options), clock_, entropy_);
    const auto started = psp_->start();
    ASSERT_TRUE(started) << started.error().detail;
    gateway_ = make_gateway("sk_test");
  }
  std::unique_ptr<stripe_gateway> make_gateway(std::string key, int port = 0) {
    const auto url = "http://127.0.0.1:" + std::to_string(port ? port : psp_->port());
    return std::make_unique<stripe_gateway>(
        client_,
        stripe_options{.url = url, .api_key = std::move(key), .timeout = std::chrono::seconds{2}});
  }
  template <class T, class Ask>
  static result<T> wait(Ask ask) {
    auto answer = std::make_shared<tests::promised<result<T>>>();
    ask([answer](result<T> r) { answer->set(std::move(r)); });
    auto got = answer->get();
    return got ? *got : result<T>{fail(errc::internal, "never answered")};
  }
  result<intent> authorise(const std::string& card, const std::string& key = "o-1/authorise/1") {
    const payment::authorisation what{"o-1", 1, card, {2000, eur}, "https://shop/return"};
    return wait<intent>([&](auto done) { gateway_->authorise(key, what, done); });
  }
  result<intent> capture(const std::string& id, int64_t amount) {
    return wait<intent>([&](auto done) {
      gateway_->capture("o-1/capture/1", id, {amount, eur}, done);
    });
  }
  result<intent> refund(const std::string& id, int64_t amount, const std::string& key) {
    return wait<intent>([&](auto done) { gateway_->refund(key, id, {amount, eur}, done); });
  }
  result<intent> read(const std::string& id) {
    return wait<intent>([&](auto done) { gateway_->read(id, done); });
  }
  http_answer call(const std::string& verb, const std::string& path, const std::string& body = {}) {
    return *wait<http_answer>([&](auto done) {
      client_.send({.verb = verb,
                    .url = "http://127.0.0.1:" + std::to_string(psp_->port()) + path,
                    .body = body},
                   done);
    });
  }

  tests::real_clock clock_;
  tests::seeded_entropy entropy_;
  http_client client_;
  std::unique_ptr<psp::psp_server> psp_;
  std::unique_ptr<stripe_gateway> gateway_;
};

TEST_F(StripeGateway, AuthorisesCapturesAndRefunds) {
  const auto authorised = authorise("pm_card_visa");
  ASSERT_TRUE(authorised) << authorised.error().detail;
  EXPECT_EQ(authorised->status, intent_status::requires_capture);
  EXPECT_EQ(authorised->amount, (money{2000, eur}));
  EXPECT_EQ(authorised->authorised, 2000);
  EXPECT_EQ(authorised->order_id, "o-1");
  EXPECT_EQ(authorised->attempt, 1);
  const auto captured = capture(authorised->id, 1500);
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->status, intent_status::succeeded);
  EXPECT_EQ(captured->captured, 1500);
  EXPECT_EQ(captured->authorised, 0);
  EXPECT_EQ(refund(captured->id, 500, "r1")->refunded, 500);
  EXPECT_EQ(refund(captured->id, 500, "r1")->refunded, 500);
  EXPECT_EQ(refund(captured->id, 1000, "r2")->refunded, 1500);
  EXPECT_EQ(refund(captured->id, 1, "r3").error().code, errc::invalid);
}

TEST_F(StripeGateway, TakesADeclineAsAFact) {
  const auto declined = authorise("pm_card_visa_chargeDeclined");
  ASSERT_TRUE(declined);
  EXPECT_EQ(declined->status, intent_status::requires_payment_method);
  EXPECT_EQ(declined->decline_code, "generic_decline");
  EXPECT_EQ(authorise("pm_card_chargeDeclinedInsufficientFunds", "k2")->decline_code,
            "insufficient_funds");
}

TEST_F(StripeGateway, SendsTheBuyerToAuthenticateAndGoesOn) {
  const auto waiting = authorise("pm_card_authenticationRequired");
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->status, intent_status::requires_action);
  const auto page =
      wait<http_answer>([&](auto done) { client_.send({.url = waiting->next_action_url}, done); });
  EXPECT_EQ(page->status, 200);
  const auto gone_on = wait<intent>([&](auto done) { gateway_->confirm("c1", waiting->id, done); });
  ASSERT_TRUE(gone_on) << gone_on.error().detail;
  EXPECT_EQ(gone_on->status, intent_status::requires_capture);
}

TEST_F(StripeGateway, VoidsWhatIsNotCaptured) {
  const auto authorised = authorise("pm_card_visa");
  const auto voided =
      wait<intent>([&](auto done) { gateway_->cancel("v1", authorised->id, done); });
  EXPECT_EQ(voided->status, intent_status::canceled);
  EXPECT_EQ(voided->authorised, 0);
  EXPECT_EQ(capture(authorised->id, 1)->status, intent_status::canceled);
}

TEST_F(StripeGateway, ChargesOnceWhenTheAnswerIsLost) {
  for (const std::string& card :
       {std::string{"pm_souk_lost_before"}, std::string{"pm_souk_lost_after"}}) {
    // A kept connection would be replaced and the call repeated by the client itself.
    http_client fresh;
    stripe_gateway once{
        fresh, {.url = "http://127.0.0.1:" + std::to_string(psp_->port()), .api_key = "sk_test"}};
    const payment::authorisation what{"o-1", 1, card, {2000, eur}, "https://shop/return"};
    const auto lost = wait<intent>([&](auto done) { once.authorise(card, what, done); });
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, errc::timed_out);
    EXPECT_EQ(authorise(card, card)->status, intent_status::requires_capture);
  }
  const auto all = call("GET", "/_souk/intents").body;
  EXPECT_EQ(std::string_view{all}.find("pm_souk_lost_after"),
            std::string_view{all}.rfind("pm_souk_lost_after"));
}

TEST_F(StripeGateway, FindsAnAttemptByItsMetadata) {
  EXPECT_FALSE(
      wait<std::optional<intent>>([&](auto done) { gateway_->find("o-1", 1, done); })->has_value());
  authorise("pm_souk_lost_after");
  const auto found =
      wait<std::optional<intent>>([&](auto done) { gateway_->find("o-1", 1, done); });
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->authorised, 2000);
  EXPECT_EQ(read((*found)->id)->id, (*found)->id);
  EXPECT_FALSE(
      wait<std::optional<intent>>([&](auto done) { gateway_->find("o-1", 2, done); })->has_value());
}

TEST_F(StripeGateway, TellsRefusedFromUnknown) {
  EXPECT_EQ(authorise("pm_nobody").error().code, errc::invalid);
  EXPECT_EQ(read("pi_none").error().code, errc::invalid);
  gateway_ = make_gateway("sk_wrong");
  EXPECT_EQ(authorise("pm_card_visa").error().code, errc::invalid);
  gateway_ = make_gateway("sk_test", 1);
  EXPECT_EQ(authorise("pm_card_visa").error().code, errc::unavailable);
  gateway_ = make_gateway("sk_test");
  EXPECT_EQ(call("POST", "/_souk/knobs", "error_ppm=1000000").status, 200);
  EXPECT_EQ(authorise("pm_card_visa").error().code, errc::timed_out);
}

TEST_F(StripeGateway, GivesUpOnASlowProvider) {
  call("POST", "/_souk/knobs", "delay_min_ms=30000&delay_max_ms=30000");
  gateway_ = std::make_unique<stripe_gateway>(
      client_, stripe_options{.url = "http://127.0.0.1:" + std::to_string(psp_->port()),
                              .api_key = "sk_test",
                              .timeout = std::chrono::milliseconds{100}});
  EXPECT_EQ(authorise("pm_card_visa").error().code, errc::timed_out);
}

TEST_F(StripeGateway, HearsSignedWebhooksAgainUntilItTakesThem) {
  tests::promised<std::pair<std::string, std::string>> heard;
  std::atomic<int> refusals{0};
  http::router routes;
  routes.add(http::method::post, "/hook", "", [&](http::request_ptr in, http::responder done) {
    if (in->body.find("amount_capturable_updated") == std::string::npos || refusals++ == 0)
      return done(http::response::empty(500));
    heard.set({std::string{in->header_value("stripe-signature")}, in->body});
    done(http::response::empty(200));
  });
  http::server shop{{}, std::move(routes), {}, clock_, entropy_};
  ASSERT_TRUE(shop.start());
  start_psp({.port = 0,
             .webhook_url = "http://127.0.0.1:" + std::to_string(shop.port()) + "/hook",
             .webhook_secret = "whsec_x"});
  const auto authorised = authorise("pm_card_visa");
  const auto got = heard.get();
  ASSERT_TRUE(got);
  EXPECT_TRUE(verify_webhook("whsec_x", got->first, got->second, clock_.now()));
  const auto event = parse_webhook(got->second);
  ASSERT_TRUE(event && event->fact);
  EXPECT_EQ(event->fact->id, authorised->id);
  psp_->stop();
}

TEST_F(StripeGateway, KeepsItsBooksOverARestartEvenWithAHalfWrittenLine) {
  const auto data =
      std::filesystem::temp_directory_path() / ("souk_psp_" + std::to_string(::getpid()));
  std::filesystem::remove_all(data);
  start_psp({.port = 0, .data = data.string()});
  const auto before = authorise("pm_card_visa", "k1");
  ASSERT_TRUE(before);
  psp_->stop();
  std::filesystem::resize_file(data / "psp.jsonl", std::filesystem::file_size(data / "psp.jsonl"));
  {
    std::FILE* log = std::fopen((data / "psp.jsonl").c_str(), "a");
    std::fputs("{\"at\":1,\"ve", log);
    std::fclose(log);
  }
  start_psp({.port = 0, .data = data.string()});
  EXPECT_EQ(read(before->id)->authorised, 2000);
  EXPECT_EQ(authorise("pm_card_visa", "k1")->id, before->id);
  const auto captured = capture(before->id, 2000);
  psp_->stop();
  start_psp({.port = 0, .data = data.string()});
  EXPECT_EQ(read(before->id)->captured, captured->captured);
  std::filesystem::remove_all(data);
}

TEST_F(StripeGateway, ReachesHostsByNameAndSaysWhenThereIsNone) {
  const auto ask = [&](std::string url) {
    return wait<http_answer>([&](auto done) { client_.send({.url = std::move(url)}, done); });
  };
  const auto port = ":" + std::to_string(psp_->port());
  EXPECT_EQ(ask("http://localhost" + port + "/_souk/intents")->status, 200);
  EXPECT_EQ(ask("http://no-such-host.invalid" + port).error().code, errc::unavailable);
  EXPECT_EQ(ask("https://127.0.0.1" + port).error().code, errc::unavailable);
  for (const auto* bad : {"", "/path", "ftp://a", "http://", "localhost:80", "http://a:99999"})
    EXPECT_EQ(ask(bad).error().code, errc::invalid) << bad;
}

TEST_F(StripeGateway, RefusesToQueueWithoutEnd) {
  http_client small{{.calls_max = 1}};
  call("POST", "/_souk/knobs", "delay_min_ms=300&delay_max_ms=300");
  const auto url = "http://127.0.0.1:" + std::to_string(psp_->port()) + "/v1/refunds";
  tests::promised<result<http_answer>> first, second;
  const std::vector<std::pair<std::string, std::string>> key{{"Authorization", "Bearer sk_test"}};
  small.send({.verb = "POST", .url = url, .headers = key},
             [&](auto r) { first.set(std::move(r)); });
  small.send({.verb = "POST", .url = url, .headers = key},
             [&](auto r) { second.set(std::move(r)); });
  EXPECT_EQ(second.get()->error().code, errc::overloaded);
  EXPECT_EQ((*first.get())->status, 400);
}

} // namespace
} // namespace souk::adapters
