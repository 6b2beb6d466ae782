// A product as a line of JSON that an import reads back to the same product.
#include "actors/catalogue/export_scan.hpp"

#include <boost/json.hpp>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

json::object json_of(const money& m) {
  return {{"amount", m.amount}, {"currency", json::value(m.currency.code())}};
}

json::object json_of(const variant_input& v) {
  json::object out{{"sku", v.sku}};
  json::object options, stock;
  for (const auto& o : v.options)
    options[o.name] = o.value;
  for (const auto& s : v.stock)
    stock[s.warehouse] = s.on_hand;
  json::array prices;
  for (const auto& price : v.prices) {
    auto one = json_of(price.amount);
    if (price.original_amount)
      one["original_amount"] = *price.original_amount;
    if (!price.country.empty())
      one["country"] = price.country;
    if (!price.list.empty())
      one["list"] = price.list;
    prices.push_back(std::move(one));
  }
  out["options"] = std::move(options);
  out["prices"] = std::move(prices);
  if (!stock.empty())
    out["stock"] = std::move(stock);
  if (v.weight_grams != 0)
    out["weight_grams"] = v.weight_grams;
  if (!v.barcode.empty())
    out["barcode"] = v.barcode;
  if (v.cost)
    out["cost"] = json_of(*v.cost);
  if (!v.image.empty())
    out["image"] = v.image;
  return out;
}

void add_optional(json::object& out, const stored_product& stored) {
  const auto& p = stored.product;
  if (p.images) {
    json::array images;
    for (const auto& i : *p.images)
      images.push_back(json::object{{"url", i.url}, {"alt", i.alt}});
    out["images"] = std::move(images);
  }
  if (p.rating_count > 0)
    out["rating"] = json::object{{"sum", p.rating_sum}, {"count", p.rating_count}};
  if (p.velocity > 0)
    out["velocity"] = p.velocity;
  if (!p.translations.empty()) {
    json::object texts;
    for (const auto& t : p.translations)
      texts[t.locale] = json::object{{"title", t.title}, {"description", t.description}};
    out["translations"] = std::move(texts);
  }
  if (!stored.kept.empty())
    out["source"] = json::object{{"format", stored.format}, {"data", json::parse(stored.kept)}};
}

} // namespace

std::string json_line(const stored_product& stored) {
  const auto& p = stored.product;
  json::array path, options, variants;
  for (const auto& step : p.category_path)
    path.push_back(json::object{{"handle", step.handle}, {"name", step.name}});
  for (const auto& name : p.option_names)
    options.push_back(json::value(name));
  for (const auto& v : p.variants)
    variants.push_back(json_of(v));
  json::object out{{"handle", p.handle},
                   {"title", p.title},
                   {"description", p.description},
                   {"brand", p.brand},
                   {"category_path", std::move(path)},
                   {"status", json::value(to_string(p.status))},
                   {"tax_category", p.tax_category},
                   {"attributes", json::parse(p.attributes)},
                   {"options", std::move(options)}};
  add_optional(out, stored);
  out["variants"] = std::move(variants);
  return json::serialize(out) + "\n";
}

} // namespace souk::catalogue
