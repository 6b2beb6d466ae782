#include "http/pages/sealed.hpp"

#include "http/headers.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* until = "until"; // a kept copy of the cookie must not be good for ever

/// A key for each name: one cookie cannot stand for another.
std::string key_of(const shop& at, std::string_view name) {
  return hmac_sha256(at.secret, "sealed/" + std::string{name});
}

} // namespace

void keep_sealed(const visit& v, std::string_view name, bj::object value,
                 std::chrono::seconds age) {
  value[until] = to_rfc3339(v.c.at.time.now() + age);
  const auto sealed = seal(bj::serialize(value), key_of(v.c.at, name), v.c.at.random);
  v.keep_cookie(name, base64url(sealed), age);
}

bj::object read_sealed(const visit& v, std::string_view name) {
  const auto sealed = parse_base64url(cookie(*v.c.in, name));
  if (!sealed || sealed->empty())
    return {};
  const auto plain = unseal(*sealed, key_of(v.c.at, name));
  if (!plain)
    return {};
  boost::system::error_code not_json;
  const auto value = bj::parse(*plain, not_json);
  if (not_json || !value.is_object())
    return {};
  const auto end = parse_rfc3339(text_in(value.get_object(), until));
  return end && v.c.at.time.now() < *end ? value.get_object() : bj::object{};
}

std::string text_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

} // namespace souk::http
