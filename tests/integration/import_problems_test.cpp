// What an import says of rows that it refuses or takes with a warning, on a real Postgres.
#include "actors/catalogue/import.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace souk;
using namespace souk::catalogue;

namespace {

const time_point noon = from_micros(1'795'000'000'000'000);

class ImportProblems : public ::testing::Test {
protected:
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
  }
  import_report import(const std::string& lines, const import_options& options = {}) {
    std::istringstream in{lines};
    auto report = import_products(*read_json_lines(in), *c, {random, noon}, {}, options);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : import_report{};
  }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> c;
  tests::seeded_entropy random{20261122};
};

} // namespace

TEST_F(ImportProblems, SkipsBlankLinesAndNamesTheLineOfTheFile) {
  const auto report =
      import("\n{\"handle\":\"mug\",\"title\":\"Mug\",\"category\":\"mugs\","
             "\"variants\":[{\"sku\":\"MUG\",\"price\":{\"amount\":1,\"currency\":\"EUR\"}}]}"
             "\r\n  \r\n{\"title\":\n\n");
  EXPECT_EQ(report.rows, 2u);
  EXPECT_EQ(report.created, 1u);
  EXPECT_EQ(report.failed, 1u);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].row, 4u);
}

TEST_F(ImportProblems, SaysOfASharedSkuTheSameInADryRun) {
  const std::string file = R"({"handle":"a","title":"A","category":"mugs","variants":[)"
                           R"({"sku":"ONE","price":{"amount":1,"currency":"EUR"}}]})"
                           "\n"
                           R"({"handle":"b","title":"B","category":"mugs","variants":[)"
                           R"({"sku":"TWO","options":{"size":"S"}},)"
                           R"({"sku":"ONE","options":{"size":"M"}}]})";
  const auto before = import(file, {.dry_run = true});
  const auto after = import(file);
  ASSERT_EQ(before.errors.size(), 1u);
  ASSERT_EQ(after.errors.size(), 1u);
  EXPECT_EQ(before.errors[0].row, 2u);
  EXPECT_EQ(before.errors[0].field, "/variants/1/sku");
  EXPECT_EQ(before.errors[0].reason, "ONE belongs to another product");
  const auto words = [](const row_error& e) {
    return std::tuple{e.row, e.field, e.reason, e.code};
  };
  EXPECT_EQ(words(before.errors[0]), words(after.errors[0]));
}

TEST_F(ImportProblems, RefusesATaxCategoryThatNoCountryHasARateFor) {
  const auto report = import(R"({"title":"A","category":"mugs","tax_category":"bokos","variants":[)"
                             R"({"sku":"A","price":{"amount":1,"currency":"EUR"}}]})"
                             "\n"
                             R"({"title":"B","category":"mugs","tax_category":"books","variants":[)"
                             R"({"sku":"B","price":{"amount":1,"currency":"EUR"}}]})");
  EXPECT_EQ(report.created, 1u);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].row, 1u);
  EXPECT_EQ(report.errors[0].field, "/tax_category");
  EXPECT_EQ(report.errors[0].code, "unknown");
}

TEST_F(ImportProblems, WarnsOfAnActiveProductThatNobodyCanBuy) {
  const std::string file =
      R"({"handle":"a","title":"A","category":"mugs","variants":[{"sku":"A"}]})"
      "\n"
      R"({"handle":"b","title":"B","category":"mugs","status":"draft",)"
      R"("variants":[{"sku":"B"}]})";
  for (const bool dry_run : {true, false}) {
    const auto report = import(file, {.dry_run = dry_run});
    EXPECT_EQ(report.failed, 0u);
    ASSERT_EQ(report.errors.size(), 1u);
    EXPECT_EQ(report.errors[0].row, 1u);
    EXPECT_EQ(report.errors[0].field, "/prices");
    EXPECT_EQ(report.errors[0].code, "warning");
  }
  ASSERT_TRUE(c->script("insert into price_list (id, name, currency) values ('EUR', 'EUR', 'EUR');"
                        "insert into price select id, 'EUR', 990 from variant where sku = 'A'"));
  EXPECT_EQ(import(file).errors.size(), 0u) << "prices not mentioned are kept";
}
