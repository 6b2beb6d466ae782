#include "actors/catalogue/json_fields.hpp"

namespace souk::catalogue {

namespace json = boost::json;

const json::value* json_fields::find(std::string_view name) const {
  const auto* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void json_fields::refuse(std::string_view name, const char* code, const char* detail) {
  problems_.push_back({code, pointer(name), detail, std::nullopt});
}

std::optional<std::string> json_fields::text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr)
    return std::nullopt;
  if (const auto* text = value->if_string())
    return std::string{*text};
  refuse(name, "invalid", "must be a text");
  return std::nullopt;
}

std::optional<int64_t> json_fields::integer(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr)
    return std::nullopt;
  if (const auto* number = value->if_int64())
    return *number;
  refuse(name, "invalid", "must be a whole number");
  return std::nullopt;
}

std::optional<bool> json_fields::boolean(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr)
    return std::nullopt;
  if (const auto* flag = value->if_bool())
    return *flag;
  refuse(name, "invalid", "must be true or false");
  return std::nullopt;
}

const json::array* json_fields::array(std::string_view name) {
  const auto* value = find(name);
  if (value != nullptr && !value->is_array())
    refuse(name, "invalid", "must be a list");
  return value == nullptr ? nullptr : value->if_array();
}

const json::object* json_fields::object(std::string_view name) {
  const auto* value = find(name);
  if (value != nullptr && !value->is_object())
    refuse(name, "invalid", "must be an object");
  return value == nullptr ? nullptr : value->if_object();
}

std::vector<std::string> json_fields::texts(std::string_view name) {
  std::vector<std::string> all;
  const auto* list = array(name);
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const auto* text = (*list)[i].if_string())
      all.emplace_back(*text);
    else
      problems_.push_back(
          {"invalid", pointer(name) + "/" + std::to_string(i), "must be a text", {}});
  }
  return all;
}

std::optional<money> json_fields::amount(std::string_view name) {
  const auto* value = object(name);
  if (value == nullptr)
    return std::nullopt;
  json_fields inner{*value, pointer(name), problems_};
  const auto units = inner.integer("amount");
  const auto code = inner.text("currency");
  const auto in = souk::currency::parse(code.value_or(""));
  if (!units)
    inner.refuse("amount", "required", "whole minor units are required");
  if (!in)
    inner.refuse("currency", "invalid", "an ISO 4217 code is required");
  if (!units || !in)
    return std::nullopt;
  return money{*units, *in};
}

} // namespace souk::catalogue
