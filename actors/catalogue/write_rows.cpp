#include "actors/catalogue/write_rows.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/options_json.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

using texts = std::vector<std::string>;
using numbers = std::vector<int64_t>;

/// Runs a statement that returns the product, or the variant by whose product `of` knows, of each
/// row that it changed.
result<id_set> changed_products(sql::connection& c, std::string_view statement,
                                std::vector<sql::parameter> parameters,
                                const id_map* of = nullptr) {
  auto done = c.execute(statement, std::move(parameters));
  if (!done)
    return done.error();
  id_set changed;
  for (size_t i = 0; i < done->size(); ++i) {
    const auto id = done->text(i, 0);
    changed.emplace(of == nullptr ? id : std::string_view{of->find(id)->second});
  }
  return changed;
}

} // namespace

std::string market_list_of(const price_input& price) {
  std::string currency{price.amount.currency.code()};
  return price.country.empty() ? currency : currency + "/" + price.country;
}

result<void> add_brands(sql::connection& c, const id_set& names) {
  texts handles;
  for (const auto& name : names)
    handles.push_back(make_handle(name));
  auto done = c.execute("insert into brand (name, handle) "
                        "select * from unnest($1::text[], $2::text[]) on conflict do nothing",
                        {texts(names.begin(), names.end()), handles});
  return done ? result<void>{} : done.error();
}

result<void> add_price_lists(sql::connection& c, const market_lists& lists) {
  texts ids, currencies, countries;
  for (const auto& [id, market] : lists) {
    ids.push_back(id);
    currencies.push_back(market.first);
    countries.push_back(market.second);
  }
  auto done =
      c.execute("insert into price_list (id, name, currency, country) "
                "select id, id, currency, nullif(country, '') "
                "from unnest($1::text[], $2::text[], $3::text[]) as n(id, currency, country) "
                "on conflict do nothing",
                {ids, currencies, countries});
  return done ? result<void>{} : done.error();
}

result<id_set> put_variants(sql::connection& c, const std::vector<product_input>& products,
                            id_map& known, const id_source& ids) {
  texts id, product, sku, options, barcode, currency, image;
  numbers weight, position, cost;
  for (const auto& p : products)
    for (const auto& v : p.variants) {
      auto& its = known[v.sku];
      if (its.empty())
        its = make_uuid7(ids.now, ids.random);
      id.push_back(its);
      product.push_back(p.id);
      sku.push_back(v.sku);
      options.push_back(render_options(v.options));
      barcode.push_back(v.barcode);
      currency.emplace_back(v.cost ? v.cost->currency.code() : "");
      image.push_back(v.image);
      weight.push_back(v.weight_grams);
      position.push_back(&v - p.variants.data());
      cost.push_back(v.cost ? v.cost->amount : 0);
    }
  return changed_products(
      c,
      "insert into variant as old (id, product, sku, options, weight_grams, barcode, position, "
      "cost, "
      "cost_currency, image) "
      "select id, product, sku, options::jsonb, weight, nullif(barcode, ''), position, "
      "case when currency <> '' then cost end, nullif(currency, ''), nullif(image, '') "
      "from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], "
      "$7::bigint[], $8::bigint[], $9::text[], $10::text[]) as n(id, product, sku, options, "
      "weight, "
      "barcode, position, cost, currency, image) "
      "on conflict (sku) do update set options = excluded.options, "
      "weight_grams = excluded.weight_grams, barcode = excluded.barcode, "
      "position = excluded.position, cost = coalesce(excluded.cost, old.cost), "
      "cost_currency = coalesce(excluded.cost_currency, old.cost_currency), image = excluded.image "
      "where (old.options, old.weight_grams, old.barcode, old.position, old.cost, old.image) "
      "is distinct from (excluded.options, excluded.weight_grams, excluded.barcode, "
      "excluded.position, coalesce(excluded.cost, old.cost), excluded.image) "
      "returning product",
      {id, product, sku, options, weight, barcode, position, cost, currency, image});
}

result<id_set> put_prices(sql::connection& c, const std::vector<product_input>& products,
                          const id_map& variants) {
  texts variant, list;
  numbers amount, original;
  id_map product_of;
  market_lists lists;
  for (const auto& p : products)
    for (const auto& v : p.variants)
      for (const auto& price : v.prices) {
        list.push_back(market_list_of(price));
        lists.try_emplace(list.back(), price.amount.currency.code(), price.country);
        variant.push_back(variants.find(v.sku)->second);
        product_of.emplace(variant.back(), p.id);
        amount.push_back(price.amount.amount);
        original.push_back(price.original_amount.value_or(-1));
      }
  if (auto listed = add_price_lists(c, lists); !listed)
    return listed.error();
  return changed_products(
      c,
      "insert into price as old (variant, price_list, amount, original_amount) "
      "select variant, list, amount, nullif(original, -1) "
      "from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) "
      "as n(variant, list, amount, original) "
      "on conflict (variant, price_list) do update set amount = excluded.amount, "
      "original_amount = excluded.original_amount "
      "where (old.amount, old.original_amount) is distinct from "
      "(excluded.amount, excluded.original_amount) "
      "returning variant",
      {variant, list, amount, original}, &product_of);
}

result<id_set> put_images(sql::connection& c, const std::vector<product_input>& products) {
  texts product, url, alt, counted;
  numbers position, count;
  for (const auto& p : products) {
    if (!p.images)
      continue;
    counted.push_back(p.id);
    count.push_back(static_cast<int64_t>(p.images->size()));
    for (const auto& image : *p.images) {
      product.push_back(p.id);
      position.push_back(&image - p.images->data());
      url.push_back(image.url);
      alt.push_back(image.alt);
    }
  }
  if (counted.empty())
    return id_set{};
  auto gone =
      changed_products(c,
                       "delete from product_image old using unnest($1::text[], $2::bigint[]) "
                       "as n(product, count) where old.product = n.product "
                       "and old.position >= n.count returning old.product",
                       {counted, count});
  if (!gone)
    return gone;
  auto changed = changed_products(
      c,
      "insert into product_image as old (product, position, url, alt) "
      "select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) "
      "on conflict (product, position) do update set url = excluded.url, alt = excluded.alt "
      "where (old.url, old.alt) is distinct from (excluded.url, excluded.alt) returning product",
      {product, position, url, alt});
  if (changed)
    changed->merge(*gone);
  return changed;
}

result<id_set> put_translations(sql::connection& c, const std::vector<product_input>& products) {
  texts product, locale, title, description;
  for (const auto& p : products)
    for (const auto& t : p.translations) {
      product.push_back(p.id);
      locale.push_back(t.locale);
      title.push_back(t.title);
      description.push_back(t.description);
    }
  if (product.empty())
    return id_set{};
  return changed_products(
      c,
      "insert into product_translation as old (product, locale, title, description) "
      "select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]) "
      "on conflict (product, locale) do update set title = excluded.title, "
      "description = excluded.description "
      "where (old.title, old.description) is distinct from (excluded.title, excluded.description) "
      "returning product",
      {product, locale, title, description});
}

} // namespace souk::catalogue
