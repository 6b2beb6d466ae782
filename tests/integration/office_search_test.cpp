// The staff's search on a real Postgres: page by page it answers what a plain scan of the whole
// list does, wherever the hits lie.
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/record.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

using namespace souk;
using namespace souk::catalogue;

namespace {

using ids = std::vector<std::string>;

struct OfficeSearch : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
    for (const auto* handle : {"mugs", "pans"})
      ASSERT_TRUE(persistence::sql::in_transaction(*c, [&](auto& same) {
        return create_category(same, {.handle = handle, .name = handle});
      }));
    fill();
  }

  /// 12,000 products on more pages than a search takes a sample of, a hundred made at a time. The
  /// newest 4,000 have no "rust"; "glass" is everywhere, "iron rust" seldom, "tin" once.
  void fill() {
    auto done = c->execute(
        "insert into product (id, handle, title, description, category, status, created_at) "
        "select 'p' || md5(n::text), 'h' || n, "
        "'Thing' || case when n % 2 = 0 then ' glass' else '' end "
        "|| case when n <= 8000 and n % 3 = 0 then ' rust' else '' end "
        "|| case when n % 97 = 0 then ' iron' else '' end "
        "|| case when n = 42 then ' tin' else '' end, repeat('x', 500), "
        "case when n % 5 = 0 then 'pans' else 'mugs' end, "
        "(array['active', 'draft', 'archived'])[1 + (n % 11 = 0)::int + (n % 13 = 0)::int], "
        "timestamptz '2026-01-01' + n / 100 * interval '1 minute' "
        "from generate_series(1, 12000) n");
    ASSERT_TRUE(done) << done.error().detail;
    // Words that are another product's SKU, too.
    for (const auto* word : {"glass", "rust"})
      ASSERT_TRUE(c->execute("insert into variant (id, product, sku) "
                             "select $1, id, $1 from product where handle = 'h1'",
                             {std::string{word}}));
    ASSERT_TRUE(c->execute("analyze product"));
  }

  ids all_pages(office_list_request request) {
    request.market = {souk::currency{"EUR"}, "DE", ""};
    ids all;
    do {
      const auto page = list_all_products(*c, request);
      EXPECT_TRUE(page) << page.error().detail;
      if (!page)
        break;
      for (const auto& p : page->items)
        all.push_back(p.id);
      request.page.cursor = page->next_cursor;
    } while (!request.page.cursor.empty() && all.size() < 1'000);
    return all;
  }

  /// The first `most` of a plain scan.
  ids plainly(const std::string& words, const std::string& condition, size_t most) {
    auto found =
        c->execute("select id from product where (document @@ to_tsquery('english', $1) "
                   "or handle = $1 or id in (select product from variant where sku = $1)) and " +
                       condition + " order by created_at desc, id desc limit $2",
                   {words, static_cast<int64_t>(most)});
    EXPECT_TRUE(found) << found.error().detail;
    ids all;
    for (size_t i = 0; found && i < found->size(); ++i)
      all.emplace_back(found->text(i, 0));
    return all;
  }

  void expect_plain(const office_list_request& request, const std::string& words,
                    const std::string& condition) {
    const auto all = all_pages(request);
    EXPECT_EQ(all, plainly(words, condition, all.size() < 1'000 ? 1'000 : all.size()))
        << request.query << " where " << condition << ", pages of " << request.page.limit;
  }

  std::optional<persistence::scratch_database> database;
  decltype(std::declval<persistence::scratch_database&>().connect()) c;
};

TEST_F(OfficeSearch, AnswersWhatAPlainScanDoesWhereverTheHitsLie) {
  for (const auto& [query, words] :
       std::vector<std::pair<std::string, std::string>>{{"glass", "glass"},
                                                        {"rust", "rust"},
                                                        {"iron ru", "iron & ru:*"},
                                                        {"glass rust", "glass & rust"},
                                                        {"tin", "tin"},
                                                        {"silver", "silver"}})
    for (const size_t limit : {size_t{25}, size_t{100}})
      expect_plain({.query = query, .page = {.limit = limit}}, words, "true");
}

TEST_F(OfficeSearch, IsNarrowedByStatusAndCategory) {
  const page_request page{.limit = 100};
  expect_plain({.status = product_status::draft, .query = "rust", .page = page}, "rust",
               "status = 'draft'");
  expect_plain({.category = "pans", .query = "rust", .page = page}, "rust", "category = 'pans'");
  expect_plain(
      {.status = product_status::archived, .category = "pans", .query = "glass", .page = page},
      "glass", "status = 'archived' and category = 'pans'");
}

TEST_F(OfficeSearch, FindsAProductByItsHandle) {
  EXPECT_EQ(all_pages({.query = "h7"}), plainly("h7", "true", 2));
}

} // namespace
