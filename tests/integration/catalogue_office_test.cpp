// The catalogue's back office on a real Postgres: the tree, brands, price lists, whole products.
#include "actors/catalogue/brands.hpp"
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/picture_rows.hpp"
#include "actors/catalogue/price_lists.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/product_json.hpp"
#include "actors/catalogue/record.hpp"
#include "actors/catalogue/store.hpp"
#include "actors/catalogue/write.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

using namespace souk;
using namespace souk::catalogue;

namespace {

const souk::currency eur{"EUR"};
const auto at = from_micros(1'795'000'000'000'000);

struct CatalogueOffice : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
    for (const auto& [handle, parent] : std::vector<std::pair<std::string, std::string>>{
             {"home", ""}, {"kitchen", "home"}, {"mugs", "kitchen"}, {"garden", ""}})
      ASSERT_TRUE(within([&](auto& s) {
        return create_category(s, {.handle = handle, .parent = parent, .name = handle});
      }));
  }
  using change_of = std::function<result<std::string>(persistence::sql::connection&)>;
  result<std::string> within(const change_of& work) {
    return persistence::sql::in_transaction(*c, work);
  }
  result<std::string> change(const std::string& handle, const category_patch& patch,
                             std::optional<int64_t> version = {}) {
    return within([&](auto& s) { return change_category(s, handle, version, patch); });
  }
  std::string make(const std::string& json) {
    auto product = parse_product(json);
    EXPECT_TRUE(product) << product.error().detail;
    auto id = within([&](auto& s) { return create_product(s, *product, {random, at}); });
    EXPECT_TRUE(id) << id.error().detail;
    return id ? *id : std::string{};
  }
  result<std::string> patch(const std::string& id, const std::string& json,
                            std::optional<int64_t> version = {}) {
    auto change = parse_product_patch(json);
    EXPECT_TRUE(change) << change.error().detail;
    return within([&](auto& s) { return patch_product(s, id, version, *change, {random, at}); });
  }
  product_view see(const std::string& id, const std::string& locale = {}) {
    auto found = find_product(*c, id, {eur, "DE", locale});
    EXPECT_TRUE(found) << found.error().detail;
    return found ? *found : product_view{};
  }
  std::vector<std::string> skus_of(const std::string& id) {
    std::vector<std::string> skus;
    for (const auto& v : see(id).variants)
      skus.push_back(v.sku);
    return skus;
  }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> c;
  tests::seeded_entropy random;
};

constexpr const char* mug =
    R"({"title":"Mug","handle":"mug","category":"mugs","brand":"Isola","options":["size"],)"
    R"("attributes":{"litres":1},"variants":[)"
    R"({"sku":"M","options":{"size":"M"},"price":{"amount":990,"currency":"EUR"},)"
    R"("weight_grams":9},)"
    R"({"sku":"L","options":{"size":"L"}}]})";

} // namespace

TEST_F(CatalogueOffice, MovesACategoryWithEverythingBelowIt) {
  const auto before = find_category(*c, "mugs")->version;
  ASSERT_TRUE(change("kitchen", {.parent = "garden"}));
  EXPECT_EQ(find_category(*c, "mugs")->path,
            (std::vector<std::string>{"garden", "kitchen", "mugs"}));
  EXPECT_GT(find_category(*c, "mugs")->version, before) << "its path is what it shows";
  ASSERT_TRUE(change("kitchen", {.parent = ""}));
  EXPECT_EQ(find_category(*c, "mugs")->path, (std::vector<std::string>{"kitchen", "mugs"}));
}

TEST_F(CatalogueOffice, RefusesACategoryBelowItself) {
  for (const char* parent : {"mugs", "kitchen"}) {
    const auto moved = change("kitchen", {.parent = parent});
    ASSERT_FALSE(moved) << parent;
    EXPECT_EQ(moved.error().code, errc::conflict);
    EXPECT_EQ(moved.error().problems[0].code, "cycle");
  }
  EXPECT_EQ(change("kitchen", {.parent = "nowhere"}).error().problems[0].field, "/parent");
}

TEST_F(CatalogueOffice, LetsOneOfTwoEditorsOfACategoryWin) {
  const auto seen = find_category(*c, "mugs")->version;
  ASSERT_TRUE(change("mugs", {.name = "Cups"}, seen));
  EXPECT_EQ(change("mugs", {.name = "Beakers"}, seen).error().code, errc::precondition_failed);
  EXPECT_EQ(find_category(*c, "mugs")->name, "Cups");
}

TEST_F(CatalogueOffice, NamesCategoriesInTheLanguageAskedFor) {
  ASSERT_TRUE(change("mugs", {.names = {{"de", "Tassen"}, {"fr", "Tasses"}}}));
  const auto name_in = [&](const std::string& locale) {
    const auto all = load_categories(*c, locale);
    return std::ranges::find(*all, "mugs", &category::handle)->name;
  };
  EXPECT_EQ(name_in("de-AT,fr"), "Tassen");
  EXPECT_EQ(name_in("it,fr"), "Tasses");
  EXPECT_EQ(name_in("en,fr"), "mugs") << "the shop's own language comes first";
  ASSERT_TRUE(change("mugs", {.names = {{"fr", std::nullopt}}}));
  EXPECT_EQ(name_in("it,fr"), "mugs");
}

TEST_F(CatalogueOffice, RefusesASchemaThatProductsDoNotSatisfy) {
  make(mug);
  const auto refused =
      change("kitchen", {.attribute_schema = R"({"litres":{"type":"integer","minimum":2}})"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::conflict);
  EXPECT_EQ(refused.error().extra, R"({"products":1})");
  ASSERT_EQ(refused.error().problems.size(), 1u);
  EXPECT_EQ(refused.error().problems[0].field, "/products/mug/attributes/litres");
  EXPECT_EQ(find_category(*c, "kitchen")->attribute_schema, "{}") << "nothing of it stays";
  EXPECT_TRUE(change("kitchen", {.attribute_schema = R"({"litres":{"type":"integer"}})"}));
}

TEST_F(CatalogueOffice, ChecksProductsAgainstWhatAncestorsDemand) {
  ASSERT_TRUE(change("home", {.attribute_schema = R"({"litres":{"type":"integer"}})"}));
  ASSERT_TRUE(change("mugs", {.attribute_schema = R"({"colour":{"type":"string"}})"}));
  const auto id = make(mug);
  EXPECT_EQ(patch(id, R"({"attributes":{"litres":"one"}})").error().problems[0].field,
            "/attributes/litres");
  EXPECT_EQ(patch(id, R"({"attributes":{"size":1}})").error().problems[0].code, "unknown");
  EXPECT_EQ(patch(id, R"({"tax_category":"bokos"})").error().problems[0].field, "/tax_category");
  EXPECT_TRUE(patch(id, R"({"attributes":{"litres":2,"colour":"red"}})"));
  EXPECT_EQ(change("mugs", {.parent = "garden"}).error().code, errc::conflict)
      << "the garden knows no litres";
}

TEST_F(CatalogueOffice, DeletesOnlyEmptyCategories) {
  const auto remove = [&](const std::string& handle) {
    return within([&](auto& s) { return remove_category(s, handle, {}); });
  };
  make(mug);
  EXPECT_EQ(remove("kitchen").error().code, errc::conflict);
  EXPECT_EQ(remove("mugs").error().code, errc::conflict);
  EXPECT_TRUE(remove("garden"));
  EXPECT_EQ(remove("garden").error().code, errc::not_found);
}

TEST_F(CatalogueOffice, RenamesABrandInItsProducts) {
  const auto id = make(mug);
  const auto version = see(id).version;
  ASSERT_TRUE(within([&](auto& s) { return change_brand(s, "isola", 1, {.name = "Isla"}); }));
  EXPECT_EQ(see(id).brand, "Isla");
  EXPECT_GT(see(id).version, version);
  EXPECT_EQ(
      within([&](auto& s) { return change_brand(s, "isola", 1, {.name = "X"}); }).error().code,
      errc::precondition_failed);
  EXPECT_EQ(within([&](auto& s) { return remove_brand(s, "isola", {}); }).error().code,
            errc::conflict);
}

TEST_F(CatalogueOffice, GivesBrandsOfLikeNamesTheirOwnHandles) {
  // Each "ü" is two bytes that no handle has, and they become one "-".
  for (const char* name : {"Müller", "Möller", "Mäller"})
    ASSERT_TRUE(within([&](auto& s) { return create_brand(s, {.name = name}); }));
  make(R"({"title":"A","category":"mugs","brand":"Meller","variants":[{"sku":"A"}]})");
  const auto all = list_brands(*c, {});
  ASSERT_EQ(all->items.size(), 4u);
  std::set<std::string> handles;
  for (const auto& b : all->items)
    handles.insert(b.handle);
  EXPECT_EQ(handles, (std::set<std::string>{"m-ller", "m-ller-2", "m-ller-3", "meller"}));
  EXPECT_EQ(within([&](auto& s) { return create_brand(s, {.name = "X", .handle = "meller"}); })
                .error()
                .problems[0]
                .field,
            "/handle");
}

TEST_F(CatalogueOffice, PagesBrandsByName) {
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE(
        within([&](auto& s) { return create_brand(s, {.name = "B" + std::to_string(i)}); }));
  page_request request{.limit = 3};
  std::vector<std::string> names;
  do {
    const auto some = list_brands(*c, request);
    ASSERT_TRUE(some) << some.error().detail;
    for (const auto& b : some->items)
      names.push_back(b.name);
    request.cursor = some->next_cursor;
  } while (!request.cursor.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"B0", "B1", "B2", "B3", "B4", "B5", "B6"}));
}

TEST_F(CatalogueOffice, PricesAVariantByListsOfTheShopsOwn) {
  const auto id = make(mug);
  ASSERT_TRUE(within([&](auto& s) {
    return create_price_list(
        s, {.id = "sale", .name = "Sale", .currency = eur, .country = "", .priority = 9});
  }));
  EXPECT_EQ(see(id).variants[0].price, (money{990, eur}));
  const auto set = [&](const std::vector<listed_price>& prices, std::optional<int64_t> version) {
    return within([&](auto& s) { return set_prices(s, "M", version, prices); });
  };
  const auto version = see(id).version;
  ASSERT_TRUE(set({{.list = "EUR", .amount = 990}, {.list = "sale", .amount = 500}}, version));
  EXPECT_EQ(see(id).variants[0].price, (money{500, eur})) << "the higher priority";
  EXPECT_EQ(set({}, version).error().code, errc::precondition_failed);
  const auto wrong = set({{.list = "none", .amount = 1}, {.list = "sale", .amount = -1}}, {});
  ASSERT_EQ(wrong.error().problems.size(), 2u);
  EXPECT_EQ(wrong.error().problems[0].field, "/prices/0/list");
  EXPECT_EQ(wrong.error().problems[1].field, "/prices/1/amount");
  ASSERT_TRUE(set({}, {}));
  EXPECT_EQ(see(id).variants[0].price, std::nullopt) << "not sold any more";
}

TEST_F(CatalogueOffice, KeepsAPriceListThatHoldsAndDeletesOneThatEnded) {
  const auto id = make(mug);
  const auto remove = [&] {
    return within([&](auto& s) { return remove_price_list(s, "EUR", {}); });
  };
  EXPECT_EQ(remove().error().code, errc::conflict);
  EXPECT_EQ(within([&](auto& s) {
              return change_price_list(s, "EUR", {}, {.currency = souk::currency{"USD"}});
            })
                .error()
                .code,
            errc::conflict);
  ASSERT_TRUE(within([&](auto& s) {
    return change_price_list(s, "EUR", {},
                             {.valid_until = parse_rfc3339("2020-01-01T00:00:00Z").value()});
  }));
  EXPECT_EQ(see(id).variants[0].price, std::nullopt);
  ASSERT_TRUE(remove());
  EXPECT_EQ(within([&](auto& s) { return remove_product(s, id, {}); }).error().code, errc::conflict)
      << "it had a price once";
}

TEST_F(CatalogueOffice, AddsOrdersArchivesAndRemovesVariants) {
  const auto id = make(mug);
  ASSERT_TRUE(patch(id, R"({"variants":[{"sku":"S","options":{"size":"S"}}],)"
                        R"("variant_order":["S","M","L"]})"));
  EXPECT_EQ(skus_of(id), (std::vector<std::string>{"S", "M", "L"}));
  ASSERT_TRUE(patch(id, R"({"remove_variants":["L"]})"));
  const auto sold = patch(id, R"({"remove_variants":["M"]})");
  ASSERT_FALSE(sold);
  EXPECT_EQ(sold.error().code, errc::conflict);
  EXPECT_NE(sold.error().detail.find("archive"), std::string::npos) << sold.error().detail;
  const auto version = see(id).version;
  ASSERT_TRUE(patch(id, R"({"variants":[{"sku":"M","archived":true}]})"));
  EXPECT_EQ(skus_of(id), std::vector<std::string>{"S"});
  EXPECT_EQ(see(id).version, version + 1);
  EXPECT_EQ(variants_by_sku(*c, {"M"}, eur, "DE")->at(0).status, product_status::archived);
  const auto record = find_record(*c, id);
  ASSERT_EQ(record->product.variants.size(), 2u) << "the office sees it";
  EXPECT_EQ(record->prices[1].at(0).list, "EUR");
  EXPECT_EQ(record->product.variants[1].weight_grams, 9) << "not mentioned, not changed";
  EXPECT_EQ(patch(id, R"({"variant_order":["X"]})").error().problems[0].field, "/variant_order/0");
}

TEST_F(CatalogueOffice, ChangesOptionsHandleAndTranslations) {
  const auto id = make(mug);
  ASSERT_TRUE(
      patch(id, R"({"handle":"cup","options":["volume"],"translations":)"
                R"({"de":{"title":"Tasse"},"fr":{"title":"Tasse fr"}},"variants":[)"
                R"({"sku":"M","options":{"volume":"1"}},{"sku":"L","options":{"volume":"2"}}]})"));
  EXPECT_EQ(see("cup").option_names, std::vector<std::string>{"volume"});
  EXPECT_EQ(see(id, "de-CH").title, "Tasse");
  ASSERT_TRUE(patch(id, R"({"translations":{"de":null}})"));
  EXPECT_EQ(see(id, "de").title, "Mug");
  EXPECT_EQ(see(id, "fr").title, "Tasse fr");
  make(R"({"title":"B","handle":"b","category":"mugs","variants":[{"sku":"B"}]})");
  EXPECT_EQ(patch(id, R"({"handle":"b"})").error().problems[0].code, "taken");
}

TEST_F(CatalogueOffice, DeletesAProductThatWasNeverOffered) {
  const auto id =
      make(R"({"title":"B","category":"mugs","status":"draft","variants":[{"sku":"B"}]})");
  EXPECT_TRUE(within([&](auto& s) { return remove_product(s, id, 1); }));
  EXPECT_EQ(find_record(*c, id).error().code, errc::not_found);
}

TEST_F(CatalogueOffice, ListsEveryStatusByWordSkuAndCategory) {
  make(mug);
  make(R"({"title":"Spade","category":"garden","status":"draft","variants":[{"sku":"SP-1"}]})");
  const auto count = [&](office_list_request r) {
    r.market = {eur, "DE", ""};
    const auto page = list_all_products(*c, r);
    EXPECT_TRUE(page) << page.error().detail;
    return page ? page->items.size() : 99;
  };
  EXPECT_EQ(count({}), 2u);
  EXPECT_EQ(count({.status = product_status::draft}), 1u);
  EXPECT_EQ(count({.category = "home"}), 1u);
  EXPECT_EQ(count({.query = "spa"}), 1u);
  EXPECT_EQ(count({.query = "SP-1"}), 1u);
  EXPECT_EQ(count({.category = "home", .query = "spade"}), 0u);
  EXPECT_EQ(count({.query = "'& |"}), 0u);
  const auto first = list_all_products(*c, {.page = {.limit = 1}});
  ASSERT_FALSE(first->next_cursor.empty());
  const auto second = list_all_products(*c, {.page = {.limit = 1, .cursor = first->next_cursor}});
  ASSERT_EQ(second->items.size(), 1u);
  EXPECT_NE(second->items[0].id, first->items[0].id);
  EXPECT_TRUE(second->next_cursor.empty());
}

TEST_F(CatalogueOffice, ShowsUploadedPicturesInTheirSizes) {
  const auto id = make(mug);
  const auto shown = [](char digit) {
    return picture{std::string(64, digit), {{160, 160, 120}, {480, 400, 300}}};
  };
  const auto add = [&](char digit, const new_image& how) {
    return within([&](auto& s) { return add_image(s, id, {}, shown(digit), how); });
  };
  ASSERT_TRUE(add('a', {.alt = "front", .position = {}}));
  ASSERT_TRUE(add('b', {.alt = "back", .position = 0}));
  auto images = see(id).images;
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(images[0].alt, "back");
  EXPECT_EQ(images[0].url, "/media/" + std::string(64, 'b') + "/480.jpg");
  EXPECT_EQ(images[0].width, 400);
  EXPECT_EQ(images[0].sizes[0],
            (image_size{"/media/" + std::string(64, 'b') + "/160.webp", 160, 120}));
  const auto back = image_id(images[0].url);
  const auto version = see(id).version;
  ASSERT_TRUE(within([&](auto& s) { return change_image(s, id, back, {}, {.position = 5}); }));
  EXPECT_EQ(see(id).images[1].alt, "back");
  EXPECT_EQ(see(id).version, version + 1);
  EXPECT_EQ(within([&](auto& s) { return remove_image(s, id, back, version); }).error().code,
            errc::precondition_failed);
  ASSERT_TRUE(within([&](auto& s) { return remove_image(s, id, back, {}); }));
  EXPECT_EQ(see(id).images.size(), 1u);
  EXPECT_EQ(within([&](auto& s) { return remove_image(s, id, back, {}); }).error().code,
            errc::not_found);
}
