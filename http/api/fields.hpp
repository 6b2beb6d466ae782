// The pieces of JSON that several domains share: money, addresses, problems, pages.
#pragma once

#include "actors/catalogue/messages.hpp"
#include "actors/checkout/service.hpp"
#include "http/json_reader.hpp"

#include <boost/json.hpp>

namespace souk::http {

inline constexpr size_t id_bytes_max = 200;
inline constexpr int64_t line_quantity_max = 9'999;
inline constexpr size_t reason_bytes_max = 500;

boost::json::object json_of(money m);
boost::json::array json_of(const std::vector<problem>& all);
boost::json::object json_of(const std::map<std::string, std::string>& texts);

/// {"items": […], "next_cursor": "…" or null}
response page_of(boost::json::array items, std::string_view next_cursor = {});

/// {"name", "line1", "line2"?, "city", "state"?, "postal_code", "country"} of one object; postal
/// code and state as the country has them.
checkout::address read_address(object_reader& in);
/// ISO 3166-1 alpha-2, capitals.
std::string read_country(object_reader& in, std::string_view name);
currency read_currency(object_reader& in, std::string_view name);
/// Normalised; refuses what cannot be an address.
std::string read_email(object_reader& in);

bool is_country(std::string_view text);
/// 1 to 64 of A–Z a–z 0–9 . _ -: anything else is no SKU or warehouse and is not looked up.
bool is_stock_word(std::string_view text);

struct page_query {
  size_t limit = 20;
  std::string cursor;
};
/// ?limit=1..100&cursor=; errc::invalid names the parameter.
result<page_query> read_page(const request& in);
/// A query parameter of at most `max` bytes, empty when absent.
result<std::string> read_query(const request& in, std::string_view name, size_t max);
/// ?locale=, else the Accept-Language as preferred_locales has it; empty when neither says one.
result<std::string> read_locales(const request& in);
/// ?currency=&country=&locale=, else those of `home`; without ?locale= the Accept-Language.
result<catalogue::market> read_market(const request& in, const catalogue::market& home);
/// "fr;q=0.5, de-AT" as market.locale has it: "de-AT,fr".
std::string preferred_locales(std::string_view accept_language);

} // namespace souk::http
