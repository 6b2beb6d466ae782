// Orders for their buyers: placed from a cart, paid, seen and cancelled by the owner's session or
// by whoever holds the access token that placing answered.
#include "http/api/order_json.hpp"
#include "http/api/user_json.hpp"
#include "http/headers.hpp"

namespace souk::http {

namespace {

struct payment_choice {
  std::string provider;
  std::string method;
};

/// {"provider": "stripe", "payment_method": "pm_…"}
payment_choice read_payment(object_reader& in, bool needs_method) {
  constexpr text_limits method{.min = 1, .max = 200};
  payment_choice out;
  out.provider = in.text("provider", {.min = 1, .max = 32});
  if (!out.provider.empty() && out.provider != "stripe")
    in.refuse("provider", "unknown_provider", "must be \"stripe\"");
  out.method = needs_method ? in.text("payment_method", method)
                            : in.optional_text("payment_method", method).value_or("");
  return out;
}

order::credentials credentials_of(const call& c, user::permission as_staff) {
  if (!c.who().session_id.empty() || !c.who().key_id.empty())
    return {.user_id = c.who().user_id, .access_token = {}, .staff = c.who().may(as_staff)};
  return {.user_id = {}, .access_token = std::string{bearer_token(*c.in)}, .staff = false};
}

/// The language that the client's Accept-Language puts first; empty where it names none.
std::string first_locale(const request& in) {
  auto all = preferred_locales(in.header_value("accept-language"));
  all.resize(std::min(all.find(','), all.size()));
  return is_language_tag(all) ? all : std::string{};
}

void place_order(const call& c) {
  const auto version = read_if_match(*c.in);
  if (!version)
    return c.refuse(version.error());
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  checkout::order_request what{.expected_version = *version};
  what.cart_id = in.text("cart_id", {.min = 1, .max = id_bytes_max});
  what.email = read_email(in);
  in.object("shipping_address", [&](object_reader& address) { what.to = read_address(address); });
  what.shipping_option = in.text("shipping_option", {.min = 1, .max = 64});
  what.expected_total = in.optional_money("expected_total");
  in.object("payment", [&](object_reader& payment) {
    auto chosen = read_payment(payment, true);
    what.provider = std::move(chosen.provider);
    what.payment_method = std::move(chosen.method);
  });
  auto said = read_locale(in);
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  what.locale = said ? std::move(*said) : first_locale(*c.in);
  const auto how = c.meta(what.cart_id);
  c.at.checkouts.place(c.shopper(), std::move(what), how,
                       answering<checkout::placed_order>(c, [in = c.in](const auto& placed) {
                         return render_outcome(*in, 201, placed);
                       }));
}

callback<checkout::placed_order> outcome(const call& c) {
  return answering<checkout::placed_order>(
      c, [in = c.in](const auto& placed) { return render_outcome(*in, 200, placed); });
}

void pay_order(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  payment_choice chosen;
  body->root().object("payment", [&](object_reader& in) { chosen = read_payment(in, false); });
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.in->param("id");
  c.at.orders.pay(credentials_of(c, user::permission::refund_orders), id, std::move(chosen.method),
                  c.meta(id), outcome(c));
}

void read_order(const call& c) {
  const auto& id = c.in->param("id");
  auto who = credentials_of(c, user::permission::read_orders);
  const bool is_staff = who.staff;
  c.at.orders.get(std::move(who), id, c.meta(id),
                  answering<order::order_view>(c, [c, is_staff](const order::order_view& view) {
                    // Staff see the order, not what would let them act as its buyer.
                    const auto token =
                        is_staff ? "" : c.at.checkouts.access_token(c.in->param("id"));
                    return render_order(*c.in, 200, view, token);
                  }));
}

void cancel_order(const call& c) {
  std::string reason;
  if (!c.in->body.empty()) {
    auto body = json_body::of(*c.in);
    if (!body)
      return c.refuse(body.error());
    reason = body->root().optional_text("reason", {.max = reason_bytes_max}).value_or("");
    if (const auto wrong = body->finish())
      return c.refuse(*wrong);
  }
  const auto& id = c.in->param("id");
  c.at.orders.cancel(credentials_of(c, user::permission::refund_orders), id, std::move(reason),
                     c.meta(id), outcome(c));
}

} // namespace

void add_order_routes(router& to, shop& at) {
  const route_options options{.body_limit = 16 << 10};
  constexpr bool fresh = true;
  to.add(method::post, "/v1/orders", "place_order", for_guests(at, place_order, fresh), options);
  to.add(method::get, "/v1/orders/{id}", "read_order", for_owners(at, read_order), options);
  to.add(method::post, "/v1/orders/{id}/payments", "pay_order", for_owners(at, pay_order, fresh),
         options);
  to.add(method::post, "/v1/orders/{id}/cancel", "cancel_order",
         for_owners(at, cancel_order, fresh), options);
}

} // namespace souk::http
