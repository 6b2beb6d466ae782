#include "actors/catalogue/options_json.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::catalogue {

namespace json = boost::json;

std::vector<std::string> parse_names(std::string_view text) {
  std::vector<std::string> names;
  const auto parsed = json::parse(text);
  for (const auto& name : parsed.as_array())
    names.emplace_back(name.as_string());
  return names;
}

std::vector<option_value> parse_options(std::string_view text,
                                        const std::vector<std::string>& names) {
  std::vector<option_value> options;
  const auto parsed = json::parse(text);
  for (const auto& [name, value] : parsed.as_object())
    options.push_back({std::string{name}, std::string{value.as_string()}});
  std::ranges::stable_sort(options, {}, [&names](const option_value& o) {
    return std::ranges::find(names, o.name) - names.begin();
  });
  return options;
}

std::string render_options(const std::vector<option_value>& options) {
  json::object object;
  for (const auto& o : options)
    object.emplace(o.name, o.value);
  return json::serialize(object);
}

} // namespace souk::catalogue
