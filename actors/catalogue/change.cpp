// Single changes to the catalogue: a product made, patched or removed.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/rows.hpp"
#include "actors/catalogue/store.hpp"
#include "actors/catalogue/write.hpp"

#include <algorithm>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

/// The schema of a product's category, which must be there and stays so.
result<std::string> schema_of(sql::connection& c, const product_input& p) {
  if (p.category_path.empty())
    return fail_field("/category", "required", "every product has a category");
  const auto unknown = [] {
    return fail_field("/category", "unknown", "there is no such category");
  };
  const auto& handle = p.category_path.back().handle;
  if (!is_handle(handle))
    return unknown();
  if (auto locked = lock_categories(c, {handle}); !locked)
    return locked.error();
  auto schemas = load_schemas(c, {handle});
  if (!schemas)
    return schemas.error();
  if (schemas->empty())
    return unknown();
  return schemas->at(handle);
}

/// What no country has a rate for would be taxed as anything else is.
result<void> expect_taxed(sql::connection& c, const std::string& category) {
  auto known = c.execute("select $1 = 'standard' or exists "
                         "(select from tax_rate where tax_category = $1)",
                         {category});
  if (!known)
    return known.error();
  return known->boolean(0, 0) ? result<void>{} : refused({unknown_tax_category(category)});
}

/// Whether any variant's flag changed; imports know nothing of it.
result<bool> put_archived(sql::connection& c, const product_input& p) {
  std::vector<std::string> archived;
  for (const auto& v : p.variants)
    if (v.archived)
      archived.push_back(v.sku);
  auto done = c.execute("update variant set archived = not archived "
                        "where product = $1 and archived <> (sku = any($2::text[]))",
                        {p.id, archived});
  if (!done)
    return done.error();
  return done->affected() > 0;
}

/// Whether anything was written beside what write_products knows how to.
result<bool> check_and_write(sql::connection& c, product_input& p, const id_source& ids) {
  auto schema = schema_of(c, p);
  if (!schema)
    return schema.error();
  const auto own = take_own_prices(p);
  if (auto problems = check_product(p, *schema); !problems.empty())
    return refused(std::move(problems));
  if (auto taxed = expect_taxed(c, p.tax_category); !taxed)
    return taxed.error();
  std::vector<product_input> one{std::move(p)};
  auto done = write_products(c, one, ids);
  p = std::move(one.front());
  if (!done)
    return done.error();
  auto archived = put_archived(c, p);
  if (!archived)
    return archived;
  auto priced = put_own_prices(c, own);
  if (!priced)
    return priced.error();
  return *archived || !priced->empty();
}

product_input as_input(const product_view& now) {
  product_input p{.id = now.id,
                  .handle = now.handle,
                  .title = now.title,
                  .description = now.description,
                  .brand = now.brand,
                  .category_path = {{now.category, "", ""}},
                  .status = now.status,
                  .tax_category = now.tax_category,
                  .attributes = now.attributes,
                  .option_names = now.option_names,
                  .rating_sum = now.rating_sum,
                  .rating_count = now.rating_count,
                  .velocity = now.velocity};
  for (const auto& v : now.variants)
    p.variants.push_back({.sku = v.sku,
                          .options = v.options,
                          .weight_grams = v.weight_grams,
                          .barcode = v.barcode,
                          .image = v.image,
                          .archived = v.archived});
  return p;
}

/// A patch of a variant leaves alone what it does not mention; a new SKU is a new variant.
void merge_variant(std::vector<variant_input>& variants, const variant_patch& patch) {
  auto old = std::ranges::find(variants, patch.sku, &variant_input::sku);
  if (old == variants.end())
    old = variants.insert(old, {.sku = patch.sku});
  old->options = patch.options.value_or(old->options);
  old->weight_grams = patch.weight_grams.value_or(old->weight_grams);
  old->barcode = patch.barcode.value_or(old->barcode);
  old->image = patch.image.value_or(old->image);
  old->archived = patch.archived.value_or(old->archived);
  old->prices = patch.prices;
  old->cost = patch.cost;
}

void order_variants(std::vector<variant_input>& variants, const std::vector<std::string>& skus) {
  std::ranges::stable_sort(variants, {}, [&skus](const variant_input& v) {
    return std::ranges::find(skus, v.sku) - skus.begin();
  });
}

void merge(product_input& p, const product_patch& patch) {
  p.handle = patch.handle.value_or(p.handle);
  p.title = patch.title.value_or(p.title);
  p.description = patch.description.value_or(p.description);
  p.brand = patch.brand.value_or(p.brand);
  p.status = patch.status.value_or(p.status);
  p.tax_category = patch.tax_category.value_or(p.tax_category);
  p.attributes = patch.attributes.value_or(p.attributes);
  p.option_names = patch.option_names.value_or(p.option_names);
  p.images = patch.images;
  p.translations = patch.translations;
  if (patch.category)
    p.category_path = {{*patch.category, "", ""}};
  std::erase_if(p.variants, [&patch](const variant_input& v) {
    return std::ranges::find(patch.removed_variants, v.sku) != patch.removed_variants.end();
  });
  for (const auto& v : patch.variants)
    merge_variant(p.variants, v);
  order_variants(p.variants, patch.variant_order);
}

/// The SKUs a patch names must be the product's.
std::vector<problem> check_skus(const product_view& now, const product_patch& patch) {
  std::vector<problem> problems;
  const auto check = [&](const std::vector<std::string>& skus, const std::string& field) {
    for (size_t i = 0; i < skus.size(); ++i)
      if (std::ranges::find(now.variants, skus[i], &variant_view::sku) == now.variants.end())
        problems.push_back({"unknown", field + "/" + std::to_string(i), "no variant of it", {}});
  };
  check(patch.removed_variants, "/remove_variants");
  for (size_t i = 0; i < patch.variant_order.size(); ++i) {
    const auto& sku = patch.variant_order[i];
    const auto is = [&sku](const auto& v) { return v.sku == sku; };
    if (!std::ranges::any_of(now.variants, is) && !std::ranges::any_of(patch.variants, is))
      problems.push_back(
          {"unknown", "/variant_order/" + std::to_string(i), "no variant of it", {}});
  }
  return problems;
}

/// errc::conflict when one of them had a price, so may be in somebody's order, or lies on a shelf.
result<void> expect_unsold(sql::connection& c, const std::vector<std::string>& skus) {
  auto known =
      c.execute("select v.sku from variant v where v.sku = any($1::text[]) and (v.was_priced "
                "or exists (select from price where variant = v.id) "
                "or exists (select from stock_level l where l.sku = v.sku and l.on_hand <> 0)) "
                "order by v.sku limit 1",
                {skus});
  if (!known)
    return known.error();
  if (known->empty())
    return {};
  return conflict_at("/variants/" + std::string{known->text(0, 0)}, "was_offered",
                     "it had a price or has stock; archive it instead of deleting it");
}

result<bool> drop_rows(sql::connection& c, const std::string& id, const product_patch& patch) {
  if (auto unsold = expect_unsold(c, patch.removed_variants); !unsold)
    return unsold.error();
  auto variants = c.execute("delete from variant where product = $1 and sku = any($2::text[])",
                            {id, patch.removed_variants});
  if (!variants)
    return variants.error();
  std::vector<std::string> locales;
  std::ranges::copy_if(patch.dropped_locales, std::back_inserter(locales), is_locale);
  auto texts = c.execute("delete from product_translation where product = $1 "
                         "and locale = any($2::text[])",
                         {id, locales});
  if (!texts)
    return texts.error();
  return variants->affected() + texts->affected() > 0;
}

/// write_products finds products by handle, so a new one has to be there before.
result<bool> rename_handle(sql::connection& c, const product_view& now, const std::string& handle) {
  if (handle == now.handle)
    return false;
  if (!is_handle(handle))
    return fail_field("/handle", "invalid", "1 to 100 of a-z, 0-9 and -");
  auto taken = c.execute("select 1::bigint from product where handle = $1 or id = $1", {handle});
  if (!taken)
    return taken.error();
  if (!taken->empty())
    return conflict_at("/handle", "taken", "another product has this handle");
  auto done = c.execute("update product set handle = $2 where id = $1", {now.id, handle});
  if (!done)
    return done.error();
  return true;
}

/// The product with all its variants, locked.
result<product_view> locked_product(sql::connection& c, const std::string& id,
                                    std::optional<int64_t> expected) {
  if (!is_plausible_id(id))
    return fail(errc::not_found, "no such product");
  auto locked = c.execute("select version from product where id = $1 for update", {id});
  if (!locked)
    return locked.error();
  if (locked->empty())
    return fail(errc::not_found, "no such product");
  if (auto same = expect_version(expected, locked->integer(0, 0)); !same)
    return same.error();
  auto now = load_products(c, {id}, market{}, variant_scope::all);
  if (!now)
    return now.error();
  return std::move(now->front());
}

} // namespace

result<std::string> create_product(sql::connection& c, product_input p, const id_source& ids) {
  auto taken = c.execute("select 1::bigint from product where handle = $1 or id = $2",
                         {is_handle(p.handle) ? p.handle : std::string{}, p.id});
  if (!taken)
    return taken.error();
  if (!taken->empty())
    return conflict_at("/handle", "taken", "another product has this handle");
  if (auto done = check_and_write(c, p, ids); !done)
    return done.error();
  return p.id;
}

result<std::string> patch_product(sql::connection& c, const std::string& id,
                                  std::optional<int64_t> expected, const product_patch& patch,
                                  const id_source& ids) {
  auto now = locked_product(c, id, expected);
  if (!now)
    return now.error();
  if (auto problems = check_skus(*now, patch); !problems.empty())
    return refused(std::move(problems));
  auto p = as_input(*now);
  merge(p, patch);
  auto renamed = rename_handle(c, *now, p.handle);
  if (!renamed)
    return renamed.error();
  auto dropped = drop_rows(c, id, patch);
  if (!dropped)
    return dropped.error();
  auto beside = check_and_write(c, p, ids);
  if (!beside)
    return beside.error();
  if (*renamed || *dropped || *beside)
    if (auto raised = raise_version(c, id, now->version); !raised)
      return raised.error();
  return id;
}

result<std::string> remove_product(sql::connection& c, const std::string& id,
                                   std::optional<int64_t> expected) {
  auto now = locked_product(c, id, expected);
  if (!now)
    return now.error();
  std::vector<std::string> skus;
  for (const auto& v : now->variants)
    skus.push_back(v.sku);
  if (auto unsold = expect_unsold(c, skus); !unsold)
    return unsold.error();
  auto gone = c.execute("delete from product where id = $1", {id});
  if (!gone)
    return gone.error();
  return id;
}

} // namespace souk::catalogue
