#include "actors/catalogue/export_scan.hpp"

#include "actors/catalogue/options_json.hpp"

#include <map>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

using ids = std::vector<std::string>;
using by_product = std::map<std::string_view, product_input*>;
using by_variant = std::map<std::string, variant_input*, std::less<>>;

result<std::vector<stored_product>> load_page(sql::connection& c, const std::string& after) {
  auto found =
      c.execute("select p.id, p.handle, p.title, p.description, coalesce(p.brand, ''), p.status, "
                "p.tax_category, p.attributes::text, to_json(p.option_names)::text, p.rating_sum, "
                "p.rating_count, p.velocity, to_json(k.path)::text, "
                "(select json_agg(s.name order by w.place) from unnest(k.path) with ordinality "
                "as w(handle, place) join category s on s.handle = w.handle)::text, "
                "coalesce(o.format, ''), coalesce(o.data::text, '') "
                "from product p join category k on k.handle = p.category "
                "left join product_source o on o.product = p.id "
                "where p.id > $1 order by p.id limit $2",
                {after, export_page});
  if (!found)
    return found.error();
  std::vector<stored_product> page;
  for (size_t i = 0; i < found->size(); ++i) {
    stored_product s;
    auto& p = s.product;
    p.id = found->text(i, 0);
    p.handle = found->text(i, 1);
    p.title = found->text(i, 2);
    p.description = found->text(i, 3);
    p.brand = found->text(i, 4);
    p.status = parse_product_status(found->text(i, 5)).value();
    p.tax_category = found->text(i, 6);
    p.attributes = found->text(i, 7);
    p.option_names = parse_names(found->text(i, 8));
    p.rating_sum = found->integer(i, 9);
    p.rating_count = found->integer(i, 10);
    p.velocity = found->integer(i, 11);
    const auto handles = parse_names(found->text(i, 12));
    const auto names = parse_names(found->text(i, 13));
    for (size_t step = 0; step < handles.size(); ++step) {
      category one;
      one.handle = handles[step];
      one.name = names[step];
      p.category_path.push_back(std::move(one));
    }
    s.format = found->text(i, 14);
    s.kept = found->text(i, 15);
    page.push_back(std::move(s));
  }
  return page;
}

result<void> add_variants(sql::connection& c, const ids& wanted, const by_product& products) {
  auto found = c.execute("select product, sku, options::text, weight_grams, coalesce(barcode, ''), "
                         "coalesce(image, ''), cost, coalesce(cost_currency, '') from variant "
                         "where product = any($1::text[]) and not archived "
                         "order by product, position, sku",
                         {wanted});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i) {
    auto& p = *products.at(found->text(i, 0));
    variant_input v;
    v.sku = found->text(i, 1);
    v.options = parse_options(found->text(i, 2), p.option_names);
    v.weight_grams = found->integer(i, 3);
    v.barcode = found->text(i, 4);
    v.image = found->text(i, 5);
    if (const auto in = currency::parse(found->text(i, 7)); in && !found->is_null(i, 6))
      v.cost = money{found->integer(i, 6), *in};
    p.variants.push_back(std::move(v));
  }
  return {};
}

result<void> add_prices(sql::connection& c, const ids& wanted, const by_variant& variants) {
  auto found =
      c.execute("select v.sku, l.currency, coalesce(l.country, ''), pr.amount, pr.original_amount, "
                "case when l.id = l.currency || coalesce('/' || l.country, '') then '' else l.id "
                "end from variant v join price pr on pr.variant = v.id "
                "join price_list l on l.id = pr.price_list "
                "where v.product = any($1::text[]) and not v.archived order by v.sku, l.id",
                {wanted});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i) {
    const auto in = currency::parse(found->text(i, 1));
    if (!in)
      return in.error();
    price_input price{{found->integer(i, 3), *in}};
    price.list = found->text(i, 5);
    if (price.list.empty())
      price.country = found->text(i, 2);
    if (!found->is_null(i, 4))
      price.original_amount = found->integer(i, 4);
    variants.find(found->text(i, 0))->second->prices.push_back(std::move(price));
  }
  return {};
}

result<void> add_stock(sql::connection& c, const by_variant& variants) {
  ids skus;
  for (const auto& [sku, v] : variants)
    skus.push_back(sku);
  auto found = c.execute("select sku, warehouse, on_hand from stock_level "
                         "where sku = any($1::text[]) order by sku, warehouse",
                         {skus});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i)
    variants.find(found->text(i, 0))
        ->second->stock.push_back({std::string{found->text(i, 1)}, found->integer(i, 2)});
  return {};
}

result<void> add_texts(sql::connection& c, const ids& wanted, const by_product& products) {
  auto images = c.execute("select product, url, alt from product_image "
                          "where product = any($1::text[]) order by product, position",
                          {wanted});
  if (!images)
    return images.error();
  for (size_t i = 0; i < images->size(); ++i) {
    auto& p = *products.at(images->text(i, 0));
    if (!p.images)
      p.images.emplace();
    p.images->push_back({std::string{images->text(i, 1)}, std::string{images->text(i, 2)}});
  }
  auto texts = c.execute("select product, locale, title, description from product_translation "
                         "where product = any($1::text[]) order by product, locale",
                         {wanted});
  if (!texts)
    return texts.error();
  for (size_t i = 0; i < texts->size(); ++i)
    products.at(texts->text(i, 0))
        ->translations.push_back({std::string{texts->text(i, 1)}, std::string{texts->text(i, 2)},
                                  std::string{texts->text(i, 3)}});
  return {};
}

} // namespace

result<std::vector<stored_product>> export_scan::next() {
  auto page = load_page(connection_, after_);
  if (!page || page->empty())
    return page;
  after_ = page->back().product.id;
  ids wanted;
  by_product products;
  for (auto& s : *page) {
    wanted.push_back(s.product.id);
    products.emplace(s.product.id, &s.product);
  }
  if (auto added = add_variants(connection_, wanted, products); !added)
    return added.error();
  by_variant variants;
  for (auto& s : *page)
    for (auto& v : s.product.variants)
      variants.emplace(v.sku, &v);
  auto added = add_prices(connection_, wanted, variants);
  if (added)
    added = add_stock(connection_, variants);
  if (added)
    added = add_texts(connection_, wanted, products);
  return added ? std::move(page) : added.error();
}

} // namespace souk::catalogue
