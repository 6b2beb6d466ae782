// The words of the pages in every language souk's storefront speaks, and how money and times are
// written in them. The words themselves stand in web/storefront/messages.tsv.
#pragma once

#include "base/money.hpp"
#include "base/time.hpp"

#include <array>
#include <optional>

namespace souk::http {

/// The columns of messages.tsv; the first is what others fall back to.
inline constexpr std::array<std::string_view, 2> locales = {"en", "de"};

bool is_locale(std::string_view name);
/// The best of `locales` for an Accept-Language header.
std::string_view choose_locale(std::string_view accept_language);

/// Nothing for an unknown key. Plain text, may hold {{NAMES}} where it stands in a template.
std::optional<std::string_view> find_text(std::string_view locale, std::string_view key);
/// For keys the program itself names: asserts that they are there.
std::string text(std::string_view locale, std::string_view key);
/// With "{}" in it replaced by `value`.
std::string text(std::string_view locale, std::string_view key, std::string_view value);

/// "€1,299.00", "1.299,00 €"
std::string show_money(money m, std::string_view locale);
/// "22 November 2026, 14:03 CET", "22. November 2026, 14:03 MEZ"; `zone` by its IANA name.
std::string show_time(time_point t, std::string_view locale, std::string_view zone);
bool is_time_zone(std::string_view zone);

} // namespace souk::http
