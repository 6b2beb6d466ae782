#include "actors/cart/cart.hpp"

#include "actors/cart/merge.hpp"

#include <algorithm>

namespace souk::cart {

namespace {

using events = std::vector<model::event>;
using state = model::state;

bool is_gone(const state& s) { return s.status == status::none || s.status == status::expired; }

std::optional<failure> check_open(const state& s) {
  if (is_gone(s))
    return fail(errc::not_found, "no such cart");
  if (s.status != status::open)
    return fail(errc::cart_closed, "this cart was " + std::string(to_string(s.status)));
  return {};
}

std::optional<failure> check_open(const state& s, std::optional<uint64_t> expected) {
  if (auto closed = check_open(s))
    return closed;
  if (expected && *expected != s.version)
    return fail(errc::precondition_failed, "the cart is at version " + std::to_string(s.version));
  return {};
}

std::optional<failure> check_country(const std::string& country) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (country.size() != 2 || !std::ranges::all_of(country, is_capital))
    return fail_field("/country", "invalid", "a country is two capital letters");
  return {};
}

// What is ordered is what is in the cart; prices are the quote's business.
bool is_of(const order::placement& placed, const std::vector<line>& lines) {
  return std::ranges::equal(placed.lines, lines, [](const order::placed_line& a, const line& b) {
    return a.id == b.id && a.sku == b.sku && a.quantity == b.quantity;
  });
}

result<events> decide_on(const state& s, const open& c, time_point) {
  if (s.status != status::none)
    return fail(errc::conflict, "this cart was opened before");
  if (auto bad = check_country(c.country))
    return *bad;
  return events{opened{c.currency, c.country, c.user_id, c.session}};
}

result<events> decide_on(const state& s, const add_line& c, time_point) {
  if (auto bad = check_open(s, c.expected_version))
    return *bad;
  if (c.line_id.empty() || c.sku.empty())
    return fail_field("/sku", "required", "a line needs a SKU");
  if (c.unit_price.currency != s.currency)
    return fail_field("/unit_price", "currency_mismatch", "the cart is in another currency");
  auto lines = s.lines;
  auto put = put_line(lines, {c.line_id, c.sku, c.product_id, c.title, c.options, c.quantity,
                              c.unit_price, c.priced_at});
  if (!put)
    return put.error();
  return events{line_put{std::move(*put)}};
}

result<events> decide_on(const state& s, const change_line& c, time_point) {
  if (auto bad = check_open(s, c.expected_version))
    return *bad;
  if (c.quantity < 1 || c.quantity > quantity_max)
    return fail_field("/quantity", "out_of_range", "a quantity is between 1 and 9,999");
  auto lines = s.lines;
  auto* l = find_line(lines, c.line);
  if (!l)
    return fail(errc::not_found, "no such line");
  if (l->quantity == c.quantity)
    return events{};
  l->quantity = c.quantity;
  if (worth(lines) > amount_max)
    return fail_field("/quantity", "out_of_range", "a cart cannot be worth that much");
  return events{line_changed{c.line, c.quantity}};
}

result<events> decide_on(const state& s, const remove_line& c, time_point) {
  if (auto bad = check_open(s, c.expected_version))
    return *bad;
  if (!find_line(s.lines, c.line))
    return fail(errc::not_found, "no such line");
  return events{line_removed{c.line}};
}

result<events> decide_on(const state& s, const reprice& c, time_point) {
  if (auto bad = check_open(s))
    return *bad;
  auto lines = s.lines;
  repriced e;
  for (const auto& p : c.prices) {
    if (p.unit_price.currency != s.currency || p.unit_price.amount < 0 ||
        p.unit_price.amount > amount_max)
      return fail_field("/prices", "out_of_range", "no such price in this cart");
    auto* l = find_line(lines, p.line);
    if (!l || p.priced_at < l->priced_at || p.unit_price == l->unit_price)
      continue;
    l->unit_price = p.unit_price;
    e.prices.push_back(p);
  }
  if (worth(lines) > amount_max)
    return fail_field("/prices", "out_of_range", "a cart cannot be worth that much");
  return e.prices.empty() ? events{} : events{std::move(e)};
}

result<events> decide_on(const state& s, const set_country& c, time_point) {
  if (auto bad = check_open(s))
    return *bad;
  if (auto bad = check_country(c.country))
    return *bad;
  return c.country == s.country ? events{} : events{country_set{c.country}};
}

result<events> decide_on(const state& s, const claim& c, time_point) {
  if (auto bad = check_open(s))
    return *bad;
  if (c.user_id.empty())
    return fail_field("/user_id", "required", "nobody claims this cart");
  if (!s.user_id.empty() && s.user_id != c.user_id)
    return fail(errc::forbidden, "this cart is somebody else's");
  return s.user_id == c.user_id ? events{} : events{claimed{c.user_id}};
}

result<events> decide_on(const state& s, const checkout& c, time_point) {
  if (s.status == status::ordering || s.status == status::ordered ||
      find_repeated(s.rejected, c.placed.order_id))
    return events{};
  if (auto bad = check_open(s, c.expected_version))
    return *bad;
  if (s.lines.empty())
    return fail_field("/cart_id", "empty", "there is nothing in this cart");
  if (c.placed.order_id.empty())
    return fail_field("/order_id", "required", "an order needs an id");
  if (c.placed.sums.total.currency != s.currency)
    return fail_field("/currency", "currency_mismatch", "the cart is in another currency");
  if (!is_of(c.placed, s.lines))
    return fail(errc::quote_changed, "the cart changed while it was being ordered");
  return events{ordering{std::make_shared<const order::placement>(c.placed)}};
}

result<events> decide_on(const state& s, const hand_over& c, time_point) {
  const bool under_way = s.status == status::merging || s.status == status::merged;
  if (under_way && s.to_cart == c.to_cart)
    return events{};
  if (auto bad = check_open(s))
    return *bad;
  if (c.from_cart.empty() || c.to_cart.empty() || c.from_cart == c.to_cart)
    return fail_field("/to_cart", "invalid", "a cart is merged into another one");
  return events{handed_over{c.from_cart, c.to_cart}};
}

result<events> decide_on(const state& s, const get&, time_point) {
  if (is_gone(s))
    return fail(errc::not_found, "no such cart");
  return events{};
}

bool waits_for(const state& s, const std::string& order_id) {
  return s.status == status::ordering && s.order_id == order_id;
}

result<events> decide_on(const state& s, const order_answered& c, time_point) {
  return waits_for(s, c.order_id) && s.owed ? events{order_placed{c.order_id}} : events{};
}

result<events> decide_on(const state& s, const reopen& c, time_point) {
  return waits_for(s, c.order_id) ? events{reopened{c.order_id, c.problems}} : events{};
}

result<events> decide_on(const state& s, const complete& c, time_point) {
  return waits_for(s, c.order_id) ? events{completed{c.order_id}} : events{};
}

result<events> decide_on(const state& s, const absorb& c, time_point) {
  // A repeat is answered even when the cart has gone on since.
  if (std::ranges::find(s.absorbed, c.from_cart) != s.absorbed.end())
    return events{};
  if (auto bad = check_open(s))
    return *bad;
  return events{absorb_lines(s.lines, s.currency, c)};
}

bool is_merging_into(const state& s, const std::string& to_cart) {
  return s.status == status::merging && s.to_cart == to_cart;
}

result<events> decide_on(const state& s, const merge_answered& c, time_point) {
  return is_merging_into(s, c.to_cart) ? events{merged{c.to_cart}} : events{};
}

result<events> decide_on(const state& s, const merge_refused& c, time_point) {
  return is_merging_into(s, c.to_cart) ? events{merge_undone{c.to_cart}} : events{};
}

result<events> decide_on(const state& s, const expire&, time_point now) {
  return s.status == status::open && model::due(s) <= now ? events{expired{}} : events{};
}

} // namespace

result<events> model::decide(const state& s, const command& c, time_point now) {
  if (s.status == status::none && !std::holds_alternative<open>(c))
    return fail(errc::not_found, "no such cart");
  return std::visit([&](const auto& x) { return decide_on(s, x, now); }, c);
}

bool model::is_natural(const command& c) {
  return std::visit(entity::overloaded{
                        [](const auto&) { return true; },
                        [](const open&) { return false; },
                        [](const add_line&) { return false; },
                        [](const change_line&) { return false; },
                        [](const remove_line&) { return false; },
                        [](const reprice&) { return false; },
                        [](const set_country&) { return false; },
                        [](const claim&) { return false; },
                        [](const checkout&) { return false; },
                        [](const hand_over&) { return false; },
                    },
                    c);
}

time_point model::due(const state& s) {
  switch (s.status) {
  case status::open:
    return s.touched + idle_max;
  case status::merging:
    return s.touched;
  case status::ordering:
    return s.owed ? s.touched : never;
  default:
    return never;
  }
}

std::vector<model::effect> model::pending(const state& s, time_point now) {
  if (due(s) > now)
    return {};
  if (s.status == status::ordering)
    return {{"place/" + s.order_id, "order", place_order{*s.owed}}};
  if (s.status == status::merging)
    return {{"merge/" + s.to_cart, "cart", merge_into{s.to_cart, {s.from_cart, s.lines}}}};
  return {{"expire/" + std::to_string(to_micros(due(s))), "self", expire{}}};
}

} // namespace souk::cart
