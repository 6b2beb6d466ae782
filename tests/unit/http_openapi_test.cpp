#include "http/api/operations.hpp"
#include "http/edge.hpp"
#include "http/openapi.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace souk::http {
namespace {

constexpr std::string_view small = R"({"paths": {
  "/a": {"get": {"operationId": "read_a"}, "post": {"operationId": "make_a"}},
  "/a/{id}": {"get": {"operationId": "read_one", "parameters": [{"name": "id", "in": "path"}]}}}})";

void nothing(request_ptr, responder) {}

router routes_of_small() {
  router out;
  out.add(method::get, "/a", "read_a", nothing);
  out.add(method::post, "/a", "make_a", nothing);
  out.add(method::get, "/a/{id}", "read_one", nothing);
  out.add(method::get, "/page", "", nothing);
  return out;
}

TEST(OpenApi, AgreesWithARouterThatHasItsOperations) {
  EXPECT_THAT(openapi_mismatches(routes_of_small(), small), testing::IsEmpty());
}

TEST(OpenApi, NamesWhatIsMissingOnEitherSideOrCalledOtherwise) {
  router routes;
  routes.add(method::get, "/a", "list_a", nothing);
  routes.add(method::get, "/a/{other}", "read_one", nothing);
  EXPECT_THAT(openapi_mismatches(routes, small),
              testing::UnorderedElementsAre("GET /a is routed as list_a but documented as read_a",
                                            "GET /a/{other} is routed but not documented",
                                            "GET /a/{id} is documented as read_one but not routed",
                                            "POST /a is documented as make_a but not routed"));
  EXPECT_EQ(openapi_mismatches(routes, "no json").size(), 1u);
}

TEST(OpenApi, IsADocumentWhoseOperationsAreNamedOnceAndDeclareTheirParameters) {
  const auto all = openapi_mismatches(router{}, openapi_document());
  EXPECT_GE(all.size(), 30u);
  for (const auto& one : all)
    EXPECT_THAT(one, testing::HasSubstr("but not routed"));
  std::set<std::string> names;
  const auto document = boost::json::parse(openapi_document());
  for (const auto& path : document.at("paths").as_object())
    for (const auto& verb : path.value().as_object())
      EXPECT_TRUE(names.insert(std::string{verb.value().at("operationId").as_string()}).second);
}

class fixed_entropy : public entropy {
public:
  void fill(std::span<unsigned char> out) override { std::fill(out.begin(), out.end(), 7); }
};
class still_clock : public souk::clock {
public:
  time_point now() const override { return {}; }
  std::chrono::nanoseconds monotonic() const override { return {}; }
};

TEST(OperationsRoutes, TellWhetherANodeIsAliveReadyAndBusy) {
  fixed_entropy random;
  still_clock time;
  readiness state;
  router routes;
  add_operations_routes(routes, [&] { return state; });
  edge door{std::move(routes), {}, time, random};
  const auto ask = [&](std::string target, std::vector<header> headers = {}) {
    auto in = std::make_shared<request>();
    in->target = std::move(target);
    in->headers = std::move(headers);
    response got;
    door.serve(in, [&](response out) { got = std::move(out); });
    return got;
  };
  EXPECT_EQ(ask("/healthz").status, 200);
  EXPECT_EQ(ask("/readyz").content(), R"({"ready":true,"reasons":[]})");
  state = {false, {"postgres is away"}};
  EXPECT_EQ(ask("/readyz").status, 503);
  EXPECT_EQ(ask("/readyz").content(), R"({"ready":false,"reasons":["postgres is away"]})");
  EXPECT_THAT(std::string{ask("/metrics").content()},
              testing::HasSubstr(
                  R"(souk_http_requests_total{method="GET",route="/healthz",status="200"} 1)"));
  const auto contract = ask("/openapi.json");
  EXPECT_EQ(contract.content(), openapi_document());
  EXPECT_EQ(
      ask("/openapi.json", {{"If-None-Match", std::string{contract.header_value("etag")}}}).status,
      304);
}

} // namespace
} // namespace souk::http
