#include "actors/catalogue/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace souk::catalogue {

namespace {

constexpr size_t whole_digits_max = 15;

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether the digits behind the last kept one round it up; `odd` is that digit's parity.
bool rounds_up(std::string_view surplus, bool odd) {
  if (surplus.empty() || surplus.front() != '5')
    return !surplus.empty() && surplus.front() > '5';
  return odd || surplus.find_first_not_of('0', 1) != std::string_view::npos;
}

} // namespace

result<int64_t> scaled_integer(std::string_view text, int decimals) {
  const auto bad = [&] {
    return fail(errc::invalid, "'" + std::string{text} + "' is not a decimal");
  };
  const bool negative = text.starts_with('-');
  const auto digits = text.substr(negative ? 1 : 0);
  const auto point = std::min(digits.find('.'), digits.size());
  const auto whole = digits.substr(0, point);
  const auto fraction = point < digits.size() ? digits.substr(point + 1) : std::string_view{};
  if (whole.empty() || whole.size() > whole_digits_max || !all_digits(whole) ||
      !all_digits(fraction) || (point < digits.size() && fraction.empty()))
    return bad();
  const auto kept = std::min(fraction.size(), static_cast<size_t>(decimals));
  int64_t value = 0;
  for (char c : whole)
    value = value * 10 + (c - '0');
  for (size_t i = 0; i < static_cast<size_t>(decimals); ++i)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, i < kept ? fraction[i] - '0' : 0, &value))
      return bad();
  if (rounds_up(fraction.substr(kept), value % 2 != 0))
    ++value;
  return negative ? -value : value;
}

std::string shortest_decimal(double value) {
  std::array<char, 400> text{}; // the largest double has 309 digits
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  SOUK_ASSERT(error == std::errc{}, "every double fits 400 characters");
  return {text.data(), end};
}

} // namespace souk::catalogue
