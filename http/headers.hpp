// Reading and writing the header fields souk gives a meaning to: keys, cookies, tokens, origins,
// ETags.
#pragma once

#include "http/message.hpp"

namespace souk::http {

/// Idempotency-Key as a bare token or a quoted structured-field string, 1 to 255 printable ASCII
/// characters. Empty when absent; errc::malformed otherwise, also when there are two.
result<std::string> read_idempotency_key(const request& from);

/// Value of a cookie; empty when absent.
std::string_view cookie(const request& from, std::string_view name);
/// Names of the cookies that begin with `prefix`.
std::vector<std::string> cookies_named(const request& from, std::string_view prefix);
/// "name=value; Path=/; HttpOnly; SameSite=Lax; Max-Age=…", with Secure when `secure`.
std::string set_cookie(std::string_view name, std::string_view value, std::chrono::seconds max_age,
                       bool secure);

/// True when Accept names text/html, and JSON at most with a lower quality: a browser looks at it.
bool prefers_html(const request& from);

/// True when `word` is one of the parts of a comma-separated list; capitals do not matter.
bool lists(std::string_view header, std::string_view word);

/// What a browser calls itself, the printable ASCII of it, at most 200 bytes: of sessions.
std::string device_of(const request& from);

/// The token of "Authorization: Bearer <token>"; empty when there is none.
std::string_view bearer_token(const request& from);

/// True for a read, for a write that names no origin we could check and carries no cookie, and for
/// one whose Origin is `public_origin` ("https://shop.example") or names the Host it was sent to.
bool is_same_origin(const request& from, std::string_view public_origin);

/// A strong entity tag: "\"<version>\"".
std::string etag_of(uint64_t version);
/// The version an If-Match names; empty when absent or "*". errc::malformed for what etag_of cannot
/// have made.
result<std::optional<uint64_t>> read_if_match(const request& from);
/// True when If-None-Match lists `etag` or is "*": a GET is answered with 304.
bool is_not_modified(const request& from, std::string_view etag);

/// Puts ETag on `full`, or turns it into 304 when the client has this version.
response with_etag(const request& from, std::string etag, response full);

} // namespace souk::http
