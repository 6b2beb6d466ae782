// What stands in a cart's journal, folded over the same plain state.
#include "actors/entity/model.hpp"
#include "app/sim/explain_models.hpp"
#include "proto/cart.pb.h"

#include <algorithm>

namespace souk::sim {

namespace {

using state = cart_model::state;
using cart::status;
using entity::overloaded;

constexpr size_t absorbed_most = 64, rejected_most = 64, problems_most = 200;

cart::line line_from(const pb::cart_line& x) {
  cart::line out{.id = x.id(),
                 .sku = x.sku(),
                 .product_id = x.product_id(),
                 .title = x.title(),
                 .options = {},
                 .quantity = x.quantity(),
                 .unit_price = {x.unit_price(), *currency::parse(x.currency())},
                 .priced_at = from_micros(x.priced_at_us())};
  for (const auto& o : x.options())
    out.options[o.name()] = o.value();
  return out;
}

void take_problems(state& s, const auto& from) {
  for (const auto& p : from)
    s.view.problems.push_back({p.code(), p.field(), p.detail(),
                               p.has_available() ? std::optional{p.available()} : std::nullopt});
}

} // namespace

bool state::operator==(const state& other) const {
  const auto plain = [](cart::cart_view v) {
    for (auto& p : v.problems)
      p = {p.code, p.field, {}, {}};
    return v;
  };
  return plain(view) == plain(other.view) && from_cart == other.from_cart &&
         ordered_total == other.ordered_total && owes_birth == other.owes_birth &&
         absorbed == other.absorbed && touched == other.touched;
}

cart::line_view* state::line(const std::string& id) {
  const auto at = std::ranges::find(view.lines, id, &cart::line::id);
  return at == view.lines.end() ? nullptr : &*at;
}

const cart::line_view* state::line(const std::string& id) const {
  const auto at = std::ranges::find(view.lines, id, &cart::line::id);
  return at == view.lines.end() ? nullptr : &*at;
}

void state::solve(const std::string& line_id) {
  std::erase_if(view.problems, [&](const problem& p) { return p.field == line_id; });
}

void state::put(const cart::line& l) {
  solve(l.id);
  if (auto* known = line(l.id))
    static_cast<cart::line&>(*known) = l;
  else
    view.lines.push_back({l, {}});
}

void state::reopen_after(const std::string& order) {
  view.status = status::open;
  view.order_id.clear();
  owes_birth = false;
  view.rejected.push_back(order);
  if (view.rejected.size() > rejected_most)
    view.rejected.erase(view.rejected.begin());
}

void state::remember_absorbed(const std::string& from) {
  if (view.problems.size() > problems_most)
    view.problems.resize(problems_most);
  absorbed.push_back(from);
  if (absorbed.size() > absorbed_most)
    absorbed.erase(absorbed.begin());
}

void state::expire() {
  view.status = status::expired;
  view.lines.clear();
  view.problems.clear();
}

void state::touch(time_point at) {
  ++view.version;
  touched = at;
  int64_t sum = 0;
  for (auto& l : view.lines) {
    l.line_total = {l.unit_price.amount * l.quantity, l.unit_price.currency};
    sum += l.line_total.amount;
  }
  view.subtotal = {std::min(sum, amount_max + 1), view.currency};
}

namespace {

/// What an event does to the lines.
void fold_lines(cart_model::state& s, const cart_model::event& e) {
  using event = cart_model::event;
  auto& v = s.view;
  switch (e.kind_case()) {
  case event::kLinePut:
    s.put(line_from(e.line_put()));
    break;
  case event::kLineChanged:
    s.solve(e.line_changed().line());
    if (auto* l = s.line(e.line_changed().line()))
      l->quantity = e.line_changed().quantity();
    break;
  case event::kLineRemoved:
    s.solve(e.line_removed());
    std::erase_if(v.lines, [&](const auto& l) { return l.id == e.line_removed(); });
    break;
  case event::kRepriced:
    for (const auto& p : e.repriced().prices())
      if (auto* l = s.line(p.line())) {
        l->unit_price = {p.unit_price(), *currency::parse(p.currency())};
        l->priced_at = from_micros(p.priced_at_us());
      }
    break;
  case event::kAbsorbed:
    for (const auto& l : e.absorbed().lines())
      s.put(line_from(l));
    break;
  default:
    break;
  }
}

} // namespace

void cart_model::fold(state& s, const event& e, time_point at) {
  auto& v = s.view;
  fold_lines(s, e);
  switch (e.kind_case()) {
  case event::kOpened:
    v.status = status::open;
    v.currency = *currency::parse(e.opened().currency());
    v.country = e.opened().country();
    v.user_id = e.opened().user_id();
    v.session = e.opened().session();
    break;
  case event::kLinePut:
  case event::kLineChanged:
  case event::kLineRemoved:
  case event::kRepriced:
    break; // of the lines only
  case event::kCountrySet:
    v.country = e.country_set();
    break;
  case event::kClaimed:
    v.user_id = e.claimed();
    break;
  case event::kOrdering:
    v.status = status::ordering;
    v.order_id = e.ordering().order_id();
    s.ordered_total = e.ordering().total();
    s.owes_birth = true;
    v.problems.clear();
    break;
  case event::kOrderPlaced:
    s.owes_birth = false;
    break;
  case event::kReopened:
    s.reopen_after(e.reopened().order_id());
    v.problems.clear();
    take_problems(s, e.reopened().problems());
    break;
  case event::kCompleted:
    v.status = status::ordered;
    v.order_id = e.completed();
    s.owes_birth = false;
    break;
  case event::kHandedOver:
    v.status = status::merging;
    s.from_cart = e.handed_over().from_cart();
    v.to_cart = e.handed_over().to_cart();
    break;
  case event::kMerged:
    v.status = status::merged;
    break;
  case event::kMergeUndone:
    v.status = status::open;
    s.from_cart.clear();
    v.to_cart.clear();
    break;
  case event::kAbsorbed:
    take_problems(s, e.absorbed().problems());
    s.remember_absorbed(e.absorbed().from_cart());
    break;
  case event::kExpired:
    s.expire();
    break;
  case event::KIND_NOT_SET:
    break;
  }
  s.touch(at);
}

bool cart_model::is_remembered(const command& c) {
  return std::visit(overloaded{
                        [](const cart::open&) { return true; },
                        [](const cart::add_line&) { return true; },
                        [](const cart::change_line&) { return true; },
                        [](const cart::remove_line&) { return true; },
                        [](const cart::reprice&) { return true; },
                        [](const cart::set_country&) { return true; },
                        [](const cart::claim&) { return true; },
                        [](const cart::checkout&) { return true; },
                        [](const cart::hand_over&) { return true; },
                        [](const auto&) { return false; },
                    },
                    c);
}

bool cart_model::fits(const command& c, const std::vector<event>& events) {
  const auto& e = events.front();
  return std::visit(
      overloaded{
          [&](const cart::order_answered& x) {
            return e.kind_case() == event::kOrderPlaced && e.order_placed() == x.order_id;
          },
          [&](const cart::reopen& x) {
            return e.has_reopened() && e.reopened().order_id() == x.order_id;
          },
          [&](const cart::complete&) { return e.kind_case() == event::kCompleted; },
          [&](const cart::absorb& x) {
            return e.has_absorbed() && e.absorbed().from_cart() == x.from_cart;
          },
          [&](const cart::merge_answered&) { return e.kind_case() == event::kMerged; },
          [&](const cart::merge_refused&) { return e.kind_case() == event::kMergeUndone; },
          [&](const cart::expire&) { return e.has_expired(); },
          [](const auto&) { return false; },
      },
      c);
}

} // namespace souk::sim
