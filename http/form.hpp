// name=value&… as queries and form bodies carry it.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace souk::http {

inline constexpr size_t form_fields_max = 200;

/// Decoded, in order, '+' as space. Characters a URL ought to have escaped, like '[', are taken as
/// they are: common clients send them. errc::malformed for a broken escape, a name that is not
/// UTF-8 or more than form_fields_max fields; errc::invalid names a field whose value is not.
result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);

} // namespace souk::http
