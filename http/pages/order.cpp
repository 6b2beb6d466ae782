// An order for its buyer: how far it is, what it holds, and what can be done about it. A guest's
// right is the access token in a cookie; one in the address is moved there at once, so that no
// Referer and no history carries it on.
#include "http/api/order_json.hpp"
#include "http/headers.hpp"
#include "http/pages/checkout_form.hpp"
#include "http/pages/pages.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr std::chrono::hours order_token_age{24 * 30};

order::credentials credentials_of(const visit& v, const std::string& id) {
  return {.user_id = v.user(),
          .access_token = std::string{cookie(*v.c.in, std::string{order_cookie_prefix} + id)}};
}

/// placed ─ paid ─ shipped ─ delivered, as far as it came.
bj::array timeline_of(const visit& v, order::status status) {
  int reached = 0;
  switch (status) {
  case order::status::holding:
  case order::status::authorising:
  case order::status::action_required:
  case order::status::payment_failed:
  case order::status::claiming:
    reached = 1;
    break;
  case order::status::confirmed:
    reached = 2;
    break;
  case order::status::shipped:
    reached = 3;
    break;
  case order::status::delivered:
    reached = 4;
    break;
  case order::status::compensating:
  case order::status::cancelled:
  case order::status::rejected:
  case order::status::refunded:
    return {};
  }
  bj::array out;
  for (const auto* step : {"placed", "paid", "shipped", "delivered"}) {
    const auto at = static_cast<int>(out.size());
    out.push_back(bj::object{{"name", v.say(std::string{"step."} + step)},
                             {"done", at < reached},
                             {"current", at == reached}});
  }
  return out;
}

bool is_cancellable(order::status s) {
  return s == order::status::holding || s == order::status::authorising ||
         s == order::status::action_required || s == order::status::payment_failed ||
         s == order::status::claiming || s == order::status::confirmed;
}

bool is_working(order::status s) {
  return s == order::status::holding || s == order::status::authorising ||
         s == order::status::claiming || s == order::status::compensating;
}

/// Nothing will be sent.
bool is_given_up(order::status s) {
  return s == order::status::compensating || s == order::status::cancelled ||
         s == order::status::rejected;
}

std::string named(const order::placed_line& line) {
  const auto label = order::label_of(line.options);
  return label.empty() ? line.title : line.title + " (" + label + ")";
}

/// The titles of the lines that problems name.
void name_problems(bj::object& model, const order::order_view& view) {
  for (auto& p : model["problems"].get_array()) {
    const auto line =
        std::ranges::find(view.placed.lines, std::string_view{p.at("field").get_string()},
                          [](const auto& l) { return std::string_view{l.id}; });
    if (line != view.placed.lines.end())
      p.get_object()["title"] = named(*line);
  }
}

/// What was chosen of each line.
void name_choices(bj::object& model, const order::order_view& view) {
  auto& lines = model["lines"].get_array();
  for (size_t i = 0; i < lines.size(); ++i)
    lines[i].get_object()["label"] = order::label_of(view.placed.lines[i].options);
}

/// The parcels there are or will be by number, with the titles of what is in them.
void name_parcels(bj::object& model, const order::order_view& view) {
  auto& parcels = model["shipments"].get_array();
  if (is_given_up(view.status))
    return parcels.clear();
  for (size_t i = 0; i < parcels.size(); ++i) {
    std::string content;
    for (const auto& line : view.placed.lines)
      if (std::ranges::find(view.shipments[i].lines, line.id) != view.shipments[i].lines.end())
        content += (content.empty() ? "" : ", ") + named(line);
    parcels[i].get_object()["parcel"] = i + 1;
    parcels[i].get_object()["content"] = content;
  }
}

bj::object model_of(const visit& v, const order::order_view& view) {
  auto model = json_of(view, "");
  name_problems(model, view);
  name_choices(model, view);
  name_parcels(model, view);
  const auto status = view.status;
  const auto& sums = view.placed.sums;
  model["steps"] = timeline_of(v, status);
  model["cancellable"] = is_cancellable(status);
  model["working"] = is_working(status);
  model["mine"] = v.signed_in();
  model["cart_is_here"] = v.cart && v.cart_id == view.placed.cart_id;
  model["may_pay"] = status == order::status::payment_failed;
  model["cards"] = test_cards(v);
  model["bank_url"] =
      status == order::status::action_required ? view.payment.next_action_url : std::string{};
  auto& totals = model["totals"].get_object(); // the sections stand where the sums are found
  totals["free_shipping"] = sums.shipping.amount == 0;
  totals["has_discount"] = sums.discount.amount > 0;
  totals["tax_added"] = !sums.tax_included;
  model["refunded_part"] = view.payment.refunded > 0;
  if (!view.payment.decline_code.empty()) {
    const auto why = find_text(v.locale, "decline." + view.payment.decline_code);
    model["decline_reason"] = why ? std::string{*why} : v.say("decline.generic_decline");
  }
  const auto shipping = find_text(v.locale, "shipping." + view.placed.shipping_option);
  model["shipping_name"] = shipping ? std::string{*shipping} : view.placed.shipping_option;
  for (const auto* said : {"too_late", "bank_open", "pay_over"})
    if (v.c.in->query_value(said))
      model[said] = true;
  return model;
}

void render(const visit_ptr& v, const order::order_view& view, bj::object model) {
  const auto title = text(v->locale, "order.title", view.placed.number);
  v->show("order.html", {.title = title, .refresh = is_working(view.status)}, std::move(model));
}

/// With whom and where it goes to, while the key to that is still there.
void with_contact(const visit_ptr& v, const order::order_view& view) {
  v->c.at.people.find_seal_key(view.placed.person, [v, view](result<std::string> key) {
    auto model = model_of(*v, view);
    const auto plain = key ? unseal(view.placed.contact, *key) : result<std::string>{key.error()};
    boost::system::error_code not_json;
    const auto contact = plain ? bj::parse(*plain, not_json) : bj::value{};
    if (!not_json && contact.is_object()) {
      model["contact"] = contact;
      const std::string country{contact.at("country").as_string()};
      const auto name = find_text(v->locale, "country." + country);
      auto& to = model["contact"].get_object();
      to["country_name"] = name ? std::string{*name} : country;
      to.emplace("state", ""); // older orders have none
    }
    render(v, view, std::move(model));
  });
}

void show_order(const visit_ptr& v) {
  const auto& id = v->c.in->param("id");
  if (const auto token = v->c.in->query_value("token")) {
    if (is_plausible_id(id) && token->size() < 200 && token->find(';') == std::string_view::npos)
      v->keep_cookie(std::string{order_cookie_prefix} + id, *token, order_token_age);
    return v->go(is_plausible_id(id) ? "/orders/" + id : "/");
  }
  v->c.at.orders.get(credentials_of(*v, id), id, v->fresh_meta(),
                     [v](result<order::order_view> view) {
                       view ? with_contact(v, *view) : v->refuse(view.error());
                     });
}

/// The order's page says what became of it.
callback<checkout::placed_order> back_to_order(const visit_ptr& v, const char* refused = "") {
  return [v, refused](result<checkout::placed_order> r) {
    const auto page = "/orders/" + v->c.in->param("id");
    const bool bank_waits = r && r->view.status == order::status::action_required;
    if (r)
      return v->go(bank_waits && !v->field("continue").empty() ? page + "?bank_open=1" : page);
    const auto& why = r.error();
    if (is_transient(why.code) || why.code == errc::not_found)
      return v->refuse(why);
    v->go(page + refused);
  };
}

void pay(const visit_ptr& v) {
  const auto& id = v->c.in->param("id");
  const bool goes_on = !v->field("continue").empty();
  const auto card = goes_on ? "" : chosen_card(*v);
  if (!goes_on && card.empty())
    return v->go("/orders/" + (is_plausible_id(id) ? id : ""));
  v->c.at.orders.pay(credentials_of(*v, id), id, card, v->meta(id),
                     back_to_order(v, "?pay_over=1"));
}

void cancel(const visit_ptr& v) {
  const auto& id = v->c.in->param("id");
  v->c.at.orders.cancel(credentials_of(*v, id), id, "cancelled by the buyer", v->meta(id),
                        back_to_order(v, "?too_late=1"));
}

} // namespace

void add_order_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(to, at, "/orders/{id}", show_order, personal);
  add_form(to, at, "/orders/{id}/payments", pay);
  add_form(to, at, "/orders/{id}/cancel", cancel);
}

} // namespace souk::http
