#include "http/pages/markets.hpp"

#include "http/pages/texts.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {
constexpr std::string_view offered[] = {"AT-EUR", "AU-USD", "BE-EUR", "CA-USD", "CH-EUR",
                                        "DE-EUR", "DK-EUR", "ES-EUR", "FI-EUR", "FR-EUR",
                                        "GB-GBP", "IE-EUR", "IT-EUR", "LU-EUR", "NL-EUR",
                                        "NO-EUR", "PL-EUR", "PT-EUR", "SE-EUR", "US-USD"};
/// German dictionaries put an umlaut where the letter without its dots stands (DIN 5007-1).
std::string sort_key(std::string name) {
  constexpr std::pair<std::string_view, const char*> plain[] = {{"ä", "a"}, {"ö", "o"}, {"ü", "u"},
                                                                {"Ä", "A"}, {"Ö", "O"}, {"Ü", "U"}};
  for (const auto& [umlaut, letter] : plain)
    for (size_t at; (at = name.find(umlaut)) != std::string::npos;)
      name.replace(at, umlaut.size(), letter);
  return name;
}

} // namespace

std::optional<catalogue::market> parse_market_choice(std::string_view text) {
  if (std::ranges::find(offered, text) == std::end(offered))
    return std::nullopt;
  return catalogue::market{.currency = *currency::parse(text.substr(3)),
                           .country = std::string{text.substr(0, 2)}};
}

std::string market_choice(const catalogue::market& m) {
  return m.country + "-" + std::string{m.currency.code()};
}

bj::array countries_of(const catalogue::market& now, std::string_view locale) {
  std::vector<std::pair<std::string, std::string_view>> named;
  for (const auto id : offered)
    named.emplace_back(text(locale, "country." + std::string{id.substr(0, 2)}), id);
  std::ranges::sort(named, {}, [](const auto& one) { return sort_key(one.first); });
  bj::array out;
  for (const auto& [name, id] : named)
    out.push_back(bj::object{{"id", id},
                             {"code", id.substr(0, 2)},
                             {"name", name},
                             {"money", id.substr(3)},
                             {"chosen", id.substr(0, 2) == now.country}});
  return out;
}

} // namespace souk::http
