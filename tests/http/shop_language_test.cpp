// A shopper's language: titles in the cart as it is asked for, in the order and its mail as it was
// placed, and what a search finds.
#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

namespace souk::tests {
namespace {

namespace bj = boost::json;

constexpr std::chrono::seconds patience{30};

class ShopLanguage : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    shop_.emplace();
    boss_.emplace(*shop_);
    ada_.emplace(*shop_);
    ada_->to.always["Accept-Language"] = "de-AT, en;q=0.5";
    sell("CUP", "Blue Cup", "Blaue Tasse");
    sell("PLAIN", "Plain Plate", "");
  }

  void sell(const std::string& sku, const std::string& title, const std::string& german) {
    const bj::object price{{"amount", 1'000}, {"currency", "EUR"}};
    const bj::object variant{{"sku", sku}, {"price", price}, {"stock", bj::object{{"berlin", 9}}}};
    bj::object product{
        {"title", title}, {"category_path", bj::array{"things"}}, {"variants", bj::array{variant}}};
    if (!german.empty())
      product["translations"] = bj::object{{"de", bj::object{{"title", german}}}};
    const auto made = boss_->to.post("/v1/admin/products", product);
    ASSERT_EQ(made.status, 201) << made;
  }
  std::string mail_about(const std::string& number) {
    std::string text;
    EXPECT_TRUE(eventually(patience, [&] {
      const auto list = ada_->to.get("/dev/mail?format=json");
      for (size_t i = 0; i < list.size("/items"); ++i) {
        const auto at = "/items/" + std::to_string(i);
        if (list.text(at + "/subject").find(number) != std::string::npos)
          text = ada_->to.get("/dev/mail/" + list.text(at + "/id") + "?format=json").text("/text");
      }
      return !text.empty();
    })) << shop_->node_log();
    return text;
  }
  std::vector<std::string> found(const std::string& words) {
    std::vector<std::string> titles;
    const auto page = shopper{*shop_}.to.get("/v1/search?q=" + words);
    EXPECT_EQ(page.status, 200) << page;
    for (size_t i = 0; i < page.size("/items"); ++i)
      titles.push_back(page.text("/items/" + std::to_string(i) + "/title"));
    std::ranges::sort(titles);
    return titles;
  }

  std::optional<shop_process> shop_;
  std::optional<staff> boss_;
  std::optional<shopper> ada_;
};

TEST_F(ShopLanguage, IsThatOfEveryAnswerAboutACart) {
  const auto cart = ada_->cart({{"CUP"}, {"PLAIN"}});
  const auto german = ada_->read_cart(cart);
  EXPECT_EQ(german.text("/lines/0/title"), "Blaue Tasse") << german;
  EXPECT_EQ(german.text("/lines/1/title"), "Plain Plate") << "not translated";
  EXPECT_EQ(ada_->add(cart, {"CUP"}).text("/lines/0/title"), "Blaue Tasse");
  ada_->to.always.clear();
  EXPECT_EQ(ada_->read_cart(cart).text("/lines/0/title"), "Blue Cup");
  EXPECT_EQ(ada_->to.get("/v1/carts/" + cart + "?locale=de").text("/lines/0/title"), "Blaue Tasse");
  EXPECT_EQ(ada_->to.get("/v1/carts/" + cart + "?locale=fr").text("/lines/0/title"), "Blue Cup");
}

TEST_F(ShopLanguage, StaysWithTheOrderAndItsMail) {
  const auto placed = ada_->buy({{"CUP"}});
  ASSERT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(placed.text("/locale"), "de-AT");
  EXPECT_EQ(placed.text("/lines/0/title"), "Blaue Tasse");
  ada_->to.always = {{"Accept-Language", "en"}};
  EXPECT_EQ(ada_->order(placed).text("/lines/0/title"), "Blaue Tasse") << "an order is a document";
  const auto text = mail_about(placed.text("/number"));
  EXPECT_NE(text.find("Blaue Tasse"), std::string::npos) << text;
  EXPECT_NE(text.find("Ihre Bestellung"), std::string::npos) << text;
}

TEST_F(ShopLanguage, IsTheOneThatTheOrderNames) {
  const auto placed =
      ada_->place(order_of(ada_->cart({{"CUP"}}), "pm_card_visa", {{"locale", "en"}}));
  ASSERT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(placed.text("/locale"), "en");
  EXPECT_EQ(placed.text("/lines/0/title"), "Blue Cup");
  const auto text = mail_about(placed.text("/number"));
  EXPECT_NE(text.find("received your order"), std::string::npos) << "to Germany, but in English\n"
                                                                 << text;
  const auto odd =
      ada_->place(order_of(ada_->cart({{"CUP"}}), "pm_card_visa", {{"locale", "d'oh"}}));
  EXPECT_EQ(odd.status, 400) << odd;
  EXPECT_EQ(odd.text("/problems/0/field"), "/locale");
}

TEST_F(ShopLanguage, OfNobodyLeavesTheShopsOwnTitles) {
  ada_->to.always.clear();
  const auto placed = ada_->buy({{"CUP"}});
  ASSERT_EQ(placed.status, 201) << placed;
  EXPECT_TRUE(placed.at("/locale").is_null());
  EXPECT_EQ(placed.text("/lines/0/title"), "Blue Cup");
  const auto text = mail_about(placed.text("/number"));
  EXPECT_NE(text.find("Ihre Bestellung"), std::string::npos) << "by the country\n" << text;
}

TEST_F(ShopLanguage, OfAnyTitleOrCategoryFindsAProduct) {
  const auto named =
      boss_->to.ask("PATCH", "/v1/admin/categories/things",
                    R"({"name":"Dishes","translations":{"de":{"name":"Geschirr"}}})");
  ASSERT_EQ(named.status, 200) << named;
  const std::vector<std::string> cup{"Blue Cup"}, both{"Blue Cup", "Plain Plate", "Sample"}, none{};
  EXPECT_EQ(found("Tassen"), cup) << "a translated title, in another form";
  EXPECT_EQ(found("tas"), cup) << "its beginning";
  EXPECT_EQ(found("dish"), both) << "what the category is called, the kit's own sample too";
  EXPECT_EQ(found("Geschirr"), both) << "and in another language";
  EXPECT_EQ(found("blaues+Geschirr"), cup) << "a title's word and the category's";
  EXPECT_EQ(found("blue+dishes"), cup);
  EXPECT_EQ(found("dishes+-blue"), (std::vector<std::string>{"Plain Plate", "Sample"}));
  EXPECT_EQ(found("things"), none) << "a handle is no word";
}

TEST_F(ShopLanguage, OfAnAddressIsTheCountrys) {
  const auto cart = ada_->cart({{"CUP"}});
  const auto wrong = [&](const bj::object& with) {
    auto to = address_in();
    for (const auto& field : with)
      to[field.key()] = field.value();
    const auto refused =
        ada_->place(order_of(cart, "pm_card_visa", {{"shipping_address", std::move(to)}}));
    EXPECT_EQ(refused.status, 400) << refused;
    return refused.text("/problems/0/field");
  };
  EXPECT_EQ(wrong({{"postal_code", "1011"}}), "/shipping_address/postal_code");
  EXPECT_EQ(wrong({{"country", "GB"}}), "/shipping_address/postal_code");
  EXPECT_EQ(wrong({{"country", "US"}}), "/shipping_address/state");
  EXPECT_EQ(wrong({{"country", "CA"}, {"postal_code", "K1A 0B1"}}), "/shipping_address/state");
  EXPECT_EQ(wrong({{"country", "CA"}, {"postal_code", "K1A 0B1"}, {"state", "NY"}}),
            "/shipping_address/state");
}

} // namespace
} // namespace souk::tests
