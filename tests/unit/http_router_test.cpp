#include "http/problem.hpp"
#include "http/router.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace souk::http {
namespace {

void nothing(request_ptr, responder) {}

router make_routes() {
  router out;
  out.add(method::get, "/v1/products", "list", nothing);
  out.add(method::get, "/v1/products/{id}", "read", nothing);
  out.add(method::post, "/v1/carts/{id}/lines", "add", nothing);
  out.add(method::patch, "/v1/carts/{id}/lines/{line}", "change", nothing);
  out.add(method::del, "/v1/carts/{id}/lines/{line}", "remove", nothing);
  out.add(method::get, "/v1/sessions/current", "current", nothing);
  out.add(method::get, "/v1/sessions/{id}", "session", nothing);
  out.add(method::get, "/assets/{path*}", "", nothing);
  return out;
}

TEST(Router, FindsTheRouteAndItsParameters) {
  const auto routes = make_routes();
  const auto found = routes.find(method::patch, "/v1/carts/c%201/lines/%C3%A4");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->to->name, "change");
  EXPECT_THAT(found->params,
              testing::ElementsAre(testing::Pair("id", "c 1"), testing::Pair("line", "ä")));
}

TEST(Router, PrefersFixedSegmentsAndAllowsARestAtTheEnd) {
  const auto routes = make_routes();
  EXPECT_EQ(routes.find(method::get, "/v1/sessions/current")->to->name, "current");
  EXPECT_EQ(routes.find(method::get, "/v1/sessions/x")->to->name, "session");
  EXPECT_EQ(routes.find(method::get, "/assets/js/a.js")->params.front().second, "js/a.js");
}

TEST(Router, AnswersHeadWhereThereIsGet) {
  EXPECT_EQ(make_routes().find(method::head, "/v1/products")->to->name, "list");
}

TEST(Router, SaysWhichMethodsAKnownPathHas) {
  const auto routes = make_routes();
  EXPECT_EQ(routes.find(method::post, "/v1/carts/a/lines/b").error().code,
            errc::method_not_allowed);
  EXPECT_EQ(routes.allowed("/v1/carts/a/lines/b"), "PATCH, DELETE, OPTIONS");
}

TEST(Router, KnowsNothingOfOtherPaths) {
  const auto routes = make_routes();
  for (const auto* path :
       {"", "/", "/v1", "/v1/products/", "/v1/products/a/b", "/v1//lines", "v1/products"})
    EXPECT_EQ(routes.find(method::get, path).error().code, errc::not_found) << path;
}

TEST(Problem, CarriesEverythingAClientCanActOn) {
  failure why{.code = errc::sold_out,
              .detail = "one line cannot be had",
              .problems = {{"sold_out", "/lines/0", "2 are left", 2}},
              .retry_after = std::chrono::seconds{7},
              .extra = R"({"quote":{"total":1}})"};
  const auto out = to_response(why, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(out.status, 409);
  EXPECT_EQ(out.content_type, "application/problem+json");
  EXPECT_EQ(out.header_value("retry-after"), "7");
  EXPECT_EQ(boost::json::parse(out.body), boost::json::parse(R"({
    "type": "about:blank", "title": "Not enough units", "status": 409, "code": "sold_out",
    "detail": "one line cannot be had", "instance": "urn:trace:0af7651916cd43dd8448eb211c80319c",
    "trace_id": "0af7651916cd43dd8448eb211c80319c", "quote": {"total": 1},
    "problems": [{"code": "sold_out", "field": "/lines/0",
                  "detail": "2 are left", "available": 2}]})"));
}

TEST(Problem, ChallengesWhoIsNotKnownAndAsksForPatienceWhenBusy) {
  EXPECT_THAT(to_response(fail(errc::unauthenticated)).header_value("WWW-Authenticate"),
              testing::StartsWith("Bearer"));
  for (const auto code : {errc::overloaded, errc::timed_out, errc::unavailable, errc::superseded})
    EXPECT_EQ(to_response(fail(code)).header_value("Retry-After"), "1");
}

TEST(Problem, HasAStatusForEveryCode) {
  for (int i = 0; i <= static_cast<int>(errc::internal); ++i) {
    const auto status = status_of(static_cast<errc>(i));
    EXPECT_TRUE(status >= 400 && status <= 503) << i;
  }
  EXPECT_EQ(status_of(errc::payment_declined), 402);
  EXPECT_EQ(status_of(errc::idempotency_mismatch), 422);
}

} // namespace
} // namespace souk::http
