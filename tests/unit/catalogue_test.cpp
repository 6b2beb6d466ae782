// The catalogue's pure parts: decimals, checks, JSON in, file formats and the demo shop.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/check_attributes.hpp"
#include "actors/catalogue/decimal.hpp"
#include "actors/catalogue/demo.hpp"
#include "actors/catalogue/product_json.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace souk;
using namespace souk::catalogue;

namespace {

const souk::currency eur{"EUR"};

product_input mug() {
  return {
      .handle = "mug",
      .title = "Mug",
      .category_path = {{.handle = "mugs", .parent = "", .name = ""}},
      .option_names = {"size"},
      .variants = {{.sku = "MUG-S", .options = {{"size", "S"}}, .prices = {{money{990, eur}}}}}};
}

std::set<std::string> wrong_fields(const product_input& p, std::string_view schema = "{}") {
  std::set<std::string> fields;
  for (const auto& problem : check_product(p, schema))
    fields.insert(problem.field);
  return fields;
}

using fields = std::set<std::string>;

uint64_t seed() {
  const char* text = std::getenv("SOUK_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20261121;
}

} // namespace

TEST(Decimal, IsReadDigitByDigit) {
  EXPECT_EQ(scaled_integer("9.99", 2).value(), 999);
  EXPECT_EQ(scaled_integer("1899.99", 2).value(), 189'999);
  EXPECT_EQ(scaled_integer("7", 2).value(), 700);
  EXPECT_EQ(scaled_integer("-0.5", 2).value(), -50);
  EXPECT_EQ(scaled_integer("0.125", 2).value(), 12) << "half to even";
  EXPECT_EQ(scaled_integer("0.135", 2).value(), 14) << "half to even";
  EXPECT_EQ(scaled_integer("0.1250001", 2).value(), 13) << "above the half";
  EXPECT_EQ(scaled_integer("19.999", 2).value(), 2000);
  for (const char* bad : {"", "-", ".", "1.", ".5", "1e3", "1,5", "0x1", "1234567890123456"})
    EXPECT_FALSE(scaled_integer(bad, 2)) << bad;
}

TEST(Decimal, ComesBackFromEveryPriceADoubleCanCarry) {
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed()));
  std::mt19937_64 random{seed()};
  for (int i = 0; i < 200'000; ++i) {
    const auto cents = i < 100'000 ? i : static_cast<int64_t>(random() % 1'000'000'000'000);
    const auto fraction = std::to_string(100 + cents % 100).substr(1);
    const auto text = std::to_string(cents / 100) + "." + fraction;
    ASSERT_EQ(scaled_integer(shortest_decimal(std::strtod(text.c_str(), nullptr)), 2).value(),
              cents)
        << text;
  }
}

TEST(Handles, AreMadeFromAnyTitle) {
  EXPECT_EQ(make_handle("Café Très Bon!"), "caf-tr-s-bon");
  EXPECT_EQ(make_handle("  --  "), "unnamed");
  EXPECT_EQ(make_handle("日本"), "unnamed");
  EXPECT_TRUE(is_handle(make_handle(std::string(300, 'x') + " y")));
  EXPECT_FALSE(is_handle("-a"));
  EXPECT_FALSE(is_sku("A@B"));
  EXPECT_FALSE(is_sku("A/B"));
}

TEST(ProductCheck, AcceptsASoundProductAndNamesWhatIsWrong) {
  EXPECT_EQ(wrong_fields(mug()), fields{});
  auto p = mug();
  p.variants.push_back(p.variants.front());
  EXPECT_EQ(wrong_fields(p), (fields{"/variants/1/sku", "/variants/1/options"}))
      << "the same twice";
  p = mug();
  p.variants[0].prices = {{money{990, eur}, 990, ""}, {money{1, eur}}};
  EXPECT_EQ(wrong_fields(p), (fields{"/variants/0/original_price", "/variants/0/prices"}));
  p = mug();
  p.variants[0].options.clear();
  p.handle = "Mug";
  p.category_path.clear();
  p.rating_count = 2;
  p.rating_sum = 11;
  p.variants[0].stock = {{"berlin", -1}};
  EXPECT_EQ(wrong_fields(p), (fields{"/variants/0/options", "/handle", "/category", "/rating",
                                     "/variants/0/stock"}));
  p = mug();
  p.title = std::string{"nul\0", 4};
  EXPECT_EQ(wrong_fields(p), fields{"/title"});
}

TEST(AttributeCheck, HoldsAttributesToTheSchema) {
  const char* schema =
      R"({"material":{"type":"string","values":["oak"],"required":true},)"
      R"("watts":{"type":"integer","minimum":1,"maximum":9},"quiet":{"type":"boolean"},)"
      R"("rooms":{"type":"strings","values":["hall","attic"]}})";
  EXPECT_TRUE(check_attribute_schema(schema).empty());
  EXPECT_TRUE(
      check_attributes(R"({"material":"oak","watts":9,"quiet":true,"rooms":["hall"]})", schema)
          .empty());
  EXPECT_EQ(
      check_attributes(R"({"watts":10,"quiet":1,"rooms":["cellar"],"more":1})", schema).size(), 5u);
  EXPECT_EQ(check_attributes("[]", schema).size(), 1u);
  EXPECT_TRUE(check_attributes(R"({"any":"thing","n":1})", "{}").empty());
  EXPECT_EQ(check_attributes(R"({"deep":{"er":1}})", "{}").size(), 1u);
  for (const char* bad : {"[]", R"({"a":1})", R"({"a":{}})", R"({"a":{"type":"colour"}})",
                          R"({"a":{"type":"integer","minimum":"1"}})"})
    EXPECT_FALSE(check_attribute_schema(bad).empty()) << bad;
}

TEST(ProductJson, NamesEachFieldOfTheWrongType) {
  const auto p =
      parse_product(R"({"title":1,"variants":[{"sku":"A","price":{"amount":9.5,"currency":"XXX"},)"
                    R"("stock":{"berlin":"5"}},7],"rating":[],"status":"gone"})");
  ASSERT_FALSE(p);
  fields wrong;
  for (const auto& problem : p.error().problems)
    wrong.insert(problem.field);
  EXPECT_EQ(wrong, (fields{"/title", "/variants/0/price/amount", "/variants/0/price/currency",
                           "/variants/0/stock", "/variants/1", "/rating", "/status"}));
  EXPECT_EQ(parse_product("{").error().code, errc::malformed);
  EXPECT_EQ(parse_product("[]").error().code, errc::malformed);
}

TEST(ProductJson, SurvivesRandomDamage) {
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed()));
  const std::string line =
      R"({"title":"Blue Mug","category_path":["kitchen",{"handle":"mugs","name":"Mugs"}],)"
      R"("options":["size"],)"
      R"("attributes":{"a":["b"]},"translations":{"de":{"title":"T"}},"images":[{"url":"/x"}],)"
      R"("variants":[{"sku":"A","options":{"size":"S"},"price":{"amount":1,"currency":"EUR"}}]})";
  ASSERT_TRUE(parse_product(line));
  std::mt19937_64 random{seed()};
  for (int i = 0; i < 20'000; ++i) {
    auto damaged = line;
    for (int n = 0; n < 3; ++n)
      damaged[random() % damaged.size()] = R"({}[]",:0x)"[random() % 9];
    if (const auto p = parse_product(damaged))
      (void)check_product(*p, "{}");
  }
}

TEST(DummyJson, IsReadToTheCent) {
  std::istringstream in{
      R"({"products":[{"title":"A \"b\" {","category":"skin-care","price":9.99,)"
      R"("discountPercentage":10.48,"stock":99,"sku":"S-1","weight":4,)"
      R"("reviews":[{"rating":3},{"rating":5}],"meta":{"barcode":"57"},)"
      R"("images":["https://elsewhere.example/1.webp"]},{"title":"B","price":"x"}],"total":2})"};
  const auto reader = read_dummyjson(in, "berlin", {souk::currency{"USD"}, souk::currency{"EUR"}});
  const auto first = reader->next();
  ASSERT_TRUE(first && *first) << first->error().detail;
  const auto& p = first->value();
  EXPECT_EQ(p.variants[0].prices[0].amount, (money{999, souk::currency{"USD"}}));
  EXPECT_EQ(p.variants[0].prices[1].amount, (money{999, souk::currency{"EUR"}}));
  EXPECT_EQ(p.variants[0].prices[0].original_amount, 1116) << "9.99 / 0.8952 is 11.159…";
  EXPECT_EQ(p.rating_sum, 8);
  EXPECT_EQ(p.rating_count, 2);
  EXPECT_EQ(p.variants[0].stock[0].on_hand, 99);
  EXPECT_FALSE(p.images);
  EXPECT_EQ(check_product(p, "{}").size(), 0u);
  const auto second = reader->next();
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second) << "a wrong row fails alone";
  EXPECT_FALSE(reader->next());
}

TEST(Demo, IsAValidShopOfDistinctProducts) {
  std::set<std::string> handles, skus, categories, ids;
  size_t sold_out = 0, few = 0, reduced = 0, slow = 0, translated = 0;
  std::map<std::string, std::string> schemas;
  for (const auto& each : demo_categories())
    schemas.emplace(each.handle, each.attribute_schema);
  for (size_t i = 0; i < 3'000; ++i) {
    const auto p = demo_product(1, i);
    slow += p.velocity < 5;
    translated += !p.translations.empty();
    EXPECT_EQ(demo_id(1, i), p.id);
    const auto problems = check_product(p, schemas.at(p.category_path.back().handle));
    ASSERT_TRUE(problems.empty()) << p.handle << problems[0].field << problems[0].detail;
    ASSERT_TRUE(handles.insert(p.handle).second);
    ASSERT_TRUE(ids.insert(p.id).second && is_plausible_id(p.id));
    categories.insert(p.category_path.back().handle);
    ASSERT_LE(p.variants.size(), 6u);
    for (const auto& v : p.variants) {
      ASSERT_TRUE(skus.insert(v.sku).second) << v.sku;
      ASSERT_EQ(v.prices.size(), 3u);
      int64_t units = 0;
      for (const auto& s : v.stock)
        units += s.on_hand;
      sold_out += units == 0;
      few += units > 0 && units < few_left_below;
      reduced += v.prices[0].original_amount.has_value();
    }
  }
  EXPECT_GE(categories.size(), 55u);
  EXPECT_GT(slow, 1'000u) << "most things hardly ever sell";
  EXPECT_GT(translated, 500u);
  EXPECT_GT(sold_out, skus.size() / 30);
  EXPECT_GT(few, skus.size() / 30);
  EXPECT_GT(reduced, skus.size() / 10);
}

TEST(Demo, IsTheSameForEver) {
  const auto a = demo_product(7, 123), b = demo_product(7, 123);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.description, b.description);
  EXPECT_NE(demo_product(8, 123).id, a.id);
  const auto first = demo_product(1, 0);
  EXPECT_EQ(first.handle + " " + first.variants[0].sku,
            "bajoel-lyocell-henley-0 SHI-000000-terracotta-xs");
}
