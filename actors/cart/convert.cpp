#include "actors/cart/convert.hpp"

namespace souk::cart {

namespace {

result<money> price_from(int64_t amount, const std::string& code) {
  const auto unit = currency::parse(code);
  if (!unit)
    return fail(errc::corrupt, "a cart line in an unknown currency");
  return money{amount, *unit};
}

} // namespace

void to_proto(const line& from, pb::cart_line& to) {
  to.set_id(from.id);
  to.set_sku(from.sku);
  to.set_product_id(from.product_id);
  to.set_title(from.title);
  for (const auto& [name, value] : from.options) {
    auto& option = *to.add_options();
    option.set_name(name);
    option.set_value(value);
  }
  to.set_quantity(from.quantity);
  to.set_unit_price(from.unit_price.amount);
  to.set_currency(std::string(from.unit_price.currency.code()));
  to.set_priced_at_us(to_micros(from.priced_at));
}

result<line> from_proto(const pb::cart_line& from) {
  const auto price = price_from(from.unit_price(), from.currency());
  if (!price)
    return price.error();
  line to{.id = from.id(),
          .sku = from.sku(),
          .product_id = from.product_id(),
          .title = from.title(),
          .options = {},
          .quantity = from.quantity(),
          .unit_price = *price,
          .priced_at = from_micros(from.priced_at_us())};
  for (const auto& option : from.options())
    to.options.emplace(option.name(), option.value());
  return to;
}

void to_proto(const std::vector<price>& from, pb::cart_event_price_list& to) {
  for (const auto& p : from) {
    auto& one = *to.add_prices();
    one.set_line(p.line);
    one.set_unit_price(p.unit_price.amount);
    one.set_currency(std::string(p.unit_price.currency.code()));
    one.set_priced_at_us(to_micros(p.priced_at));
  }
}

result<std::vector<price>> from_proto(const pb::cart_event_price_list& from) {
  std::vector<price> to;
  for (const auto& p : from.prices()) {
    const auto unit = price_from(p.unit_price(), p.currency());
    if (!unit)
      return unit.error();
    to.push_back({p.line(), *unit, from_micros(p.priced_at_us())});
  }
  return to;
}

} // namespace souk::cart
