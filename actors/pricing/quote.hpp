// What a basket costs at a destination: a pure function of its inputs, in whole minor units.
//
// Rules: a line costs unit price × quantity. A discount is spread over the lines by their worth,
// whole cents by largest remainder, so that parts add up. Tax is reckoned per line, after discount,
// rounded half up; where the country's prices are gross the tax is contained in the line, else it
// is added. Shipping is taxed like goods of category "shipping" (falling back to "standard").
//   total = subtotal − discount + shipping (+ tax where prices are net)
#pragma once

#include "base/money.hpp"

#include <optional>
#include <string>
#include <vector>

namespace souk::pricing {

/// Most lines of one quote, and most units of one line.
inline constexpr size_t lines_max = 200;
inline constexpr int64_t quantity_max = 100'000;

struct tax_rate {
  std::string country = {};
  std::string category = {}; ///< "standard", "reduced", "books", …
  int64_t ppm = 0;
  bool included = false; ///< the same for every row of a country
  bool operator==(const tax_rate&) const = default;
};

enum class shipping_kind : uint8_t { flat, by_weight, free_over };

struct shipping_option {
  std::string id = {}; ///< "standard", "express"
  std::string name = {};
  shipping_kind kind = shipping_kind::flat;
  souk::currency currency = {};
  int64_t amount = 0;   ///< the price, or the base of by_weight
  int64_t per_kilo = 0; ///< by_weight: for every kilogram begun
  int64_t free_over = 0;
  std::vector<std::string> countries = {}; ///< empty: wherever no other row of this id reaches
  bool operator==(const shipping_option&) const = default;
};

struct rules {
  std::vector<tax_rate> tax = {};
  std::vector<shipping_option> shipping = {}; ///< in the order they are offered
};

struct quote_line {
  std::string sku = {};
  int64_t quantity = 0;
  int64_t unit_price = 0; ///< minor units, ≥ 0
  std::string tax_category = "standard";
  int64_t weight_grams = 0; ///< of one unit
};

struct quote_request {
  souk::currency currency = {};
  std::string country = {};
  std::vector<quote_line> lines = {};
  std::string shipping_option = {}; ///< id; empty: nothing is shipped yet, shipping is 0
  int64_t discount = 0;             ///< what coupons take off, at most the subtotal
};

struct quoted_line {
  std::string sku = {};
  int64_t quantity = 0;
  int64_t unit_price = 0;
  int64_t line_total = 0; ///< before discount
  int64_t discount = 0;   ///< this line's part of it
  int64_t tax = 0;
  int64_t tax_ppm = 0;
  bool operator==(const quoted_line&) const = default;
};

/// One rate's part of the whole; `net` + `tax` of all rows is the total.
struct tax_part {
  int64_t ppm = 0;
  int64_t net = 0;
  int64_t tax = 0;
  bool operator==(const tax_part&) const = default;
};

struct quote {
  souk::currency currency = {};
  std::string country = {};
  std::vector<quoted_line> lines = {};
  int64_t subtotal = 0;
  int64_t discount = 0;
  int64_t shipping = 0;
  int64_t shipping_tax = 0;
  int64_t tax = 0; ///< of lines and shipping
  int64_t total = 0;
  std::string shipping_option = {};
  bool tax_included = false;
  std::vector<tax_part> breakdown = {}; ///< by rate, ascending
  bool operator==(const quote&) const = default;
};

/// errc::invalid with problems[] for an empty or oversized basket, a quantity or amount out of
/// range, a discount above the subtotal, or a shipping option that does not serve the country and
/// currency.
result<quote> make_quote(const quote_request& request, const rules& by);

struct offered_option {
  std::string id = {};
  std::string name = {};
  int64_t amount = 0;
};
/// What can be chosen for this basket, in order; a chosen shipping option in `request` is ignored.
result<std::vector<offered_option>> offer_shipping(const quote_request& request, const rules& by);

/// Equal quotes have equal fingerprints, on every node and for ever: 16 hex digits.
std::string fingerprint_of(const quote& q);

} // namespace souk::pricing
