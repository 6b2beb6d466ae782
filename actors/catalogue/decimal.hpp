// Decimal texts as whole numbers, exactly: "9.99" is 999 hundredths, never 998.99….
//
// JSON parsers hand out doubles. The shortest text that reads back as a double is the text that was
// written, as long as that had at most 15 significant digits; so a double is turned into that text
// and the text into an integer, digit by digit. Nothing is ever multiplied in floating point.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace souk::catalogue {

/// Units of 10^-decimals in a decimal text ("-12.5", no exponent), surplus digits rounded half to
/// even. errc::invalid for anything else or more than 15 digits before the point.
result<int64_t> scaled_integer(std::string_view text, int decimals);

/// The shortest decimal text that reads back as `value`, without exponent.
std::string shortest_decimal(double value);

} // namespace souk::catalogue
