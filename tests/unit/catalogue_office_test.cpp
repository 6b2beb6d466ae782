// The back office's pure parts: what its JSON means and which schemas are any.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/check_attributes.hpp"
#include "actors/catalogue/office_json.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/product_json.hpp"
#include "actors/catalogue/rows.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

using namespace souk;
using namespace souk::catalogue;

namespace {

boost::json::object object(const char* text) { return boost::json::parse(text).as_object(); }

template <class T>
std::vector<std::string> wrong_fields(const result<T>& parsed) {
  std::vector<std::string> fields;
  if (!parsed)
    for (const auto& p : parsed.error().problems)
      fields.push_back(p.field);
  return fields;
}

using fields = std::vector<std::string>;

} // namespace

TEST(AttributeSchema, HoldsNoRuleThatNobodyKnows) {
  EXPECT_TRUE(check_attribute_schema(R"({"a":{"type":"integer","minimum":1}})").empty());
  for (const char* bad :
       {R"({"a":{"type":"integer","minimun":1}})", R"({"a":{"type":"number"}})", R"({"a":{}})",
        R"({"a":"string"})", R"({"":{"type":"string"}})", R"({"a\u0000":{"type":"string"}})",
        R"({"a":{"type":"string","values":[1]}})", R"({"a":{"type":"integer","maximum":1.5}})"})
    EXPECT_EQ(check_attribute_schema(bad).size(), 1u) << bad;
  EXPECT_EQ(check_attribute_schema("[]").at(0).field, "/attribute_schema");
}

TEST(Attributes, HaveNamesThatPostgresTakes) {
  EXPECT_TRUE(check_attributes(R"({"größe":1.5})", "{}").empty());
  for (const char* bad : {R"({"\u0000":1})", R"({"":1})", R"({"a":{"b":1}})", R"({"a":1e400})"})
    EXPECT_EQ(check_attributes(bad, "{}").size(), 1u) << bad;
}

TEST(OfficeJson, TellsNullFromAbsent) {
  const auto silent = parse_category_patch(object("{}"));
  EXPECT_FALSE(silent->parent);
  const auto root = parse_category_patch(object(R"({"parent":null,"translations":{"de":null}})"));
  EXPECT_EQ(root->parent, "");
  EXPECT_EQ(root->names.at("de"), std::nullopt);
  EXPECT_FALSE(parse_price_list_patch(object("{}"))->valid_until);
  const auto endless = parse_price_list_patch(object(R"({"valid_until":null,"country":null})"));
  ASSERT_TRUE(endless->valid_until);
  EXPECT_FALSE(*endless->valid_until);
  EXPECT_EQ(endless->country, "");
}

TEST(OfficeJson, MakesHandlesOfNames) {
  EXPECT_EQ(parse_category(object(R"({"name":"Garden Tools"})"))->handle, "garden-tools");
  EXPECT_EQ(parse_price_list(object(R"({"name":"Sale!","currency":"EUR"})"))->id, "sale");
}

TEST(OfficeJson, NamesEveryFieldOfAWrongType) {
  EXPECT_EQ(wrong_fields(parse_category(object(
                R"({"parent":1,"position":"1","attribute_schema":[],"translations":{"de":{}}})"))),
            (fields{"/parent", "/name", "/position", "/attribute_schema", "/translations/de"}));
  EXPECT_EQ(wrong_fields(parse_price_list(
                object(R"({"name":"x","currency":"QQQ","valid_from":"2026-13-01T00:00:00Z"})"))),
            (fields{"/currency", "/valid_from"}));
  EXPECT_EQ(wrong_fields(parse_listed_prices(object(R"({"prices":[{"amount":1.5},7]})"))),
            (fields{"/prices/0/list", "/prices/0/amount", "/prices/1"}));
}

TEST(OfficeJson, ReadsWhatAVariantsPatchLeavesAlone) {
  const auto patch =
      parse_product_patch(object(R"({"variants":[{"sku":"A","weight_grams":0,"barcode":""}]})"));
  ASSERT_TRUE(patch) << patch.error().detail;
  const auto& v = patch->variants.at(0);
  EXPECT_EQ(v.weight_grams, 0) << "said, so it is set";
  EXPECT_EQ(v.barcode, "");
  EXPECT_FALSE(v.options);
  EXPECT_FALSE(v.archived);
}

TEST(OwnPrices, LeaveOnlyThoseOfMarkets) {
  auto p = parse_product(object(R"({"title":"A","variants":[{"sku":"A","prices":[)"
                                R"({"amount":1,"currency":"EUR"},)"
                                R"({"amount":2,"currency":"EUR","list":"sale"}]}]})"));
  ASSERT_TRUE(p) << p.error().detail;
  const auto own = take_own_prices(*p);
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].price.list, "sale");
  ASSERT_EQ(p->variants[0].prices.size(), 1u);
  EXPECT_EQ(p->variants[0].prices[0].amount.amount, 1);
}

TEST(PriceListId, IsAHandleOrAMarkets) {
  for (const char* good : {"sale", "EUR", "EUR/FR"})
    EXPECT_TRUE(is_price_list_id(good)) << good;
  for (const char* bad : {"", "eur/fr", "EUR/", "EUR/F", "EUR/FR/X", "QQQ", "a/b", "Sale"})
    EXPECT_FALSE(is_price_list_id(bad)) << bad;
}

TEST(CatalogueCursor, IsRefusedByAnotherList) {
  const auto cursor = render_cursor({"brands", "", "Isola"});
  EXPECT_EQ(parse_cursor(cursor, "brands")->id, "Isola");
  EXPECT_FALSE(parse_cursor(cursor, "price_lists"));
  EXPECT_FALSE(parse_cursor("no cursor"));
}
