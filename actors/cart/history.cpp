// What each event does to a cart, and the cart as it is shown.
#include "actors/cart/merge.hpp"

#include <algorithm>

namespace souk::cart {

namespace {

using state = model::state;

// A problem is solved by touching its line.
void solve(state& s, const std::string& line) {
  std::erase_if(s.problems, [&](const problem& p) { return p.field == line; });
}

void put(state& s, const line& l) {
  solve(s, l.id);
  if (auto* known = find_line(s.lines, l.id))
    *known = l;
  else
    s.lines.push_back(l);
}

void on(state& s, const opened& e) {
  s.status = status::open;
  s.currency = e.currency;
  s.country = e.country;
  s.user_id = e.user_id;
  s.session = e.session;
}
void on(state& s, const line_put& e) { put(s, e.line); }
void on(state& s, const line_changed& e) {
  solve(s, e.line);
  if (auto* l = find_line(s.lines, e.line))
    l->quantity = e.quantity;
}
void on(state& s, const line_removed& e) {
  solve(s, e.line);
  std::erase_if(s.lines, [&](const line& l) { return l.id == e.line; });
}
void on(state& s, const repriced& e) {
  for (const auto& p : e.prices) {
    if (auto* l = find_line(s.lines, p.line)) {
      l->unit_price = p.unit_price;
      l->priced_at = p.priced_at;
    }
  }
}
void on(state& s, const country_set& e) { s.country = e.country; }
void on(state& s, const claimed& e) { s.user_id = e.user_id; }
void on(state& s, const ordering& e) {
  s.status = status::ordering;
  s.order_id = e.placed->order_id;
  s.owed = e.placed;
  s.problems.clear();
}
void on(state& s, const order_placed&) { s.owed.reset(); }
void on(state& s, const reopened& e) {
  s.status = status::open;
  s.order_id.clear();
  s.owed.reset();
  s.problems = e.problems;
  s.rejected.push_back(e.order_id);
  if (s.rejected.size() > rejected_max)
    s.rejected.erase(s.rejected.begin());
}
void on(state& s, const completed& e) {
  s.status = status::ordered;
  s.order_id = e.order_id;
  s.owed.reset();
}
void on(state& s, const handed_over& e) {
  s.status = status::merging;
  s.from_cart = e.from_cart;
  s.to_cart = e.to_cart;
}
void on(state& s, const merged&) { s.status = status::merged; }
void on(state& s, const merge_undone&) {
  s.status = status::open;
  s.from_cart.clear();
  s.to_cart.clear();
}
void on(state& s, const absorbed& e) {
  for (const auto& l : e.lines)
    put(s, l);
  s.problems.insert(s.problems.end(), e.problems.begin(), e.problems.end());
  if (s.problems.size() > problems_max)
    s.problems.resize(problems_max);
  s.absorbed.push_back(e.from_cart);
  if (s.absorbed.size() > absorbed_max)
    s.absorbed.erase(s.absorbed.begin());
}
void on(state& s, const expired&) {
  s.status = status::expired;
  s.lines.clear();
  s.problems.clear();
}

} // namespace

void model::apply(state& s, const event& e, time_point at) {
  std::visit([&](const auto& x) { on(s, x); }, e);
  s.version += 1;
  s.touched = at;
}

reply model::answer(const state& s, const command& c) {
  const auto* again = std::get_if<checkout>(&c);
  const auto* own = again ? find_repeated(s.rejected, again->placed.order_id) : nullptr;
  cart_view view{.version = s.version,
                 .currency = s.currency,
                 .country = s.country,
                 .user_id = s.user_id,
                 .session = s.session,
                 .status = s.status,
                 .order_id = own ? *own : s.order_id,
                 .to_cart = s.to_cart,
                 .lines = {},
                 .subtotal = {worth(s.lines), s.currency},
                 .problems = s.problems,
                 .rejected = s.rejected};
  view.lines.reserve(s.lines.size());
  for (const auto& l : s.lines)
    view.lines.push_back({l, {l.unit_price.amount * l.quantity, l.unit_price.currency}});
  return view;
}

std::string_view to_string(status s) {
  switch (s) {
  case status::none:
    return "none";
  case status::open:
    return "open";
  case status::ordering:
    return "ordering";
  case status::ordered:
    return "ordered";
  case status::merging:
    return "merging";
  case status::merged:
    return "merged";
  case status::expired:
    return "expired";
  }
  return "none";
}

} // namespace souk::cart
