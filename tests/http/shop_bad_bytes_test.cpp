// Bad input by hand: quantities, prices, methods, and bytes that are hardly HTTP.
#include "tests/http/unmoved_shop.hpp"

#include <thread>

namespace souk::tests {
namespace {

using ShopBadBytes = unmoved_shop;

TEST_F(ShopBadBytes, NamesTheFieldOfEveryWrongQuantity) {
  const auto lines = "/v1/carts/" + cart_ + "/lines";
  for (const auto* quantity : {"0", "-1", "10000", "1000000000000000000", "9223372036854775807",
                               "9223372036854775808", "99999999999999999999999", "1e3", "1.5",
                               "\"1\"", "null", "true", "[]", "{}", "-0", "1e400", "NaN", "01"}) {
    const auto a =
        ada_->to.ask("POST", lines, std::string{R"({"sku":"MUG","quantity":)"} + quantity + "}");
    EXPECT_EQ(a.status, 400) << quantity << " -> " << a;
    if (a.code() == "invalid") {
      EXPECT_EQ(a.text("/problems/0/field"), "/quantity") << quantity << " -> " << a;
    }
  }
  for (const auto* sku : {R"("")", R"("NO-SUCH")", R"("MUG\u0000")", R"("\u0001")", R"("M/UG")",
                          R"("\ud800")", "1", R"("mug'--")"}) {
    const auto a = ada_->to.ask("POST", lines, std::string{R"({"quantity":1,"sku":)"} + sku + "}");
    EXPECT_EQ(a.status, 400) << sku << " -> " << a;
  }
}

TEST_F(ShopBadBytes, IsNoPriceOfTheClientsOwn) {
  for (const auto* field : {"price", "unit_price", "line_total", "title", "currency"}) {
    const auto a = ada_->to.post("/v1/carts/" + cart_ + "/lines",
                                 bj::object{{"sku", "MUG"}, {"quantity", 1}, {field, 1}});
    EXPECT_EQ(a.status, 400) << field << " -> " << a;
    EXPECT_EQ(a.text("/problems/0/field"), std::string{"/"} + field) << a;
  }
  for (const auto* currency : {"eur", "EURO", "XYZ", "", "€"})
    EXPECT_EQ(
        ada_->to.post("/v1/carts", bj::object{{"currency", currency}, {"country", "DE"}}).status,
        400)
        << currency;
}

TEST_F(ShopBadBytes, MayBeHugeOrNotHttpAtAll) {
  http_talk wire{shop_->port()};
  const std::string head =
      "POST /v1/carts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
  const std::string body = R"({"currency":"EUR","country":"DE"})";
  const auto huge = std::string(10 << 20, ' ');
  const auto large =
      wire.raw(head + "Content-Length: " + std::to_string(huge.size()) + "\r\n\r\n" + huge);
  EXPECT_EQ(large.status, 413) << large;
  EXPECT_EQ(large.code(), "too_large");
  const auto headers = wire.raw(head + "X-Long: " + std::string(64 << 10, 'h') + "\r\n\r\n");
  EXPECT_GE(headers.status, 400) << headers;
  EXPECT_LT(headers.status, 500) << headers;
  for (const std::string& bytes :
       {std::string{"nonsense\r\n\r\n"}, std::string{"GET\r\n\r\n"},
        std::string{"GET /healthz HTTP/3.0\r\n\r\n"}, std::string("GET /\0 HTTP/1.1\r\n\r\n", 20),
        head + "Content-Length: -1\r\n\r\n", head + "Content-Length: 99999999999999999999\r\n\r\n",
        head + "Content-Length: 5\r\nContent-Length: 33\r\n\r\n" + body,
        head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + body,
        head + "Transfer-Encoding: gzip\r\n\r\n" + body,
        std::string{"GET http://other.example/healthz HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
        std::string{"BREW /v1/carts HTTP/1.1\r\nHost: a\r\n\r\n"}}) {
    const auto a = wire.raw(bytes);
    EXPECT_TRUE(a.status >= 400 && a.status < 500) << bytes.substr(0, 80) << " -> " << a;
    if (a.status != 0) {
      EXPECT_EQ(a.header("content-type"), "application/problem+json") << a;
    }
  }
}

TEST_F(ShopBadBytes, NeverComesThroughTheWrongMethod) {
  for (const auto& to : routes_)
    for (const auto* verb : {"PUT", "PATCH", "DELETE", "POST"}) {
      const bool exists = std::ranges::any_of(routes_, [&](const published_route& other) {
        return other.verb == verb && other.path == to.path;
      });
      if (exists)
        continue;
      const auto a = ada_->to.ask(verb, path_with_ids(to), "{}", boss_->to.always);
      EXPECT_TRUE(a.status == 405 || a.status == 404 || a.status == 400 || a.status == 414)
          << verb << ' ' << to.path << " -> " << a;
      if (a.status == 405) {
        EXPECT_NE(a.header("allow"), "") << to.path;
      }
    }
}

TEST_F(ShopBadBytes, KeepsNobodyWaitingWhenItComesSlowly) {
  std::vector<std::unique_ptr<http_talk>> slow;
  const std::string request = "POST /v1/carts/" + cart_ +
                              "/lines HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                              "Content-Length: 28\r\n\r\n{\"sku\":\"MUG\",\"quantity\":-12}";
  std::vector<answer> answers(50);
  std::jthread senders([&] {
    in_parallel(50, [&](int i) {
      answers[static_cast<size_t>(i)] =
          http_talk{shop_->port()}.raw(request, 20, std::chrono::milliseconds{100});
    });
  });
  for (int i = 0; i < 50; ++i) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(ada_->read_cart(cart_).status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{2});
  }
  senders.join();
  for (const auto& a : answers)
    EXPECT_EQ(a.status, 400) << a;
}

} // namespace
} // namespace souk::tests
