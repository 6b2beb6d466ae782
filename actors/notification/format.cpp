#include "actors/notification/format.hpp"

#include <algorithm>
#include <unicode/locid.h>

namespace souk::notification {

namespace {

constexpr const char* no_break_space = "\u00a0";
constexpr const char* thin_space = "\u202f";

struct number_style {
  const char* point;
  const char* group;
  bool sign_first;
};

number_style style_of(std::string_view language) {
  if (language == "de")
    return {",", ".", false};
  if (language == "fr")
    return {",", thin_space, false};
  return {".", ",", true};
}

std::string sign_of(const currency& c) {
  if (c.code() == "EUR")
    return "€";
  if (c.code() == "GBP")
    return "£";
  if (c.code() == "USD")
    return "$";
  return std::string{c.code()};
}

/// "1234567", 2 → "12,345.67"
std::string grouped(std::string digits, size_t decimals, const number_style& style) {
  if (digits.size() <= decimals)
    digits.insert(0, decimals + 1 - digits.size(), '0');
  const auto whole = digits.size() - decimals;
  std::string out;
  for (size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0)
      out += style.group;
    out += digits[i];
  }
  return decimals == 0 ? out : out + style.point + digits.substr(whole);
}

using month_names = std::array<const char*, 12>;
constexpr month_names english{"January",   "February", "March",    "April",
                              "May",       "June",     "July",     "August",
                              "September", "October",  "November", "December"};
constexpr month_names german{"Januar", "Februar", "März",      "April",   "Mai",      "Juni",
                             "Juli",   "August",  "September", "Oktober", "November", "Dezember"};
constexpr month_names french{"janvier", "février", "mars",      "avril",   "mai",      "juin",
                             "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};

} // namespace

std::string_view language_of(std::string_view locale, std::string_view otherwise) {
  const auto* found = std::ranges::find(languages, locale.substr(0, locale.find_first_of("-_")));
  return found == languages.end() ? otherwise : *found;
}

std::string_view language_in(std::string_view country) {
  for (const std::string_view german_speaking : {"DE", "AT", "LI"})
    if (country == german_speaking)
      return "de";
  for (const std::string_view french_speaking : {"FR", "MC"})
    if (country == french_speaking)
      return "fr";
  for (const std::string_view english_speaking : {"GB", "IE", "US", "AU", "NZ"})
    if (country == english_speaking)
      return "en";
  return {};
}

std::string format_money(money m, std::string_view language) {
  const auto style = style_of(language);
  auto digits = std::to_string(m.amount);
  const bool negative = digits.starts_with('-');
  const auto number =
      grouped(digits.substr(negative ? 1 : 0), static_cast<size_t>(m.currency.decimals()), style);
  const auto sign = sign_of(m.currency);
  const auto minus = negative ? "-" : "";
  if (!style.sign_first)
    return minus + number + no_break_space + sign;
  return minus + sign + (sign == m.currency.code() ? no_break_space : "") + number;
}

std::string format_date(time_point t, std::string_view language) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(t)};
  const auto& months = language == "de" ? german : language == "fr" ? french : english;
  return std::to_string(static_cast<unsigned>(day.day())) + (language == "de" ? ". " : " ") +
         months[static_cast<unsigned>(day.month()) - 1] + " " +
         std::to_string(static_cast<int>(day.year()));
}

std::string format_country(const std::string& code, const std::string& language) {
  icu::UnicodeString name;
  icu::Locale{"", code.c_str()}.getDisplayCountry(icu::Locale{language.c_str()}, name);
  std::string out;
  return name.isEmpty() ? code : name.toUTF8String(out);
}

} // namespace souk::notification
