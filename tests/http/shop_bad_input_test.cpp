// Whatever is sent, the answer is a 4xx that says what is wrong, nothing changes, and the node goes
// on. The routes come from the contract the shop publishes.
#include "tests/http/unmoved_shop.hpp"

#include <random>

namespace souk::tests {
namespace {

using route = published_route;

class ShopBadInput : public unmoved_shop {
protected:
  void SetUp() override {
    unmoved_shop::SetUp();
    random_.seed(printed_seed());
    if (ada_)
      scrap_ = ada_->cart({});
  }

  uint64_t roll(uint64_t n) { return random_() % n; }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[roll(of.size())];
  }

  /// A body that this operation would take, but for whom and what it is about.
  bj::object right_body(const std::string& name) const {
    const bj::object euro{{"amount", 1'490}, {"currency", "EUR"}};
    if (name == "open_cart")
      return {{"currency", "EUR"}, {"country", "DE"}};
    if (name == "add_cart_line")
      return {{"sku", "MUG"}, {"quantity", 1}};
    if (name == "change_cart_line")
      return {{"quantity", 1}};
    if (name == "quote_cart")
      return {{"shipping_address", address_in()}, {"shipping_option", "standard"}};
    if (name == "place_order")
      return order_of("no-such-cart", "pm_card_visa", {{"expected_total", euro}});
    if (name == "pay_order")
      return {{"payment", bj::object{{"provider", "stripe"}, {"payment_method", "pm_x"}}}};
    if (name == "register_user" || name == "log_in")
      return {{"email", "eve@example.org"}, {"password", "a long password"}};
    if (name == "add_address")
      return address_in();
    if (name == "count_stock")
      return {{"on_hand", 1}, {"reason", "count"}};
    if (name == "receive_stock")
      return {{"quantity", 1}};
    if (name == "refund_order")
      return {{"amount", euro}, {"reason", "none"}};
    if (name == "create_product" || name == "change_product")
      return {{"title", "T"},
              {"category_path", bj::array{"things"}},
              {"variants", bj::array{bj::object{{"sku", "NEW"}, {"price", euro}}}}};
    return {{"reason", "none"}, {"tracking", "T"}};
  }

  /// A value that is wrong wherever the bodies above have one.
  bj::value wrong_value(bool for_number) {
    const std::string long_text(5'000, 'x'), zero(1, '\0');
    const bj::array never{nullptr, true, 1.5, bj::array{}, bj::array{1, 2}, long_text, zero, ""};
    if (!for_number)
      return roll(2) ? never[roll(never.size())]
                     : bj::value(static_cast<int64_t>(roll(1'000)) - 500);
    const bj::array numbers{-1,
                            "1",
                            std::numeric_limits<int64_t>::min(),
                            1'000'000'000'000'000'000,
                            std::numeric_limits<uint64_t>::max(),
                            1e300,
                            bj::object{}};
    return roll(2) ? numbers[roll(numbers.size())] : never[roll(never.size())];
  }

  /// Walks to a leaf that must be there and makes it wrong.
  void spoil(bj::object& body) {
    auto at = body.begin() + static_cast<std::ptrdiff_t>(roll(body.size()));
    if (auto* inner = at->value().if_object(); inner && !inner->empty() && roll(4))
      return spoil(*inner);
    if (auto* list = at->value().if_array(); list && !list->empty() && list->front().is_object())
      return spoil(list->front().get_object());
    at->value() = wrong_value(at->value().is_number());
  }

  std::string cut_or_bent(std::string text) {
    const auto at = roll(text.size());
    switch (roll(4)) {
    case 0:
      return text.substr(0, at);
    case 1:
      text[at] = static_cast<char>(roll(256));
      return text;
    case 2:
      return text.insert(at, 1, static_cast<char>(roll(32)));
    default:
      return std::string(1'000, roll(2) ? '[' : '{') + text;
    }
  }

  std::string strange_word() {
    const std::vector<std::string> words{"%00",
                                         "%01%02",
                                         "a%00b",
                                         "%2F",
                                         "..%2F..%2Fetc",
                                         "%252F",
                                         "%FF%FE",
                                         "%E2%80%8B",
                                         "'%20or%20'1'='1",
                                         "%27;drop%20table%20journal;--",
                                         std::string(300, 'a'),
                                         std::string(7'000, 'b'),
                                         "0",
                                         "-1",
                                         "%0d%0aX-Evil:%201",
                                         "018f6b1e-0000-7000-8000-000000000000",
                                         "~",
                                         "souk_",
                                         "%C3%28",
                                         "$",
                                         "*",
                                         "%25"};
    return any(words);
  }

  /// With strange words for all parameters.
  std::string strange_path(const route& to) {
    std::string out;
    for (size_t at = 0; at < to.path.size();) {
      if (to.path[at] != '{') {
        out += to.path[at++];
        continue;
      }
      out += strange_word();
      at = to.path.find('}', at) + 1;
    }
    return out;
  }

  header_list who_for(const route& to, bool forged) {
    if (forged)
      return {{"Authorization",
               any(std::vector<std::string>{
                   "Bearer nonsense", "Bearer souk_nonsense", "Bearer a~b~c", "Basic YTpi",
                   "Bearer " + session_ + "x", "Bearer " + std::string(3'000, 'z')})}};
    if (to.path.find("/admin/") != std::string::npos)
      return boss_->to.always;
    if (to.path.find("/v1/me") != std::string::npos || to.name == "log_out")
      return {{"Authorization", "Bearer " + session_}};
    if (to.path.find("/orders/") != std::string::npos)
      return {{"Authorization", "Bearer " + token_}};
    return {};
  }

  static bool takes_body(const route& to) {
    return to.verb == "PUT" || to.verb == "PATCH" ||
           (to.verb == "POST" && to.name != "receive_webhook" && to.name != "deliver_shipment");
  }

  /// Sends it and holds the answer to the rules; `surely`: it cannot be right.
  void expect_refused(const route& to, const std::string& path, const std::string& body,
                      const header_list& headers, bool surely) {
    const auto a = ada_->to.ask(to.verb, path, body, headers);
    const auto what = [&] {
      return to.name + ": " + to.verb + " " + path.substr(0, 200) + "\n" + body.substr(0, 500);
    };
    ASSERT_GE(a.status, 200) << what() << "\n-> no answer";
    ASSERT_LT(a.status, 500) << what() << "\n-> " << a;
    if (surely) {
      ASSERT_GE(a.status, 400) << what() << "\n-> " << a;
    }
    if (a.status < 400)
      return;
    ASSERT_EQ(a.header("content-type"), "application/problem+json") << what() << "\n-> " << a;
    ASSERT_FALSE(a.code().empty()) << what() << "\n-> " << a;
    ASSERT_EQ(a.number("/status"), a.status) << what();
  }

  std::mt19937_64 random_;
  std::string scrap_; ///< a cart that may change
};

TEST_F(ShopBadInput, IsRefusedOnEveryRouteInThousandsOfVariations) {
  constexpr int variations = 4'000;
  for (int i = 0; i < variations && !HasFatalFailure(); ++i) {
    const auto& to = any(routes_);
    auto path = path_with_ids(to);
    auto body = takes_body(to) ? right_body(to.name) : bj::object{};
    auto text = body.empty() ? std::string{} : bj::serialize(body);
    auto headers = who_for(to, false);
    bool surely = true;
    switch (roll(takes_body(to) ? 8 : 3)) {
    case 0:
      path = strange_path(to);
      surely = false; // routes without a parameter are as they were
      if (path == to.path && to.verb != "GET")
        continue;
      break;
    case 1:
      headers = who_for(to, true);
      surely = to.path.find("/admin/") != std::string::npos ||
               to.path.find("/v1/me") != std::string::npos;
      if (!surely && to.verb != "GET")
        continue;
      break;
    case 2:
      path += (path.find('?') == std::string::npos ? "?limit=" : "&limit=") +
              std::to_string(static_cast<int64_t>(random_())) + "&cursor=" + strange_word() +
              "&q=" + strange_word() + "&currency=" + strange_word();
      surely = false;
      if (to.verb != "GET")
        continue;
      break;
    case 3:
      spoil(body);
      text = bj::serialize(body);
      surely = false; // some fields may be left out, and null is that
      if (to.name == "create_product" || to.name == "change_product")
        headers = who_for(to, true);
      break;
    case 4:
      text = cut_or_bent(text);
      surely = false; // one bent byte of a text is another text, and may be right
      if (const auto at = path.find(cart_); at != std::string::npos)
        path.replace(at, cart_.size(), scrap_);
      else
        headers = who_for(to, true);
      break;
    case 5:
      body["price"] = bj::object{{"amount", 1}, {"currency", "EUR"}};
      body["unit_price"] = 1;
      text = bj::serialize(body);
      surely = to.name != "create_product" && to.name != "change_product";
      if (!surely)
        continue;
      break;
    case 6:
      headers["Content-Type"] =
          any(std::vector<std::string>{"text/plain", "application/xml", "multipart/form-data",
                                       "application/x-www-form-urlencoded", "nonsense"});
      break;
    default:
      headers["Idempotency-Key"] =
          any(std::vector<std::string>{std::string(300, 'k'), "", "\"", std::string(4'000, 'k')});
      headers["If-Match"] = "nonsense";
      headers["Content-Type"] = "text/plain";
      break;
    }
    expect_refused(to, path, text, headers, surely);
  }
}

} // namespace
} // namespace souk::tests
