// The staff's list of products, and their search in it. A search answers exactly what reading the
// whole list would, newest first, but looks at a few thousand products however many there are: some
// of the table, first the newest, then a sample, says since when there are enough hits for the
// page, and only hits since then are looked up and sorted. Of a word that has many, those since the
// first hit of the sample are likely enough, and tried before.
//
//     newest ├──x─x──x─┤··············x···x····x··x· oldest     x: a hit
//            the page  since: as many hits of some products fill it, so those of all do
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/record.hpp"
#include "actors/catalogue/rows.hpp"
#include "actors/catalogue/store.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

using names = std::vector<std::string>;

constexpr size_t query_bytes_max = 400;
constexpr const char* newest_read = "2000";    ///< of each status
constexpr const char* pages_sampled = "500.0"; ///< of the table; some 12 products lie on each

/// One condition after the other, each with its own parameters.
class conditions {
public:
  std::string number(sql::parameter value) {
    parameters.push_back(std::move(value));
    return "$" + std::to_string(parameters.size());
  }
  void add(const std::string& text) { where += (where.empty() ? " where " : " and ") + text; }
  std::string where;
  std::vector<sql::parameter> parameters;
};

constexpr const char* columns = "select id, (extract(epoch from created_at) * 1000000)::bigint"
                                "::text from ";
constexpr const char* newest_first = " order by created_at desc, id desc limit ";

names wanted_states(const office_list_request& request) {
  return request.status ? names{std::string{to_string(*request.status)}}
                        : names{"draft", "active", "archived"};
}

result<void> check_request(const office_list_request& request) {
  if (auto good = check_limit(request.page.limit); !good)
    return good;
  if (!request.category.empty() && !is_handle(request.category))
    return fail_field("/category", "invalid", "is no category's handle");
  if (request.query.size() > query_bytes_max || !is_utf8(request.query))
    return fail_field("/q", "invalid", "at most 400 bytes of UTF-8");
  return {};
}

result<void> add_cursor(conditions& asked, const std::string& cursor) {
  if (cursor.empty())
    return {};
  auto after = parse_cursor(cursor, "office");
  if (!after)
    return after.error();
  const auto created = whole_number(after->key);
  if (!created)
    return fail_field("/cursor", "invalid", "not a cursor of this list");
  const auto time = asked.number(from_micros(*created));
  asked.add("(created_at, id) < (" + time + ", " + asked.number(after->id) + ")");
  return {};
}

/// A page of each status and category, from its index.
result<sql::rows> list(sql::connection& c, const office_list_request& request) {
  conditions asked;
  std::string from = "unnest(" + asked.number(wanted_states(request)) + "::text[]) s(status) ";
  asked.add("status = s.status");
  if (!request.category.empty()) {
    from += "cross join (select handle from category where path @> array[" +
            asked.number(request.category) + "::text]) k ";
    asked.add("category = k.handle");
  }
  if (auto good = add_cursor(asked, request.page.cursor); !good)
    return good.error();
  const auto page = newest_first + asked.number(static_cast<int64_t>(request.page.limit + 1));
  return c.execute(columns + from + "cross join lateral (select id, created_at from product" +
                       asked.where + page + ") p" + page,
                   std::move(asked.parameters));
}

/// What a search is narrowed by.
struct narrowing {
  conditions asked;     ///< its parameters; the conditions below are put together as needed
  std::string states;   ///< an array
  std::string behind;   ///< the cursor
  std::string category; ///< with everything below it

  std::string all() const { return " where status = any(" + states + ")" + behind + category; }
};

result<narrowing> narrowed(const office_list_request& request) {
  narrowing n;
  n.states = n.asked.number(wanted_states(request)) + "::text[]";
  if (!request.category.empty())
    n.category = " and category = any(array(select handle from category where path @> array[" +
                 n.asked.number(request.category) + "::text]))";
  const auto without = n.asked.parameters.size();
  if (auto good = add_cursor(n.asked, request.page.cursor); !good)
    return good.error();
  if (n.asked.parameters.size() > without)
    n.behind = " and" + n.asked.where.substr(sizeof " where" - 1);
  return n;
}

/// What some of the products say about all.
struct estimate {
  std::optional<time_point> first;  ///< when the newest hit was made
  std::optional<time_point> enough; ///< when the last of the page and one more were
};

/// Looks at `some` products as if they were all there are.
result<estimate> look_at(sql::connection& c, narrowing n, const std::string& some,
                         const std::string& with_words, size_t limit) {
  const auto statement = "select times[1], times[" +
                         n.asked.number(static_cast<int64_t>(limit + 1)) +
                         "::bigint] from (select array_agg(created_at order by created_at desc) "
                         "as times from (" +
                         some + ") product where " + with_words + n.category + ") found";
  auto found = c.execute(statement, std::move(n.asked.parameters));
  if (!found)
    return found.error();
  const auto made_at = [&](size_t column) {
    return found->is_null(0, column) ? std::nullopt : std::optional{found->time(0, column)};
  };
  return estimate{made_at(0), made_at(1)};
}

std::string newest_of(const narrowing& n) {
  return "select p.* from unnest(" + n.states +
         ") s(status) cross join lateral (select created_at, category, document from product "
         "where status = s.status" +
         n.behind + newest_first + newest_read + ") p";
}

/// Always the same pages: they are in memory.
std::string sample_of(const narrowing& n) {
  std::string out = "select created_at, category, document from product tablesample system "
                    "(least(100, 100 * ";
  out += pages_sampled;
  out += " / greatest(1, pg_relation_size('product') / 8192))) repeatable (0) where status = any(";
  out += n.states + ")" + n.behind;
  return out;
}

/// Those with the words that were made since, and those with this name.
result<sql::rows> hits(sql::connection& c, narrowing n, const std::string& with_words,
                       std::optional<time_point> since, const office_list_request& request) {
  const auto rows = "select id, created_at from product" + n.all() + " and ";
  const auto recent = since ? " and created_at >= " + n.asked.number(*since) : std::string{};
  const auto name = n.asked.number(request.query);
  const auto statement = "with hit as materialized (" + rows + with_words + recent +
                         "), named as materialized (" + rows + "(handle = " + name +
                         " or id = any(array(select product from variant where sku = " + name +
                         " or barcode = " + name + ")))) " + columns +
                         "(table hit union table named) found" + newest_first +
                         n.asked.number(static_cast<int64_t>(request.page.limit + 1));
  return c.execute(statement, std::move(n.asked.parameters));
}

/// Whether the page and one more were found among those made since; a name is found everywhere.
bool is_full(const sql::rows& found, time_point since, size_t limit) {
  return found.size() > limit &&
         *whole_number(std::string{found.text(limit, 1)}) >= to_micros(since);
}

/// Inside a transaction: all statements see one state of the table.
result<sql::rows> search(sql::connection& c, const office_list_request& request) {
  auto n = narrowed(request);
  if (!n)
    return n.error();
  auto set = c.execute("set transaction isolation level repeatable read, read only");
  if (set) // a plan for any words and any time would fetch every product with the words
    set = c.execute("select set_config('enable_seqscan', 'off', true), "
                    "set_config('jit', 'off', true), "
                    "set_config('plan_cache_mode', 'force_custom_plan', true)");
  if (!set)
    return set.error();
  const auto words =
      "document @@ to_tsquery('english', " + n->asked.number(prefix_query(request.query)) + ")";
  const auto newest = look_at(c, *n, newest_of(*n), words, request.page.limit);
  if (!newest)
    return newest.error();
  if (newest->enough) // "is true" keeps out the index of words, which would give all there are
    return hits(c, *n, "(" + words + ") is true", newest->enough, request);
  // Bitmaps of both indices: with two words the planner guesses wrong too often.
  if (set = c.execute("select set_config('enable_indexscan', 'off', true)"); !set)
    return set.error();
  const auto sample = look_at(c, *n, sample_of(*n), words, request.page.limit);
  if (!sample)
    return sample.error();
  if (sample->enough) {
    auto few = hits(c, *n, words, sample->first, request);
    if (!few || is_full(*few, *sample->first, request.page.limit))
      return few;
  }
  return hits(c, *n, words, sample->enough, request);
}

} // namespace

result<product_page> list_all_products(sql::connection& c, const office_list_request& request) {
  if (auto good = check_request(request); !good)
    return good.error();
  auto found = request.query.empty()
                   ? list(c, request)
                   : sql::in_transaction(c, [&](auto& same) { return search(same, request); });
  if (!found)
    return found.error();
  std::vector<std::string> ids;
  for (size_t i = 0; i < found->size() && i < request.page.limit; ++i)
    ids.emplace_back(found->text(i, 0));
  product_page answer;
  if (found->size() > ids.size())
    answer.next_cursor =
        render_cursor({"office", std::string{found->text(ids.size() - 1, 1)}, ids.back()});
  auto items = load_products(c, ids, request.market, variant_scope::all);
  if (!items)
    return items.error();
  answer.items = std::move(*items);
  return answer;
}

} // namespace souk::catalogue
