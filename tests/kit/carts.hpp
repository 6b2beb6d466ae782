// Carts and placements for tests: the fewest words that make a valid one.
#pragma once

#include "actors/cart/cart.hpp"

namespace souk::kit {

inline constexpr currency eur{"EUR"};
inline constexpr currency usd{"USD"};

inline cart::add_line line_of(const std::string& id, const std::string& sku, int64_t quantity,
                              int64_t cents = 1000, currency unit = eur) {
  return {.line_id = id,
          .sku = sku,
          .product_id = "p-" + sku,
          .title = "The " + sku,
          .quantity = quantity,
          .options = {{"size", "M"}},
          .unit_price = {cents, unit},
          .priced_at = from_micros(1),
          .expected_version = {}};
}

/// What a checkout of this cart would carry.
inline order::placement placement_of(const cart::model::state& s, const std::string& order_id) {
  order::placement placed;
  placed.order_id = order_id;
  placed.number = "1001";
  placed.cart_id = "c";
  placed.sums.total.currency = placed.sums.subtotal.currency = s.currency;
  for (const auto& l : s.lines)
    placed.lines.push_back({l.id,
                            l.sku,
                            l.product_id,
                            l.title,
                            l.quantity,
                            l.unit_price,
                            money{l.unit_price.amount * l.quantity, s.currency},
                            {"berlin"}});
  placed.sums.discount.currency = placed.sums.shipping.currency = placed.sums.tax.currency =
      s.currency;
  placed.sums.subtotal.amount = placed.sums.total.amount = cart::worth(s.lines);
  return placed;
}

} // namespace souk::kit
