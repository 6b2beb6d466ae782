// Carts: an unguessable id is a guest's right to one; a user's needs the user's session.
#include "http/api/cart_json.hpp"
#include "http/api/routes.hpp"
#include "http/headers.hpp"

namespace souk::http {

namespace {

response render(const request& in, int status, const std::string& id, const cart::cart_view& cart) {
  return with_etag(in, etag_of(cart.version), response::json(status, json_of(id, cart)))
      .with("Cache-Control", "no-store");
}

/// The answer: the cart with its titles in the request's language.
void show(const call& c, int status, const std::string& id, cart::cart_view cart) {
  auto locale = read_locales(*c.in);
  if (!locale)
    return c.refuse(locale.error());
  c.at.carts.in_language(
      std::move(cart), std::move(*locale),
      answering<cart::cart_view>(c, [in = c.in, status, id](const cart::cart_view& shown) {
        auto out = render(*in, status, id, shown);
        return status == 201 ? std::move(out).with("Location", "/v1/carts/" + id) : out;
      }));
}

callback<cart::cart_view> whole_cart(const call& c, int status = 200) {
  return [c, status](result<cart::cart_view> cart) {
    cart ? show(c, status, c.in->param("id"), std::move(*cart)) : c.refuse(cart.error());
  };
}

void open_cart(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  const auto in = read_currency(body->root(), "currency");
  auto country = read_country(body->root(), "country");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  // A guest who opens a cart holds nothing yet: two strangers with one key must not share a cart.
  const auto how = c.meta(c.in->peer);
  c.at.carts.open(
      c.shopper(), in, std::move(country), c.keyed(), how, [c](result<cart::opened_cart> r) {
        if (!r)
          return c.refuse(r.error());
        if (c.who().user_id.empty())
          return show(c, 201, r->id, std::move(r->view));
        c.at.sessions.remember_cart(c.who().user_id, r->id, [c, cart = *r](result<bool> kept) {
          if (!kept)
            return c.refuse(kept.error());
          show(c, 201, cart.id, cart.view);
        });
      });
}

void read_cart(const call& c) {
  const auto& id = c.in->param("id");
  c.at.carts.get(c.shopper(), id, c.meta(id), whole_cart(c));
}

void add_line(const call& c) {
  const auto version = read_if_match(*c.in);
  if (!version)
    return c.refuse(version.error());
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  cart::new_line what{.expected_version = *version};
  what.sku = body->root().text("sku", {.min = 1, .max = 64});
  what.quantity = body->root().integer("quantity", 1, line_quantity_max);
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.in->param("id");
  c.at.carts.add_line(c.shopper(), id, std::move(what), c.meta(id), whole_cart(c, 201));
}

void change_line(const call& c) {
  const auto version = read_if_match(*c.in);
  if (!version)
    return c.refuse(version.error());
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  const auto quantity = body->root().integer("quantity", 1, line_quantity_max);
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.in->param("id");
  c.at.carts.change_line(c.shopper(), id, {c.in->param("line"), quantity, *version}, c.meta(id),
                         whole_cart(c));
}

void remove_line(const call& c) {
  const auto version = read_if_match(*c.in);
  if (!version)
    return c.refuse(version.error());
  const auto& id = c.in->param("id");
  c.at.carts.remove_line(c.shopper(), id, {c.in->param("line"), *version}, c.meta(id),
                         whole_cart(c));
}

void quote_cart(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  checkout::address to;
  body->root().object("shipping_address", [&](object_reader& in) { to = read_address(in); });
  auto option = body->root().optional_text("shipping_option", {.max = 64}).value_or("");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.in->param("id");
  c.at.checkouts.quote(
      c.shopper(), id, std::move(to), std::move(option), c.meta(id),
      answering<pricing::quote>(c, [](const pricing::quote& q) {
        return response::json_text(200, checkout::to_json(q)).with("Cache-Control", "no-store");
      }));
}

} // namespace

void add_cart_routes(router& to, shop& at) {
  const auto add = [&](method verb, const char* pattern, const char* name, shop_handler handle) {
    to.add(verb, pattern, name, for_guests(at, std::move(handle)), {.body_limit = 16 << 10});
  };
  add(method::post, "/v1/carts", "open_cart", open_cart);
  add(method::get, "/v1/carts/{id}", "read_cart", read_cart);
  add(method::post, "/v1/carts/{id}/lines", "add_cart_line", add_line);
  add(method::patch, "/v1/carts/{id}/lines/{line}", "change_cart_line", change_line);
  add(method::del, "/v1/carts/{id}/lines/{line}", "remove_cart_line", remove_line);
  add(method::post, "/v1/carts/{id}/quote", "quote_cart", quote_cart);
}

} // namespace souk::http
