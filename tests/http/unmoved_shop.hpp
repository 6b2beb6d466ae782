// A shop in which nothing may change, whatever is sent to it: what tests of bad input share.
#pragma once

#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace souk::tests {

namespace bj = boost::json;

struct published_route {
  std::string verb, path, name;
};

class unmoved_shop : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    shop_.emplace();
    boss_.emplace(*shop_);
    ada_.emplace(*shop_);
    boss_->sell("MUG", 1'000, {{"berlin", 100}});
    cart_ = ada_->cart({{"MUG", 2}});
    const auto placed = ada_->buy({{"MUG"}});
    order_ = placed.text("/id");
    token_ = placed.text("/access_token");
    const auto session = ada_->to.post(
        "/v1/users", bj::object{{"email", "ada@example.org"}, {"password", "a long password"}});
    session_ = session.text("/token");
    cart_before_ = ada_->read_cart(cart_).body;
    routes_ = published_routes();
  }
  void TearDown() override {
    if (!shop_)
      return;
    EXPECT_TRUE(shop_->node().is_running());
    EXPECT_EQ(http_talk{shop_->port()}.get("/readyz").status, 200);
    EXPECT_EQ(shopper{*shop_}.read_cart(cart_).body, cart_before_);
    EXPECT_EQ(boss_->stock("MUG"), (units{100, 1, 99}));
    EXPECT_EQ(server_errors(), "");
    expect_clean_audit(*shop_);
    if (HasFailure())
      std::puts(shop_->node_log().c_str());
  }

  std::vector<published_route> published_routes() {
    std::vector<published_route> out;
    const auto document = ada_->to.get("/openapi.json");
    for (const auto& [path, verbs] : document.at("/paths").as_object())
      for (const auto& [verb, operation] : verbs.as_object()) {
        std::string upper{verb};
        std::ranges::transform(upper, upper.begin(), [](char c) {
          return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        });
        if (const auto* named = operation.as_object().if_contains("operationId"))
          out.push_back({upper, std::string{path}, std::string{named->as_string()}});
      }
    EXPECT_GE(out.size(), 30U);
    return out;
  }

  /// The path with the cart, the order and the SKU there are, "x" for the rest.
  std::string path_with_ids(const published_route& to) const {
    std::string out;
    const bool of_order = to.path.find("/orders/") != std::string::npos;
    const bool of_cart = to.path.find("/carts/") != std::string::npos;
    for (size_t at = 0; at < to.path.size();) {
      if (to.path[at] != '{') {
        out += to.path[at++];
        continue;
      }
      const auto end = to.path.find('}', at);
      const auto name = to.path.substr(at + 1, end - at - 1);
      out += name == "sku"              ? "MUG"
             : name == "warehouse"      ? "berlin"
             : name == "provider"       ? "stripe"
             : name == "id" && of_order ? order_
             : name == "id" && of_cart  ? cart_
                                        : "x";
      at = end + 1;
    }
    return out;
  }

  /// Lines of the metrics that count 5xx.
  std::string server_errors() {
    std::string out, all = http_talk{shop_->port()}.get("/metrics").body;
    for (size_t at = 0; at < all.size();) {
      const auto end = std::min(all.find('\n', at), all.size());
      const auto line = all.substr(at, end - at);
      if (line.starts_with("souk_http_requests_total") &&
          line.find("status=\"5") != std::string::npos &&
          line.find("route=\"/readyz\"") == std::string::npos) // who starts says so by it
        out += line + "\n";
      at = end + 1;
    }
    return out;
  }

  std::vector<published_route> routes_;
  std::optional<shop_process> shop_;
  std::optional<staff> boss_;
  std::optional<shopper> ada_;
  std::string cart_, order_, token_, session_, cart_before_;
};

} // namespace souk::tests
