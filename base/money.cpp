#include "base/money.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace souk {

namespace {
// Sorted. The currencies shops trade in; a rare one is one word here.
constexpr std::array known_currencies = {
    std::string_view{"AED"}, std::string_view{"ARS"}, std::string_view{"AUD"},
    std::string_view{"BGN"}, std::string_view{"BHD"}, std::string_view{"BRL"},
    std::string_view{"CAD"}, std::string_view{"CHF"}, std::string_view{"CLP"},
    std::string_view{"CNY"}, std::string_view{"COP"}, std::string_view{"CZK"},
    std::string_view{"DKK"}, std::string_view{"EGP"}, std::string_view{"EUR"},
    std::string_view{"GBP"}, std::string_view{"HKD"}, std::string_view{"HUF"},
    std::string_view{"IDR"}, std::string_view{"ILS"}, std::string_view{"INR"},
    std::string_view{"ISK"}, std::string_view{"JPY"}, std::string_view{"KRW"},
    std::string_view{"KWD"}, std::string_view{"MAD"}, std::string_view{"MXN"},
    std::string_view{"MYR"}, std::string_view{"NOK"}, std::string_view{"NZD"},
    std::string_view{"PEN"}, std::string_view{"PHP"}, std::string_view{"PLN"},
    std::string_view{"QAR"}, std::string_view{"RON"}, std::string_view{"RSD"},
    std::string_view{"SAR"}, std::string_view{"SEK"}, std::string_view{"SGD"},
    std::string_view{"THB"}, std::string_view{"TND"}, std::string_view{"TRY"},
    std::string_view{"TWD"}, std::string_view{"UAH"}, std::string_view{"USD"},
    std::string_view{"VND"}, std::string_view{"ZAR"}};
constexpr std::array without_decimals = {std::string_view{"CLP"}, std::string_view{"ISK"},
                                         std::string_view{"JPY"}, std::string_view{"KRW"},
                                         std::string_view{"VND"}};
constexpr std::array with_three_decimals = {std::string_view{"BHD"}, std::string_view{"KWD"},
                                            std::string_view{"TND"}};

constexpr int64_t million = 1'000'000;
__extension__ using wide = __int128; // amount × rate does not fit int64
} // namespace

result<currency> currency::parse(std::string_view code) {
  if (!std::ranges::binary_search(known_currencies, code))
    return fail(errc::invalid, "unknown currency");
  currency c;
  std::ranges::copy(code, c.code_.begin());
  return c;
}

int currency::decimals() const {
  if (std::ranges::find(without_decimals, code()) != without_decimals.end())
    return 0;
  if (std::ranges::find(with_three_decimals, code()) != with_three_decimals.end())
    return 3;
  return 2;
}

result<money> add(money a, money b) {
  SOUK_ASSERT(a.currency == b.currency, "currencies are never mixed");
  money sum{0, a.currency};
  if (__builtin_add_overflow(a.amount, b.amount, &sum.amount) || std::abs(sum.amount) > amount_max)
    return fail(errc::invalid, "amount out of range");
  return sum;
}

result<money> multiply(money a, int64_t quantity) {
  money product{0, a.currency};
  if (__builtin_mul_overflow(a.amount, quantity, &product.amount) || product.amount > amount_max ||
      product.amount < -amount_max)
    return fail(errc::invalid, "amount out of range");
  return product;
}

money share(money of, int64_t ppm) {
  SOUK_ASSERT(of.amount >= 0 && of.amount <= amount_max && ppm >= 0 && ppm <= million * 10,
              "shares are of amounts in range");
  const auto product = static_cast<wide>(of.amount) * ppm;
  return {static_cast<int64_t>((product + million / 2) / million), of.currency};
}

money tax_within(money gross, int64_t rate_ppm) {
  SOUK_ASSERT(gross.amount >= 0 && gross.amount <= amount_max && rate_ppm >= 0,
              "tax is of amounts in range");
  const auto divisor = static_cast<wide>(million) + rate_ppm;
  const auto product = static_cast<wide>(gross.amount) * rate_ppm;
  return {static_cast<int64_t>((product + divisor / 2) / divisor), gross.currency};
}

std::string to_string(money m) {
  int64_t scale = 1;
  for (int i = 0; i < m.currency.decimals(); ++i)
    scale *= 10;
  const auto magnitude = std::abs(m.amount);
  auto text = (m.amount < 0 ? "-" : "") + std::to_string(magnitude / scale);
  if (scale > 1) {
    auto fraction = std::to_string(magnitude % scale);
    text += "." + std::string(static_cast<size_t>(m.currency.decimals()) - fraction.size(), '0') +
            fraction;
  }
  return text + " " + std::string(m.currency.code());
}

} // namespace souk
