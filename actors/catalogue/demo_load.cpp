#include "actors/catalogue/demo_load.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/demo_lists.hpp"
#include "actors/catalogue/import_new.hpp"

#include <algorithm>
#include <set>

namespace souk::catalogue {

namespace {

using persistence::pg_connection;
using texts = std::vector<std::string>;

class list_reader final : public product_reader {
public:
  explicit list_reader(std::vector<product_input> products) : products_(std::move(products)) {}
  std::optional<result<product_input>> next() override {
    if (at_ == products_.size())
      return std::nullopt;
    return std::move(products_[at_++]);
  }

private:
  std::vector<product_input> products_;
  size_t at_ = 0;
};

/// The products of a piece that are not in the catalogue.
result<std::vector<product_input>> missing_of(pg_connection& c, const demo_piece& piece) {
  texts ids;
  ids.reserve(piece.count);
  for (size_t i = 0; i < piece.count; ++i)
    ids.push_back(demo_id(piece.seed, piece.first + i));
  auto found = c.execute("select id from product where id = any($1::text[])", {ids});
  if (!found)
    return found.error();
  std::set<std::string_view> known;
  for (size_t i = 0; i < found->size(); ++i)
    known.insert(found->text(i, 0));
  std::vector<product_input> missing;
  missing.reserve(piece.count - known.size());
  for (size_t i = 0; i < piece.count; ++i)
    if (!known.contains(ids[i]))
      missing.push_back(demo_product(piece.seed, piece.first + i));
  return missing;
}

std::vector<stock_row> stock_of(const std::vector<product_input>& products) {
  std::vector<stock_row> stock;
  for (const auto& p : products)
    for (const auto& v : p.variants)
      for (const auto& s : v.stock)
        stock.push_back({v.sku, s.warehouse, s.on_hand});
  return stock;
}

} // namespace

result<void> prepare_demo(pg_connection& c) {
  texts handles, parents, names, schemas, brand_handles, called, locales, translations;
  std::vector<int64_t> positions;
  for (auto& each : demo_categories()) {
    handles.push_back(each.handle);
    parents.push_back(each.parent);
    names.push_back(each.name);
    schemas.push_back(each.attribute_schema);
    positions.push_back(each.position);
    for (const auto& [locale, name] : each.names) {
      called.push_back(each.handle);
      locales.push_back(locale);
      translations.push_back(name);
    }
  }
  // Categories that are there keep their place, name and schema: they are the staff's.
  auto done = c.execute(
      "insert into category as old (handle, parent, path, name, attribute_schema, position) "
      "select handle, nullif(parent, ''), array_remove(array[parent, handle], ''), name, "
      "schema::jsonb, position from unnest($1::text[], $2::text[], $3::text[], $4::text[], "
      "$5::bigint[]) as n(handle, parent, name, schema, position) "
      "on conflict (handle) do nothing",
      {handles, parents, names, schemas, positions});
  if (!done)
    return done.error();
  done = c.execute("insert into category_translation (category, locale, name) "
                   "select * from unnest($1::text[], $2::text[], $3::text[]) "
                   "on conflict do nothing",
                   {called, locales, translations});
  if (!done)
    return done.error();
  for (const auto& brand : demo::lists().brands)
    brand_handles.push_back(make_handle(brand));
  done = c.execute("insert into brand (name, handle) select * from unnest($1::text[], $2::text[]) "
                   "on conflict do nothing",
                   {demo::lists().brands, brand_handles});
  if (done)
    done = c.execute("insert into price_list (id, name, currency) "
                     "select id, id, id from unnest($1::text[]) as n(id) on conflict do nothing",
                     {texts{"EUR", "USD", "GBP"}});
  return done ? result<void>{} : done.error();
}

result<demo_loaded> load_demo(pg_connection& c, const demo_piece& piece, const id_source& ids,
                              const shelf_opener& open_shelves) {
  auto missing = missing_of(c, piece);
  if (!missing)
    return missing.error();
  demo_loaded done{.created = missing->size(), .known = piece.count - missing->size()};
  if (missing->empty())
    return done;
  if (auto opened = open_shelves(stock_of(*missing)); opened)
    done.counted = *opened;
  else
    return opened.error();
  auto copied =
      persistence::sql::in_transaction(c, [&](auto&) { return copy_products(c, *missing, ids); });
  if (copied || copied.error().code != errc::conflict)
    return copied ? result<demo_loaded>{std::move(done)} : copied.error();
  // Somebody uses a handle or SKU of the demo: those products are left out, each with its reason.
  list_reader reader{std::move(*missing)};
  auto report = import_products(reader, c, ids);
  if (!report)
    return report.error();
  done.created = report->created;
  done.errors = std::move(report->errors);
  return done;
}

} // namespace souk::catalogue
