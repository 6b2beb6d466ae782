// Amounts and days as people of a language write them. Whole numbers only.
#pragma once

#include "base/money.hpp"
#include "base/time.hpp"

#include <array>

namespace souk::notification {

/// Languages the texts exist in.
inline constexpr std::array<std::string_view, 3> languages{"en", "de", "fr"};

/// "de-AT" → "de"; what no text exists in gives `otherwise`.
std::string_view language_of(std::string_view locale, std::string_view otherwise);
/// Of the country goods go to, where nothing better is known; empty where it says nothing.
std::string_view language_in(std::string_view country);

/// "€1,234.50" in English, "1.234,50 €" in German; a code stands for signs that are not unique.
std::string format_money(money m, std::string_view language);
/// "21 November 2026", "21. November 2026", "21 novembre 2026"; UTC.
std::string format_date(time_point t, std::string_view language);
/// "DE" is Germany, Deutschland, Allemagne; a code that no country has stays.
std::string format_country(const std::string& code, const std::string& language);

} // namespace souk::notification
