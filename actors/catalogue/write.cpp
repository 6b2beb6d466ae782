#include "actors/catalogue/write.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/write_rows.hpp"

#include <algorithm>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

using texts = std::vector<std::string>;
using numbers = std::vector<int64_t>;

constexpr char name_separator =
    '\x1f'; // keeps lists of names in one text, unnest knows no lists of lists

/// Ids of products already there by their handle, fresh ones for the others.
result<void> resolve_products(sql::connection& c, std::vector<product_input>& products,
                              const id_source& ids) {
  texts handles;
  for (const auto& p : products)
    handles.push_back(p.handle);
  auto found =
      c.execute("select handle, id from product where handle = any($1::text[])", {handles});
  if (!found)
    return found.error();
  std::map<std::string_view, std::string_view> known;
  for (size_t i = 0; i < found->size(); ++i)
    known.emplace(found->text(i, 0), found->text(i, 1));
  for (auto& p : products) {
    if (auto old = known.find(p.handle); old != known.end())
      p.id = old->second;
    else if (p.id.empty())
      p.id = make_uuid7(ids.now, ids.random);
  }
  return {};
}

failure all_taken(const std::vector<product_input>& products, const id_set& taken) {
  auto why = fail(errc::conflict, "the SKU belongs to another product");
  for (const auto& p : products)
    for (size_t v = 0; v < p.variants.size(); ++v)
      if (taken.contains(p.variants[v].sku))
        why.problems.push_back(taken_sku(p, v));
  return why;
}

/// SKU → variant id. Asks only where a product of ours is there already or the SKU is taken.
result<id_map> resolve_variants(sql::connection& c, const std::vector<product_input>& products) {
  texts skus;
  std::map<std::string_view, std::string_view> owner;
  for (const auto& p : products)
    for (const auto& v : p.variants) {
      skus.push_back(v.sku);
      owner.emplace(v.sku, p.id);
    }
  auto found =
      c.execute("select sku, id, product from variant where sku = any($1::text[])", {skus});
  if (!found)
    return found.error();
  id_map known;
  id_set taken;
  for (size_t i = 0; i < found->size(); ++i)
    if (owner.at(found->text(i, 0)) == found->text(i, 2))
      known.emplace(found->text(i, 0), found->text(i, 1));
    else
      taken.emplace(found->text(i, 0));
  if (!taken.empty())
    return all_taken(products, taken);
  return known;
}

id_set brands_of(const std::vector<product_input>& products) {
  id_set names;
  for (const auto& p : products)
    if (!p.brand.empty())
      names.insert(p.brand);
  return names;
}

struct touched {
  written counts;
  id_set products; ///< whose version has risen already
};

result<touched> put_products(sql::connection& c, const std::vector<product_input>& products) {
  texts id, handle, title, description, brand, category, status, tax, attributes, options;
  numbers sum, count, velocity;
  for (const auto& p : products) {
    id.push_back(p.id);
    handle.push_back(p.handle);
    title.push_back(p.title);
    description.push_back(p.description);
    brand.push_back(p.brand);
    category.push_back(p.category_path.back().handle);
    status.emplace_back(to_string(p.status));
    tax.push_back(p.tax_category);
    attributes.push_back(p.attributes);
    auto& names = options.emplace_back();
    for (const auto& name : p.option_names)
      names += (names.empty() ? "" : std::string(1, name_separator)) + name;
    sum.push_back(p.rating_sum);
    count.push_back(p.rating_count);
    velocity.push_back(p.velocity);
  }
  auto done = c.execute(
      "insert into product (id, handle, title, description, brand, category, status, tax_category, "
      "attributes, option_names, rating_sum, rating_count, velocity) "
      "select id, handle, title, description, nullif(brand, ''), category, status, tax, "
      "attributes::jsonb, string_to_array(options, E'\\x1f'), sum, count, velocity "
      "from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
      "$7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], "
      "$13::bigint[]) "
      "as n(id, handle, title, description, brand, category, status, tax, attributes, options, "
      "sum, "
      "count, velocity) "
      "on conflict (handle) do update set title = excluded.title, "
      "description = excluded.description, brand = excluded.brand, category = excluded.category, "
      "status = excluded.status, tax_category = excluded.tax_category, "
      "attributes = excluded.attributes, option_names = excluded.option_names, "
      "rating_sum = excluded.rating_sum, rating_count = excluded.rating_count, "
      "velocity = excluded.velocity, version = product.version + 1, updated_at = now() "
      "where (product.title, product.description, product.brand, product.category, product.status, "
      "product.tax_category, product.attributes, product.option_names, product.rating_sum, "
      "product.rating_count, product.velocity) is distinct from (excluded.title, "
      "excluded.description, excluded.brand, excluded.category, excluded.status, "
      "excluded.tax_category, excluded.attributes, excluded.option_names, excluded.rating_sum, "
      "excluded.rating_count, excluded.velocity) "
      "returning id, version",
      {id, handle, title, description, brand, category, status, tax, attributes, options, sum,
       count, velocity});
  if (!done)
    return done.error();
  touched t;
  for (size_t i = 0; i < done->size(); ++i) {
    t.products.emplace(done->text(i, 0));
    ++(done->integer(i, 1) == 1 ? t.counts.created : t.counts.changed);
  }
  return t;
}

/// What changed without its product row: the version is what pages and If-Match go by.
result<size_t> raise_versions(sql::connection& c, const id_set& changed, const id_set& raised) {
  texts stale;
  std::ranges::set_difference(changed, raised, std::back_inserter(stale));
  if (stale.empty())
    return size_t{0};
  auto done = c.execute("update product set version = version + 1, updated_at = now() "
                        "where id = any($1::text[])",
                        {stale});
  if (!done)
    return done.error();
  return stale.size();
}

} // namespace

result<written> write_products(sql::connection& c, std::vector<product_input>& products,
                               const id_source& ids) {
  if (auto done = resolve_products(c, products, ids); !done)
    return done.error();
  auto variants = resolve_variants(c, products);
  if (!variants)
    return variants.error();
  if (auto done = add_brands(c, brands_of(products)); !done)
    return done.error();
  auto t = put_products(c, products);
  if (!t)
    return t.error();
  id_set changed;
  const auto gather = [&changed](result<id_set> more) -> result<void> {
    if (!more)
      return more.error();
    changed.merge(*more);
    return {};
  };
  if (auto done = gather(put_variants(c, products, *variants, ids)); !done)
    return done.error();
  if (auto done = gather(put_prices(c, products, *variants)); !done)
    return done.error();
  if (auto done = gather(put_images(c, products)); !done)
    return done.error();
  if (auto done = gather(put_translations(c, products)); !done)
    return done.error();
  auto raised = raise_versions(c, changed, t->products);
  if (!raised)
    return raised.error();
  t->counts.changed += *raised;
  return t->counts;
}

} // namespace souk::catalogue
