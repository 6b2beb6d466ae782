// Catalogues in and out on a real Postgres: round trips, bad rows, interruptions, the demo in bulk.
#include "actors/catalogue/demo_load.hpp"
#include "actors/catalogue/export_shopify.hpp"
#include "actors/catalogue/shopify_reader.hpp"
#include "actors/catalogue/store.hpp"
#include "actors/stock/opening.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/wait.h>

using namespace souk;
using namespace souk::catalogue;

namespace {

const souk::currency eur{"EUR"};
const time_point noon = from_micros(1'795'000'000'000'000);

class Import : public ::testing::Test {
protected:
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
  }
  import_report import(product_reader& reader, const import_options& options = {}) {
    import_sinks sinks;
    sinks.stock = [this](std::vector<stock_row> rows) { count(rows); };
    auto report = import_products(reader, *c, {random, noon}, sinks, options);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : import_report{};
  }
  /// The projection's work, so that exports know the stock.
  void count(const std::vector<stock_row>& rows) {
    for (const auto& r : rows)
      EXPECT_TRUE(c->execute("insert into stock_level values ($1, $2, $3, 0, $3, 1) "
                             "on conflict (sku, warehouse) do update set on_hand = $3",
                             {r.sku, r.warehouse, r.on_hand}));
  }
  import_report import_shopify(std::istream& in, const import_options& options = {}) {
    return import(*read_shopify(in, {eur, "berlin"}), options);
  }
  std::string export_shopify() {
    shopify_export how{{eur, "berlin"}, kept_columns(*c).value()};
    std::string out = shopify_header(how);
    each_stored([&](const stored_product& s) { out += shopify_rows(s, how); });
    return out;
  }
  std::string export_json() {
    std::string out;
    each_stored([&](const stored_product& s) { out += json_line(s); });
    return out;
  }
  template <class Take>
  void each_stored(Take take) {
    export_scan scan{*c};
    for (auto page = scan.next(); page && !page->empty(); page = scan.next())
      for (const auto& s : *page)
        take(s);
  }
  void start_anew() {
    c.reset();
    database.emplace(true);
    c = database->connect();
  }
  int64_t number(const std::string& statement) {
    auto found = c->execute(statement);
    EXPECT_TRUE(found) << found.error().detail;
    return found ? found->integer(0, 0) : -1;
  }
  demo_loaded load(size_t first, size_t products) {
    EXPECT_TRUE(prepare_demo(*c));
    auto done = load_demo(*c, {1, first, products}, {random, noon},
                          [this](const std::vector<stock_row>& rows) -> result<size_t> {
                            std::vector<stock::first_count> counts;
                            for (const auto& r : rows)
                              counts.push_back({r.sku, r.warehouse, r.on_hand});
                            auto known = stock::open_cells(*c, counts, "demo", noon);
                            if (!known)
                              return known.error();
                            return rows.size() - known->size();
                          });
    EXPECT_TRUE(done) << done.error().detail;
    return done ? *done : demo_loaded{};
  }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> c;
  tests::seeded_entropy random{20261122};
};

/// Breaks off as a lost Postgres would.
class broken_reader final : public product_reader {
public:
  broken_reader(std::unique_ptr<product_reader> of, size_t after)
      : of_(std::move(of)), left_(after) {}
  std::optional<result<product_input>> next() override {
    if (left_-- == 0)
      return fail(errc::unavailable, "broken off");
    return of_->next();
  }

private:
  std::unique_ptr<product_reader> of_;
  size_t left_;
};

} // namespace

TEST_F(Import, BringsAShopifyFileBackAsItWas) {
  std::ifstream in("tests/data/shopify.csv", std::ios::binary);
  ASSERT_TRUE(in);
  const auto report = import_shopify(in);
  EXPECT_EQ(report.created, 3u);
  ASSERT_EQ(report.failed, 0u) << report.errors[0].field << report.errors[0].reason;
  const auto first = export_shopify();
  for (const char* kept :
       {"\"summer, \"\"new in\"\", cotton\"", "https://pictures.example/tee-3.jpg", "HT/SAND S",
        "gift_card", "TX1", "Price / International", "27.00", "Harbour Tee | Isola", "29.90",
        "9.30", "Default Title", "l4"})
    EXPECT_NE(first.find(kept), first.npos) << kept;
  EXPECT_EQ(first.find("alert"), first.npos) << "no script survives";

  const auto as_json = export_json();
  start_anew();
  std::istringstream again{first};
  EXPECT_EQ(import_shopify(again).failed, 0u);
  EXPECT_EQ(export_shopify(), first);
  EXPECT_EQ(export_json(), as_json);
  start_anew();
  std::istringstream lines{as_json};
  EXPECT_EQ(import(*read_json_lines(lines)).failed, 0u);
  EXPECT_EQ(export_json(), as_json) << "JSON Lines keep what other formats brought along";
}

TEST_F(Import, ReportsBadRowsByRowAndColumnAndTakesTheOthers) {
  std::ifstream in("tests/data/shopify_bad_rows.csv", std::ios::binary);
  ASSERT_TRUE(in);
  const auto report = import_shopify(in);
  EXPECT_EQ(report.created, 2u);
  std::set<std::pair<size_t, std::string>> found;
  for (const auto& e : report.errors)
    found.emplace(e.row, e.field);
  EXPECT_EQ(found, (std::set<std::pair<size_t, std::string>>{{3, "Variant Price"},
                                                             {4, "Title"},
                                                             {5, "Variant SKU"},
                                                             {6, "Option1 Value"},
                                                             {7, ""},
                                                             {8, "Variant Price"},
                                                             {9, "Variant Compare At Price"},
                                                             {10, "Status"},
                                                             {11, "Handle"},
                                                             {12, "Variant Grams"},
                                                             {14, "Option1 Value"},
                                                             {15, "Variant Inventory Qty"}}));
}

TEST_F(Import, WritesNothingInADryRunAndSaysTheSame) {
  std::ifstream in("tests/data/shopify_bad_rows.csv", std::ios::binary);
  const auto report = import_shopify(in, {.dry_run = true, .run = "dry"});
  EXPECT_EQ(report.created, 2u);
  EXPECT_EQ(report.errors.size(), 12u);
  for (const char* table : {"product", "variant", "category", "brand", "stock_level"})
    EXPECT_EQ(number("select count(*) from " + std::string{table}), 0) << table;
  EXPECT_EQ(number("select rows from import_run where dry_run and state = 'finished'"),
            static_cast<int64_t>(report.rows))
      << "but its progress is kept";
}

TEST_F(Import, GoesOnWhereItWasBrokenOff) {
  const import_options options{.run = "a file", .source = "demo"};
  broken_reader broken{read_demo(1, 5'000), 4'500};
  EXPECT_EQ(import_products(broken, *c, {random, noon}, {}, options).error().code,
            errc::unavailable);
  EXPECT_EQ(number("select count(*) from product"), 4'000);
  const auto report = import(*read_demo(1, 5'000), options);
  EXPECT_EQ(report.resumed, 4'000u);
  EXPECT_EQ(report.created, 5'000u) << "of both together";
  EXPECT_EQ(number("select count(*) from product"), 5'000);
  EXPECT_EQ(number("select count(*) from import_run where state = 'finished'"), 1);
  EXPECT_EQ(import(*read_demo(1, 5'000), options).resumed, 0u) << "a finished one starts anew";
}

TEST_F(Import, GoesOnAfterKillMinusNine) {
  const import_options options{.run = "killed", .source = "demo"};
  const auto child = ::fork();
  if (child == 0) {
    auto mine = database->connect();
    tests::seeded_entropy other_random{1}; // two processes never draw the same ids
    import_sinks sinks;
    // The second batch is committed, its progress is not.
    sinks.stock = [n = 0](std::vector<stock_row>) mutable {
      if (++n == 2)
        ::raise(SIGKILL);
    };
    (void)import_products(*read_demo(1, 5'000), *mine, {other_random, noon}, sinks, options);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  // Postgres notices the death of the session before it gives its lock to another.
  while (number("select count(*) from pg_locks where locktype = 'advisory' and database ="
                " (select oid from pg_database where datname = current_database())") > 0) {
  }
  const auto report = import(*read_demo(1, 5'000), options);
  EXPECT_EQ(report.resumed, 2'000u);
  EXPECT_EQ(report.failed, 0u) << (report.errors.empty() ? "" : report.errors[0].reason);
  EXPECT_EQ(report.created, 3'000u) << "the second batch was there";
  EXPECT_EQ(number("select count(*) from product"), 5'000);
  EXPECT_EQ(number("select max(version) from product"), 1) << "doing it again changes nothing";
}

TEST_F(Import, HoldsANewCategoryToWhatIsAboveIt) {
  ASSERT_TRUE(c->execute("insert into category (handle, path, name, attribute_schema) values "
                         "('kitchen', '{kitchen}', 'Kitchen', "
                         "'{\"material\": {\"type\": \"string\", \"required\": true}}')"));
  std::istringstream in{
      R"({"title":"Bad","category_path":["kitchen","mugs"],"variants":[{"sku":"BAD"}]})"
      "\n"
      R"({"title":"Good","category_path":["kitchen","mugs"],"attributes":{"material":"glass"},)"
      R"("variants":[{"sku":"GOOD","price":{"amount":1,"currency":"EUR"}}]})"};
  const auto report = import(*read_json_lines(in));
  EXPECT_EQ(report.created, 1u);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].field, "/attributes/material");
}

TEST_F(Import, CarriesThePricesOfStaffListsBothWays) {
  const std::string file =
      R"({"handle":"mug","title":"Mug","category":"mugs","variants":[{"sku":"MUG","prices":)"
      R"([{"amount":990,"currency":"EUR"},{"amount":790,"currency":"EUR","list":"summer"}]}]})";
  std::istringstream early{file};
  const auto refused = import(*read_json_lines(early));
  ASSERT_EQ(refused.errors.size(), 1u) << "there is no such list yet";
  EXPECT_EQ(refused.errors[0].code, "unknown_list");
  ASSERT_TRUE(c->execute("insert into price_list (id, name, currency) values "
                         "('summer', 'Summer', 'EUR')"));
  std::istringstream in{file}, again{file};
  EXPECT_EQ(import(*read_json_lines(in)).created, 1u);
  EXPECT_EQ(number("select amount from price where price_list = 'summer'"), 790);
  EXPECT_EQ(import(*read_json_lines(again)).changed, 0u);
  EXPECT_EQ(number("select version from product"), 1);
  auto dearer = export_json();
  EXPECT_NE(dearer.find(R"("list":"summer")"), std::string::npos) << dearer;
  dearer.replace(dearer.find("790"), 3, "795");
  std::istringstream changed{dearer};
  EXPECT_EQ(import(*read_json_lines(changed)).changed, 1u);
  EXPECT_EQ(number("select amount from price where price_list = 'summer'"), 795);
  EXPECT_EQ(number("select version from product"), 2);
}

TEST_F(Import, LeavesEveryShelfAsItWasWhenAShopifyFileComesBack) {
  std::istringstream lines{
      R"({"handle":"mug","title":"Mug","category":"mugs","variants":[)"
      R"({"sku":"MUG-S","options":{"size":"S"},"stock":{"berlin":7,"lyon":104}},)"
      R"({"sku":"MUG-M","options":{"size":"M"},"stock":{"lyon":5}}]})"};
  EXPECT_EQ(import(*read_json_lines(lines)).created, 1u);
  std::istringstream again{export_shopify()};
  EXPECT_EQ(import_shopify(again).failed, 0u);
  EXPECT_EQ(number("select count(*) from stock_level"), 3);
  EXPECT_EQ(number("select on_hand from stock_level where sku = 'MUG-S' and warehouse = 'berlin'"),
            7);
  EXPECT_EQ(number("select on_hand from stock_level where sku = 'MUG-S' and warehouse = 'lyon'"),
            104);
  EXPECT_EQ(number("select on_hand from stock_level where sku = 'MUG-M' and warehouse = 'lyon'"),
            5);
}

TEST_F(Import, FindsNothingChangedInWhatItGaveOut) {
  load(0, 100);
  std::istringstream foreign{
      R"({"handle":"mug","title":"Mug","description":"two  spaces\n\n\nand lines","category_path":)"
      R"([{"handle":"k1","name":"Kitchen"},{"handle":"m1","name":"Mugs & Cups"}],)"
      R"("tax_category":"reduced","attributes":{"clay":"red"},"rating":{"sum":9,"count":2},)"
      R"("images":[{"url":"https://a.example/1.jpg","alt":"one"},{"url":"/2.svg","alt":"two"}],)"
      R"("variants":[{"sku":"MUG","image":"https://a.example/1.jpg","stock":{"lyon":3}}]})"};
  EXPECT_EQ(import(*read_json_lines(foreign)).created, 1u);
  std::ifstream theirs("tests/data/shopify.csv", std::ios::binary);
  EXPECT_EQ(import_shopify(theirs).created, 3u);
  const auto lines = export_json();
  const auto rows = export_shopify();
  const auto versions = number("select sum(version) from product");
  for (int round = 0; round < 2; ++round) {
    std::istringstream csv{rows}, json{lines};
    for (const auto& report : {import_shopify(csv), import(*read_json_lines(json))}) {
      EXPECT_EQ(report.changed + report.created, 0u);
      EXPECT_EQ(report.failed, 0u) << report.errors[0].field << report.errors[0].reason;
    }
    EXPECT_EQ(export_json(), lines);
    EXPECT_EQ(export_shopify(), rows);
  }
  EXPECT_EQ(number("select sum(version) from product"), versions);
  EXPECT_EQ(number("select count(*) from product_source"), 3);
}

TEST_F(Import, CountsAnOversoldShelfAsEmptyAndWarnsOfIt) {
  std::istringstream in{"Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty\n"
                        "mug,Mug,MUG,9.90,-3\n"};
  const auto report = import_shopify(in);
  EXPECT_EQ(report.created, 1u);
  EXPECT_EQ(report.failed, 0u);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].row, 2u);
  EXPECT_EQ(report.errors[0].field, "Variant Inventory Qty");
  EXPECT_EQ(report.errors[0].code, "warning");
  EXPECT_EQ(number("select on_hand from stock_level where sku = 'MUG'"), 0);
}

TEST_F(Import, IsDoneByOneProcessAtATime) {
  const import_options options{.run = "one", .source = "demo"};
  auto other = database->connect();
  import_sinks sinks;
  sinks.progress = [&](const import_report&) {
    EXPECT_EQ(import_products(*read_demo(1, 10), *other, {random, noon}, {}, options).error().code,
              errc::conflict);
  };
  EXPECT_TRUE(import_products(*read_demo(1, 10), *c, {random, noon}, sinks, options));
}

TEST_F(Import, FillsTheDemoInBulkAndAddsToIt) {
  const auto first = load(0, 300);
  EXPECT_EQ(first.created, 300u);
  EXPECT_GT(first.counted, 300u);
  const auto more = load(0, 1'000);
  EXPECT_EQ(more.known, 300u);
  EXPECT_EQ(more.created, 700u);
  EXPECT_EQ(load(0, 1'000).created, 0u);
  EXPECT_EQ(number("select count(*) from journal"),
            static_cast<int64_t>(first.counted + more.counted));
  const auto shown = demo_product(1, 700);
  const auto found = find_product(*c, shown.handle, {eur, "DE", ""});
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->title, shown.title);
  EXPECT_EQ(found->variants.size(), shown.variants.size());
  EXPECT_EQ(found->variants[0].price, shown.variants[0].prices[0].amount);
  // Foreign keys were not checked row by row: they hold all the same.
  EXPECT_EQ(number("select count(*) from price p where not exists "
                   "(select from variant v where v.id = p.variant)"),
            0);
  EXPECT_EQ(number("select count(*) from product p where not exists "
                   "(select from brand b where b.name = p.brand)"),
            0);
}

TEST_F(Import, LeavesShelvesAloneThatHaveAHistory) {
  const std::vector<stock::first_count> counts = {{"A", "berlin", 5}, {"B", "berlin", 6}};
  EXPECT_EQ(stock::open_cells(*c, {counts[0]}, "test", noon)->size(), 0u);
  const auto known = stock::open_cells(*c, counts, "test", noon);
  ASSERT_TRUE(known) << known.error().detail;
  ASSERT_EQ(known->size(), 1u);
  EXPECT_EQ(known->front().sku, "A");
  EXPECT_EQ(number("select count(*) from journal"), 2);
  EXPECT_EQ(stock::open_cells(*c, {{"C", "lyon", 1}, {"C", "lyon", 2}}, "test", noon).error().code,
            errc::invalid);
  EXPECT_EQ(number("select count(*) from journal"), 2);
}

TEST_F(Import, PagesThroughTwentyThousandDemoProductsInTime) {
  for (size_t first = 0; first < 20'000; first += demo_piece_products)
    EXPECT_EQ(load(first, demo_piece_products).created, demo_piece_products);
  EXPECT_TRUE(c->script("analyze"));
  for (auto order : {list_order::newest, list_order::popular, list_order::title}) {
    list_request request{.market = {eur, "DE", ""}, .category = "", .order = order, .limit = 100};
    auto slowest = std::chrono::steady_clock::duration::zero();
    for (int page = 0; page < 50; ++page) {
      const auto begun = std::chrono::steady_clock::now();
      auto found = list_products(*c, request);
      slowest = std::max(slowest, std::chrono::steady_clock::now() - begun);
      ASSERT_TRUE(found) << found.error().detail;
      ASSERT_EQ(found->items.size(), 100u);
      request.cursor = found->next_cursor;
    }
    EXPECT_LT(slowest, std::chrono::seconds{1}) << "page 50 costs what page 1 costs";
  }
}
