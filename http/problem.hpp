// Failures as RFC 9457 problem details. The one place where a souk::errc becomes an HTTP status.
#pragma once

#include "http/message.hpp"

namespace souk::http {

/// The status a failure is answered with; exhaustive over errc.
int status_of(errc code);

/// application/problem+json with type, title, status, detail, code, problems[], trace_id and
/// whatever `failure.extra` holds; Retry-After where repeating helps; WWW-Authenticate on 401.
/// `status`: instead of status_of, where HTTP has a finer one (408, 431).
response to_response(const failure& why, std::string_view trace_id = {},
                     std::optional<int> status = {});
inline response to_response(const failure& why, const request& of, std::optional<int> status = {}) {
  return to_response(why, of.trace.trace_id, status);
}

} // namespace souk::http
