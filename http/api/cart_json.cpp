#include "http/api/cart_json.hpp"

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {

bj::object json_of_line(const cart::line_view& line, const std::vector<problem>& all) {
  std::vector<problem> mine;
  std::ranges::copy_if(all, std::back_inserter(mine),
                       [&](const problem& p) { return p.field == line.id; });
  return {{"id", line.id},
          {"sku", line.sku},
          {"product_id", line.product_id},
          {"title", line.title},
          {"options", json_of(line.options)},
          {"quantity", line.quantity},
          {"unit_price", json_of(line.unit_price)},
          {"line_total", json_of(line.line_total)},
          {"problems", json_of(mine)}};
}

} // namespace

bj::object json_of(const std::string& id, const cart::cart_view& cart) {
  bj::array lines;
  for (const auto& line : cart.lines)
    lines.push_back(json_of_line(line, cart.problems));
  bj::object out{{"id", id},
                 {"version", cart.version},
                 {"currency", cart.currency.code()},
                 {"country", cart.country},
                 {"status", cart::to_string(cart.status)},
                 {"lines", std::move(lines)},
                 {"coupons", bj::array{}},
                 {"subtotal", json_of(cart.subtotal)},
                 {"problems", json_of(cart.problems)}};
  if (!cart.order_id.empty())
    out["order_id"] = cart.order_id;
  return out;
}

} // namespace souk::http
