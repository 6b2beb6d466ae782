// The countries a visitor may choose to buy from, each with the currency it is sold to in.
#pragma once

#include "actors/catalogue/messages.hpp"

#include <boost/json/array.hpp>

namespace souk::http {

/// "GB-GBP" of a cookie or form; nothing for anything that is not on offer.
std::optional<catalogue::market> parse_market_choice(std::string_view text);
std::string market_choice(const catalogue::market& m);

/// [{id, name, chosen}] by name in this language.
boost::json::array countries_of(const catalogue::market& now, std::string_view locale);

} // namespace souk::http
