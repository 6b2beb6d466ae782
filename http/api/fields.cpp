#include "http/api/fields.hpp"

#include "actors/user/address_rules.hpp"
#include "actors/user/messages.hpp"

#include <algorithm>
#include <charconv>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t cursor_bytes_max = 1024;
constexpr size_t locale_bytes_max = 16;

constexpr size_t languages_max = 16;

/// "0.8" in thousandths; 0 for what is no weight.
int read_weight(std::string_view text) {
  if (text.starts_with("1"))
    return 1000;
  if (!text.starts_with("0."))
    return 0;
  int weight = 0, unit = 100;
  for (const char c : text.substr(2, 3)) {
    if (c < '0' || c > '9')
      break;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

bj::object json_of(money m) { return {{"amount", m.amount}, {"currency", m.currency.code()}}; }

bj::array json_of(const std::vector<problem>& all) {
  bj::array out;
  for (const auto& p : all) {
    bj::object item{{"code", p.code}, {"field", p.field}, {"detail", p.detail}};
    if (p.available)
      item["available"] = *p.available;
    out.push_back(std::move(item));
  }
  return out;
}

bj::object json_of(const std::map<std::string, std::string>& texts) {
  bj::object out;
  for (const auto& [name, value] : texts)
    out[name] = value;
  return out;
}

response page_of(bj::array items, std::string_view next_cursor) {
  bj::object out{{"items", std::move(items)}, {"next_cursor", nullptr}};
  if (!next_cursor.empty())
    out["next_cursor"] = next_cursor;
  return response::json(200, out);
}

checkout::address read_address(object_reader& in) {
  constexpr text_limits line{.min = 1, .max = 200};
  checkout::address out;
  out.name = in.text("name", line);
  out.line1 = in.text("line1", line);
  out.line2 = in.optional_text("line2", {.max = 200}).value_or("");
  out.city = in.text("city", line);
  out.postal_code = in.text("postal_code", {.min = 1, .max = 20});
  out.country = read_country(in, "country");
  out.state = in.optional_text("state", {.max = user::state_bytes_max}).value_or("");
  if (is_country(out.country) && !out.postal_code.empty() &&
      !user::is_postal_code(out.country, out.postal_code))
    in.refuse("postal_code", "invalid",
              "must look like " + std::string{user::postal_code_example(out.country)});
  if (out.state.empty() && user::has_states(out.country))
    in.refuse("state", "required", "addresses of this country name their state");
  else if (!user::is_state(out.country, out.state))
    in.refuse("state", "invalid",
              "must be a state of this country, as " +
                  std::string{user::state_example(out.country)});
  return out;
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string read_country(object_reader& in, std::string_view name) {
  auto text = in.text(name, {.min = 2, .max = 2});
  if (!text.empty() && !is_country(text))
    in.refuse(name, "invalid", "must be two capital letters, ISO 3166-1");
  return text;
}

currency read_currency(object_reader& in, std::string_view name) {
  const auto text = in.text(name, {.min = 3, .max = 3});
  auto known = currency::parse(text);
  if (!known && !text.empty())
    in.refuse(name, "unknown_currency", "is no currency souk knows");
  return known ? *known : currency{};
}

std::string read_email(object_reader& in) {
  const auto text = in.text("email", {.min = 3, .max = 254});
  auto email = user::normalise_email(text);
  if (!email && !text.empty())
    in.refuse("email", "invalid", "is not an e-mail address");
  return email ? std::move(*email) : std::string{};
}

bool is_stock_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

result<std::string> read_query(const request& in, std::string_view name, size_t max) {
  const auto text = in.query_value(name).value_or("");
  const bool printable = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (text.size() > max || !printable)
    return fail_field(std::string{name}, "out_of_range",
                      "must have at most " + std::to_string(max) + " printable bytes");
  return std::string{text};
}

result<page_query> read_page(const request& in) {
  page_query out;
  if (const auto text = in.query_value("limit")) {
    const auto* last = text->data() + text->size();
    const auto [end, ec] = std::from_chars(text->data(), last, out.limit);
    if (ec != std::errc{} || end != last || out.limit < 1 || out.limit > catalogue::page_max)
      return fail_field("limit", "out_of_range", "must be a whole number from 1 to 100");
  }
  auto cursor = read_query(in, "cursor", cursor_bytes_max);
  if (!cursor)
    return cursor.error();
  out.cursor = std::move(*cursor);
  return out;
}

result<catalogue::market> read_market(const request& in, const catalogue::market& home) {
  auto out = home;
  if (const auto code = in.query_value("currency")) {
    const auto known = currency::parse(*code);
    if (!known)
      return fail_field("currency", "unknown_currency", "is no currency souk knows");
    out.currency = *known;
  }
  if (const auto country = in.query_value("country")) {
    if (!is_country(*country))
      return fail_field("country", "invalid", "must be two capital letters, ISO 3166-1");
    out.country = *country;
  }
  auto locale = read_locales(in);
  if (!locale)
    return locale.error();
  if (!locale->empty())
    out.locale = std::move(*locale);
  return out;
}

result<std::string> read_locales(const request& in) {
  auto locale = read_query(in, "locale", locale_bytes_max);
  if (!locale || !locale->empty())
    return locale;
  return preferred_locales(in.header_value("accept-language"));
}

std::string preferred_locales(std::string_view accept_language) {
  struct wish {
    std::string_view tag;
    int thousandths;
  };
  std::vector<wish> wishes;
  while (!accept_language.empty() && wishes.size() < languages_max) {
    const auto end = std::min(accept_language.find(','), accept_language.size());
    const auto part = accept_language.substr(0, end);
    accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
    const auto first = std::min(part.find_first_not_of(" \t"), part.size());
    const auto tag = part.substr(first, part.find_first_of("; \t", first) - first);
    const auto q = part.find("q=");
    const int weight = q == std::string_view::npos ? 1000 : read_weight(part.substr(q + 2));
    if (!tag.empty() && tag != "*" && weight > 0)
      wishes.push_back({tag, weight});
  }
  std::ranges::stable_sort(wishes, std::greater{}, &wish::thousandths);
  std::string out;
  for (const auto& w : wishes)
    out.append(out.empty() ? "" : ",").append(w.tag);
  return out;
}

} // namespace souk::http
