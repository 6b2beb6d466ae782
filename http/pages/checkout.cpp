// Checkout in two pages: where to, then what it costs and with which card. What is charged is what
// the second page showed: its form carries the total, and another one is shown before it is paid.
#include "http/api/fields.hpp"
#include "http/headers.hpp"
#include "http/pages/checkout_form.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/models.hpp"
#include "http/pages/pages.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr std::chrono::hours order_token_age{24 * 30};
constexpr auto details_page = "/checkout";
constexpr auto details_page_wrong = "/checkout?check=1";

bool has_goods(const visit& v) {
  return v.cart && v.cart->status == cart::status::open && !v.cart->lines.empty();
}

/// Shipping to this country with today's prices.
void offer_shipping(const visit_ptr& v, const std::string& country,
                    std::function<void(std::vector<pricing::offered_option>)> then) {
  std::vector<std::string> skus;
  for (const auto& line : v->cart->lines)
    if (std::ranges::find(skus, line.sku) == skus.end())
      skus.push_back(line.sku);
  const auto priced = [v, then](result<std::vector<pricing::offered_option>> all) {
    if (!all && is_transient(all.error().code))
      return v->refuse(all.error());
    then(all ? std::move(*all) : std::vector<pricing::offered_option>{});
  };
  v->c.at.goods.variants(
      skus, v->cart->currency, country,
      [v, country, priced](result<std::vector<catalogue::sellable>> goods) {
        if (!goods)
          return v->refuse(goods.error());
        pricing::quote_request asked{.currency = v->cart->currency, .country = country};
        for (const auto& line : v->cart->lines) {
          const auto item = std::ranges::find(*goods, line.sku, &catalogue::sellable::sku);
          if (item != goods->end() && item->price)
            asked.lines.push_back({line.sku, line.quantity, item->price->amount, item->tax_category,
                                   item->weight_grams});
        }
        v->c.at.prices.shipping_options(std::move(asked), priced);
      });
}

std::string option_name(const visit& v, const std::string& id, const std::string& otherwise) {
  const auto known = find_text(v.locale, "shipping." + id);
  return known ? std::string{*known} : otherwise;
}

// --- where to

void show_details(const visit_ptr& v, const checkout_form& form,
                  const std::vector<user::address>& saved) {
  offer_shipping(v, form.to.country, [v, form, saved](auto offered) {
    bj::array options, known;
    for (const auto& option : offered)
      options.push_back(
          bj::object{{"id", option.id},
                     {"name", option_name(*v, option.id, option.name)},
                     {"price", json_of(money{option.amount, v->cart->currency})},
                     {"free", option.amount == 0},
                     {"chosen", form.option.empty() ? options.empty() : option.id == form.option}});
    for (const auto& a : saved)
      known.push_back(json_of(as_destination(a), v->locale));
    for (size_t i = 0; i < saved.size(); ++i)
      known[i].get_object()["id"] = saved[i].id;
    auto model = json_of(form.to, v->locale);
    model["email"] = form.email;
    model["shipping"] = std::move(options);
    model["saved"] = std::move(known);
    auto there = v->market;
    there.country = form.to.country;
    model["countries"] = countries_of(there, v->locale);
    if (v->c.in->query_value("check")) {
      for (const auto& [name, why] : wrong_fields(form))
        model[name + "_wrong"] = say_wrong(*v, why, form.to.country);
      model["wrong"] = true;
    }
    v->show("checkout.html", {.title = v->say("checkout.title")}, std::move(model));
  });
}

/// Fills in what the account knows where nothing was said yet.
void begin_details(const visit_ptr& v) {
  if (!has_goods(*v))
    return v->go("/cart");
  auto form = read_checkout(*v);
  if (form.to.country.empty())
    form.to.country = v->market.country;
  if (!v->signed_in())
    return show_details(v, form, {});
  v->c.at.people.find(v->user(), [v, form](result<user::account> account) mutable {
    if (account && (form.email.empty() || !form.order.empty())) // that order is made
      form.email = account->email;
    v->c.at.people.addresses(v->user(), [v,
                                         form](result<std::vector<user::address>> saved) mutable {
      const auto all = saved ? std::move(*saved) : std::vector<user::address>{};
      const auto picked = v->c.in->query_value("address");
      const auto it = picked ? std::ranges::find(all, *picked, &user::address::id) : all.begin();
      if (it != all.end() && (picked || form.to.name.empty()))
        form.to = as_destination(*it);
      show_details(v, form, all);
    });
  });
}

void post_details(const visit_ptr& v) {
  const auto form = posted_checkout(*v);
  keep_checkout(*v, form);
  if (const auto saved = v->field("saved"); is_plausible_id(saved))
    return v->go("/checkout?address=" + saved);
  v->go(wrong_fields(form).empty() ? "/checkout/review" : details_page_wrong);
}

// --- what it costs

bj::array lines_of(const visit& v, const pricing::quote& q) {
  bj::array out;
  for (size_t i = 0; i < v.cart->lines.size() && i < q.lines.size(); ++i) {
    const auto& line = v.cart->lines[i];
    const money now{q.lines[i].unit_price, q.currency};
    bj::object shown{{"title", line.title},
                     {"label", order::label_of(line.options)},
                     {"quantity", line.quantity},
                     {"line_total", json_of(money{q.lines[i].line_total, q.currency})}};
    if (now != line.unit_price) {
      shown["price_before"] = json_of(line.unit_price);
      shown["price_now"] = json_of(now);
    }
    out.push_back(std::move(shown));
  }
  return out;
}

/// The total that a form showed, as it stands in a field or query.
std::optional<money> shown_total(std::string_view text, currency in) {
  int64_t amount = -1;
  const auto* last = text.data() + text.size();
  const auto [end, ec] = std::from_chars(text.data(), last, amount);
  if (ec != std::errc{} || end != last || amount < 0 || amount > amount_max)
    return std::nullopt;
  return money{amount, in};
}

void show_review(const visit_ptr& v, const checkout_form& form, const pricing::quote& q) {
  const auto sum = [&](int64_t amount) { return json_of(money{amount, q.currency}); };
  bj::object model{{"email", form.email},
                   {"to", json_of(form.to, v->locale)},
                   {"shipping_name", option_name(*v, form.option, form.option)},
                   {"lines", lines_of(*v, q)},
                   {"subtotal", sum(q.subtotal)},
                   {"shipping", sum(q.shipping)},
                   {"free_shipping", q.shipping == 0},
                   {"tax", sum(q.tax)},
                   {"tax_included", q.tax_included},
                   {"tax_added", !q.tax_included},
                   {"total", sum(q.total)},
                   {"cards", test_cards(*v)},
                   {"was", nullptr}};
  if (q.discount > 0)
    model["discount"] = sum(-q.discount);
  const auto was = shown_total(v->c.in->query_value("was").value_or(""), q.currency);
  if (was && was->amount != q.total)
    model["was"] = json_of(*was);
  v->show("review.html", {.title = v->say("review.title")}, std::move(model));
}

/// Runs `then` with the cart's titles in the visitor's language.
void in_own_words(const visit_ptr& v, std::function<void()> then) {
  v->c.at.carts.in_language(*v->cart, v->locale,
                            [v, then = std::move(then)](result<cart::cart_view> cart) {
                              if (cart)
                                v->cart = std::move(*cart);
                              then();
                            });
}

void begin_review(const visit_ptr& v) {
  if (!has_goods(*v))
    return v->go("/cart");
  const auto form = read_checkout(*v);
  if (!wrong_fields(form).empty())
    return v->go(details_page);
  v->c.at.checkouts.quote(v->c.shopper(), v->cart_id, form.to, form.option, v->fresh_meta(),
                          [v, form](result<pricing::quote> q) {
                            if (q)
                              return in_own_words(v,
                                                  [v, form, q = *q] { show_review(v, form, q); });
                            if (q.error().code == errc::invalid)
                              return v->go(details_page_wrong);
                            if (q.error().code == errc::conflict)
                              return v->go("/cart");
                            v->refuse(q.error());
                          });
}

// --- paying

void follow(const visit_ptr& v, checkout_form form, const checkout::placed_order& placed) {
  const auto& id = placed.view.placed.order_id;
  if (!v->signed_in()) // a user's right ends with the session
    v->keep_cookie(std::string{order_cookie_prefix} + id, placed.access_token, order_token_age);
  form.order = id;
  keep_checkout(*v, form);
  v->go("/orders/" + id);
}

void place(const visit_ptr& v, const checkout_form& form, const std::string& cart_id,
           const std::optional<money>& total, cluster::command_meta how, bool again) {
  checkout::order_request what{.cart_id = cart_id,
                               .email = *user::normalise_email(form.email),
                               .to = form.to,
                               .shipping_option = form.option,
                               .expected_total = total,
                               .provider = "stripe",
                               .payment_method = chosen_card(*v),
                               .locale = v->locale};
  v->c.at.checkouts.place(
      v->c.shopper(), std::move(what), std::move(how),
      [v, form, cart_id, total, again](result<checkout::placed_order> placed) {
        if (placed)
          return follow(v, form, *placed);
        const auto code = placed.error().code;
        // This form was sent before and its cart has its order by now: a fresh key answers that
        // one.
        if (code == errc::idempotency_mismatch && !again)
          return place(v, form, cart_id, total, v->fresh_meta(), true);
        if (code == errc::quote_changed)
          return v->go("/checkout/review?was=" + std::to_string(total ? total->amount : 0));
        if (code == errc::invalid)
          return v->go(details_page_wrong);
        if (code == errc::conflict || code == errc::cart_closed || code == errc::not_found)
          return v->go("/cart");
        v->refuse(placed.error());
      });
}

void post_payment(const visit_ptr& v) {
  const auto form = read_checkout(*v);
  // Also a cart that was ordered meanwhile: it answers its order.
  const std::string cart_id{v->cart_id.empty() ? cookie(*v->c.in, cart_cookie) : v->cart_id};
  if (cart_id.empty())
    return v->go(form.order.empty() ? "/cart" : "/orders/" + form.order);
  if (!wrong_fields(form).empty())
    return v->go(details_page);
  const auto unit = currency::parse(v->field("currency"));
  const auto total = shown_total(v->field("total"), unit ? *unit : v->market.currency);
  if (chosen_card(*v).empty() || !total)
    return v->go("/checkout/review");
  place(v, form, cart_id, total, v->meta(cart_id), false);
}

} // namespace

void add_checkout_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(to, at, details_page, begin_details, personal);
  add_form(to, at, details_page, post_details);
  add_page(to, at, "/checkout/review", begin_review, personal);
  add_form(to, at, "/checkout/review", post_payment);
}

} // namespace souk::http
