// The shoppers' search by Postgres on a catalogue where words have many hits: up to 10,000 are all
// found, of more the best sold, and no word is lost because its products sell badly.
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/store.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace souk;
using namespace souk::catalogue;

namespace {

struct CommonWords : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
    ASSERT_TRUE(persistence::sql::in_transaction(
        *c, [&](auto& same) { return create_category(same, {.handle = "all", .name = "All"}); }));
    fill();
  }

  /// 36,000 products, each sold a little better than the one before. All are "things"; 12,000
  /// spread over all have "glass", the 12,000 that sell worst "rust", every 30th has "tin".
  void fill() {
    auto done = c->execute("insert into product (id, handle, title, category, status, velocity) "
                           "select 'p' || lpad(n::text, 5, '0'), 'h' || n, 'Thing' "
                           "|| case when n % 3 = 0 then ' glass' else '' end "
                           "|| case when n <= 12000 then ' rust' else '' end "
                           "|| case when n % 30 = 0 then ' tin' else '' end, 'all', 'active', n "
                           "from generate_series(1, 36000) n");
    ASSERT_TRUE(done) << done.error().detail;
    ASSERT_TRUE(c->execute("analyze product"));
  }

  /// Of every page of the search.
  std::vector<std::string> found(const std::string& query) {
    search_request request{.query = query, .limit = 100};
    request.market = {souk::currency{"EUR"}, "DE", ""};
    std::vector<std::string> all;
    do {
      const auto page = search_products(*c, request);
      EXPECT_TRUE(page) << page.error().detail;
      if (!page)
        break;
      for (const auto& p : page->items)
        all.push_back(p.id);
      request.cursor = page->next_cursor;
    } while (!request.cursor.empty());
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size()) << "none twice";
    return all;
  }
  bool is_common(const std::string& word) {
    return c->execute("select is_common(plainto_tsquery('english', $1), 10000)", {word})
        ->boolean(0, 0);
  }

  std::optional<persistence::scratch_database> database;
  decltype(std::declval<persistence::scratch_database&>().connect()) c;
};

constexpr size_t best_sold = 250;

} // namespace

TEST_F(CommonWords, AreKnownFromASample) {
  EXPECT_TRUE(is_common("thing")) << "36,000 have it";
  EXPECT_FALSE(is_common("tin"));
  EXPECT_FALSE(is_common("silver"));
  ASSERT_TRUE(c->execute("delete from product where velocity > 9000"));
  ASSERT_TRUE(c->script("vacuum full product"));
  EXPECT_FALSE(is_common("thing")) << "9,000 are few, even when it is all there are";
}

TEST_F(CommonWords, ShowTheBestSoldOnly) {
  for (const auto* word : {"thing", "glass"}) {
    const auto all = found(word);
    EXPECT_EQ(all.size(), best_sold) << word;
    const int step = word == std::string{"glass"} ? 3 : 1;
    for (const auto& id : all)
      EXPECT_GT(std::stoi(id.substr(1)), 36'000 - static_cast<int>(best_sold) * step) << word;
  }
}

TEST_F(CommonWords, AreNotLostWhenTheySellBadly) {
  const auto all = found("rust");
  EXPECT_EQ(all.size(), best_sold);
  for (const auto& id : all)
    EXPECT_LE(std::stoi(id.substr(1)), 12'000);
}

TEST_F(CommonWords, OfFewProductsFindThemAll) {
  EXPECT_EQ(found("tin").size(), 1'200u);
  EXPECT_EQ(found("tin glass").size(), 1'200u);
  EXPECT_EQ(found("silver").size(), 0u);
}
