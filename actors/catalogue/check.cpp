#include "actors/catalogue/check.hpp"

#include "actors/catalogue/check_attributes.hpp"

#include <algorithm>
#include <set>

namespace souk::catalogue {

namespace {

constexpr size_t title_bytes_max = 300;
constexpr size_t description_bytes_max = 20'000;
constexpr size_t name_bytes_max = 100;
constexpr size_t url_bytes_max = 2'000;
constexpr size_t images_max = 50;
constexpr size_t locales_max = 50;
constexpr size_t prices_max = 100;
constexpr int64_t weight_grams_max = 10'000'000;
constexpr int64_t units_max = 1'000'000'000;
constexpr int64_t count_max = 1'000'000'000'000;

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz0123456789";

/// Postgres has no NUL in texts.
bool is_text(std::string_view text, size_t most) {
  return text.size() <= most && text.find('\0') == std::string_view::npos;
}
bool is_filled(std::string_view text, size_t most) {
  return text.find_first_not_of(" \t\r\n") != std::string_view::npos && is_text(text, most);
}
bool is_amount(int64_t amount) { return amount >= 0 && amount <= amount_max; }
/// Names are shown in one line and kept in lists.
bool is_name(std::string_view text) {
  return is_filled(text, name_bytes_max) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

class checker {
public:
  void expect(bool good, const std::string& field, const char* code, const char* detail) {
    if (!good)
      problems.push_back({code, field, detail, std::nullopt});
  }
  std::vector<problem> problems;
};

void check_texts(checker& c, const product_input& p) {
  c.expect(is_handle(p.handle), "/handle", "invalid", "1 to 100 of a-z, 0-9 and -");
  c.expect(is_filled(p.title, title_bytes_max), "/title", "out_of_range", "1 to 300 bytes");
  c.expect(is_text(p.description, description_bytes_max), "/description", "too_long",
           "at most 20000 bytes");
  c.expect(is_text(p.brand, name_bytes_max), "/brand", "too_long", "at most 100 bytes");
  c.expect(is_handle(p.tax_category), "/tax_category", "invalid", "1 to 100 of a-z, 0-9 and -");
  c.expect(!p.category_path.empty(), "/category", "required", "every product has a category");
  for (const auto& step : p.category_path) {
    c.expect(is_handle(step.handle), "/category", "invalid", "1 to 100 of a-z, 0-9 and -");
    c.expect(is_text(step.name, name_bytes_max), "/category", "too_long", "at most 100 bytes");
  }
  c.expect(p.translations.size() <= locales_max, "/translations", "too_many", "at most 50");
  for (const auto& t : p.translations)
    c.expect(is_filled(t.title, title_bytes_max) && is_text(t.description, description_bytes_max) &&
                 is_locale(t.locale),
             "/translations/" + t.locale, "invalid", "a locale with a title of 1 to 300 bytes");
  if (p.images) {
    c.expect(p.images->size() <= images_max, "/images", "too_many", "at most 50");
    for (const auto& i : *p.images)
      c.expect(is_filled(i.url, url_bytes_max) && is_text(i.alt, title_bytes_max), "/images",
               "invalid", "a URL of 1 to 2000 bytes");
  }
}

void check_prices(checker& c, const variant_input& v, const std::string& at) {
  c.expect(v.prices.size() <= prices_max, at + "/prices", "too_many", "at most 100");
  std::set<std::pair<std::string_view, std::string_view>> lists;
  for (const auto& price : v.prices) {
    c.expect(is_amount(price.amount.amount), at + "/prices", "out_of_range", "an amount from 0");
    c.expect(!price.original_amount || (is_amount(*price.original_amount) &&
                                        *price.original_amount > price.amount.amount),
             at + "/original_price", "out_of_range", "must be above the price");
    c.expect(price.list.empty(), at + "/prices", "unknown_list", "there is no such price list");
    c.expect(price.country.empty() || is_country(price.country), at + "/prices", "invalid",
             "a country is two capital letters");
    c.expect(lists.emplace(price.amount.currency.code(), price.country).second, at + "/prices",
             "duplicate", "one price for a currency and country");
  }
}

void check_variant(checker& c, const product_input& p, const variant_input& v,
                   const std::string& at) {
  c.expect(is_sku(v.sku), at + "/sku", "invalid", "1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'");
  c.expect(v.weight_grams >= 0 && v.weight_grams <= weight_grams_max, at + "/weight_grams",
           "out_of_range", "0 to 10000000");
  c.expect(is_text(v.barcode, name_bytes_max), at + "/barcode", "too_long", "at most 100 bytes");
  c.expect(is_text(v.image, url_bytes_max), at + "/image", "too_long", "at most 2000 bytes");
  c.expect(!v.cost || is_amount(v.cost->amount), at + "/cost", "out_of_range", "an amount from 0");
  bool named = v.options.size() == p.option_names.size();
  for (const auto& o : v.options)
    named = named && is_filled(o.value, name_bytes_max) &&
            std::ranges::find(p.option_names, o.name) != p.option_names.end();
  c.expect(named, at + "/options", "invalid", "one value for each option of the product");
  check_prices(c, v, at);
  for (const auto& s : v.stock)
    c.expect(is_handle(s.warehouse) && s.on_hand >= 0 && s.on_hand <= units_max, at + "/stock",
             "invalid", "a warehouse with 0 to 1000000000 units");
}

void check_variants(checker& c, const product_input& p) {
  c.expect(!p.variants.empty() && p.variants.size() <= variants_max, "/variants", "out_of_range",
           "1 to 100 variants");
  std::set<std::string_view> names, skus;
  std::set<std::vector<std::pair<std::string_view, std::string_view>>> chosen;
  for (const auto& name : p.option_names)
    c.expect(is_name(name) && names.insert(name).second, "/options", "invalid",
             "option names of 1 to 100 bytes, each once");
  for (size_t i = 0; i < p.variants.size(); ++i) {
    const auto& v = p.variants[i];
    const auto at = "/variants/" + std::to_string(i);
    check_variant(c, p, v, at);
    c.expect(skus.insert(v.sku).second, at + "/sku", "duplicate", "each SKU once");
    std::vector<std::pair<std::string_view, std::string_view>> values;
    for (const auto& o : v.options)
      values.emplace_back(o.name, o.value);
    std::ranges::sort(values);
    c.expect(v.archived || chosen.insert(std::move(values)).second, at + "/options", "duplicate",
             "another variant has the same options");
  }
}

} // namespace

bool is_sku(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

bool is_handle(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return c == '-' || lower.find(c) != lower.npos; });
}

bool is_locale(std::string_view text) {
  return text.size() >= 2 && text.size() <= 35 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return c == '-' || lower.find(c) != lower.npos || (c >= 'A' && c <= 'Z');
         });
}

bool is_price_list_id(std::string_view text) {
  if (is_handle(text))
    return true;
  const auto slash = text.find('/');
  return souk::currency::parse(text.substr(0, slash)).has_value() &&
         (slash == text.npos || is_country(text.substr(slash + 1)));
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string make_handle(std::string_view title) {
  std::string handle;
  for (char c : title) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower.find(small) != lower.npos)
      handle += small;
    else if (!handle.empty() && handle.back() != '-')
      handle += '-';
    if (handle.size() == 100)
      break;
  }
  while (!handle.empty() && handle.back() == '-')
    handle.pop_back();
  return handle.empty() ? "unnamed" : handle;
}

std::vector<problem> check_product(const product_input& p, std::string_view attribute_schema) {
  checker c;
  check_texts(c, p);
  check_variants(c, p);
  c.expect(p.rating_count >= 0 && p.rating_count <= count_max && p.rating_sum >= p.rating_count &&
               p.rating_sum <= 5 * p.rating_count,
           "/rating", "out_of_range", "1 to 5 stars on average, or no rating at all");
  c.expect(p.velocity >= 0 && p.velocity <= count_max, "/velocity", "out_of_range", "from 0");
  auto problems = check_attributes(p.attributes, attribute_schema);
  std::ranges::move(problems, std::back_inserter(c.problems));
  return std::move(c.problems);
}

problem unknown_tax_category(const std::string& category) {
  return {"unknown", "/tax_category", "there is no tax category '" + category + "'", {}};
}

bool is_own_picture(std::string_view url) { return url.starts_with('/') && !url.starts_with("//"); }

problem taken_sku(const product_input& p, size_t variant) {
  return {"taken",
          "/variants/" + std::to_string(variant) + "/sku",
          p.variants[variant].sku + " belongs to another product",
          {}};
}

failure refused(std::vector<problem> problems) {
  auto detail =
      problems.empty() ? std::string{} : problems.front().field + " " + problems.front().detail;
  return failure{
      .code = errc::invalid, .detail = std::move(detail), .problems = std::move(problems)};
}

} // namespace souk::catalogue
