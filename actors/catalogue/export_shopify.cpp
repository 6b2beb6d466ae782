#include "actors/catalogue/export_shopify.hpp"

#include "actors/catalogue/csv_reader.hpp"
#include "actors/catalogue/import_html.hpp"
#include "actors/catalogue/shopify_columns.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

using row = std::map<std::string, std::string, std::less<>>;

std::vector<std::string> header_of(const shopify_export& how) {
  std::vector<std::string> names;
  for (const auto& column : shopify::documented)
    names.emplace_back(column.name);
  names.insert(names.end(), how.more_columns.begin(), how.more_columns.end());
  return names;
}

/// "19.99"
std::string decimal_text(int64_t units, int decimals) {
  auto digits = std::to_string(units);
  if (decimals == 0)
    return digits;
  const auto wanted = static_cast<size_t>(decimals) + 1;
  if (digits.size() < wanted)
    digits.insert(0, wanted - digits.size(), '0');
  return digits.insert(digits.size() - static_cast<size_t>(decimals), ".");
}

void put_kept(row& to, const json::value* kept) {
  if (kept != nullptr && kept->is_object())
    for (const auto& [name, value] : kept->get_object())
      if (const auto* text = value.if_string())
        to[name] = *text;
}

void put_product(row& to, const product_input& p) {
  to["Title"] = p.title;
  to["Body (HTML)"] = html_of_text(p.description);
  to["Vendor"] = p.brand;
  to["Status"] = to_string(p.status);
  if (to["Published"].empty())
    to["Published"] = p.status == product_status::active ? "true" : "false";
  // Who has no category of Shopify's gets the names of souk's.
  if (to["Product Category"].empty() && to["Type"].empty() &&
      p.category_path.front().name != shopify::no_category)
    for (const auto& step : p.category_path)
      to["Product Category"] += (to["Product Category"].empty() ? "" : " > ") + step.name;
  for (size_t i = 0; i < p.option_names.size(); ++i)
    to["Option" + std::to_string(i + 1) + " Name"] = p.option_names[i];
  if (p.option_names.empty())
    to["Option1 Name"] = "Title";
}

void put_variant(row& to, const product_input& p, const variant_input& v,
                 const shopify_export& how) {
  const auto sold_in = how.file.sold_in;
  const int decimals = sold_in.decimals();
  to.try_emplace("Variant SKU", v.sku);
  for (size_t i = 0; i < v.options.size(); ++i)
    to["Option" + std::to_string(i + 1) + " Value"] = v.options[i].value;
  if (p.option_names.empty())
    to["Option1 Value"] = "Default Title";
  to["Variant Grams"] = std::to_string(v.weight_grams);
  to["Variant Barcode"] = v.barcode;
  if (!v.image.empty())
    to["Variant Image"] = v.image;
  if (v.cost && v.cost->currency == sold_in)
    to["Cost per item"] = decimal_text(v.cost->amount, decimals);
  for (const auto& s : v.stock)
    if (s.warehouse == how.file.warehouse)
      to["Variant Inventory Qty"] = std::to_string(s.on_hand);
  for (const auto& price : v.prices)
    if (price.amount.currency == sold_in && price.country.empty() && price.list.empty()) {
      to["Variant Price"] = decimal_text(price.amount.amount, decimals);
      if (price.original_amount)
        to["Variant Compare At Price"] = decimal_text(*price.original_amount, decimals);
    }
}

/// One image a row, ours before those of other hosts.
void put_images(std::vector<row>& rows, const product_input& p, const json::value* kept) {
  size_t at = 0;
  const auto put = [&](std::string_view source, std::string_view position, std::string_view alt) {
    if (at == rows.size())
      rows.emplace_back();
    auto& to = rows[at++];
    to["Image Src"] = source;
    to["Image Position"] = position;
    to["Image Alt Text"] = alt;
  };
  if (p.images)
    for (const auto& image : *p.images)
      put(image.url, std::to_string(at + 1), image.alt);
  if (kept == nullptr || !kept->is_array())
    return;
  const auto text = [](const json::value& v) {
    return v.is_string() ? std::string_view{v.get_string()} : std::string_view{};
  };
  for (const auto& image : kept->get_array())
    if (image.is_array() && image.get_array().size() == 3)
      put(text(image.get_array()[0]), text(image.get_array()[1]), text(image.get_array()[2]));
}

} // namespace

result<std::vector<std::string>> kept_columns(persistence::sql::connection& c) {
  auto found = c.execute("select distinct name from product_source o, lateral ("
                         "select jsonb_object_keys(o.data -> 'columns') as name union all "
                         "select jsonb_object_keys(v.value) from jsonb_each(o.data -> 'variants') v"
                         ") each where o.format = 'shopify' order by name");
  if (!found)
    return found.error();
  std::vector<std::string> more;
  for (size_t i = 0; i < found->size(); ++i)
    if (std::ranges::find(shopify::documented, found->text(i, 0), &shopify::column::name) ==
        shopify::documented.end())
      more.emplace_back(found->text(i, 0));
  return more;
}

std::string shopify_header(const shopify_export& how) { return csv_line(header_of(how)); }

std::string shopify_rows(const stored_product& stored, const shopify_export& how) {
  const auto& p = stored.product;
  json::object kept;
  if (stored.format == "shopify" && !stored.kept.empty())
    kept = json::parse(stored.kept).as_object();
  std::vector<row> rows(std::max<size_t>(p.variants.size(), 1));
  put_kept(rows.front(), kept.if_contains("columns"));
  put_product(rows.front(), p);
  const auto* by_sku = kept.if_contains("variants");
  for (size_t i = 0; i < p.variants.size(); ++i) {
    if (by_sku != nullptr && by_sku->is_object())
      put_kept(rows[i], by_sku->get_object().if_contains(p.variants[i].sku));
    put_variant(rows[i], p, p.variants[i], how);
  }
  put_images(rows, p, kept.if_contains("images"));
  std::string out;
  const auto header = header_of(how);
  for (auto& each : rows) {
    each["Handle"] = p.handle;
    std::vector<std::string> cells;
    for (const auto& name : header)
      cells.push_back(std::move(each[name]));
    out += csv_line(cells);
  }
  return out;
}

result<size_t>
export_catalogue(persistence::sql::connection& c, const std::optional<shopify_options>& as_shopify,
                 const std::function<result<void>(const std::string&, size_t)>& put) {
  return persistence::sql::in_transaction(c, [&](auto& reads) -> result<size_t> {
    // One moment for all pages, however long it takes.
    if (auto still = reads.execute("set transaction isolation level repeatable read, read only");
        !still)
      return still.error();
    shopify_export how{.file = as_shopify.value_or(shopify_options{})};
    std::string text;
    if (as_shopify) {
      auto more = kept_columns(reads);
      if (!more)
        return more.error();
      how.more_columns = std::move(*more);
      text = shopify_header(how);
    }
    export_scan scan(reads);
    for (size_t written = 0;;) {
      const auto page = scan.next();
      if (!page)
        return page.error();
      for (const auto& stored : *page)
        text += as_shopify ? shopify_rows(stored, how) : json_line(stored);
      written += page->size();
      if (auto taken = put(text, written); !taken)
        return taken.error();
      if (page->empty())
        return written;
      text.clear();
    }
  });
}

} // namespace souk::catalogue
