#include "actors/catalogue/import_new.hpp"

#include "actors/catalogue/options_json.hpp"
#include "actors/catalogue/write_rows.hpp"
#include "persistence/pg_copy.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <span>

namespace souk::catalogue {

namespace {

using persistence::pg_connection;
using persistence::pg::copy_rows;
using texts = std::vector<std::string>;
using names = id_set;

texts as_texts(const names& all) { return {all.begin(), all.end()}; }

/// Foreign keys are checked row by row, at twice the cost of the rows themselves. Here every parent
/// is written in this transaction or locked by this one statement for each table, which is what the
/// checks would have found; so they are left out where the role may do that.
result<void> lock_references(pg_connection& c, const names& categories, const names& brands,
                             const market_lists& lists) {
  names ids;
  for (const auto& [id, market] : lists)
    ids.insert(id);
  const auto lock = [&c](const char* statement, const names& wanted) -> result<void> {
    auto found = c.execute(statement, {as_texts(wanted)});
    if (!found)
      return found.error();
    return found->size() == wanted.size() ? result<void>{}
                                          : fail(errc::conflict, "a referenced row is gone");
  };
  auto locked =
      lock("select handle from category where handle = any($1::text[]) for key share", categories);
  if (locked)
    locked = lock("select name from brand where name = any($1::text[]) for key share", brands);
  if (locked)
    locked = lock("select id from price_list where id = any($1::text[]) for key share", ids);
  if (!locked)
    return locked;
  auto free = c.execute("select set_config('session_replication_role', 'replica', true) "
                        "where has_parameter_privilege('session_replication_role', 'set')");
  return free ? result<void>{} : free.error();
}

/// Rising, so that the indices of variants and prices grow at one place.
texts variant_ids(const std::vector<product_input>& products, const id_source& ids) {
  size_t count = 0;
  for (const auto& p : products)
    count += p.variants.size();
  texts all(count);
  std::ranges::generate(all, [&] { return make_uuid7(ids.now, ids.random); });
  std::ranges::sort(all);
  return all;
}

/// {"de": "Tasse"}: said with the product, so that its translations need not change it again.
std::string titles_of(const product_input& p) {
  if (p.translations.empty())
    return "{}";
  boost::json::object titles;
  for (const auto& t : p.translations)
    titles[t.locale] = t.title;
  return boost::json::serialize(titles);
}

/// The rows of a batch, by table.
class rows_of_batch {
public:
  /// An id for each variant.
  void add(const product_input& p, std::span<const std::string> variant_ids);
  /// Once.
  result<void> send(pg_connection& c);

private:
  void add_product(const product_input& p);
  void add_variant(const product_input& p, const variant_input& v, const std::string& id);

  copy_rows products_{14}, variants_{10}, prices_{4}, images_{4}, translations_{4};
};

void rows_of_batch::add_product(const product_input& p) {
  products_.begin_row();
  products_.text(p.id);
  products_.text(p.handle);
  products_.text(p.title);
  products_.text(p.description);
  products_.filled_text(p.brand);
  products_.text(p.category_path.back().handle);
  products_.text(to_string(p.status));
  products_.text(p.tax_category);
  products_.json(p.attributes);
  products_.texts(p.option_names);
  products_.number(p.rating_sum);
  products_.number(p.rating_count);
  products_.number(p.velocity);
  products_.json(titles_of(p));
}

void rows_of_batch::add_variant(const product_input& p, const variant_input& v,
                                const std::string& id) {
  variants_.begin_row();
  variants_.text(id);
  variants_.text(p.id);
  variants_.text(v.sku);
  variants_.json(render_options(v.options));
  variants_.number(v.weight_grams);
  variants_.filled_text(v.barcode);
  variants_.number(static_cast<int32_t>(&v - p.variants.data()));
  if (v.cost) {
    variants_.number(v.cost->amount);
    variants_.text(v.cost->currency.code());
  } else {
    variants_.null();
    variants_.null();
  }
  variants_.filled_text(v.image);
  for (const auto& price : v.prices) {
    prices_.begin_row();
    prices_.text(id);
    prices_.text(market_list_of(price));
    prices_.number(price.amount.amount);
    price.original_amount ? prices_.number(*price.original_amount) : prices_.null();
  }
}

void rows_of_batch::add(const product_input& p, std::span<const std::string> variant_ids) {
  add_product(p);
  for (const auto& v : p.variants)
    add_variant(p, v, variant_ids[static_cast<size_t>(&v - p.variants.data())]);
  if (p.images)
    for (const auto& image : *p.images) {
      images_.begin_row();
      images_.text(p.id);
      images_.number(static_cast<int32_t>(&image - p.images->data()));
      images_.text(image.url);
      images_.text(image.alt);
    }
  for (const auto& t : p.translations) {
    translations_.begin_row();
    translations_.text(p.id);
    translations_.text(t.locale);
    translations_.text(t.title);
    translations_.text(t.description);
  }
}

result<void> rows_of_batch::send(pg_connection& c) {
  struct table {
    const char* columns;
    copy_rows& rows;
  };
  for (const auto& t :
       {table{"product (id, handle, title, description, brand, category, status, tax_category, "
              "attributes, option_names, rating_sum, rating_count, velocity, titles)",
              products_},
        table{"variant (id, product, sku, options, weight_grams, barcode, position, cost, "
              "cost_currency, image)",
              variants_},
        table{"price (variant, price_list, amount, original_amount)", prices_},
        table{"product_image (product, position, url, alt)", images_},
        table{"product_translation (product, locale, title, description)", translations_}})
    if (t.rows.rows() > 0)
      if (auto sent = c.copy_in("copy " + std::string{t.columns} + " from stdin (format binary)",
                                t.rows.take());
          !sent)
        return sent;
  return {};
}

} // namespace

result<bool> are_new(pg_connection& c, const std::vector<product_input>& products) {
  texts handles, skus;
  for (const auto& p : products) {
    handles.push_back(p.handle);
    for (const auto& v : p.variants)
      skus.push_back(v.sku);
  }
  auto found = c.execute("select exists (select from product where handle = any($1::text[])) "
                         "or exists (select from variant where sku = any($2::text[]))",
                         {handles, skus});
  if (!found)
    return found.error();
  return !found->boolean(0, 0);
}

result<void> copy_products(pg_connection& c, std::vector<product_input>& products,
                           const id_source& ids) {
  names categories, brands;
  market_lists lists;
  std::vector<const product_input*> in_order;
  in_order.reserve(products.size());
  for (auto& p : products) {
    // In the order of the file.
    if (p.id.empty())
      p.id = make_uuid7(ids.now + std::chrono::milliseconds{&p - products.data()}, ids.random);
    categories.insert(p.category_path.back().handle);
    if (!p.brand.empty())
      brands.insert(p.brand);
    for (const auto& v : p.variants)
      for (const auto& price : v.prices)
        lists.try_emplace(market_list_of(price), price.amount.currency.code(), price.country);
    in_order.push_back(&p);
  }
  // Neighbours of most indices, and of the pages that a category's lists read, come together.
  std::ranges::stable_sort(in_order, {}, [](const product_input* p) -> const std::string& {
    return p->category_path.back().handle;
  });
  rows_of_batch rows;
  const auto fresh = variant_ids(products, ids);
  std::span<const std::string> unused{fresh};
  for (const auto* p : in_order) {
    rows.add(*p, unused.first(p->variants.size()));
    unused = unused.subspan(p->variants.size());
  }
  if (auto added = add_brands(c, brands); !added)
    return added;
  if (auto added = add_price_lists(c, lists); !added)
    return added;
  if (auto locked = lock_references(c, categories, brands, lists); !locked)
    return locked;
  return rows.send(c);
}

} // namespace souk::catalogue
