// Orders and products as clients see them.
#include "http/api/order_json.hpp"
#include "http/api/product_json.hpp"
#include "http/headers.hpp"

#include <gmock/gmock.h>

namespace souk::http {
namespace {

namespace bj = boost::json;

constexpr currency eur{"EUR"};

order::order_view an_order(order::status status) {
  order::order_view out;
  out.placed.order_id = "o1";
  out.placed.number = "S1";
  out.placed.provider = "stripe";
  out.placed.lines = {{.id = "l1",
                       .sku = "A",
                       .title = "a",
                       .quantity = 2,
                       .unit_price = {5, eur},
                       .total = {10, eur},
                       .options = {{"colour", "Sand"}, {"size", "M"}}}};
  out.placed.sums = {{10, eur}, {0, eur}, {3, eur}, {2, eur}, {13, eur}, true};
  out.status = status;
  out.payment.status = "pending";
  out.version = 7;
  return out;
}

checkout::placed_order settled(order::order_view view) { return {std::move(view), "token", true}; }

TEST(OrderJson, HasTheFieldsOfTheContract) {
  const auto out = json_of(an_order(order::status::confirmed), "token");
  for (const auto* name : {"id", "number", "status", "lines", "totals", "payment", "shipments",
                           "access_token", "created_at"})
    EXPECT_TRUE(out.contains(name)) << name;
  EXPECT_EQ(out.at("status"), "confirmed");
  EXPECT_EQ(out.at("totals").at("total"), (bj::object{{"amount", 13}, {"currency", "EUR"}}));
  EXPECT_EQ(out.at("lines").at(0).at("line_total").at("amount"), 10);
  EXPECT_EQ(out.at("lines").at(0).at("options"), (bj::object{{"colour", "Sand"}, {"size", "M"}}));
  EXPECT_TRUE(out.at("payment").at("next_action").is_null());
  EXPECT_FALSE(json_of(an_order(order::status::confirmed), "").contains("access_token"));
}

TEST(OrderOutcome, SaysWhatBecameOfTheOrder) {
  const request in{.verb = method::post};
  struct {
    order::status status;
    int expected;
    const char* code;
  } const cases[] = {
      {order::status::confirmed, 201, ""},
      {order::status::shipped, 201, ""},
      {order::status::cancelled, 201, ""},
      {order::status::payment_failed, 402, "payment_declined"},
      {order::status::rejected, 409, "conflict"},
      {order::status::action_required, 402, "authentication_required"},
  };
  for (const auto& c : cases) {
    const auto out = render_outcome(in, 201, settled(an_order(c.status)));
    EXPECT_EQ(out.status, c.expected) << order::to_string(c.status);
    EXPECT_EQ(out.header_value("location"), "/v1/orders/o1");
    if (c.expected < 400)
      continue;
    const auto body = bj::parse(out.content());
    EXPECT_EQ(body.at("code"), c.code);
    EXPECT_EQ(body.at("order_id"), "o1");
    EXPECT_EQ(body.at("order").at("access_token"), "token");
  }
}

TEST(OrderOutcome, SaysWhyThereIsNothingToSell) {
  auto view = an_order(order::status::rejected);
  view.problems = {{"held", "l1", "others hold them", 0}};
  EXPECT_EQ(bj::parse(render_outcome({}, 201, settled(view)).content()).at("code"), "held");
  view.problems.push_back({"sold_out", "l2", "1 is left", 1});
  const auto body = bj::parse(render_outcome({}, 201, settled(view)).content());
  EXPECT_EQ(body.at("code"), "sold_out");
  EXPECT_EQ(body.at("problems").at(1).at("available"), 1);
}

TEST(OrderOutcome, IsAcceptedWhileTheAnswerIsNotIn) {
  const auto out = render_outcome({}, 201, {an_order(order::status::authorising), "token", false});
  EXPECT_EQ(out.status, 202);
  EXPECT_EQ(out.header_value("location"), "/v1/orders/o1");
  EXPECT_EQ(out.header_value("etag"), "\"7\"");
}

TEST(OrderOutcome, CarriesTheDeclineCode) {
  auto view = an_order(order::status::payment_failed);
  view.payment.decline_code = "insufficient_funds";
  EXPECT_EQ(bj::parse(render_outcome({}, 201, settled(view)).content()).at("decline_code"),
            "insufficient_funds");
}

catalogue::product_view a_product() {
  catalogue::product_view p;
  p.id = "p1";
  p.version = 3;
  p.rating_sum = 17;
  p.rating_count = 4;
  p.attributes = R"({"material":"clay"})";
  p.option_names = {"size"};
  catalogue::variant_view v;
  v.options = {{"size", "M"}};
  v.price = money{990, eur};
  v.availability = catalogue::bucket_of(3);
  p.variants = {v};
  return p;
}

TEST(ProductJson, HasTheFieldsOfTheContract) {
  const auto out = json_of(a_product());
  for (const auto* name : {"id", "handle", "title", "description", "brand", "category", "images",
                           "options", "attributes", "rating", "variants"})
    EXPECT_TRUE(out.contains(name)) << name;
  EXPECT_EQ(out.at("rating").at("average_hundredths"), 425);
  EXPECT_EQ(out.at("attributes").at("material"), "clay");
  const auto& variant = out.at("variants").at(0).as_object();
  EXPECT_EQ(variant.at("options").at("size"), "M");
  EXPECT_EQ(variant.at("price"), (bj::object{{"amount", 990}, {"currency", "EUR"}}));
  EXPECT_TRUE(variant.at("original_price").is_null());
  EXPECT_EQ(variant.at("availability"), (bj::object{{"status", "few_left"}, {"units", 3}}));
}

TEST(ProductJson, ShowsUnitsOnlyWhenFewAreLeft) {
  auto p = a_product();
  p.variants[0].availability = catalogue::bucket_of(500);
  EXPECT_EQ(json_of(p).at("variants").at(0).at("availability"),
            (bj::object{{"status", "in_stock"}}));
}

TEST(ProductEtag, ChangesWithWhatIsShownAndNamesTheVersion) {
  const auto tag = product_etag(3, "a");
  EXPECT_NE(tag, product_etag(3, "b"));
  request in;
  in.headers = {{"If-Match", tag}};
  EXPECT_EQ(**read_product_match(in), 3);
  in.headers = {{"If-Match", "\"12\""}};
  EXPECT_EQ(**read_product_match(in), 12);
  in.headers = {};
  EXPECT_FALSE(read_product_match(in)->has_value());
  for (const auto* bad : {"3", "\"x\"", "\"-1\"", "W/\"3\"", "\"3", "\"99999999999999999999\""}) {
    in.headers = {{"If-Match", bad}};
    EXPECT_FALSE(read_product_match(in)) << bad;
  }
}

} // namespace
} // namespace souk::http
