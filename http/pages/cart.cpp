// The cart's page and forms, and the choice of country and language at the foot of every page.
#include "http/headers.hpp"
#include "http/pages/basket.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/models.hpp"
#include "http/pages/pages.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr int64_t quantity_max = 9'999;

constexpr auto odd_quantity = "/cart?odd_quantity=1";

/// What stands in a field as a number of units; nothing for what is none, or more than a line
/// takes.
std::optional<int64_t> units_in(const std::string& text) {
  int64_t units = 0;
  const auto* last = text.data() + text.size();
  const auto [end, ec] = std::from_chars(text.data(), last, units);
  if (ec != std::errc{} || end != last || units < 0 || units > quantity_max)
    return std::nullopt;
  return units;
}

bool is_too_many(const failure& why) {
  return !why.problems.empty() && why.problems.front().field == "/quantity";
}

uint64_t version_of(const visit_ptr& v) { return v->cart ? v->cart->version : 0; }

void show_cart(const visit_ptr& v) {
  const page_head head{.title = v->say("cart.title")};
  bj::object frame{{"added", v->c.in->query_value("added").has_value()},
                   {"too_many", v->c.in->query_value("too_many").has_value()},
                   {"odd_quantity", v->c.in->query_value("odd_quantity").has_value()},
                   {"unsold", v->c.in->query_value("unsold").has_value()},
                   {"version", version_of(v)}};
  if (!v->cart || v->cart->status != cart::status::open || v->cart->lines.empty()) {
    frame["empty"] = true;
    if (v->cart && v->cart->status == cart::status::ordering)
      frame["waiting_order"] = v->cart->order_id;
    return v->show("cart.html", head, std::move(frame));
  }
  cart_model(v->c.at, v->cart_id, *v->cart, v->market,
             showing(v, [v, head, frame](bj::object model) {
               model.erase("id"); // it is the right to the cart and stays in its cookie
               for (const auto& [key, value] : frame)
                 model[key] = value;
               model["full"] = true;
               v->show("cart.html", head, std::move(model));
             }));
}

void count_cart(const visit_ptr& v) {
  int64_t units = 0;
  if (v->cart && v->cart->status == cart::status::open)
    for (const auto& line : v->cart->lines)
      units += line.quantity;
  v->c.done(response::json(200, bj::object{{"units", units}, {"version", version_of(v)}})
                .with("Cache-Control", "no-store"));
}

void add_to_cart(const visit_ptr& v, const cart::new_line& what, cluster::command_meta how,
                 bool again) {
  v->c.at.carts.add_line(v->c.shopper(), v->cart_id, what, std::move(how),
                         [v, what, again](result<cart::cart_view> r) {
                           if (r)
                             return v->go("/cart?added=1");
                           // The key of a page that was gone back to, with another choice: the
                           // visitor means it.
                           if (r.error().code == errc::idempotency_mismatch && !again)
                             return add_to_cart(v, what, v->fresh_meta(), true);
                           if (r.error().code == errc::invalid && is_too_many(r.error()))
                             return v->go("/cart?too_many=1");
                           if (r.error().code == errc::invalid)
                             return v->go("/cart?unsold=1");
                           v->refuse(r.error());
                         });
}

void add_line(const visit_ptr& v) {
  const auto units = units_in(v->field("quantity"));
  if (units.value_or(0) == 0)
    return v->go(odd_quantity);
  const cart::new_line what{.sku = v->field("sku"), .quantity = *units};
  if (what.sku.empty() || what.sku.size() > 64)
    return v->go(local_path(v->field("back")));
  with_cart(v, [v, what] { add_to_cart(v, what, v->meta(v->cart_id), false); });
}

/// The page shows the cart as it is, whatever became of the change.
callback<cart::cart_view> back_to_cart(const visit_ptr& v) {
  return [v](result<cart::cart_view> r) {
    if (!r && is_transient(r.error().code))
      return v->refuse(r.error());
    v->go("/cart");
  };
}

void change_line(const visit_ptr& v) {
  const auto& line = v->c.in->param("line");
  if (!v->cart)
    return v->go("/cart");
  const auto units = v->field("remove").empty() ? units_in(v->field("quantity")) : 0;
  if (!units)
    return v->go(odd_quantity);
  if (*units == 0)
    return v->c.at.carts.remove_line(v->c.shopper(), v->cart_id, {line, {}}, v->fresh_meta(),
                                     back_to_cart(v));
  v->c.at.carts.change_line(v->c.shopper(), v->cart_id, {line, *units, {}}, v->fresh_meta(),
                            back_to_cart(v));
}

void choose_market(const visit_ptr& v) {
  const auto back = local_path(v->field("back"));
  if (const auto locale = v->field("locale"); is_locale(locale))
    v->keep_cookie(locale_cookie, locale, choice_age);
  const auto wanted = parse_market_choice(v->field("market"));
  if (!wanted)
    return v->go(back);
  v->keep_cookie(market_cookie, market_choice(*wanted), choice_age);
  v->market = *wanted;
  if (!v->cart || v->cart->status != cart::status::open)
    return v->go(back);
  with_cart(v, [v, back, before = v->cart->lines.size()] {
    v->go(v->cart->lines.size() < before ? "/cart?unsold=1" : back);
  });
}

} // namespace

void add_cart_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(to, at, "/cart", show_cart, personal);
  add_page(to, at, "/cart/count", count_cart);
  add_form(to, at, "/cart/lines", add_line, form_guard::light);
  add_form(to, at, "/cart/lines/{line}", change_line);
  add_form(to, at, "/market", choose_market, form_guard::light);
}

} // namespace souk::http
