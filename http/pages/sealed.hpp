// What a browser carries for us and must neither read nor change: a small JSON object sealed under
// the node's secret, in an HttpOnly cookie, good for a while.
#pragma once

#include "http/pages/visit.hpp"

namespace souk::http {

/// Beyond some 2 kB of JSON browsers drop the cookie.
void keep_sealed(const visit& v, std::string_view name, boost::json::object value,
                 std::chrono::seconds age);
/// Empty when there is none, it is too old, or it is not ours.
boost::json::object read_sealed(const visit& v, std::string_view name);
/// A text in it; empty when there is none.
std::string text_in(const boost::json::object& from, std::string_view name);

} // namespace souk::http
