#include "actors/catalogue/product_json.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/json_fields.hpp"

#include <algorithm>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

constexpr size_t json_depth_max = 16;

/// {"size":"M"}
std::vector<option_value> read_options(json_fields& f) {
  std::vector<option_value> options;
  const auto* object = f.object("options");
  if (object == nullptr)
    return options;
  for (const auto& [name, value] : *object) {
    if (const auto* text = value.if_string())
      options.push_back({std::string{name}, std::string{*text}});
    else
      f.refuse("options", "invalid", "values must be texts");
  }
  return options;
}

/// "price" with "original_price", and any number of further "prices".
std::vector<price_input> read_prices(json_fields& f) {
  std::vector<price_input> prices;
  if (const auto price = f.amount("price")) {
    prices.push_back({*price, {}, ""});
    if (const auto original = f.amount("original_price")) {
      if (original->currency == price->currency)
        prices.back().original_amount = original->amount;
      else
        f.refuse("original_price", "invalid", "must be in the price's currency");
    }
  }
  f.each_object("prices", [&prices](json_fields each) {
    const auto units = each.integer("amount");
    const auto in = souk::currency::parse(each.text("currency").value_or(""));
    if (!units || !in)
      return each.refuse("amount", "required", "an amount in minor units and a currency");
    prices.push_back({{*units, *in},
                      each.integer("original_amount"),
                      each.text("country").value_or(""),
                      each.text("list").value_or("")});
  });
  return prices;
}

/// {"berlin": 5}
std::vector<stock_input> read_stock(json_fields& f) {
  std::vector<stock_input> stock;
  const auto* object = f.object("stock");
  if (object == nullptr)
    return stock;
  for (const auto& [warehouse, units] : *object) {
    if (const auto* n = units.if_int64())
      stock.push_back({std::string{warehouse}, *n});
    else
      f.refuse("stock", "invalid", "units must be whole numbers");
  }
  return stock;
}

variant_input read_variant(json_fields f) {
  return {.sku = f.text("sku").value_or(""),
          .options = read_options(f),
          .prices = read_prices(f),
          .stock = read_stock(f),
          .weight_grams = f.integer("weight_grams").value_or(0),
          .barcode = f.text("barcode").value_or(""),
          .cost = f.amount("cost"),
          .image = f.text("image").value_or(""),
          .archived = f.boolean("archived").value_or(false)};
}

variant_patch read_variant_patch(json_fields f) {
  variant_patch out{.sku = f.text("sku").value_or("")};
  if (f.object("options") != nullptr)
    out.options = read_options(f);
  out.prices = read_prices(f);
  out.stock = read_stock(f);
  out.weight_grams = f.integer("weight_grams");
  out.barcode = f.text("barcode");
  out.cost = f.amount("cost");
  out.image = f.text("image");
  out.archived = f.boolean("archived");
  return out;
}

std::vector<variant_input> read_variants(json_fields& f) {
  std::vector<variant_input> variants;
  f.each_object("variants", [&](json_fields each) { variants.push_back(read_variant(each)); });
  return variants;
}

/// "category": "mugs", or "category_path": ["kitchen", "mugs"] or [{"handle", "name"}, …].
std::vector<category> read_path(json_fields& f) {
  std::vector<category> path;
  const auto* steps = f.array("category_path");
  if (steps == nullptr) {
    if (auto handle = f.text("category"))
      path.push_back({std::move(*handle), "", ""});
    return path;
  }
  for (const auto& step : *steps) {
    if (const auto* handle = step.if_string()) {
      path.push_back({std::string{*handle}, "", ""});
    } else if (const auto* object = step.if_object()) {
      const auto* handle_of = object->if_contains("handle");
      const auto* name = object->if_contains("name");
      if (handle_of == nullptr || !handle_of->is_string() ||
          (name != nullptr && !name->is_string()))
        f.refuse("category_path", "invalid", "steps need a handle");
      else
        path.push_back({std::string{handle_of->get_string()}, "",
                        name == nullptr ? "" : std::string{name->get_string()}});
    } else {
      f.refuse("category_path", "invalid", "steps are handles");
    }
  }
  return path;
}

/// ["size"] or [{"name": "size", …}]; else the names that the first variant uses.
std::vector<std::string> read_option_names(json_fields& f,
                                           const std::vector<variant_input>& variants) {
  std::vector<std::string> names;
  const auto* list = f.array("options");
  if (list == nullptr) {
    if (!variants.empty())
      for (const auto& o : variants.front().options)
        names.push_back(o.name);
    return names;
  }
  for (const auto& entry : *list) {
    const auto* name = entry.is_object() ? entry.get_object().if_contains("name") : &entry;
    if (name != nullptr && name->is_string())
      names.emplace_back(name->get_string());
    else
      f.refuse("options", "invalid", "entries are names");
  }
  return names;
}

std::optional<std::vector<image>> read_images(json_fields& f) {
  if (f.array("images") == nullptr)
    return std::nullopt;
  std::vector<image> images;
  f.each_object("images", [&](json_fields each) {
    images.push_back({each.text("url").value_or(""), each.text("alt").value_or("")});
  });
  return images;
}

/// {"sum": 45, "count": 10}: whole stars, because an average cannot be added to.
void read_rating(json_fields& f, product_input& p, std::vector<problem>& problems) {
  const auto* rating = f.object("rating");
  if (rating == nullptr)
    return;
  json_fields inner{*rating, f.pointer("rating"), problems};
  p.rating_sum = inner.integer("sum").value_or(0);
  p.rating_count = inner.integer("count").value_or(0);
}

/// {"de": {"title", "description"}}; null is a locale to drop.
std::vector<translation> read_translations(json_fields& f, std::vector<std::string>& dropped,
                                           std::vector<problem>& problems) {
  std::vector<translation> translations;
  const auto* all = f.object("translations");
  if (all == nullptr)
    return translations;
  for (const auto& [locale, texts] : *all) {
    if (const auto* object = texts.if_object()) {
      json_fields inner{*object, f.pointer("translations/" + std::string{locale}), problems};
      translations.push_back({std::string{locale}, inner.text("title").value_or(""),
                              inner.text("description").value_or("")});
    } else if (texts.is_null()) {
      dropped.emplace_back(locale);
    } else {
      f.refuse("translations", "invalid", "each must be an object");
    }
  }
  return translations;
}

std::optional<product_status> read_status(json_fields& f) {
  const auto text = f.text("status");
  if (!text)
    return std::nullopt;
  if (auto status = parse_product_status(*text))
    return *status;
  f.refuse("status", "invalid", "draft, active or archived");
  return std::nullopt;
}

std::optional<std::string> read_attributes(json_fields& f) {
  const auto* object = f.object("attributes");
  if (object == nullptr)
    return std::nullopt;
  return json::serialize(*object);
}

using names = std::initializer_list<std::string_view>;

void tell_unknown(const json::object& object, const std::string& at, names known,
                  std::vector<problem>& to) {
  for (const auto& field : object)
    if (std::ranges::find(known, std::string_view{field.key()}) == known.end())
      to.push_back({"warning",
                    at + "/" + std::string{field.key()},
                    "there is no such field: it is passed over",
                    {}});
}

/// The same of each object in a list of the parent.
template <class Tell>
void in_each(const json::object& parent, const std::string& at, std::string_view list, Tell tell) {
  const auto* found = parent.if_contains(list);
  if (found == nullptr || !found->is_array())
    return;
  for (size_t i = 0; i < found->get_array().size(); ++i)
    if (const auto* each = found->get_array()[i].if_object())
      tell(*each, at + "/" + std::string{list} + "/" + std::to_string(i));
}

} // namespace

result<json::object> parse_object(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = json_depth_max;
  auto value = json::parse(text, error, {}, options);
  if (error)
    return fail(errc::malformed, "not JSON: " + error.message());
  if (!value.is_object())
    return fail(errc::malformed, "not a JSON object");
  return std::move(value.get_object());
}

std::vector<problem> unknown_fields(const json::object& product, std::string_view known_beside) {
  std::vector<problem> found;
  tell_unknown(product, "",
               {"title", "handle", "description", "brand", "category", "category_path", "status",
                "tax_category", "attributes", "options", "images", "rating", "velocity",
                "translations", "variants", known_beside},
               found);
  in_each(product, "", "images", [&](const json::object& image, const std::string& at) {
    tell_unknown(image, at, {"url", "alt"}, found);
  });
  in_each(product, "", "variants", [&](const json::object& variant, const std::string& at) {
    tell_unknown(variant, at,
                 {"sku", "options", "price", "original_price", "prices", "stock", "weight_grams",
                  "barcode", "cost", "image", "archived"},
                 found);
    in_each(variant, at, "prices", [&](const json::object& price, const std::string& of) {
      tell_unknown(price, of, {"amount", "original_amount", "currency", "country", "list"}, found);
    });
  });
  return found;
}

result<product_input> parse_product(const json::object& object) {
  std::vector<problem> problems;
  json_fields f{object, "", problems};
  product_input p;
  p.title = f.text("title").value_or("");
  p.handle = f.text("handle").value_or(make_handle(p.title));
  p.description = f.text("description").value_or("");
  p.brand = f.text("brand").value_or("");
  p.category_path = read_path(f);
  p.status = read_status(f).value_or(product_status::active);
  p.tax_category = f.text("tax_category").value_or("standard");
  p.attributes = read_attributes(f).value_or("{}");
  p.images = read_images(f);
  p.velocity = f.integer("velocity").value_or(0);
  p.variants = read_variants(f);
  p.option_names = read_option_names(f, p.variants);
  read_rating(f, p, problems);
  std::vector<std::string> none; // of a product not made yet
  p.translations = read_translations(f, none, problems);
  if (!problems.empty())
    return refused(std::move(problems));
  return p;
}

result<product_input> parse_product(std::string_view text) {
  auto object = parse_object(text);
  if (!object)
    return object.error();
  return parse_product(*object);
}

result<product_patch> parse_product_patch(const json::object& object) {
  std::vector<problem> problems;
  json_fields f{object, "", problems};
  product_patch p{.title = f.text("title"),
                  .description = f.text("description"),
                  .brand = f.text("brand"),
                  .category = f.text("category"),
                  .status = read_status(f),
                  .tax_category = f.text("tax_category"),
                  .attributes = read_attributes(f),
                  .images = read_images(f),
                  .handle = f.text("handle"),
                  .removed_variants = f.texts("remove_variants"),
                  .variant_order = f.texts("variant_order")};
  f.each_object("variants",
                [&](json_fields each) { p.variants.push_back(read_variant_patch(each)); });
  if (f.array("options") != nullptr)
    p.option_names = read_option_names(f, {});
  p.translations = read_translations(f, p.dropped_locales, problems);
  if (!problems.empty())
    return refused(std::move(problems));
  return p;
}

result<product_patch> parse_product_patch(std::string_view text) {
  auto object = parse_object(text);
  if (!object)
    return object.error();
  return parse_product_patch(*object);
}

} // namespace souk::catalogue
