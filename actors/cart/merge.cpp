#include "actors/cart/merge.hpp"

#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <algorithm>

namespace souk::cart {

line* find_line(std::vector<line>& lines, std::string_view id) {
  const auto at = std::ranges::find(lines, id, &line::id);
  return at == lines.end() ? nullptr : &*at;
}

const line* find_line(const std::vector<line>& lines, std::string_view id) {
  const auto at = std::ranges::find(lines, id, &line::id);
  return at == lines.end() ? nullptr : &*at;
}

int64_t worth(const std::vector<line>& lines) {
  int64_t sum = 0;
  for (const auto& l : lines)
    sum = std::min(sum + l.unit_price.amount * l.quantity, amount_max + 1);
  return sum;
}

result<line> put_line(std::vector<line>& lines, const line& more) {
  if (more.quantity < 1 || more.quantity > quantity_max)
    return fail_field("/quantity", "out_of_range", "a quantity is between 1 and 9,999");
  if (more.unit_price.amount < 0 || more.unit_price.amount > amount_max)
    return fail_field("/unit_price", "out_of_range", "no such price");
  const auto same = std::ranges::find_if(
      lines, [&](const line& l) { return l.sku == more.sku && l.options == more.options; });
  if (same == lines.end()) {
    if (lines.size() >= lines_max)
      return fail_field("/lines", "out_of_range", "a cart has at most 200 lines");
    if (find_line(lines, more.id))
      return fail_field("/line_id", "conflict", "another line has this id");
    lines.push_back(more);
    if (worth(lines) <= amount_max)
      return more;
    lines.pop_back();
    return fail_field("/quantity", "out_of_range", "a cart cannot be worth that much");
  }
  if (same->quantity + more.quantity > quantity_max)
    return fail_field("/quantity", "out_of_range", "a line has at most 9,999 units");
  const auto before = *same;
  same->quantity += more.quantity;
  if (more.priced_at >= same->priced_at) {
    same->unit_price = more.unit_price;
    same->priced_at = more.priced_at;
  }
  if (worth(lines) <= amount_max)
    return *same;
  *same = before;
  return fail_field("/quantity", "out_of_range", "a cart cannot be worth that much");
}

std::string other_line_id(const std::string& from_cart, const std::string& id) {
  const auto mixed = make_command_id({from_cart, id});
  return base64url({reinterpret_cast<const char*>(mixed.bytes.data()), 12});
}

absorbed absorb_lines(std::vector<line> into, currency unit, const absorb& from) {
  absorbed out{from.from_cart, {}, {}};
  for (auto more : from.lines) {
    if (more.unit_price.currency != unit) {
      out.problems.push_back(
          {"currency_mismatch", more.sku, more.title + " is priced in another currency", {}});
      continue;
    }
    const auto same = std::ranges::find_if(
        into, [&](const line& l) { return l.sku == more.sku && l.options == more.options; });
    const auto there = same == into.end() ? 0 : same->quantity;
    if (more.quantity > quantity_max - there) {
      out.problems.push_back(
          {"out_of_range", more.sku, "only 9,999 of " + more.title, quantity_max});
      more.quantity = quantity_max - there;
    }
    if (more.quantity == 0)
      continue;
    if (same == into.end() && find_line(into, more.id))
      more.id = other_line_id(from.from_cart, more.id);
    if (auto put = put_line(into, more))
      out.lines.push_back(std::move(*put));
    else
      out.problems.push_back(
          {put.error().problems.at(0).code, more.sku, more.title + ": " + put.error().detail, {}});
  }
  return out;
}

} // namespace souk::cart
