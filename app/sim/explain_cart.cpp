// A cart as a plain program: lines by SKU and options, until they are an order or part of another
// cart.
#include "actors/cart/merge.hpp"
#include "actors/entity/model.hpp"
#include "app/sim/explain_models.hpp"

#include <algorithm>

namespace souk::sim {

namespace {

using state = cart_model::state;
using cart::status;
using entity::overloaded;
using refusal = std::optional<failure>;

constexpr size_t lines_most = 200;
constexpr int64_t quantity_most = 9'999;
constexpr std::chrono::hours idle_most{30 * 24};

refusal no(errc why) { return fail(why); }

int64_t worth(const state& s) {
  int64_t sum = 0;
  for (const auto& l : s.view.lines)
    sum += l.unit_price.amount * l.quantity;
  return sum;
}

/// What a line becomes when `more` is added to it; a new one where there is none like it.
cart::line added(const state& s, const cart::line& more) {
  for (const auto& l : s.view.lines)
    if (l.sku == more.sku && l.options == more.options) {
      cart::line out = l;
      out.quantity += more.quantity;
      if (more.priced_at >= out.priced_at) {
        out.unit_price = more.unit_price;
        out.priced_at = more.priced_at;
      }
      return out;
    }
  return more;
}

/// Nothing when `more` fits; the field that is wrong, and how.
std::optional<problem> misfit(const state& s, const cart::line& more) {
  const auto wrong = [](const char* field, const char* how) { return problem{how, field, "", {}}; };
  if (more.quantity < 1 || more.quantity > quantity_most)
    return wrong("/quantity", "out_of_range");
  if (more.unit_price.amount < 0 || more.unit_price.amount > amount_max)
    return wrong("/unit_price", "out_of_range");
  const auto as = added(s, more);
  const bool is_new = as == more;
  if (is_new && s.view.lines.size() >= lines_most)
    return wrong("/lines", "out_of_range");
  if (as.quantity > quantity_most)
    return wrong("/quantity", "out_of_range");
  auto with = s;
  with.put(as);
  return worth(with) > amount_max ? std::optional{wrong("/quantity", "out_of_range")}
                                  : std::nullopt;
}

cart::line line_of(const cart::add_line& c) {
  return {c.line_id, c.sku,      c.product_id, c.title,
          c.options, c.quantity, c.unit_price, c.priced_at};
}

/// Made by the same checkout: the same id but for the time it begins with.
bool is_same_order(const std::string& a, const std::string& b) {
  constexpr size_t uuid = 36, time = 14;
  return a.size() == uuid && b.size() == uuid && a.substr(time) == b.substr(time);
}
const std::string* rejected_before(const state& s, const std::string& order_id) {
  const auto at = std::ranges::find_if(
      s.view.rejected, [&](const auto& known) { return is_same_order(known, order_id); });
  return at == s.view.rejected.end() ? nullptr : &*at;
}

refusal closed(const state& s, std::optional<uint64_t> expected = {}) {
  if (s.view.status == status::none || s.view.status == status::expired)
    return no(errc::not_found);
  if (s.view.status != status::open)
    return no(errc::cart_closed);
  return expected && *expected != s.view.version ? no(errc::precondition_failed) : std::nullopt;
}

bool is_country(const std::string& c) {
  return c.size() == 2 && std::ranges::all_of(c, [](char x) { return x >= 'A' && x <= 'Z'; });
}

refusal why_not(const state& s, const cart::open& c) {
  if (s.view.status != status::none)
    return no(errc::conflict);
  return is_country(c.country) ? std::nullopt : no(errc::invalid);
}
refusal why_not(const state& s, const cart::add_line& c) {
  if (auto shut = closed(s, c.expected_version))
    return shut;
  if (c.line_id.empty() || c.sku.empty() || c.unit_price.currency != s.view.currency)
    return no(errc::invalid);
  const auto as = added(s, line_of(c));
  if (as.id == c.line_id && s.line(c.line_id) && as == line_of(c))
    return no(errc::invalid); // another line has this id
  return misfit(s, line_of(c)) ? no(errc::invalid) : std::nullopt;
}
refusal why_not(const state& s, const cart::change_line& c) {
  if (auto shut = closed(s, c.expected_version))
    return shut;
  if (c.quantity < 1 || c.quantity > quantity_most)
    return no(errc::invalid);
  if (!s.line(c.line))
    return no(errc::not_found);
  auto with = s;
  with.line(c.line)->quantity = c.quantity;
  return worth(with) > amount_max ? no(errc::invalid) : std::nullopt;
}
refusal why_not(const state& s, const cart::remove_line& c) {
  if (auto shut = closed(s, c.expected_version))
    return shut;
  return s.line(c.line) ? std::nullopt : no(errc::not_found);
}
refusal why_not(const state& s, const cart::reprice& c) {
  if (auto shut = closed(s))
    return shut;
  const bool wrong = std::ranges::any_of(c.prices, [&](const cart::price& p) {
    return p.unit_price.currency != s.view.currency || p.unit_price.amount < 0 ||
           p.unit_price.amount > amount_max;
  });
  if (wrong)
    return no(errc::invalid);
  auto with = s;
  for (const auto& p : c.prices)
    if (auto* l = with.line(p.line); l && p.priced_at >= l->priced_at)
      l->unit_price = p.unit_price;
  return worth(with) > amount_max ? no(errc::invalid) : std::nullopt;
}
refusal why_not(const state& s, const cart::set_country& c) {
  if (auto shut = closed(s))
    return shut;
  return is_country(c.country) ? std::nullopt : no(errc::invalid);
}
refusal why_not(const state& s, const cart::claim& c) {
  if (auto shut = closed(s))
    return shut;
  if (c.user_id.empty())
    return no(errc::invalid);
  const bool others = !s.view.user_id.empty() && s.view.user_id != c.user_id;
  return others ? no(errc::forbidden) : std::nullopt;
}
bool is_ordered(const state& s) {
  return s.view.status == status::ordering || s.view.status == status::ordered;
}
refusal why_not(const state& s, const cart::checkout& c) {
  const auto& placed = c.placed;
  if (is_ordered(s) || rejected_before(s, placed.order_id))
    return {};
  if (auto shut = closed(s, c.expected_version))
    return shut;
  if (s.view.lines.empty() || placed.order_id.empty() ||
      placed.sums.total.currency != s.view.currency)
    return no(errc::invalid);
  const bool same = std::ranges::equal(
      placed.lines, s.view.lines, [](const order::placed_line& a, const cart::line& b) {
        return a.id == b.id && a.sku == b.sku && a.quantity == b.quantity;
      });
  return same ? std::nullopt : no(errc::quote_changed);
}
bool is_merging_into(const state& s, const std::string& to) {
  const bool merging = s.view.status == status::merging || s.view.status == status::merged;
  return merging && s.view.to_cart == to;
}
refusal why_not(const state& s, const cart::hand_over& c) {
  if (is_merging_into(s, c.to_cart))
    return {};
  if (auto shut = closed(s))
    return shut;
  const bool wrong = c.from_cart.empty() || c.to_cart.empty() || c.from_cart == c.to_cart;
  return wrong ? no(errc::invalid) : std::nullopt;
}
bool has_absorbed(const state& s, const cart::absorb& c) {
  return std::ranges::find(s.absorbed, c.from_cart) != s.absorbed.end();
}
refusal why_not(const state& s, const cart::absorb& c) {
  return has_absorbed(s, c) ? std::nullopt : closed(s);
}
refusal why_not(const state& s, const cart::get&) {
  return s.view.status == status::expired ? no(errc::not_found) : std::nullopt;
}
/// What its order, or itself, tells it is never refused; what is stale is passed over.
template <class Told>
refusal why_not(const state&, const Told&) {
  return {};
}

bool waits_for(const state& s, const std::string& order_id) {
  return s.view.status == status::ordering && s.view.order_id == order_id;
}

void absorb(state& s, const cart::absorb& c) {
  std::vector<problem> problems;
  for (auto more : c.lines) {
    const auto note = [&](const char* code) { problems.push_back({code, more.sku, "", {}}); };
    if (more.unit_price.currency != s.view.currency) {
      note("currency_mismatch");
      continue;
    }
    const auto there = added(s, more).quantity - more.quantity;
    if (more.quantity > quantity_most - there) {
      note("out_of_range");
      more.quantity = quantity_most - there;
    }
    if (more.quantity == 0)
      continue;
    if (added(s, more) == more && s.line(more.id))
      more.id = cart::other_line_id(c.from_cart, more.id);
    if (const auto wrong = misfit(s, more))
      note(wrong->code.c_str());
    else
      s.put(added(s, more));
  }
  s.view.problems.insert(s.view.problems.end(), problems.begin(), problems.end());
  s.remember_absorbed(c.from_cart);
}

} // namespace

std::optional<failure> cart_model::refuses(const state& s, const command& c, time_point) {
  if (s.view.status == status::none && !std::holds_alternative<cart::open>(c))
    return fail(errc::not_found);
  return std::visit([&](const auto& x) { return why_not(s, x); }, c);
}

bool cart_model::has_done(const state& s, const command& c) {
  return std::visit(
      overloaded{
          [&](const cart::change_line& x) {
            const auto* l = s.line(x.line);
            return l && l->quantity == x.quantity;
          },
          [&](const cart::reprice& x) {
            return std::ranges::none_of(x.prices, [&](const cart::price& p) {
              const auto* l = s.line(p.line);
              return l && p.priced_at >= l->priced_at && p.unit_price != l->unit_price;
            });
          },
          [&](const cart::set_country& x) { return s.view.country == x.country; },
          [&](const cart::claim& x) { return s.view.user_id == x.user_id; },
          [&](const cart::checkout& x) {
            return is_ordered(s) || rejected_before(s, x.placed.order_id);
          },
          [&](const cart::hand_over& x) { return is_merging_into(s, x.to_cart); },
          [](const cart::get&) { return true; },
          [&](const cart::order_answered& x) { return !waits_for(s, x.order_id) || !s.owes_birth; },
          [&](const cart::reopen& x) { return !waits_for(s, x.order_id); },
          [&](const cart::complete& x) { return !waits_for(s, x.order_id); },
          [&](const cart::absorb& x) { return has_absorbed(s, x); },
          [&](const cart::merge_answered& x) {
            return s.view.status != status::merging || s.view.to_cart != x.to_cart;
          },
          [&](const cart::merge_refused& x) {
            return s.view.status != status::merging || s.view.to_cart != x.to_cart;
          },
          [](const auto&) { return false; },
      },
      c);
}

void cart_model::perform(state& s, const command& c, time_point at) {
  auto& v = s.view;
  std::visit(overloaded{
                 [&](const cart::open& x) {
                   v.status = status::open;
                   v.currency = x.currency;
                   v.country = x.country;
                   v.user_id = x.user_id;
                   v.session = x.session;
                 },
                 [&](const cart::add_line& x) { s.put(added(s, line_of(x))); },
                 [&](const cart::change_line& x) {
                   s.solve(x.line);
                   s.line(x.line)->quantity = x.quantity;
                 },
                 [&](const cart::remove_line& x) {
                   s.solve(x.line);
                   std::erase_if(v.lines, [&](const auto& l) { return l.id == x.line; });
                 },
                 [&](const cart::reprice& x) {
                   for (const auto& p : x.prices)
                     if (auto* l = s.line(p.line);
                         l && p.priced_at >= l->priced_at && p.unit_price != l->unit_price) {
                       l->unit_price = p.unit_price;
                       l->priced_at = p.priced_at;
                     }
                 },
                 [&](const cart::set_country& x) { v.country = x.country; },
                 [&](const cart::claim& x) { v.user_id = x.user_id; },
                 [&](const cart::checkout& x) {
                   v.status = status::ordering;
                   v.order_id = x.placed.order_id;
                   s.ordered_total = x.placed.sums.total.amount;
                   s.owes_birth = true;
                   v.problems.clear();
                 },
                 [&](const cart::hand_over& x) {
                   v.status = status::merging;
                   s.from_cart = x.from_cart;
                   v.to_cart = x.to_cart;
                 },
                 [&](const cart::order_answered&) { s.owes_birth = false; },
                 [&](const cart::reopen& x) {
                   s.reopen_after(x.order_id);
                   v.problems = x.problems;
                 },
                 [&](const cart::complete&) {
                   v.status = status::ordered;
                   s.owes_birth = false;
                 },
                 [&](const cart::absorb& x) { absorb(s, x); },
                 [&](const cart::merge_answered&) { v.status = status::merged; },
                 [&](const cart::merge_refused&) {
                   v.status = status::open;
                   s.from_cart.clear();
                   v.to_cart.clear();
                 },
                 [&](const cart::expire&) {
                   if (v.status == status::open && s.touched + idle_most <= at)
                     s.expire();
                 },
                 [](const cart::get&) {},
             },
             c);
  s.touch(at);
}

cart::reply cart_model::answer(const state& s, const command& c) {
  auto out = s.view;
  if (const auto* again = std::get_if<cart::checkout>(&c))
    if (const auto* own = rejected_before(s, again->placed.order_id))
      out.order_id = *own;
  return out;
}

} // namespace souk::sim
