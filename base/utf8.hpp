// Text as Postgres and JSON take it.
#pragma once

#include <string_view>

namespace souk {

/// UTF-8 without a zero byte: neither overlong forms nor halves of pairs.
bool is_utf8(std::string_view text);

} // namespace souk
