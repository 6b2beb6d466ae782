// The catalogue on a real Postgres: imports, pages, search, prices, versions, once.
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/demo.hpp"
#include "actors/catalogue/product_json.hpp"
#include "actors/catalogue/service.hpp"
#include "actors/catalogue/store.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <set>
#include <sstream>

using namespace souk;
using namespace souk::catalogue;

namespace {

class fixed_clock final : public souk::clock {
public:
  time_point now() const override { return from_micros(1'795'000'000'000'000); }
  std::chrono::nanoseconds monotonic() const override { return {}; }
};

const souk::currency eur{"EUR"};
const souk::currency usd{"USD"};

constexpr const char* mug_line =
    R"({"title":"Blue Mug","handle":"blue-mug","category_path":["kitchen","mugs"],"brand":"Isola",)"
    R"("description":"A sturdy mug for coffee.","attributes":{"material":"stoneware"},)"
    R"("translations":{"de":{"title":"Blaue Tasse","description":"Robust."}},)"
    R"("images":[{"url":"/images/mug.svg","alt":"a mug"}],"rating":{"sum":9,"count":2},)"
    R"("variants":[{"sku":"MUG-S","options":{"size":"S"},"price":{"amount":990,"currency":"EUR"},)"
    R"("prices":[{"amount":890,"currency":"EUR","country":"FR","original_amount":1090}],)"
    R"("weight_grams":300,"cost":{"amount":300,"currency":"EUR"},"stock":{"berlin":7,"lyon":0}},)"
    R"({"sku":"MUG-L","options":{"size":"L"},"price":{"amount":1290,"currency":"EUR"}}]})";

struct Catalogue : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
  }
  import_report import(product_reader& reader, std::vector<stock_row>* stock = nullptr) {
    import_sinks sinks;
    sinks.stock = [stock](std::vector<stock_row> rows) {
      if (stock != nullptr)
        stock->insert(stock->end(), rows.begin(), rows.end());
    };
    auto report = import_products(reader, *c, {random, time.now()}, sinks);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : import_report{};
  }
  import_report import_text(const std::string& text, std::vector<stock_row>* stock = nullptr) {
    std::istringstream in{text};
    return import(*read_json_lines(in), stock);
  }
  import_report import_demo(size_t count) { return import(*read_demo(1, count)); }
  product_view find(const std::string& handle, const market& m = {eur, "DE", ""}) {
    auto found = find_product(*c, handle, m);
    EXPECT_TRUE(found) << found.error().detail;
    return found ? *found : product_view{};
  }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> c;
  tests::seeded_entropy random;
  fixed_clock time;
};

} // namespace

TEST_F(Catalogue, ShowsWhatWasImported) {
  std::vector<stock_row> stock;
  const auto report = import_text(mug_line, &stock);
  EXPECT_EQ(report.created, 1u);
  EXPECT_EQ(report.failed, 0u) << (report.errors.empty() ? "" : report.errors[0].reason);
  ASSERT_EQ(stock.size(), 2u);
  EXPECT_EQ(stock[0].on_hand, 7);

  const auto mug = find("blue-mug");
  EXPECT_EQ(mug.title, "Blue Mug");
  EXPECT_EQ(mug.brand, "Isola");
  EXPECT_EQ(mug.category, "mugs");
  EXPECT_EQ(mug.version, 1);
  EXPECT_EQ(mug.rating_sum, 9);
  EXPECT_EQ(mug.option_names, std::vector<std::string>{"size"});
  EXPECT_EQ(mug.images, (std::vector<image>{{"/images/mug.svg", "a mug"}}));
  ASSERT_EQ(mug.variants.size(), 2u);
  EXPECT_EQ(mug.variants[0].sku, "MUG-S") << "in the file's order";
  EXPECT_EQ(mug.variants[0].price, (money{990, eur}));
  EXPECT_EQ(mug.variants[1].original_price, std::nullopt);
  EXPECT_EQ(find(mug.id).handle, "blue-mug");
  EXPECT_EQ(find("blue-mug", {eur, "DE", "de"}).title, "Blaue Tasse");
  const auto in_france = find("blue-mug", {eur, "FR", ""}).variants[0];
  EXPECT_EQ(in_france.price, (money{890, eur})) << "the country's own list goes first";
  EXPECT_EQ(in_france.original_price, (money{1090, eur}));
  EXPECT_EQ(find("blue-mug", {usd, "US", ""}).variants[0].price, std::nullopt);
  EXPECT_EQ(find_product(*c, "nothing", {}).error().code, errc::not_found);
}

TEST_F(Catalogue, ImportsTwiceWithoutChangingAnything) {
  import_text(mug_line);
  const auto again = import_text(mug_line);
  EXPECT_EQ(again.created + again.changed + again.failed, 0u);
  EXPECT_EQ(find("blue-mug").version, 1);
  EXPECT_EQ(import_demo(300).created, 300u);
  const auto demo_again = import_demo(300);
  EXPECT_EQ(demo_again.created + demo_again.changed + demo_again.failed, 0u)
      << (demo_again.errors.empty() ? "" : demo_again.errors[0].reason);
}

TEST_F(Catalogue, RaisesTheVersionWhenOnlyAPriceChanges) {
  import_text(mug_line);
  std::string dearer = mug_line;
  dearer.replace(dearer.find("1290"), 4, "1390");
  EXPECT_EQ(import_text(dearer).changed, 1u);
  EXPECT_EQ(find("blue-mug").version, 2);
  EXPECT_EQ(find("blue-mug").variants[1].price, (money{1390, eur}));
}

TEST_F(Catalogue, ReportsWrongRowsAndImportsTheOthers) {
  const std::string good = mug_line;
  std::string thief = mug_line; // another product with the same SKUs
  thief.replace(thief.find("blue-mug"), 8, "fake-mug");
  const std::string unpriced = R"({"title":"X","category":"mugs","variants":[{"sku":"no good"}]})";
  const auto report = import_text("nonsense\n" + unpriced + "\n" + good + "\n" + thief + "\n");
  EXPECT_EQ(report.rows, 4u);
  EXPECT_EQ(report.created, 1u);
  EXPECT_EQ(report.failed, 3u);
  ASSERT_EQ(report.errors.size(), 4u);
  EXPECT_EQ(report.errors[0].row, 1u);
  EXPECT_EQ(report.errors[1].row, 2u);
  EXPECT_EQ(report.errors[1].field, "/variants/0/sku");
  EXPECT_EQ(report.errors[2].row, 4u);
  EXPECT_EQ(report.errors[2].field, "/variants/0/sku");
  EXPECT_EQ(report.errors[3].field, "/variants/1/sku") << "of each variant, as a dry run says";
}

TEST_F(Catalogue, RefusesStockInAWarehouseThatIsNotThere) {
  const auto report =
      import_text(R"({"title":"X","category":"c","variants":[{"sku":"X","stock":{"mars":1}}]})");
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].field, "/variants/0/stock");
}

TEST_F(Catalogue, GivesADemoRowItsOwnFailureInsideABatch) {
  import_text(R"({"title":"Squatter","category":"c","variants":[{"sku":")" +
              demo_product(1, 20).variants[0].sku + R"("}]})");
  const auto report = import_demo(40);
  EXPECT_EQ(report.created, 39u);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].row, 21u);
}

TEST_F(Catalogue, PagesThroughACategoryWithoutGapOrRepeat) {
  import_demo(260);
  for (auto order : {list_order::newest, list_order::popular, list_order::title}) {
    std::set<std::string> seen;
    list_request request{
        .market = {eur, "DE", ""}, .category = "clothing", .order = order, .limit = 7};
    do {
      auto page = list_products(*c, request);
      ASSERT_TRUE(page) << page.error().detail;
      for (const auto& p : page->items) {
        EXPECT_TRUE(seen.insert(p.id).second) << p.title;
        EXPECT_TRUE(p.variants.front().price);
      }
      request.cursor = page->next_cursor;
    } while (!request.cursor.empty());
    size_t clothes = 0;
    for (size_t i = 0; i < 260; ++i)
      clothes += demo_product(1, i).category_path.front().handle == "clothing";
    EXPECT_EQ(seen.size(), clothes);
  }
}

TEST_F(Catalogue, ListsWhatSellsBestFirstAndThenWhatNobodyHasBought) {
  import_demo(60);
  for (const int size : {1, 7, 100}) {
    list_request request{.market = {eur, "DE", ""},
                         .order = list_order::popular,
                         .limit = static_cast<size_t>(size)};
    std::vector<std::string> ids;
    do {
      auto page = list_products(*c, request);
      ASSERT_TRUE(page) << page.error().detail;
      for (const auto& p : page->items)
        ids.push_back(p.id);
      request.cursor = page->next_cursor;
    } while (!request.cursor.empty());
    auto by_rule = c->execute("select id from product order by velocity desc, "
                              "case when velocity = 0 then created_at end desc, id desc");
    ASSERT_TRUE(by_rule);
    std::vector<std::string> expected;
    for (size_t i = 0; i < by_rule->size(); ++i)
      expected.emplace_back(by_rule->text(i, 0));
    EXPECT_EQ(ids, expected) << size << " a page";
  }
}

TEST_F(Catalogue, RefusesForeignCursorsWithoutTroublingPostgres) {
  for (const char* cursor : {"x", "W10", "WyJuZXdlc3QiLCJub3QgYSBudW1iZXIiLCJpZCJd"}) {
    const auto page = list_products(*c, {.market = {}, .cursor = cursor});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, errc::invalid);
  }
  EXPECT_EQ(list_products(*c, {.market = {}, .limit = 101}).error().code, errc::invalid);
}

TEST_F(Catalogue, AnswersWhatIsNotUtf8WithoutTroublingPostgres) {
  const std::string odd = "\xc3\x28";
  EXPECT_EQ(find_product(*c, odd, {}).error().code, errc::not_found);
  EXPECT_EQ(search_products(*c, {.market = {}, .query = odd}).error().code, errc::invalid);
  EXPECT_EQ(list_products(*c, {.market = {}, .category = odd}).error().code, errc::invalid);
  EXPECT_TRUE(list_products(*c, {.market = {eur, odd, odd}}));
  EXPECT_TRUE(variants_by_sku(*c, {odd}, eur, odd)->empty());
  EXPECT_EQ(availability_of(*c, {odd})->at(0).units, 0);
}

TEST_F(Catalogue, FindsByWordsAndByBeginnings) {
  import_text(mug_line);
  import_demo(100);
  const auto hits = [&](const std::string& q) {
    auto page = search_products(*c, {.market = {eur, "DE", ""}, .query = q});
    EXPECT_TRUE(page) << page.error().detail;
    return page ? page->items : std::vector<product_view>{};
  };
  ASSERT_FALSE(hits("blue mug").empty());
  EXPECT_EQ(hits("blue mugs").front().handle, "blue-mug") << "stemmed";
  EXPECT_EQ(hits("blue mu").front().handle, "blue-mug") << "as far as typed";
  EXPECT_TRUE(hits("zzzz").empty());
  for (const char* odd : {"'", "& | !", "a:*", "\\", "\"open", "--", "(", "größe 'x"})
    (void)hits(odd);
  std::set<std::string> seen;
  search_request request{.market = {eur, "DE", ""}, .query = "everyday", .limit = 3};
  do {
    auto page = search_products(*c, request);
    ASSERT_TRUE(page) << page.error().detail;
    for (const auto& p : page->items)
      EXPECT_TRUE(seen.insert(p.id).second);
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  size_t everyday = 0;
  for (size_t i = 0; i < 100; ++i)
    everyday += demo_product(1, i).title.find("Everyday") != std::string::npos;
  EXPECT_EQ(seen.size(), everyday);
}

TEST_F(Catalogue, TellsACartWhatItNeeds) {
  import_text(mug_line);
  const auto found = variants_by_sku(*c, {"MUG-L", "MUG-S", "NO-SUCH"}, eur, "DE");
  ASSERT_TRUE(found) << found.error().detail;
  ASSERT_EQ(found->size(), 2u);
  const auto& small = (*found)[0].sku == "MUG-S" ? (*found)[0] : (*found)[1];
  EXPECT_EQ(small.price, (money{990, eur}));
  EXPECT_EQ(small.weight_grams, 300);
  EXPECT_EQ(small.tax_category, "standard");
  EXPECT_EQ(small.status, product_status::active);
  EXPECT_EQ(small.options, (std::vector<option_value>{{"size", "S"}}));
}

TEST_F(Catalogue, AddsUpAvailabilityOverActiveWarehouses) {
  ASSERT_TRUE(
      c->script("insert into stock_level (sku, warehouse, on_hand, reserved, available, seq) "
                "values ('A','berlin',3,0,3,1), ('A','lyon',2,1,1,1), ('B','leeds',50,0,50,1); "
                "update warehouse set active = false where id = 'leeds'"));
  const auto all = availability_of(*c, {"A", "B", "C"});
  ASSERT_TRUE(all) << all.error().detail;
  EXPECT_EQ((*all)[0].units, 4);
  EXPECT_EQ((*all)[0].shown.bucket, availability_bucket::few_left);
  EXPECT_EQ((*all)[0].shown.units, 4);
  EXPECT_EQ((*all)[1].shown.bucket, availability_bucket::sold_out);
  EXPECT_EQ((*all)[2].shown.bucket, availability_bucket::sold_out);
}

TEST_F(Catalogue, KeepsCategoryPathsTrueToTheTree) {
  ASSERT_TRUE(create_category(*c, {.handle = "home", .parent = "", .name = "Home"}));
  ASSERT_TRUE(create_category(*c, {.handle = "mugs", .parent = "home", .name = "Mugs"}));
  import_text(R"({"title":"X","category_path":["kitchen","mugs","big"],"variants":[{"sku":"X"}]})");
  const auto all = load_categories(*c);
  ASSERT_TRUE(all);
  const auto big = std::ranges::find(*all, "big", &category::handle);
  ASSERT_NE(big, all->end());
  EXPECT_EQ(big->path, (std::vector<std::string>{"home", "mugs", "big"}));
  EXPECT_EQ(create_category(*c, {.handle = "y", .parent = "none", .name = "Y"}).error().code,
            errc::invalid);
}

struct CatalogueService : Catalogue {
  void SetUp() override {
    Catalogue::SetUp();
    if (IsSkipped())
      return;
    persistence::pg_pool_options options;
    options.connection.url = database->url();
    options.connections = 2;
    pool = std::make_unique<persistence::pg_pool>(options);
    shop = std::make_unique<catalogue::service>(*pool, time, random);
    ASSERT_TRUE(create_category(
        *c, {.handle = "mugs",
             .parent = "",
             .name = "Mugs",
             .attribute_schema = R"({"material":{"type":"string","values":["stoneware","glass"]},)"
                                 R"("litres":{"type":"integer","minimum":1}})"}));
  }
  void TearDown() override { pool.reset(); }

  result<product_view> create(const product_input& p, std::optional<idempotency> repeat = {}) {
    std::promise<result<product_view>> answer;
    shop->create(p, {eur, "DE", ""}, repeat, [&](auto r) { answer.set_value(std::move(r)); });
    return answer.get_future().get();
  }
  result<product_view> patch(const std::string& id, std::optional<int64_t> version,
                             const product_patch& p) {
    std::promise<result<product_view>> answer;
    shop->patch(id, version, p, {eur, "DE", ""}, {},
                [&](auto r) { answer.set_value(std::move(r)); });
    return answer.get_future().get();
  }
  static product_input mug() {
    auto p = parse_product(mug_line).value();
    p.category_path = {{.handle = "mugs", .parent = "", .name = ""}};
    return p;
  }
  std::unique_ptr<persistence::pg_pool> pool;
  std::unique_ptr<catalogue::service> shop;
};

TEST_F(CatalogueService, CreatesOnceForOneKey) {
  const idempotency repeat{make_command_id({"caller", "route", "key"}), 7};
  const auto first = create(mug(), repeat);
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = create(mug(), repeat);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(create(mug(), idempotency{repeat.key, 8}).error().code, errc::idempotency_mismatch);
  const auto other = create(mug());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, errc::conflict);
  EXPECT_EQ(other.error().problems[0].field, "/handle");
}

TEST_F(CatalogueService, CreatesOnceForTheSameKeyAtTheSameTime) {
  const idempotency repeat{make_command_id({"caller", "route", "race"}), 7};
  auto one = std::async(std::launch::async, [&] { return create(mug(), repeat); });
  auto two = std::async(std::launch::async, [&] { return create(mug(), repeat); });
  const auto a = one.get(), b = two.get();
  ASSERT_TRUE(a) << a.error().detail;
  ASSERT_TRUE(b) << b.error().detail;
  EXPECT_EQ(a->id, b->id);
}

TEST_F(CatalogueService, NamesEveryWrongField) {
  auto p = mug();
  p.title = " ";
  p.attributes = R"({"material":"gold","litres":0,"colour":"red"})";
  p.variants[0].prices[0].amount.amount = -1;
  const auto refused = create(p);
  ASSERT_FALSE(refused);
  std::set<std::string> fields;
  for (const auto& problem : refused.error().problems)
    fields.insert(problem.field);
  EXPECT_EQ(fields, (std::set<std::string>{"/title", "/variants/0/prices", "/attributes/material",
                                           "/attributes/litres", "/attributes/colour"}));
}

TEST_F(CatalogueService, PatchesOnlyTheVersionItWasShown) {
  const auto made = create(mug());
  ASSERT_TRUE(made) << made.error().detail;
  product_patch change{.title = "Bluer Mug"};
  change.variants = {{.sku = "MUG-L", .prices = {{money{1500, eur}, 1700, ""}}}};
  const auto changed = patch(made->id, 1, change);
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_EQ(changed->title, "Bluer Mug");
  EXPECT_EQ(changed->description, made->description);
  EXPECT_EQ(changed->version, 2);
  ASSERT_EQ(changed->variants.size(), 2u);
  EXPECT_EQ(changed->variants[1].price, (money{1500, eur}));
  EXPECT_EQ(changed->variants[1].options, made->variants[1].options);
  EXPECT_EQ(changed->variants[0].price, (money{990, eur})) << "not mentioned, not changed";
  EXPECT_EQ(changed->images, made->images);
  EXPECT_EQ(patch(made->id, 1, change).error().code, errc::precondition_failed);
  EXPECT_EQ(patch("nobody", {}, change).error().code, errc::not_found);
}
