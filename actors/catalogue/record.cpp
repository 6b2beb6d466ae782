#include "actors/catalogue/record.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/rows.hpp"
#include "actors/catalogue/store.hpp"
#include "base/ids.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr size_t query_bytes_max = 400;

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
  template <class... Parameter>
  void add(std::string_view text, Parameter... values) {
    std::string with_numbers;
    for (const char ch : text)
      with_numbers += ch == '?' ? "$" + std::to_string(parameters.size() + 1) : std::string(1, ch);
    where += (where.empty() ? " where " : " and ") + with_numbers;
    (parameters.emplace_back(std::move(values)), ...);
  }
  std::string where;
  std::vector<sql::parameter> parameters;
};

result<void> add_query(conditions& asked, const std::string& query) {
  if (query.size() > query_bytes_max || !is_utf8(query))
    return fail_field("/q", "invalid", "at most 400 bytes of UTF-8");
  // All in one parameter, because each condition has one.
  const auto words = prefix_query(query);
  asked.add("(document @@ to_tsquery('english', split_part(?, E'\\x1f', 1)) ",
            words + '\x1f' + query);
  const auto same = "split_part($" + std::to_string(asked.parameters.size()) + ", E'\\x1f', 2)";
  asked.where += "or handle = " + same +
                 " or id in (select product from variant where sku = " + same +
                 " or barcode = " + same + "))";
  return {};
}

result<void> add_cursor(conditions& asked, const std::string& cursor) {
  auto after = parse_cursor(cursor, "office");
  if (!after)
    return after.error();
  const auto created = whole_number(after->key);
  if (!created)
    return fail_field("/cursor", "invalid", "not a cursor of this list");
  asked.add("created_at <= ?", from_micros(*created));
  const auto time = "$" + std::to_string(asked.parameters.size());
  asked.add("(created_at < " + time + " or id < ?)", after->id);
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
  if (request.status)
    asked.add("status = ?", std::string{to_string(*request.status)});
  if (!request.category.empty()) {
    if (!is_handle(request.category))
      return fail_field("/category", "invalid", "is no category's handle");
    asked.add("category = any(array(select handle from category where path @> array[?::text]))",
              request.category);
  }
  if (!request.query.empty())
    if (auto good = add_query(asked, request.query); !good)
      return good.error();
  if (!request.page.cursor.empty())
    if (auto good = add_cursor(asked, request.page.cursor); !good)
      return good.error();
  asked.parameters.emplace_back(static_cast<int64_t>(request.page.limit + 1));
  const auto statement =
      "select id, (extract(epoch from created_at) * 1000000)::bigint::text from product" +
      asked.where + " order by created_at desc, id desc limit $" +
      std::to_string(asked.parameters.size());
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
