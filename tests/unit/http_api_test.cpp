// The HTTP API without servers: the contract, who may call, and what is refused before any service
// is asked. Postgres is away and no entity lives, so a 503 or 404 is what a good request gets.
#include "http/api/gather.hpp"
#include "http/api/routes.hpp"
#include "http/openapi.hpp"
#include "tests/kit/actor_test.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace souk::http {
namespace {

class no_rows final : public persistence::sql::pool {
public:
  void run(std::function<void(persistence::sql::connection&)>,
           std::function<void(failure)> refused) override {
    refused(fail(errc::unavailable, "no rows here"));
  }
};

class no_pictures final : public catalogue::picture_store {
public:
  void put(std::string, callback<catalogue::picture> done) override {
    done(fail(errc::unavailable, "no disk here"));
  }
  void get(catalogue::picture_file, callback<std::shared_ptr<const std::string>> done) override {
    done(fail(errc::not_found, "no disk here"));
  }
};

class counting_entropy final : public entropy {
public:
  void fill(std::span<unsigned char> out) override {
    for (auto& byte : out)
      byte = ++next_;
  }

private:
  unsigned char next_ = 0;
};

class HttpApi : public test::actor_test {
protected:
  HttpApi() { route.start(); }
  ~HttpApi() override {
    route.stop();
    run();
  }

  response ask(method verb, std::string target, std::string body = {},
               std::vector<header> headers = {}) {
    auto in = std::make_shared<request>();
    in->verb = verb;
    in->target = std::move(target);
    in->body = std::move(body);
    in->headers = std::move(headers);
    in->headers.push_back({"Content-Type", "application/json"});
    in->peer = "192.0.2.1";
    std::optional<response> got;
    door.serve(in, [&](response out) { got = std::move(out); });
    run();
    EXPECT_TRUE(got) << in->target;
    return got.value_or(response{});
  }

  /// The fields problems[] name, with their codes: "/quantity out_of_range".
  static std::vector<std::string> wrong_fields(const response& of) {
    std::vector<std::string> out;
    const auto body = boost::json::parse(of.content());
    if (const auto* all = body.as_object().if_contains("problems"))
      for (const auto& p : all->as_array())
        out.push_back(std::string{p.at("field").as_string()} + " " +
                      std::string{p.at("code").as_string()});
    return out;
  }

  no_rows rows;
  counting_entropy random;
  cluster::router route{system, time, {}};
  catalogue::service goods{rows, time, random};
  no_pictures pictures;
  catalogue::office office{rows, pictures};
  cart::service carts{route, goods, time, random, "secret"};
  pricing::service prices{rows, time};
  warehouse::service warehouses{rows, time};
  user::service people{rows, [](const auto&) { return false; }, time, random, {}};
  checkout::service checkouts{route,  carts, goods, prices, warehouses,
                              people, rows,  time,  random, {.secret = "secret"}};
  order::service orders{route, checkouts};
  order::history history{rows};
  operators::queue stuck{rows};
  notification::repost letters{rows};
  user::second_factor codes{rows, time, random};
  user::trail trail{rows, time, random};
  session::service sessions{route, people, codes, carts, rows, time, random, "secret"};
  result<std::optional<payment::intent>> heard = std::optional<payment::intent>{};
  shop all{.route = route,
           .goods = goods,
           .office = office,
           .pictures = pictures,
           .carts = carts,
           .checkouts = checkouts,
           .orders = orders,
           .history = history,
           .sessions = sessions,
           .people = people,
           .codes = codes,
           .trail = trail,
           .prices = prices,
           .warehouses = warehouses,
           .operators = stuck,
           .letters = letters,
           .webhooks = [this](std::string_view, const request&) { return heard; },
           .time = time,
           .random = random};
  edge door{make_routes(all, [] { return readiness{}; }),
            {.limits = route_limits(), .authorise = make_authoriser(all)},
            time,
            random};
  const std::string cart_id = make_capability({}, random);
  const std::string order_id = make_uuid7({}, random);
};

TEST_F(HttpApi, IsTheDocumentedOne) {
  EXPECT_THAT(openapi_mismatches(door.routes(), openapi_document()), testing::IsEmpty());
}

TEST_F(HttpApi, NamesTheFieldThatIsWrong) {
  const auto lines = "/v1/carts/" + cart_id + "/lines";
  struct {
    std::string target, body, wrong;
  } const cases[] = {
      {"/v1/carts", R"({"currency":"EUR"})", "/country required"},
      {"/v1/carts", R"({"currency":"QQQ","country":"DE"})", "/currency unknown_currency"},
      {"/v1/carts", R"({"currency":"EUR","country":"de"})", "/country invalid"},
      {"/v1/carts", R"({"currency":7,"country":"DE"})", "/currency wrong_type"},
      {lines, R"({"sku":"A","quantity":0})", "/quantity out_of_range"},
      {lines, R"({"sku":"A","quantity":-1})", "/quantity out_of_range"},
      {lines, R"({"sku":"A","quantity":10000})", "/quantity out_of_range"},
      {lines, R"({"sku":"A","quantity":1000000000000000000})", "/quantity out_of_range"},
      {lines, R"({"sku":"A","quantity":99999999999999999999})", "/quantity out_of_range"},
      {lines, R"({"sku":"A","quantity":1.5})", "/quantity wrong_type"},
      {lines, R"({"sku":"A","quantity":"1"})", "/quantity wrong_type"},
      {lines, R"({"sku":"","quantity":1})", "/sku out_of_range"},
      {lines, R"({"sku":"A","quantity":1,"unit_price":{"amount":1,"currency":"EUR"}})",
       "/unit_price unknown_field"},
      {"/v1/users", R"({"email":"x","password":"12345678"})", "/email out_of_range"},
      {"/v1/users", R"({"email":"a@b.example","password":"1"})", "/password out_of_range"},
      {"/v1/sessions", R"({"email":"not one","password":"12345678"})", "/email invalid"},
  };
  for (const auto& c : cases) {
    const auto got = ask(method::post, c.target, c.body);
    EXPECT_EQ(got.status, 400) << c.body;
    EXPECT_EQ(got.content_type, "application/problem+json");
    EXPECT_THAT(wrong_fields(got), testing::ElementsAre(c.wrong)) << c.body;
  }
}

TEST_F(HttpApi, NamesEveryWrongFieldOfAnOrderAtOnce) {
  const auto got = ask(method::post, "/v1/orders", R"({"cart_id":"c","email":"a@b.example",
    "shipping_address":{"name":"Ada","line1":"Allee 1","city":"","postal_code":"10115"},
    "shipping_option":"standard","expected_total":{"amount":-1,"currency":"EUR"},
    "payment":{"provider":"cash","payment_method":"pm"},"discount":100})");
  EXPECT_EQ(got.status, 400);
  EXPECT_THAT(wrong_fields(got),
              testing::UnorderedElementsAre(
                  "/shipping_address/city out_of_range", "/shipping_address/country required",
                  "/expected_total/amount out_of_range", "/payment/provider unknown_provider",
                  "/discount unknown_field"));
}

TEST_F(HttpApi, TellsNobodyWithoutTheSecretWhatABodyWas) {
  auto in = std::make_shared<request>();
  in->matched = door.routes().routes().front().get();
  in->body = R"({"email":"a@b.example","password":"12345678"})";
  const call one{all, in, {}};
  const auto before = one.meta("").fingerprint;
  EXPECT_EQ(one.meta("").fingerprint, before);
  all.secret = "another";
  EXPECT_NE(one.meta("").fingerprint, before) << "journals keep it for ever";
}

TEST_F(HttpApi, RefusesWhatIsNoJson) {
  EXPECT_EQ(ask(method::post, "/v1/carts", "{").status, 400);
  EXPECT_EQ(ask(method::post, "/v1/carts", "[]").status, 400);
  EXPECT_EQ(ask(method::post, "/v1/carts", R"({"currency":"EUR","currency":"USD"})").status, 400);
  EXPECT_EQ(ask(method::post, "/v1/carts", std::string(20'000, ' ')).status, 413);
}

TEST_F(HttpApi, JudgesWhatStandsInTheQuery) {
  for (const auto* query : {"limit=0", "limit=101", "limit=-1", "limit=1e1", "limit=", "limit=x",
                            "currency=eur", "country=D", "order=price", "locale=12345678901234567"})
    EXPECT_EQ(ask(method::get, std::string{"/v1/products?"} + query).status, 400) << query;
  EXPECT_EQ(ask(method::get, "/v1/search").status, 400);
  EXPECT_EQ(ask(method::get, "/v1/search?q=" + std::string(201, 'a')).status, 400);
  EXPECT_EQ(ask(method::get, "/v1/products?limit=100&currency=USD&country=US").status, 503);
}

TEST_F(HttpApi, LetsNobodyInWithoutARight) {
  for (const auto* target :
       {"/v1/me", "/v1/me/orders", "/v1/me/addresses", "/v1/me/sessions", "/v1/me/export",
        "/v1/me/second-factor", "/v1/admin/orders", "/v1/admin/stock/A", "/v1/admin/users",
        "/v1/admin/roles", "/v1/admin/api-keys", "/v1/admin/audit-trail"}) {
    const auto got = ask(method::get, target);
    EXPECT_EQ(got.status, 401) << target;
    EXPECT_FALSE(got.header_value("www-authenticate").empty());
  }
  const auto order = "/v1/orders/" + order_id;
  EXPECT_EQ(ask(method::get, order).status, 401);
  EXPECT_EQ(ask(method::post, order + "/cancel").status, 401);
  EXPECT_EQ(ask(method::get, order, {}, {{"Authorization", "Bearer guessed"}}).status, 404);
  EXPECT_EQ(ask(method::get, order, {}, {{"Authorization", "Bearer a~b"}}).status, 401);
  EXPECT_EQ(ask(method::get, "/v1/admin/orders", {}, {{"Authorization", "Bearer souk_x"}}).status,
            401);
}

TEST_F(HttpApi, TakesGuestsButNoWrongToken) {
  const auto cart = "/v1/carts/" + cart_id;
  EXPECT_EQ(ask(method::get, cart).status, 404);
  EXPECT_EQ(ask(method::get, "/v1/carts/../etc").status, 404);
  EXPECT_EQ(ask(method::get, cart, {}, {{"Authorization", "Bearer a~b"}}).status, 401);
  const auto by_cookie = ask(method::get, cart, {}, {{"Cookie", "souk_session=a~b"}});
  EXPECT_EQ(by_cookie.status, 401);
  EXPECT_THAT(std::string{by_cookie.header_value("set-cookie")}, testing::HasSubstr("Max-Age=0"));
}

TEST_F(HttpApi, TellsAProviderOnlyWhatIsTrue) {
  EXPECT_EQ(ask(method::post, "/v1/webhooks/stripe", "{}").status, 200);
  heard = fail(errc::forbidden, "forged");
  EXPECT_EQ(ask(method::post, "/v1/webhooks/stripe", "{}").status, 403);
  heard = fail(errc::not_found, "no such provider");
  EXPECT_EQ(ask(method::post, "/v1/webhooks/other", "{}").status, 404);
  heard = std::optional{payment::intent{.id = "pi_1", .order_id = "not ours"}};
  EXPECT_EQ(ask(method::post, "/v1/webhooks/stripe", "{}").status, 200);
}

TEST_F(HttpApi, TellsACommandFromARepeat) {
  const auto meta = [this](std::string caller, std::string path, std::string key,
                           std::string body) {
    static const http::route to{method::post, "/v1/carts/{id}/lines", "add_cart_line", {}, {}};
    auto in = std::make_shared<request>();
    in->verb = method::post;
    in->path = std::move(path);
    in->caller = std::move(caller);
    in->idempotency_key = std::move(key);
    in->body = std::move(body);
    in->trace.trace_id = "0af7651916cd43dd8448eb211c80319c";
    in->matched = &to;
    return call{all, in, {}}.meta("guest");
  };
  const auto first = meta("ann", "/a", "k", "{}");
  EXPECT_EQ(meta("ann", "/a", "k", "{}").id, first.id);
  EXPECT_EQ(meta("ann", "/a", "k", "{}").fingerprint, first.fingerprint);
  EXPECT_EQ(meta("ann", "/a", "k", "[]").id, first.id);
  EXPECT_NE(meta("ann", "/a", "k", "[]").fingerprint, first.fingerprint);
  EXPECT_NE(meta("bob", "/a", "k", "{}").id, first.id);
  EXPECT_NE(meta("ann", "/b", "k", "{}").id, first.id);
  EXPECT_NE(meta("ann", "/a", "l", "{}").id, first.id);
  EXPECT_EQ(meta("", "/a", "k", "{}").id, meta("guest", "/a", "k", "{}").id);
  EXPECT_NE(meta("ann", "/a", "", "{}").id, meta("ann", "/a", "", "{}").id);
  EXPECT_EQ(first.expires, time.now() + all.deadline);
  EXPECT_EQ(first.trace.size(), 16u);
  EXPECT_EQ(first.trace.substr(0, 2), "\x0a\xf7");
}

TEST(Gather, AnswersOnceWithAllOrWithTheFirstFailure) {
  std::vector<result<std::vector<int>>> got;
  const auto keep = [&](result<std::vector<int>> r) { got.push_back(std::move(r)); };
  const gather<int> good{2, keep};
  good.part(1)(2);
  EXPECT_TRUE(got.empty());
  good.part(0)(1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(*got[0], (std::vector{1, 2}));
  const gather<int> bad{2, keep};
  bad.part(0)(fail(errc::unavailable));
  bad.part(1)(2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1].error().code, errc::unavailable);
  const gather<int> none{0, keep};
  EXPECT_EQ(got.size(), 3u);
}

} // namespace
} // namespace souk::http
