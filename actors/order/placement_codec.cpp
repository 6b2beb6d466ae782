#include "actors/order/placement_codec.hpp"

#include <proto/order.pb.h>

namespace souk::order {

void to_proto(const placement& from, pb::order_placement& to) {
  to.set_order_id(from.order_id);
  to.set_number(from.number);
  to.set_cart_id(from.cart_id);
  to.set_user_id(from.user_id);
  to.set_person(from.person);
  to.set_contact(from.contact);
  to.set_country(from.country);
  to.set_shipping_option(from.shipping_option);
  for (const auto& line : from.lines) {
    auto& out = *to.add_lines();
    out.set_id(line.id);
    out.set_sku(line.sku);
    out.set_product_id(line.product_id);
    out.set_title(line.title);
    out.set_quantity(line.quantity);
    out.set_unit_price(line.unit_price.amount);
    out.set_total(line.total.amount);
    for (const auto& warehouse : line.warehouses)
      out.add_warehouses(warehouse);
    for (const auto& [name, value] : line.options) {
      auto& option = *out.add_options();
      option.set_name(name);
      option.set_value(value);
    }
  }
  to.set_currency(std::string(from.sums.total.currency.code()));
  to.set_subtotal(from.sums.subtotal.amount);
  to.set_discount(from.sums.discount.amount);
  to.set_shipping(from.sums.shipping.amount);
  to.set_tax(from.sums.tax.amount);
  to.set_total(from.sums.total.amount);
  to.set_tax_included(from.sums.tax_included);
  to.set_provider(from.provider);
  to.set_payment_method(from.payment_method);
  to.set_hold_seconds(from.hold.count());
  to.set_locale(from.locale);
}

result<placement> from_proto(const pb::order_placement& from) {
  const auto unit = currency::parse(from.currency());
  if (!unit)
    return fail(errc::corrupt, "placement with unknown currency");
  const auto amount = [&](int64_t minor) { return money{minor, *unit}; };
  placement to{.order_id = from.order_id(),
               .number = from.number(),
               .cart_id = from.cart_id(),
               .user_id = from.user_id(),
               .person = from.person(),
               .contact = from.contact(),
               .country = from.country(),
               .shipping_option = from.shipping_option(),
               .lines = {},
               .sums = {amount(from.subtotal()), amount(from.discount()), amount(from.shipping()),
                        amount(from.tax()), amount(from.total()), from.tax_included()},
               .provider = from.provider(),
               .payment_method = from.payment_method(),
               .hold = std::chrono::seconds{from.hold_seconds()},
               .locale = from.locale()};
  for (const auto& line : from.lines()) {
    to.lines.push_back({.id = line.id(),
                        .sku = line.sku(),
                        .product_id = line.product_id(),
                        .title = line.title(),
                        .quantity = line.quantity(),
                        .unit_price = amount(line.unit_price()),
                        .total = amount(line.total()),
                        .warehouses = {line.warehouses().begin(), line.warehouses().end()}});
    for (const auto& option : line.options())
      to.lines.back().options.emplace(option.name(), option.value());
  }
  return to;
}

} // namespace souk::order
