// Pages of products: lists by category and full text, both continued by cursor instead of offset,
// so that page 1,000 costs what page 1 costs and no row is skipped while others are added.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/rows.hpp"
#include "actors/catalogue/store.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr size_t query_bytes_max = 400;
/// A search with more hits looks at the best sold of them only.
constexpr int64_t hits_ranked_max = 10'000;
constexpr int64_t popular_ranked_max = 250;

/// Columns of `found`: id, key as text. One row more than the limit was asked for.
result<product_page> page_of(sql::connection& c, const sql::rows& found, size_t limit,
                             std::string_view order, const market& m) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < found.size() && i < limit; ++i)
    ids.emplace_back(found.text(i, 0));
  product_page page;
  if (found.size() > limit)
    page.next_cursor =
        render_cursor({std::string{order}, std::string{found.text(limit - 1, 1)}, ids.back()});
  auto items = load_products(c, ids, m);
  if (!items)
    return items.error();
  page.items = std::move(*items);
  return page;
}

struct ordering {
  std::string_view name;
  std::string_view key;           ///< the sort key as text, exact
  std::string_view before_cursor; ///< rows behind ($2, $3)
  std::string_view by;
};

const ordering& ordering_of(list_order order) {
  static constexpr ordering newest{"newest",
                                   "(extract(epoch from created_at) * 1000000)::bigint::text",
                                   "(created_at, id) < ($2, $3)", "created_at desc, id desc"};
  static constexpr ordering popular{"popular", "velocity::text", "(velocity, id) < ($2, $3)",
                                    "velocity desc, id desc"};
  static constexpr ordering title{"title", "title", "(title collate \"C\", id) > ($2, $3)",
                                  "title collate \"C\", id"};
  switch (order) {
  case list_order::newest:
    return newest;
  case list_order::popular:
    return popular;
  case list_order::title:
    return title;
  }
  return newest;
}

result<sql::parameter> key_parameter(list_order order, const std::string& key) {
  if (order == list_order::title)
    return sql::parameter{key};
  const auto number = whole_number(key);
  if (!number)
    return fail_field("/cursor", "invalid", "not a cursor of this list");
  if (order == list_order::newest)
    return sql::parameter{from_micros(*number)};
  return sql::parameter{*number};
}

struct search_mode {
  std::string_view name;
  std::string_view parse; ///< makes the tsquery of $1
};
constexpr search_mode whole_words{"words", "search_words($1, false)"};
constexpr search_mode beginnings{"prefix", "search_words($1, true)"};

result<sql::rows> run_search(sql::connection& c, const search_mode& mode, const std::string& query,
                             size_t limit, const std::optional<cursor_position>& after) {
  // Rank as a whole number: the cursor must compare exactly.
  std::string statement = "with asked as materialized (select " + std::string{mode.parse} +
                          " as words), hits as materialized (select coalesce(word_hits(words, "
                          "$3), popular_hits(words, $4)) as places from asked) "
                          "select id, rank::text from (select id, "
                          "(ts_rank(document, (select words from asked)) * 1000000)::bigint as "
                          "rank from product where status = 'active' "
                          "and ctid = any((select places from hits)::tid[])) hit ";
  std::vector<sql::parameter> parameters{query, static_cast<int64_t>(limit + 1), hits_ranked_max,
                                         popular_ranked_max};
  if (after) {
    const auto rank = whole_number(after->key);
    if (!rank)
      return fail_field("/cursor", "invalid", "not a cursor of this search");
    statement += "where (rank, id) < ($5, $6) ";
    parameters.emplace_back(*rank);
    parameters.emplace_back(after->id);
  }
  return c.execute(statement + "order by hit.rank desc, id desc limit $2", std::move(parameters));
}

} // namespace

result<product_page> list_products(sql::connection& c, const list_request& request) {
  if (auto checked = check_limit(request.limit); !checked)
    return checked.error();
  const auto& sorted = ordering_of(request.order);
  std::string rows = "select id, title, velocity, created_at from product where status = 'active'";
  std::vector<sql::parameter> parameters{static_cast<int64_t>(request.limit + 1)};
  if (!request.cursor.empty()) {
    auto after = parse_cursor(request.cursor);
    if (!after)
      return after.error();
    auto key = key_parameter(request.order, after->key);
    if (!key || after->order != sorted.name)
      return fail_field("/cursor", "invalid", "not a cursor of this list");
    rows += " and " + std::string{sorted.before_cursor};
    parameters.push_back(std::move(*key));
    parameters.emplace_back(after->id);
  }
  const auto page = " order by " + std::string{sorted.by} + " limit $1";
  std::string from = "(" + rows + page + ") p";
  const bool one_tree = !request.category.empty();
  if (one_tree && !is_handle(request.category))
    return fail_field("/category", "invalid", "is no category's handle");
  // A page of each category, from its index: what a page costs does not depend on how full they
  // are. Titles have no other index.
  if (one_tree || request.order == list_order::title)
    from = "category k cross join lateral (" + rows + " and category = k.handle" + page + ") p";
  if (one_tree) {
    parameters.emplace_back(request.category);
    from += " where k.path @> array[$" + std::to_string(parameters.size()) + "::text]";
  }
  auto found =
      c.execute("select id, " + std::string{sorted.key} + " as sort_key from " + from + page,
                std::move(parameters));
  if (!found)
    return found.error();
  return page_of(c, *found, request.limit, sorted.name, request.market);
}

result<product_page> search_products(sql::connection& c, const search_request& request) {
  if (auto checked = check_limit(request.limit); !checked)
    return checked.error();
  if (request.query.empty() || request.query.size() > query_bytes_max)
    return fail_field("/q", "out_of_range", "1 to 400 bytes");
  if (!is_utf8(request.query))
    return fail_field("/q", "invalid", "is not UTF-8");
  std::optional<cursor_position> after;
  if (!request.cursor.empty()) {
    auto parsed = parse_cursor(request.cursor);
    if (!parsed)
      return parsed.error();
    after = std::move(*parsed);
  }
  if (!after || after->order == whole_words.name) {
    auto found = run_search(c, whole_words, request.query, request.limit, after);
    if (!found)
      return found.error();
    if (!found->empty() || after)
      return page_of(c, *found, request.limit, whole_words.name, request.market);
  }
  const auto query = prefix_query(request.query);
  if (query.empty())
    return product_page{};
  auto found = run_search(c, beginnings, query, request.limit, after);
  if (!found)
    return found.error();
  return page_of(c, *found, request.limit, beginnings.name, request.market);
}

} // namespace souk::catalogue
