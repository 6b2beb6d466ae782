#include "actors/catalogue/record.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/options_json.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/rows.hpp"
#include "actors/catalogue/store.hpp"
#include "base/ids.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

using names = std::vector<std::string>;

constexpr size_t query_bytes_max = 400;
constexpr int64_t hits_looked_up_max = 10'000;

result<std::vector<translation>> load_translations(sql::connection& c, const std::string& product) {
  auto found = c.execute("select locale, title, description from product_translation "
                         "where product = $1 order by locale",
                         {product});
  if (!found)
    return found.error();
  std::vector<translation> all;
  for (size_t i = 0; i < found->size(); ++i)
    all.push_back({std::string{found->text(i, 0)}, std::string{found->text(i, 1)},
                   std::string{found->text(i, 2)}});
  return all;
}

/// Variant → what it costs the shop.
result<std::map<std::string, money>> load_costs(sql::connection& c, const std::string& product) {
  auto found = c.execute("select id, cost, cost_currency::text from variant "
                         "where product = $1 and cost is not null",
                         {product});
  if (!found)
    return found.error();
  std::map<std::string, money> costs;
  for (size_t i = 0; i < found->size(); ++i)
    costs.emplace(found->text(i, 0),
                  money{found->integer(i, 1), souk::currency::parse(found->text(i, 2)).value()});
  return costs;
}

/// One condition after the other, each with its own parameters.
class conditions {
public:
  std::string number(sql::parameter value) {
    parameters.push_back(std::move(value));
    return "$" + std::to_string(parameters.size());
  }
  void add(std::string text) { where += (where.empty() ? " where " : " and ") + text; }
  std::string where;
  std::vector<sql::parameter> parameters;
};

/// Few hits are looked up by their ids; many are met soon enough on the way through the list.
result<void> add_query(sql::connection& c, conditions& asked, const std::string& query) {
  if (query.size() > query_bytes_max || !is_utf8(query))
    return fail_field("/q", "invalid", "at most 400 bytes of UTF-8");
  const auto words = prefix_query(query);
  auto found = c.execute("with hits as materialized (select word_hits(to_tsquery('english', $1), "
                         "$3) as places) select to_json(array(select id from product "
                         "where ctid = any((select places from hits)::tid[]) "
                         "union select id from product where handle = $2 union select product from "
                         "variant where sku = $2 "
                         "union select product from variant where barcode = $2))::text "
                         "from hits where places is not null",
                         {words, query, hits_looked_up_max});
  if (!found)
    return found.error();
  if (found->empty())
    asked.add("(document @@ to_tsquery('english', " + asked.number(words) + ")) is true");
  else
    asked.add("id = any(" + asked.number(parse_names(found->text(0, 0))) + "::text[])");
  return {};
}

result<void> add_cursor(conditions& asked, const std::string& cursor) {
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

} // namespace

result<product_record> find_record(sql::connection& c, const std::string& id_or_handle) {
  if (!is_handle(id_or_handle) && !is_plausible_id(id_or_handle))
    return fail(errc::not_found, "no such product");
  auto id = c.execute("select id from product where id = $1 or handle = $1 "
                      "order by (id = $1) desc limit 1",
                      {id_or_handle});
  if (!id)
    return id.error();
  if (id->empty())
    return fail(errc::not_found, "no such product");
  const std::string product{id->text(0, 0)};
  auto loaded = load_products(c, {product}, market{}, variant_scope::all);
  if (!loaded)
    return loaded.error();
  if (loaded->empty())
    return fail(errc::not_found, "no such product");
  product_record record{.product = std::move(loaded->front())};
  auto texts = load_translations(c, product);
  if (!texts)
    return texts.error();
  record.translations = std::move(*texts);
  auto costs = load_costs(c, product);
  if (!costs)
    return costs.error();
  std::vector<std::string> variants;
  for (const auto& v : record.product.variants)
    variants.push_back(v.id);
  auto prices = load_prices(c, variants);
  if (!prices)
    return prices.error();
  for (const auto& id_of : variants) {
    const auto cost = costs->find(id_of);
    record.costs.push_back(cost == costs->end() ? std::nullopt : std::optional{cost->second});
    record.prices.push_back(std::move((*prices)[id_of]));
  }
  return record;
}

result<product_page> list_all_products(sql::connection& c, const office_list_request& request) {
  if (auto good = check_limit(request.page.limit); !good)
    return good.error();
  conditions asked;
  // A page of each status and category, from its index.
  std::string from = "unnest(" +
                     asked.number(request.status ? names{std::string{to_string(*request.status)}}
                                                 : names{"draft", "active", "archived"}) +
                     "::text[]) s(status) ";
  asked.add("status = s.status");
  if (!request.category.empty()) {
    if (!is_handle(request.category))
      return fail_field("/category", "invalid", "is no category's handle");
    from += "cross join (select handle from category where path @> array[" +
            asked.number(request.category) + "::text]) k ";
    asked.add("category = k.handle");
  }
  if (!request.query.empty())
    if (auto good = add_query(c, asked, request.query); !good)
      return good.error();
  if (!request.page.cursor.empty())
    if (auto good = add_cursor(asked, request.page.cursor); !good)
      return good.error();
  const auto page = " order by created_at desc, id desc limit " +
                    asked.number(static_cast<int64_t>(request.page.limit + 1));
  const auto statement =
      "select id, (extract(epoch from created_at) * 1000000)::bigint::text from " + from +
      "cross join lateral (select id, created_at from product" + asked.where + page + ") p" + page;
  auto found = c.execute(statement, std::move(asked.parameters));
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
