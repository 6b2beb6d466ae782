#include "actors/user/address_rules.hpp"

#include "actors/user/states.hpp"

#include <algorithm>
#include <iterator>
#include <regex>

namespace souk::user {

namespace {

struct country_rule {
  std::string_view country;
  const char* postal_code; ///< ECMAScript, small letters are capitals
  std::string_view example;
};

/// Shapes as the Unicode CLDR has them in its postal code data, release 26; of Ireland, which had
/// no codes then, as the operator of Eircode describes them.
constexpr country_rule rules[] = {
    {"AT", "\\d{4}", "1010"},
    {"AU", "\\d{4}", "2000"},
    {"BE", "\\d{4}", "1000"},
    {"CA", "[ABCEGHJKLMNPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z] ?\\d[ABCEGHJ-NPRSTV-Z]\\d", "K1A 0B1"},
    {"CH", "\\d{4}", "3000"},
    {"DE", "\\d{5}", "10115"},
    {"DK", "\\d{4}", "1050"},
    {"ES", "\\d{5}", "28001"},
    {"FI", "\\d{5}", "00100"},
    {"FR", "\\d{2} ?\\d{3}", "75001"},
    {"GB",
     "GIR ?0AA|(?:[A-PR-UWYZ](?:\\d{1,2}|[A-HK-Y]\\d|[A-HK-Y]\\d\\d|\\d[A-HJKPSTUW]|"
     "[A-HK-Y]\\d[ABEHMNPRV-Y])) ?\\d[ABD-HJLNP-UW-Z]{2}",
     "SW1A 1AA"},
    {"IE", "(?:[A-Z]\\d\\d|D6W) ?[A-Z\\d]{4}", "D02 AF30"},
    {"IT", "\\d{5}", "00184"},
    {"LU", "(?:L-?)?\\d{4}", "1111"},
    {"NL", "\\d{4} ?[A-Z]{2}", "1012 AB"},
    {"NO", "\\d{4}", "0150"},
    {"PL", "\\d{2}-\\d{3}", "00-001"},
    {"PT", "\\d{4}-\\d{3}", "1000-001"},
    {"SE", "\\d{3} ?\\d{2}", "111 20"},
    {"US", "\\d{5}(?:-\\d{4})?", "10001"},
};

const country_rule* rule_of(std::string_view country) {
  const auto* found = std::ranges::find(rules, country, &country_rule::country);
  return found == std::end(rules) ? nullptr : found;
}

/// Small letters of English are their capitals.
bool is_same(std::string_view a, std::string_view b) {
  const auto small = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, {}, small, small);
}

} // namespace

bool is_postal_code(std::string_view country, std::string_view code) {
  constexpr size_t code_bytes_max = 20; // what std::regex may recurse on
  const auto* rule = rule_of(country);
  if (rule == nullptr)
    return true;
  return code.size() <= code_bytes_max &&
         std::regex_match(code.begin(), code.end(),
                          std::regex{rule->postal_code, std::regex::icase});
}

std::string_view postal_code_example(std::string_view country) {
  const auto* rule = rule_of(country);
  return rule == nullptr ? std::string_view{} : rule->example;
}

bool has_states(std::string_view country) { return !state_example(country).empty(); }

bool is_state(std::string_view country, std::string_view text) {
  if (!has_states(country))
    return text.size() <= state_bytes_max;
  return std::ranges::any_of(postal_states, [&](const postal_state& s) {
    return s.country == country && (is_same(s.code, text) || is_same(s.name, text));
  });
}

std::string_view state_example(std::string_view country) {
  const auto* found = std::ranges::find(postal_states, country, &postal_state::country);
  return found == std::end(postal_states) ? std::string_view{} : found->code;
}

} // namespace souk::user
