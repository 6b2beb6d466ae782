#include "http/headers.hpp"

#include <algorithm>
#include <charconv>

namespace souk::http {

namespace {

std::string_view trim(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// Calls `each` with the trimmed parts between separators until it returns true; true when it did.
template <class Each>
bool any_part(std::string_view text, char separator, Each each) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (each(trim(text.substr(0, end))))
      return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

/// RFC 8941 sf-string, or the text itself when it is not quoted.
std::optional<std::string> unquote(std::string_view text) {
  if (!text.starts_with('"'))
    return text.find_first_of(" \t\",;") == std::string_view::npos
               ? std::optional{std::string{text}}
               : std::nullopt;
  std::string out;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"')
      return i + 1 == text.size() ? std::optional{out} : std::nullopt;
    if (text[i] == '\\' && (++i == text.size() || (text[i] != '"' && text[i] != '\\')))
      return std::nullopt;
    out += text[i];
  }
  return std::nullopt;
}

/// Of "text/html;q=0.85", in thousandths.
int quality_of(std::string_view range) {
  const auto q = range.find("q=0");
  if (q == std::string_view::npos)
    return 1000;
  const auto digits = range.substr(q + 3);
  int quality = 0;
  for (size_t at = 1; at <= 3; ++at)
    quality = quality * 10 +
              (at < digits.size() && digits[at] >= '0' && digits[at] <= '9' ? digits[at] - '0' : 0);
  return quality;
}

} // namespace

result<std::string> read_idempotency_key(const request& from) {
  constexpr size_t key_max = 255;
  const auto count = from.count_headers("idempotency-key");
  if (count == 0)
    return std::string{};
  const auto key = unquote(trim(from.header_value("idempotency-key")));
  const bool printable =
      key && std::ranges::all_of(*key, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (count > 1 || !printable || key->empty() || key->size() > key_max)
    return fail(errc::malformed, "Idempotency-Key must be one token or quoted string of 1 to 255 "
                                 "printable characters");
  return *key;
}

std::string_view cookie(const request& from, std::string_view name) {
  std::string_view found;
  for (const auto& h : from.headers) {
    if (!same_name(h.name, "cookie"))
      continue;
    const bool here = any_part(h.value, ';', [&](std::string_view pair) {
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name)
        return false;
      found = pair.substr(equals + 1);
      return true;
    });
    if (here)
      break;
  }
  return found;
}

std::vector<std::string> cookies_named(const request& from, std::string_view prefix) {
  std::vector<std::string> names;
  for (const auto& h : from.headers)
    if (same_name(h.name, "cookie"))
      any_part(h.value, ';', [&](std::string_view pair) {
        if (const auto equals = pair.find('='); equals != std::string_view::npos)
          if (const auto name = pair.substr(0, equals); name.starts_with(prefix))
            names.emplace_back(name);
        return false;
      });
  return names;
}

std::string set_cookie(std::string_view name, std::string_view value, std::chrono::seconds max_age,
                       bool secure) {
  return std::string{name} + "=" + std::string{value} +
         "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(max_age.count()) +
         (secure ? "; Secure" : "");
}

bool prefers_html(const request& from) {
  int html = 0, json = 0;
  any_part(from.header_value("accept"), ',', [&](std::string_view range) {
    const auto type = trim(range.substr(0, range.find(';')));
    if (same_name(type, "text/html"))
      html = quality_of(range);
    else if (same_name(type, "application/json") || same_name(type, "application/problem+json"))
      json = std::max(json, quality_of(range));
    return false;
  });
  return html > json;
}

bool lists(std::string_view header, std::string_view word) {
  return any_part(header, ',', [&](std::string_view part) { return same_name(part, word); });
}

std::string device_of(const request& from) {
  constexpr size_t device_bytes_max = 200;
  std::string out;
  for (const char c : from.header_value("user-agent").substr(0, device_bytes_max))
    if (c >= 0x20 && c < 0x7f)
      out += c;
  return out;
}

std::string_view bearer_token(const request& from) {
  const auto value = from.header_value("authorization");
  return value.size() > 7 && same_name(value.substr(0, 7), "bearer ") ? trim(value.substr(7))
                                                                      : std::string_view{};
}

bool is_same_origin(const request& from, std::string_view public_origin) {
  if (from.verb == method::get || from.verb == method::head || from.verb == method::options)
    return true;
  const auto origin = from.header_value("origin");
  if (origin.empty())
    return from.header_value("cookie").empty() || !bearer_token(from).empty();
  if (!public_origin.empty() && origin == public_origin)
    return true;
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos &&
         same_name(origin.substr(scheme_end + 3), from.header_value("host"));
}

std::string etag_of(uint64_t version) { return "\"" + std::to_string(version) + "\""; }

result<std::optional<uint64_t>> read_if_match(const request& from) {
  const auto text = trim(from.header_value("if-match"));
  if (text.empty() || text == "*")
    return std::optional<uint64_t>{};
  uint64_t version = 0;
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    const auto* last = text.data() + text.size() - 1;
    const auto [end, ec] = std::from_chars(text.data() + 1, last, version);
    if (ec == std::errc{} && end == last)
      return std::optional{version};
  }
  return fail(errc::malformed, "If-Match must be one strong ETag of this resource");
}

bool is_not_modified(const request& from, std::string_view etag) {
  const auto is_same = [&](std::string_view tag) {
    return tag == "*" || (tag.starts_with("W/") ? tag.substr(2) : tag) == etag;
  };
  return std::ranges::any_of(from.headers, [&](const header& h) {
    return same_name(h.name, "if-none-match") && any_part(h.value, ',', is_same);
  });
}

response with_etag(const request& from, std::string etag, response full) {
  const bool is_read = from.verb == method::get || from.verb == method::head;
  if (is_read && is_not_modified(from, etag)) {
    full.status = 304;
    full.content_type.clear();
    full.body.clear();
    full.shared_body.reset();
  }
  full.with("ETag", std::move(etag));
  return full;
}

} // namespace souk::http
