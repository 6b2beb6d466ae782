#include "actors/catalogue/rows.hpp"

#include "actors/catalogue/check.hpp"
#include "base/crypto.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

constexpr size_t cursor_bytes_max = 2'000;

} // namespace

std::vector<std::string> locales_of(const std::string& preferred) {
  std::vector<std::string> wanted;
  const auto add = [&](std::string_view tag) {
    if (std::ranges::find(wanted, tag) == wanted.end())
      wanted.emplace_back(tag);
  };
  for (size_t at = 0; at < preferred.size() && wanted.size() < locales_asked_max;) {
    const auto end = std::min(preferred.find(',', at), preferred.size());
    const auto tag = std::string_view{preferred}.substr(at, end - at);
    at = end + 1;
    if (!is_locale(tag))
      continue;
    const auto language = tag.substr(0, tag.find('-'));
    add(tag);
    if (language == own_language)
      break;
    add(language);
  }
  return wanted;
}

std::string render_cursor(const cursor_position& p) {
  return base64url(json::serialize(json::array{p.order, p.key, p.id}));
}

/// JSON inside, because parsing it refuses what is not UTF-8: Postgres must never see that.
result<cursor_position> parse_cursor(const std::string& cursor, std::string_view order) {
  const auto bad = [] { return fail_field("/cursor", "invalid", "not a cursor of this list"); };
  auto text = parse_base64url(cursor);
  if (cursor.size() > cursor_bytes_max || !text)
    return bad();
  boost::system::error_code error;
  const auto value = json::parse(*text, error);
  if (error || !value.is_array() || value.get_array().size() != 3)
    return bad();
  std::vector<std::string> parts;
  for (const auto& part : value.get_array()) {
    if (!part.is_string() || part.get_string().find('\0') != json::string::npos)
      return bad();
    parts.emplace_back(part.get_string());
  }
  if (!order.empty() && parts[0] != order)
    return bad();
  return cursor_position{parts[0], parts[1], parts[2]};
}

std::optional<int64_t> whole_number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

result<void> check_limit(size_t limit) {
  if (limit < 1 || limit > page_max)
    return fail_field("/limit", "out_of_range", "1 to 100");
  return {};
}

std::string prefix_query(std::string_view query) {
  std::string out;
  std::string word;
  const auto finish = [&] {
    if (!word.empty())
      out += (out.empty() ? "'" : " & '") + word + "'";
    word.clear();
  };
  for (char ch : query) {
    const bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                        (ch >= '0' && ch <= '9') || static_cast<unsigned char>(ch) >= 0x80;
    if (letter)
      word += ch;
    else
      finish();
  }
  finish();
  return out.empty() ? out : out + ":*";
}

result<void> expect_version(std::optional<int64_t> expected, int64_t version) {
  if (expected && *expected != version)
    return fail(errc::precondition_failed, "it has changed meanwhile");
  return {};
}

result<void> raise_version(persistence::sql::connection& c, const std::string& product,
                           int64_t from) {
  auto done = c.execute("update product set version = version + 1, updated_at = now() "
                        "where id = $1 and version = $2",
                        {product, from});
  if (!done)
    return done.error();
  return {};
}

failure conflict_at(std::string field, std::string code, std::string detail) {
  auto why = fail(errc::conflict, detail);
  why.problems = {{std::move(code), std::move(field), std::move(detail), {}}};
  return why;
}

} // namespace souk::catalogue
