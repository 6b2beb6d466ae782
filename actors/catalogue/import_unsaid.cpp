#include "actors/catalogue/import_unsaid.hpp"

#include "actors/catalogue/import_html.hpp"
#include "actors/catalogue/options_json.hpp"
#include "actors/catalogue/shopify_reader.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::catalogue {

namespace json = boost::json;
namespace sql = persistence::sql;

namespace {

/// One row of what is stored.
struct stored_row {
  const sql::rows& found;
  size_t at;
  std::string_view text(size_t column) const { return found.text(at, column); }
};

bool is_same_path(const std::vector<category>& path, const std::vector<std::string>& names) {
  return std::ranges::equal(path, names, {}, &category::name);
}

/// The file's category is the stored one; its name need not be kept when souk gave it.
void keep_category(const stored_row& stored, product_input& p, json::object& kept) {
  const auto handles = parse_names(stored.text(6));
  if (!is_same_path(p.category_path, parse_names(stored.text(7))))
    return;
  for (size_t i = 0; i < handles.size(); ++i)
    p.category_path[i].handle = handles[i];
  auto* columns = kept.if_contains("columns");
  const bool names_it = stored.found.boolean(stored.at, 8);
  if (columns != nullptr && !names_it && !columns->get_object().contains("Type"))
    columns->get_object().erase("Product Category");
}

/// Pictures on other hosts that are the product's stay its own.
void keep_images(const stored_row& stored, product_input& p, json::object& kept) {
  auto* found = kept.if_contains("images");
  if (found == nullptr)
    return;
  auto& beside = found->get_array();
  const auto urls = parse_names(stored.text(10));
  for (size_t i = 0; i < urls.size(); ++i) {
    const auto same = std::ranges::find_if(
        beside, [&](const json::value& image) { return image.at(0).as_string() == urls[i]; });
    if (same == beside.end())
      continue;
    if (!p.images)
      p.images.emplace();
    const auto at = static_cast<ptrdiff_t>(std::min(i, p.images->size()));
    p.images->insert(p.images->begin() + at, image{urls[i], std::string{same->at(2).as_string()}});
    beside.erase(same);
  }
}

/// The same for variants.
void keep_variant_images(const stored_row& stored, product_input& p, json::object& kept) {
  auto* found = kept.if_contains("variants");
  if (found == nullptr)
    return;
  auto& beside = found->get_object();
  const auto images = json::parse(stored.text(11));
  for (auto& v : p.variants) {
    const auto* its = images.get_object().if_contains(v.sku);
    auto* cells = beside.if_contains(v.sku);
    const auto* shown =
        cells == nullptr ? nullptr : cells->get_object().if_contains("Variant Image");
    if (its == nullptr || shown == nullptr || *shown != *its)
      continue;
    v.image = its->get_string();
    cells->get_object().erase("Variant Image");
    if (cells->get_object().empty())
      beside.erase(v.sku);
  }
}

void keep(const stored_row& stored, product_input& p, read_place& place) {
  const std::string description{stored.text(1)};
  if (p.description == text_of_html(html_of_text(description)))
    p.description = description;
  p.tax_category = stored.text(2);
  p.attributes = stored.text(3);
  p.rating_sum = stored.found.integer(stored.at, 4);
  p.rating_count = stored.found.integer(stored.at, 5);
  p.velocity = stored.found.integer(stored.at, 9);
  auto kept = place.kept.empty() ? json::object{} : json::parse(place.kept).as_object();
  keep_category(stored, p, kept);
  keep_images(stored, p, kept);
  keep_variant_images(stored, p, kept);
  place.kept = kept_beside(kept);
}

} // namespace

result<void> keep_unsaid(sql::connection& c, const std::vector<partial_product>& products) {
  std::map<std::string, partial_product, std::less<>> by_handle;
  std::vector<std::string> handles;
  for (const auto& each : products) {
    by_handle.emplace(each.product->handle, each);
    handles.push_back(each.product->handle);
  }
  if (handles.empty())
    return {};
  auto found = c.execute(
      "select p.handle, p.description, p.tax_category, p.attributes::text, p.rating_sum, "
      "p.rating_count, to_json(k.path)::text, "
      "(select json_agg(s.name order by w.place) from unnest(k.path) with ordinality "
      "as w(handle, place) join category s on s.handle = w.handle)::text, "
      "coalesce(o.data -> 'columns' ?| array['Product Category', 'Type'], false), p.velocity, "
      "coalesce((select json_agg(url order by position) from product_image where product = p.id), "
      "'[]')::text, "
      "coalesce((select json_object_agg(sku, image) from variant where product = p.id "
      "and image is not null), '{}')::text "
      "from product p join category k on k.handle = p.category "
      "left join product_source o on o.product = p.id where p.handle = any($1::text[])",
      {handles});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i) {
    const auto& its = by_handle.find(found->text(i, 0))->second;
    keep({*found, i}, *its.product, *its.place);
  }
  return {};
}

} // namespace souk::catalogue
