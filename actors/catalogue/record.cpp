#include "actors/catalogue/record.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/store.hpp"
#include "base/ids.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

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

} // namespace souk::catalogue
