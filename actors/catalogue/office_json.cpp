#include "actors/catalogue/office_json.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/json_fields.hpp"

namespace souk::catalogue {

namespace json = boost::json;

namespace {

constexpr int earliest_year = 1;
constexpr int latest_year = 9999;

/// Reads with `read`; a failure names everything that was wrong.
template <class T, class Read>
result<T> parsed(const json::object& object, Read read) {
  std::vector<problem> problems;
  json_fields f{object, "", problems};
  T out = read(f);
  if (!problems.empty())
    return refused(std::move(problems));
  return out;
}

std::string required_text(json_fields& f, std::string_view name) {
  auto text = f.text(name);
  if (!text && f.find(name) == nullptr)
    f.refuse(name, "required", "is required");
  return text.value_or("");
}

/// {"de": {"name": "Küche"}, "fr": null}
std::map<std::string, std::optional<std::string>> read_names(json_fields& f) {
  std::map<std::string, std::optional<std::string>> names;
  const auto* all = f.object("translations");
  if (all == nullptr)
    return names;
  for (const auto& [locale, texts] : *all) {
    const auto* object = texts.if_object();
    const auto* name = object == nullptr ? nullptr : object->if_contains("name");
    if (texts.is_null())
      names[std::string{locale}] = std::nullopt;
    else if (name != nullptr && name->is_string())
      names[std::string{locale}] = std::string{name->get_string()};
    else
      f.refuse("translations/" + std::string{locale}, "invalid", "must have a name");
  }
  return names;
}

std::optional<std::string> read_schema(json_fields& f) {
  const auto* object = f.object("attribute_schema");
  return object == nullptr ? std::nullopt : std::optional{json::serialize(*object)};
}

std::optional<souk::currency> read_currency(json_fields& f) {
  const auto text = f.text("currency");
  if (!text)
    return std::nullopt;
  if (const auto known = souk::currency::parse(*text))
    return *known;
  f.refuse("currency", "unknown_currency", "is no currency souk knows");
  return std::nullopt;
}

std::optional<time_point> read_time(json_fields& f, std::string_view name) {
  const auto text = f.text(name);
  if (!text)
    return std::nullopt;
  const auto time = parse_rfc3339(*text);
  const auto year = [](time_point t) {
    return static_cast<int>(
        std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(t)}.year());
  };
  if (time && year(*time) >= earliest_year && year(*time) <= latest_year)
    return *time;
  f.refuse(name, "invalid", "must be an RFC 3339 time in UTC");
  return std::nullopt;
}

/// Absent: nothing changes; null: no end on that side.
std::optional<std::optional<time_point>> read_end(json_fields& f, std::string_view name) {
  if (!f.raw().contains(name))
    return std::nullopt;
  return read_time(f, name);
}

} // namespace

result<category> parse_category(const json::object& object) {
  return parsed<category>(object, [](json_fields& f) {
    category k{
        .handle = {}, .parent = f.text("parent").value_or(""), .name = required_text(f, "name")};
    k.handle = f.text("handle").value_or(make_handle(k.name));
    k.position = f.integer("position").value_or(0);
    k.attribute_schema = read_schema(f).value_or("{}");
    for (auto& [locale, name] : read_names(f))
      if (name)
        k.names.emplace(locale, std::move(*name));
    return k;
  });
}

result<category_patch> parse_category_patch(const json::object& object) {
  return parsed<category_patch>(object, [](json_fields& f) {
    category_patch p{.name = f.text("name"),
                     .parent = f.text("parent"),
                     .position = f.integer("position"),
                     .attribute_schema = read_schema(f),
                     .names = read_names(f)};
    if (const auto* parent = f.raw().if_contains("parent"); parent != nullptr && parent->is_null())
      p.parent = "";
    return p;
  });
}

result<brand> parse_brand(const json::object& object) {
  return parsed<brand>(object, [](json_fields& f) {
    return brand{required_text(f, "name"), f.text("handle").value_or("")};
  });
}

result<brand_patch> parse_brand_patch(const json::object& object) {
  return parsed<brand_patch>(object, [](json_fields& f) {
    return brand_patch{f.text("name"), f.text("handle")};
  });
}

result<price_list> parse_price_list(const json::object& object) {
  return parsed<price_list>(object, [](json_fields& f) {
    price_list l{.id = {}, .name = required_text(f, "name")};
    l.id = f.text("id").value_or(make_handle(l.name));
    l.currency = read_currency(f).value_or(souk::currency{});
    if (f.find("currency") == nullptr)
      f.refuse("currency", "required", "an ISO 4217 code is required");
    l.country = f.text("country").value_or("");
    l.priority = f.integer("priority").value_or(0);
    l.valid_from = read_time(f, "valid_from");
    l.valid_until = read_time(f, "valid_until");
    return l;
  });
}

result<price_list_patch> parse_price_list_patch(const json::object& object) {
  return parsed<price_list_patch>(object, [](json_fields& f) {
    price_list_patch p{.name = f.text("name"),
                       .currency = read_currency(f),
                       .country = f.text("country"),
                       .priority = f.integer("priority"),
                       .valid_from = read_end(f, "valid_from"),
                       .valid_until = read_end(f, "valid_until")};
    if (const auto* where = f.raw().if_contains("country"); where != nullptr && where->is_null())
      p.country = "";
    return p;
  });
}

result<std::vector<listed_price>> parse_listed_prices(const json::object& object) {
  return parsed<std::vector<listed_price>>(object, [](json_fields& f) {
    std::vector<listed_price> prices;
    if (f.find("prices") == nullptr)
      f.refuse("prices", "required", "a list, empty for a variant that is not sold");
    f.each_object("prices", [&prices](json_fields each) {
      listed_price p{.list = required_text(each, "list"),
                     .amount = each.integer("amount").value_or(-1),
                     .original_amount = each.integer("original_amount"),
                     .currency = read_currency(each)};
      if (each.find("amount") == nullptr)
        each.refuse("amount", "required", "whole minor units are required");
      prices.push_back(std::move(p));
    });
    return prices;
  });
}

} // namespace souk::catalogue
