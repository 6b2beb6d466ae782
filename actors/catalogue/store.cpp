#include "actors/catalogue/store.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/options_json.hpp"
#include "actors/catalogue/picture_rows.hpp"
#include "actors/catalogue/rows.hpp"
#include "base/ids.hpp"

#include <algorithm>
#include <map>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

/// The price of variant v for currency $2 and country $3: a list of that very country first, then
/// the higher priority.
constexpr std::string_view price_join =
    " left join lateral (select pr.amount, pr.original_amount from price pr "
    "join price_list l on l.id = pr.price_list "
    "where pr.variant = v.id and l.currency = $2 and (l.country is null or l.country = $3) "
    "and now() >= l.valid_from and now() < l.valid_until "
    "order by l.country nulls last, l.priority desc, l.id limit 1) chosen on true ";

/// Postgres fails on texts that are not UTF-8, so what comes from a URL only gets there when it can
/// be what it says it is.
std::string country_of(const std::string& text) { return is_country(text) ? text : std::string{}; }
std::vector<std::string> skus_of(const std::vector<std::string>& texts) {
  std::vector<std::string> good;
  std::ranges::copy_if(texts, std::back_inserter(good), is_sku);
  return good;
}

std::optional<money> amount_at(const sql::rows& r, size_t row, size_t column, souk::currency in) {
  if (r.is_null(row, column))
    return std::nullopt;
  return money{r.integer(row, column), in};
}

product_view product_of(const sql::rows& r, size_t i) {
  product_view p;
  p.id = r.text(i, 0);
  p.handle = r.text(i, 1);
  p.title = r.text(i, 2);
  p.description = r.text(i, 3);
  p.brand = r.text(i, 4);
  p.category = r.text(i, 5);
  p.status = parse_product_status(r.text(i, 6)).value();
  p.tax_category = r.text(i, 7);
  p.attributes = r.text(i, 8);
  p.option_names = parse_names(r.text(i, 9));
  p.rating_sum = r.integer(i, 10);
  p.rating_count = r.integer(i, 11);
  p.velocity = r.integer(i, 12);
  p.version = r.integer(i, 13);
  p.created_at = r.time(i, 14);
  p.updated_at = r.time(i, 15);
  return p;
}

using by_id = std::map<std::string_view, product_view*>;

result<void> add_variants(sql::connection& c, const std::vector<std::string>& ids, const market& m,
                          variant_scope which, const by_id& products) {
  static const std::string statement =
      std::string{"select v.product, v.id, v.sku, v.options::text, v.weight_grams, "
                  "coalesce(v.barcode, ''), coalesce(v.image, ''), "
                  "chosen.amount, chosen.original_amount, v.archived from variant v"} +
      std::string{price_join} +
      "where v.product = any($1::text[]) and (not v.archived or $4) "
      "order by v.product, v.position, v.sku";
  auto found = c.execute(statement, {ids, std::string{m.currency.code()}, country_of(m.country),
                                     which == variant_scope::all});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i) {
    auto& product = *products.at(found->text(i, 0));
    variant_view v;
    v.id = found->text(i, 1);
    v.sku = found->text(i, 2);
    v.options = parse_options(found->text(i, 3), product.option_names);
    v.weight_grams = found->integer(i, 4);
    v.barcode = found->text(i, 5);
    v.image = found->text(i, 6);
    v.price = amount_at(*found, i, 7, m.currency);
    v.original_price = amount_at(*found, i, 8, m.currency);
    v.archived = found->boolean(i, 9);
    product.variants.push_back(std::move(v));
  }
  return {};
}

result<void> add_images(sql::connection& c, const std::vector<std::string>& ids,
                        const by_id& products) {
  auto found = c.execute("select i.product, i.url, i.alt, p.sizes::text from product_image i "
                         "left join picture p on i.url like '/media/%' "
                         "and p.hash = split_part(i.url, '/', 3) "
                         "where i.product = any($1::text[]) order by i.product, i.position",
                         {ids});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i) {
    image one{std::string{found->text(i, 1)}, std::string{found->text(i, 2)}};
    if (!found->is_null(i, 3))
      add_sizes(one, parse_sizes(found->text(i, 3)));
    products.at(found->text(i, 0))->images.push_back(std::move(one));
  }
  return {};
}

} // namespace

result<std::vector<product_view>> load_products(sql::connection& c,
                                                const std::vector<std::string>& ids,
                                                const market& m, variant_scope which) {
  auto found = c.execute(
      "select p.id, p.handle, coalesce(t.title, p.title), coalesce(t.description, p.description), "
      "coalesce(p.brand, ''), p.category, p.status, p.tax_category, p.attributes::text, "
      "to_json(p.option_names)::text, p.rating_sum, p.rating_count, p.velocity, p.version, "
      "p.created_at, p.updated_at "
      "from unnest($1::text[]) with ordinality as wanted(id, place) "
      "join product p on p.id = wanted.id "
      "left join lateral (select title, description from product_translation "
      "where product = p.id and locale = any($2::text[]) "
      "order by array_position($2::text[], locale) limit 1) t on true order by wanted.place",
      {ids, locales_of(m.locale)});
  if (!found)
    return found.error();
  std::vector<product_view> products;
  products.reserve(found->size());
  by_id index;
  for (size_t i = 0; i < found->size(); ++i) {
    products.push_back(product_of(*found, i));
    index.emplace(products.back().id, &products.back());
  }
  if (products.empty())
    return products;
  if (auto added = add_variants(c, ids, m, which, index); !added)
    return added.error();
  if (auto added = add_images(c, ids, index); !added)
    return added.error();
  return products;
}

result<product_view> find_product(sql::connection& c, const std::string& id_or_handle,
                                  const market& m) {
  if (!is_handle(id_or_handle) && !is_plausible_id(id_or_handle))
    return fail(errc::not_found, "no such product");
  auto found = c.execute("select id from product where id = $1 or handle = $1 "
                         "order by (id = $1) desc limit 1",
                         {id_or_handle});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such product");
  auto loaded = load_products(c, {std::string{found->text(0, 0)}}, m);
  if (!loaded)
    return loaded.error();
  if (loaded->empty())
    return fail(errc::not_found, "no such product");
  return std::move(loaded->front());
}

result<std::vector<sellable>> variants_by_sku(sql::connection& c,
                                              const std::vector<std::string>& skus,
                                              const souk::currency& in,
                                              const std::string& country) {
  if (skus.size() > skus_max)
    return fail_field("/skus", "too_many", "at most 500 SKUs");
  static const std::string statement =
      std::string{
          "select v.sku, p.id, v.id, p.title, v.options::text, to_json(p.option_names)::text, "
          "chosen.amount, chosen.original_amount, v.weight_grams, p.tax_category, "
          "case when v.archived then 'archived' else p.status end, "
          "p.version from variant v join product p on p.id = v.product"} +
      std::string{price_join} + "where v.sku = any($1::text[])";
  auto found = c.execute(statement, {skus_of(skus), std::string{in.code()}, country_of(country)});
  if (!found)
    return found.error();
  std::vector<sellable> answer;
  for (size_t i = 0; i < found->size(); ++i) {
    sellable s;
    s.sku = found->text(i, 0);
    s.product = found->text(i, 1);
    s.variant = found->text(i, 2);
    s.title = found->text(i, 3);
    s.options = parse_options(found->text(i, 4), parse_names(found->text(i, 5)));
    s.price = amount_at(*found, i, 6, in);
    s.original_price = amount_at(*found, i, 7, in);
    s.weight_grams = found->integer(i, 8);
    s.tax_category = found->text(i, 9);
    s.status = parse_product_status(found->text(i, 10)).value();
    s.version = found->integer(i, 11);
    answer.push_back(std::move(s));
  }
  return answer;
}

result<std::map<std::string, std::string>>
load_titles(sql::connection& c, const std::vector<std::string>& ids, const std::string& locale) {
  auto found = c.execute(
      "select p.id, coalesce(t.title, p.title) from product p "
      "left join lateral (select title from product_translation "
      "where product = p.id and locale = any($2::text[]) "
      "order by array_position($2::text[], locale) limit 1) t on true where p.id = any($1::text[])",
      {ids, locales_of(locale)});
  if (!found)
    return found.error();
  std::map<std::string, std::string> titles;
  for (size_t i = 0; i < found->size(); ++i)
    titles.emplace(found->text(i, 0), found->text(i, 1));
  return titles;
}

result<std::vector<sku_availability>> availability_of(sql::connection& c,
                                                      const std::vector<std::string>& skus) {
  auto found =
      c.execute("select l.sku, coalesce(sum(l.available) filter (where w.active), 0)::bigint, "
                "sum(l.seq)::bigint from stock_level l "
                "left join warehouse w on w.id = l.warehouse "
                "where l.sku = any($1::text[]) group by l.sku",
                {skus_of(skus)});
  if (!found)
    return found.error();
  std::map<std::string_view, size_t> rows;
  for (size_t i = 0; i < found->size(); ++i)
    rows[found->text(i, 0)] = i;
  std::vector<sku_availability> answer;
  for (const auto& sku : skus) {
    const auto row = rows.find(sku);
    const auto units = row == rows.end() ? 0 : found->integer(row->second, 1);
    const auto seq = row == rows.end() ? 0 : found->integer(row->second, 2);
    answer.push_back({sku, units, bucket_of(units), seq});
  }
  return answer;
}

result<void> add_availability(sql::connection& c, std::vector<product_view>& products) {
  std::vector<std::string> skus;
  for (const auto& p : products)
    for (const auto& v : p.variants)
      skus.push_back(v.sku);
  auto known = availability_of(c, skus);
  if (!known)
    return known.error();
  auto next = known->begin();
  for (auto& p : products)
    for (auto& v : p.variants)
      v.availability = (next++)->shown;
  return {};
}

} // namespace souk::catalogue
