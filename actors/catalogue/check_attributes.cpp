#include "actors/catalogue/check_attributes.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

constexpr size_t attributes_max = 100;
constexpr size_t name_bytes_max = 100;
constexpr size_t text_bytes_max = 1'000;
constexpr std::string_view types[] = {"string", "integer", "boolean", "strings"};
constexpr std::string_view rule_fields[] = {"type", "required", "values", "minimum", "maximum"};

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object())
    return std::nullopt;
  return std::move(value.get_object());
}

bool is_text(const json::value& v) {
  return v.is_string() && v.get_string().size() <= text_bytes_max &&
         v.get_string().find('\0') == json::string::npos;
}

bool is_texts(const json::value& v) {
  return v.is_array() && v.get_array().size() <= attributes_max &&
         std::ranges::all_of(v.get_array(), is_text);
}

bool is_listed(const json::value& v, const json::object& rule) {
  const auto* values = rule.if_contains("values");
  return values == nullptr || std::ranges::find(values->as_array(), v) != values->as_array().end();
}

bool is_in_range(int64_t n, const json::object& rule) {
  const auto* least = rule.if_contains("minimum");
  const auto* most = rule.if_contains("maximum");
  return (least == nullptr || n >= least->as_int64()) && (most == nullptr || n <= most->as_int64());
}

/// The reason against `v`, or nothing.
std::string_view objection(const json::value& v, const json::object& rule) {
  const std::string_view type = rule.at("type").as_string();
  if (type == "integer")
    return !v.is_int64()                       ? "must be a whole number"
           : !is_in_range(v.get_int64(), rule) ? "is out of range"
                                               : "";
  if (type == "boolean")
    return v.is_bool() ? "" : "must be true or false";
  if (type == "string")
    return !is_text(v)           ? "must be a text"
           : !is_listed(v, rule) ? "is none of the allowed values"
                                 : "";
  if (!is_texts(v))
    return "must be a list of texts";
  const bool known =
      std::ranges::all_of(v.get_array(), [&](const json::value& t) { return is_listed(t, rule); });
  return known ? "" : "is none of the allowed values";
}

bool is_attribute_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool is_finite_number(const json::value& v) {
  return v.is_number() && (!v.is_double() || std::isfinite(v.get_double()));
}

std::vector<problem> check_freely(const json::object& attributes) {
  std::vector<problem> problems;
  for (const auto& [name, value] : attributes)
    if (!is_attribute_name(name))
      problems.push_back({"invalid", "/attributes", "names have 1 to 100 printable bytes", {}});
    else if (!is_text(value) && !is_texts(value) && !is_finite_number(value) && !value.is_bool())
      problems.push_back({"invalid",
                          "/attributes/" + std::string{name},
                          "must be a text, a number, true or false, or a list of texts",
                          {}});
  return problems;
}

} // namespace

std::vector<problem> check_attributes(std::string_view text, std::string_view schema_text) {
  const auto attributes = parse_object(text);
  if (!attributes || attributes->size() > attributes_max)
    return {{"invalid", "/attributes", "must be an object of at most 100 attributes", {}}};
  const auto schema = parse_object(schema_text);
  if (!schema || schema->empty())
    return check_freely(*attributes);
  std::vector<problem> problems;
  for (const auto& [name, value] : *attributes) {
    const auto field = "/attributes/" + std::string{name};
    const auto* rule = schema->if_contains(name);
    if (rule == nullptr)
      problems.push_back({"unknown", field, "the category has no such attribute", {}});
    else if (auto why = objection(value, rule->as_object()); !why.empty())
      problems.push_back({"invalid", field, std::string{why}, {}});
  }
  for (const auto& [name, rule] : *schema) {
    const auto* required = rule.as_object().if_contains("required");
    if (required != nullptr && required->as_bool() && !attributes->contains(name))
      problems.push_back({"required", "/attributes/" + std::string{name}, "is required", {}});
  }
  return problems;
}

std::vector<problem> check_attribute_schema(std::string_view text) {
  const auto schema = parse_object(text);
  if (!schema || schema->size() > attributes_max)
    return {{"invalid", "/attribute_schema", "must be an object of at most 100 attributes", {}}};
  std::vector<problem> problems;
  for (const auto& [name, rule] : *schema) {
    const auto* fields = rule.if_object();
    const auto is = [&](std::string_view key, auto kind) {
      const auto* value = fields->if_contains(key);
      return value == nullptr || kind(*value);
    };
    const auto is_whole = [](const json::value& v) { return v.is_int64(); };
    const auto is_known = [](const auto& field) {
      return std::ranges::find(rule_fields, std::string_view{field.key()}) != std::end(rule_fields);
    };
    const bool good = fields != nullptr && is_attribute_name(name) && fields->contains("type") &&
                      fields->at("type").is_string() &&
                      std::ranges::find(types, std::string_view{fields->at("type").get_string()}) !=
                          std::end(types) &&
                      is("required", [](const json::value& v) { return v.is_bool(); }) &&
                      is("values", is_texts) && is("minimum", is_whole) &&
                      is("maximum", is_whole) && std::ranges::all_of(*fields, is_known);
    if (!good)
      problems.push_back(
          {"invalid", "/attribute_schema/" + std::string{name}, "is not a rule", {}});
  }
  return problems;
}

} // namespace souk::catalogue
