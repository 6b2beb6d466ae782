#include "http/pages/texts.hpp"

#include "http/pages/embedded.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <unicode/smpdtfmt.h>

namespace souk::http {

namespace {

using row = std::array<std::string_view, locales.size()>;
using table = std::map<std::string_view, row, std::less<>>;

/// Cuts off what stands before the next `end`.
std::string_view take(std::string_view& from, char end) {
  const auto at = std::min(from.find(end), from.size());
  const auto out = from.substr(0, at);
  from.remove_prefix(std::min(at + 1, from.size()));
  return out;
}

table read_messages() {
  const auto files = embedded_files();
  const auto file = std::ranges::find(files, "messages.tsv", &embedded_file::name);
  SOUK_ASSERT(file != files.end(), "the messages are embedded");
  table out;
  for (auto rest = file->text; !rest.empty();) {
    auto line = take(rest, '\n');
    if (line.empty() || line.starts_with('#'))
      continue;
    const auto key = take(line, '\t');
    auto& texts = out[key];
    for (auto& one : texts)
      one = take(line, '\t');
  }
  return out;
}

size_t index_of(std::string_view locale) {
  const auto found = std::ranges::find(locales, locale);
  return found == locales.end() ? 0 : static_cast<size_t>(found - locales.begin());
}

/// "1299" as "1,299".
std::string grouped(std::string digits, char mark) {
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), 1, mark);
  return digits;
}

std::string symbol_of(currency c) {
  if (c == currency{"EUR"})
    return "€";
  if (c == currency{"GBP"})
    return "£";
  return c == currency{"USD"} ? "$" : std::string{c.code()};
}

/// Etc/Unknown for what is none.
std::unique_ptr<icu::TimeZone> zone_of(std::string_view name) {
  const icu::StringPiece id{name.data(), static_cast<int32_t>(name.size())};
  return std::unique_ptr<icu::TimeZone>{
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(id))};
}

} // namespace

bool is_locale(std::string_view name) { return std::ranges::find(locales, name) != locales.end(); }

std::string_view choose_locale(std::string_view accepted) {
  std::string_view best = locales[0];
  int best_quality = 0;
  while (!accepted.empty()) {
    auto range = take(accepted, ',');
    while (range.starts_with(' '))
      range.remove_prefix(1);
    const auto tag = take(range, ';').substr(0, 2);
    int quality = 1000; // q has at most three decimals
    if (const auto q = range.find("q=0."); q != std::string_view::npos) {
      auto digits = std::string{range.substr(q + 4, 3)};
      digits.resize(3, '0');
      std::from_chars(digits.data(), digits.data() + digits.size(), quality);
    }
    const auto known = std::ranges::find(locales, tag);
    if (known != locales.end() && quality > best_quality) {
      best = *known;
      best_quality = quality;
    }
  }
  return best;
}

std::optional<std::string_view> find_text(std::string_view locale, std::string_view key) {
  static const table all = read_messages();
  const auto found = all.find(key);
  return found == all.end() ? std::nullopt : std::optional{found->second[index_of(locale)]};
}

std::string text(std::string_view locale, std::string_view key) {
  const auto found = find_text(locale, key);
  SOUK_ASSERT(found, "every text stands in messages.tsv");
  return std::string{*found};
}

std::string text(std::string_view locale, std::string_view key, std::string_view value) {
  auto out = text(locale, key);
  if (const auto at = out.find("{}"); at != std::string::npos)
    out.replace(at, 2, value);
  return out;
}

std::string show_money(money m, std::string_view locale) {
  const bool german = locale == "de";
  const auto places = static_cast<size_t>(m.currency.decimals());
  auto digits = std::to_string(m.amount < 0 ? -m.amount : m.amount);
  if (digits.size() <= places)
    digits.insert(0, places + 1 - digits.size(), '0');
  const auto whole = digits.size() - places;
  auto number = grouped(digits.substr(0, whole), german ? '.' : ',');
  if (places > 0)
    number += (german ? "," : ".") + digits.substr(whole);
  const auto* sign = m.amount < 0 ? "−" : "";
  const auto symbol = symbol_of(m.currency);
  constexpr const char* no_break = "\u00a0";
  if (german)
    return sign + number + no_break + symbol;
  return sign + symbol + (symbol == m.currency.code() ? no_break : "") + number;
}

std::string show_time(time_point t, std::string_view locale, std::string_view zone) {
  const bool german = locale == "de";
  UErrorCode wrong = U_ZERO_ERROR;
  icu::SimpleDateFormat format(german ? u"d. MMMM y, HH:mm z" : u"d MMMM y, HH:mm z",
                               german ? icu::Locale::getGermany() : icu::Locale::getUK(), wrong);
  if (U_FAILURE(wrong))
    return to_rfc3339(t);
  format.adoptTimeZone(zone_of(zone).release());
  const auto since_1970 =
      std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
  icu::UnicodeString shown;
  format.format(static_cast<UDate>(since_1970), shown);
  std::string out;
  return shown.toUTF8String(out);
}

bool is_time_zone(std::string_view zone) { return *zone_of(zone) != icu::TimeZone::getUnknown(); }

} // namespace souk::http
