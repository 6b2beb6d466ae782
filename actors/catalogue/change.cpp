// Single changes to the catalogue: a product made or patched, a category put.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/check_attributes.hpp"
#include "actors/catalogue/store.hpp"
#include "actors/catalogue/write.hpp"

#include <algorithm>
#include <set>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

/// The schema of a product's category, which must be there.
result<std::string> schema_of(sql::connection& c, const product_input& p) {
  if (p.category_path.empty())
    return fail_field("/category", "required", "every product has a category");
  const auto& handle = p.category_path.back().handle;
  auto schemas = load_schemas(c, {handle});
  if (!schemas)
    return schemas.error();
  if (schemas->empty())
    return fail_field("/category", "unknown", "there is no such category");
  return schemas->at(handle);
}

result<void> check_and_write(sql::connection& c, product_input& p, const id_source& ids) {
  auto schema = schema_of(c, p);
  if (!schema)
    return schema.error();
  if (auto problems = check_product(p, *schema); !problems.empty())
    return refused(std::move(problems));
  std::vector<product_input> one{std::move(p)};
  auto done = write_products(c, one, ids);
  p = std::move(one.front());
  if (!done)
    return done.error();
  return {};
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
                          .image = v.image});
  return p;
}

/// A patch of a variant leaves alone what it does not mention; a new SKU is a new variant.
void merge_variant(std::vector<variant_input>& variants, const variant_input& patch) {
  const auto old = std::ranges::find(variants, patch.sku, &variant_input::sku);
  if (old == variants.end()) {
    variants.push_back(patch);
    return;
  }
  if (!patch.options.empty())
    old->options = patch.options;
  if (patch.weight_grams != 0)
    old->weight_grams = patch.weight_grams;
  if (!patch.barcode.empty())
    old->barcode = patch.barcode;
  if (!patch.image.empty())
    old->image = patch.image;
  old->prices = patch.prices;
  old->cost = patch.cost;
}

void merge(product_input& p, const product_patch& patch) {
  p.title = patch.title.value_or(p.title);
  p.description = patch.description.value_or(p.description);
  p.brand = patch.brand.value_or(p.brand);
  p.status = patch.status.value_or(p.status);
  p.tax_category = patch.tax_category.value_or(p.tax_category);
  p.attributes = patch.attributes.value_or(p.attributes);
  p.images = patch.images;
  if (patch.category)
    p.category_path = {{*patch.category, "", ""}};
  for (const auto& v : patch.variants)
    merge_variant(p.variants, v);
}

} // namespace

result<std::string> create_product(sql::connection& c, product_input p, const id_source& ids) {
  auto taken =
      c.execute("select 1::bigint from product where handle = $1 or id = $2", {p.handle, p.id});
  if (!taken)
    return taken.error();
  if (!taken->empty()) {
    auto why = fail(errc::conflict, "the handle is taken");
    why.problems = {{"taken", "/handle", "another product has this handle", {}}};
    return why;
  }
  if (auto done = check_and_write(c, p, ids); !done)
    return done.error();
  return p.id;
}

result<std::string> patch_product(sql::connection& c, const std::string& id,
                                  std::optional<int64_t> expected, const product_patch& patch,
                                  const id_source& ids) {
  if (!is_plausible_id(id))
    return fail(errc::not_found, "no such product");
  auto locked = c.execute("select version from product where id = $1 for update", {id});
  if (!locked)
    return locked.error();
  if (locked->empty())
    return fail(errc::not_found, "no such product");
  if (expected && locked->integer(0, 0) != *expected)
    return fail(errc::precondition_failed, "the product has changed meanwhile");
  auto now = load_products(c, {id}, market{});
  if (!now)
    return now.error();
  auto p = as_input(now->front());
  merge(p, patch);
  if (auto done = check_and_write(c, p, ids); !done)
    return done.error();
  return id;
}

result<std::map<std::string, std::string>> load_schemas(sql::connection& c,
                                                        const std::vector<std::string>& handles) {
  auto found = c.execute("select handle, attribute_schema::text from category "
                         "where handle = any($1::text[])",
                         {handles});
  if (!found)
    return found.error();
  std::map<std::string, std::string> schemas;
  for (size_t i = 0; i < found->size(); ++i)
    schemas.emplace(found->text(i, 0), found->text(i, 1));
  return schemas;
}

result<void> add_categories(sql::connection& c, const std::vector<product_input>& products) {
  std::vector<std::string> handles, parents, names, paths;
  std::set<std::string_view> seen;
  for (const auto& p : products) {
    std::string path;
    std::string_view parent;
    for (const auto& step : p.category_path) {
      path += (path.empty() ? "" : "/") + step.handle;
      if (seen.insert(step.handle).second) {
        handles.push_back(step.handle);
        parents.emplace_back(parent);
        names.push_back(step.name.empty() ? step.handle : step.name);
        paths.push_back(path);
      }
      parent = step.handle;
    }
  }
  // In order of depth, and a known category keeps its place in the tree.
  auto done = c.execute("insert into category (handle, parent, name, path) "
                        "select handle, nullif(parent, ''), name, string_to_array(path, '/') "
                        "from unnest($1::text[], $2::text[], $3::text[], $4::text[]) "
                        "as n(handle, parent, name, path) on conflict (handle) do nothing",
                        {handles, parents, names, paths});
  if (!done)
    return done.error();
  if (done->affected() == 0)
    return {};
  // A known step may stand elsewhere than the import says: paths follow parents.
  auto settled = c.execute("with recursive tree as (select handle, array[handle] as path from "
                           "category where parent is null "
                           "union all select k.handle, t.path || k.handle from category k join "
                           "tree t on k.parent = t.handle) "
                           "update category k set path = t.path from tree t where t.handle = "
                           "k.handle and k.path <> t.path");
  if (!settled)
    return settled.error();
  return {};
}

result<void> put_category(sql::connection& c, const category& wanted) {
  if (!is_handle(wanted.handle))
    return fail_field("/handle", "invalid", "1 to 100 of a-z, 0-9 and -");
  if (wanted.name.empty() || wanted.name.size() > 100)
    return fail_field("/name", "out_of_range", "1 to 100 bytes");
  if (auto problems = check_attribute_schema(wanted.attribute_schema); !problems.empty())
    return refused(std::move(problems));
  auto done = c.execute(
      "insert into category as old (handle, parent, path, name, attribute_schema, position) "
      "select $1::text, p.handle, coalesce(p.path, '{}') || $1::text, $3::text, $4::text::jsonb, "
      "$5::bigint from (select 1) one left join category p on p.handle = $2 "
      "where $2 = '' or p.handle is not null "
      "on conflict (handle) do update set name = excluded.name, "
      "attribute_schema = excluded.attribute_schema, position = excluded.position "
      "where old.parent is not distinct from excluded.parent",
      {wanted.handle, wanted.parent, wanted.name, wanted.attribute_schema, wanted.position});
  if (!done)
    return done.error();
  if (done->affected() == 0)
    return fail_field("/parent", "invalid", "unknown, or not where this category is");
  return {};
}

} // namespace souk::catalogue
