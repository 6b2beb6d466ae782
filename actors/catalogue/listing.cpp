// Pages of products: lists by category and full text, both continued by cursor instead of offset,
// so that page 1,000 costs what page 1 costs and no row is skipped while others are added.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/rows.hpp"
#include "actors/catalogue/store.hpp"

#include <algorithm>
#include <iterator>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr size_t query_bytes_max = 400;
/// A search with more hits looks at the best sold of them only.
constexpr int64_t hits_ranked_max = 10'000;
constexpr int64_t popular_ranked_max = 250;

/// Columns of `found`: id, key as text.
std::vector<cursor_position> places_of(const sql::rows& found, std::string_view order) {
  std::vector<cursor_position> places;
  for (size_t i = 0; i < found.size(); ++i)
    places.push_back(
        {std::string{order}, std::string{found.text(i, 1)}, std::string{found.text(i, 0)}});
  return places;
}

/// Of `places` one more than the limit was asked for.
result<product_page> page_of(sql::connection& c, const std::vector<cursor_position>& places,
                             size_t limit, const market& m) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < places.size() && i < limit; ++i)
    ids.push_back(places[i].id);
  product_page page;
  if (places.size() > limit)
    page.next_cursor = render_cursor(places[limit - 1]);
  auto items = load_products(c, ids, m);
  if (!items)
    return items.error();
  page.items = std::move(*items);
  return page;
}

struct ordering {
  std::string_view name;
  std::string_view which;         ///< its part of the active products
  std::string_view key;           ///< the sort key as text, exact
  std::string_view before_cursor; ///< rows behind ($2, $3)
  std::string_view by;
};
constexpr std::string_view micros = "(extract(epoch from created_at) * 1000000)::bigint::text";
constexpr ordering newest{"newest", "", micros, "(created_at, id) < ($2, $3)",
                          "created_at desc, id desc"};
constexpr ordering popular{"popular", " and velocity > 0", "velocity::text",
                           "(velocity, id) < ($2, $3)", "velocity desc, id desc"};
/// Follows what sells; only that has an index of its own (migration 0053).
constexpr ordering unsold{"unsold", " and velocity = 0", newest.key, newest.before_cursor,
                          newest.by};
constexpr ordering title{"title", "", "title", "(title collate \"C\", id) > ($2, $3)",
                         "title collate \"C\", id"};

const ordering& ordering_of(list_order order) {
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

result<sql::parameter> key_parameter(const ordering& order, const std::string& key) {
  if (&order == &title)
    return sql::parameter{key};
  const auto number = whole_number(key);
  if (!number)
    return fail_field("/cursor", "invalid", "not a cursor of this list");
  if (&order == &popular)
    return sql::parameter{*number};
  return sql::parameter{from_micros(*number)};
}

/// The first `count` products of the part `sorted`, those behind `after` when it is given.
result<std::vector<cursor_position>> list_part(sql::connection& c, const list_request& request,
                                               const ordering& sorted,
                                               const std::optional<cursor_position>& after,
                                               size_t count) {
  std::string rows = "select id, title, velocity, created_at from product where status = 'active'" +
                     std::string{sorted.which};
  std::vector<sql::parameter> parameters{static_cast<int64_t>(count)};
  if (after) {
    auto key = key_parameter(sorted, after->key);
    if (!key)
      return key.error();
    rows += " and " + std::string{sorted.before_cursor};
    parameters.push_back(std::move(*key));
    parameters.emplace_back(after->id);
  }
  const auto page = " order by " + std::string{sorted.by} + " limit $1";
  std::string from = "(" + rows + page + ") p";
  const bool one_tree = !request.category.empty();
  // A page of each category, from its index: what a page costs does not depend on how full they
  // are. Titles have no other index.
  if (one_tree || &sorted == &title)
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
  return places_of(*found, sorted.name);
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
  if (!request.category.empty() && !is_handle(request.category))
    return fail_field("/category", "invalid", "is no category's handle");
  const auto* sorted = &ordering_of(request.order);
  std::optional<cursor_position> after;
  if (!request.cursor.empty()) {
    auto parsed = parse_cursor(request.cursor);
    if (!parsed)
      return parsed.error();
    if (sorted == &popular && parsed->order == unsold.name)
      sorted = &unsold;
    if (parsed->order != sorted->name)
      return fail_field("/cursor", "invalid", "not a cursor of this list");
    after = std::move(*parsed);
  }
  const auto wanted = request.limit + 1;
  auto places = list_part(c, request, *sorted, after, wanted);
  if (!places)
    return places.error();
  if (sorted == &popular && places->size() < wanted) {
    auto rest = list_part(c, request, unsold, std::nullopt, wanted - places->size());
    if (!rest)
      return rest.error();
    std::ranges::move(*rest, std::back_inserter(*places));
  }
  return page_of(c, *places, request.limit, request.market);
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
      return page_of(c, places_of(*found, whole_words.name), request.limit, request.market);
  }
  const auto query = prefix_query(request.query);
  if (query.empty())
    return product_page{};
  auto found = run_search(c, beginnings, query, request.limit, after);
  if (!found)
    return found.error();
  return page_of(c, places_of(*found, beginnings.name), request.limit, request.market);
}

} // namespace souk::catalogue
