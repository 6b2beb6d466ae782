// Money is whole: int64 minor units with an ISO 4217 currency. Every operation that could overflow
// or mix currencies says so in its result; rates are integers in parts per million.
#pragma once

#include "base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace souk {

/// Three capital letters. Only parse() makes one from outside text.
class currency {
public:
  constexpr currency() = default;
  constexpr explicit currency(const char (&code)[4]) : code_{code[0], code[1], code[2]} {}
  /// errc::invalid for anything but a currency souk knows (ISO 4217, those with 0, 2 or 3
  /// decimals).
  static result<currency> parse(std::string_view code);
  std::string_view code() const { return {code_.data(), code_.size()}; }
  /// Digits behind the point, for display: EUR 2, JPY 0, KWD 3.
  int decimals() const;
  bool operator==(const currency&) const = default;

private:
  std::array<char, 3> code_{'E', 'U', 'R'};
};

struct money {
  int64_t amount = 0; ///< minor units
  souk::currency currency = {};
  bool operator==(const money&) const = default;
};

/// No amount in souk may pass this: sums of a hundred million of them still fit int64.
inline constexpr int64_t amount_max = 1'000'000'000'00;

/// Both need equal currencies (asserted); errc::invalid on overflow.
result<money> add(money a, money b);
result<money> multiply(money a, int64_t quantity);
/// amount × parts_per_million / 10^6, rounded half up. `ppm` ≥ 0, amount ≥ 0.
money share(money of, int64_t ppm);
/// The tax contained in a gross amount: gross − gross / (1 + rate), rounded half up.
money tax_within(money gross, int64_t rate_ppm);

/// "19.99 EUR"
std::string to_string(money m);

} // namespace souk
