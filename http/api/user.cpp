// Accounts and sessions. The token goes to the client in the body and, for browsers, in a cookie
// that scripts cannot read.
#include "http/api/order_json.hpp"
#include "http/api/user_json.hpp"
#include "http/headers.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

bool is_secure(const shop& at) { return at.public_url.starts_with("https://"); }

void answer_session(const call& c, const user::account& account, const session::login_answer& now) {
  bj::object out{{"id", now.who.session_id},
                 {"token", now.token},
                 {"user", json_of(account)},
                 {"expires_at", to_rfc3339(now.expires)}};
  if (!now.cart_id.empty())
    out["cart_id"] = now.cart_id;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(now.expires - c.at.time.now());
  c.done(
      response::json(201, out)
          .with("Set-Cookie", set_cookie(session_cookie, now.token,
                                         std::max(left, std::chrono::seconds{0}), is_secure(c.at)))
          .with("Cache-Control", "no-store"));
}

void begin_session(const call& c, user::login login, std::string guest_cart,
                   cluster::command_meta how) {
  c.at.sessions.log_in(std::move(login), std::move(guest_cart), device_of(*c.in), c.keyed(), how,
                       [c](result<session::login_answer> r) {
                         if (!r)
                           return c.refuse(r.error());
                         c.at.people.find(r->who.user_id, [c, now = *r](result<user::account> a) {
                           a ? answer_session(c, *a, now) : c.refuse(a.error());
                         });
                       });
}

/// 201 with a session: who has just registered is logged in.
void register_user(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  user::registration r{.email = read_email(in), .password = {}, .name = {}, .client = c.in->peer};
  r.password =
      in.text("password", {.min = user::password_bytes_min, .max = user::password_bytes_max});
  auto name = in.optional_text("name", {.min = 1, .max = user::name_bytes_max});
  auto guest_cart = in.optional_text("cart_id", {.min = 1, .max = id_bytes_max}).value_or("");
  r.locale = read_locale(in).value_or("");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  r.name = name ? std::move(*name) : r.email.substr(0, r.email.find('@'));
  const user::login login{.email = r.email, .password = r.password, .client = r.client};
  const auto how = c.meta(c.in->peer);
  c.at.people.register_user(std::move(r), c.repeat(how),
                            [c, login, guest_cart, how](result<user::account> made) {
                              if (!made)
                                return c.refuse(made.error());
                              begin_session(c, login, guest_cart, entity::step_meta(how, "log_in"));
                            });
}

void log_in(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  user::login login{.email = read_email(in), .password = {}, .client = c.in->peer};
  login.password = in.text("password", {.min = 1, .max = user::password_bytes_max});
  login.code = read_code(in);
  auto guest_cart = in.optional_text("cart_id", {.min = 1, .max = id_bytes_max}).value_or("");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  begin_session(c, std::move(login), std::move(guest_cart), c.meta(c.in->peer));
}

void log_out(const call& c) {
  const auto& id = c.who().session_id;
  c.at.sessions.log_out(id, c.meta(id), answering<bool>(c, [c](bool) {
                          return response::empty().with(
                              "Set-Cookie", set_cookie(session_cookie, "", {}, is_secure(c.at)));
                        }));
}

void read_me(const call& c) {
  c.at.people.find(c.who().user_id, [c](result<user::account> account) {
    if (!account)
      return c.refuse(account.error());
    c.at.sessions.cart_of(account->id,
                          answering<std::string>(c, [me = *account](const std::string& cart_id) {
                            auto out = json_of(me);
                            if (!cart_id.empty())
                              out["cart_id"] = cart_id;
                            return response::json(200, out).with("Cache-Control", "no-store");
                          }));
  });
}

void list_my_orders(const call& c) {
  auto page = read_page(*c.in);
  if (!page)
    return c.refuse(page.error());
  c.at.history.of_user(c.who().user_id, page->limit, std::move(page->cursor),
                       answering<order::order_page>(c, render_orders));
}

callback<std::vector<user::address>> as_addresses(const call& c, int status) {
  return answering<std::vector<user::address>>(c, [status](const std::vector<user::address>& all) {
    bj::array items;
    for (const auto& a : all)
      items.push_back(bj::object{{"id", a.id},
                                 {"name", a.name},
                                 {"line1", a.line1},
                                 {"line2", a.line2},
                                 {"city", a.city},
                                 {"postal_code", a.postal_code},
                                 {"state", a.state},
                                 {"country", a.country}});
    auto out = page_of(std::move(items)).with("Cache-Control", "no-store");
    out.status = status;
    return out;
  });
}

void list_addresses(const call& c) { c.at.people.addresses(c.who().user_id, as_addresses(c, 200)); }

void add_address(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto read = read_address(body->root());
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  user::address a{.id = {},
                  .name = std::move(read.name),
                  .line1 = std::move(read.line1),
                  .line2 = std::move(read.line2),
                  .city = std::move(read.city),
                  .postal_code = std::move(read.postal_code),
                  .country = std::move(read.country),
                  .state = std::move(read.state)};
  const auto& id = c.who().user_id;
  c.at.people.put_address(id, std::move(a), c.repeat(c.meta(id)), as_addresses(c, 201));
}

void remove_address(const call& c) {
  const auto& id = c.in->param("address");
  if (!is_plausible_id(id))
    return c.refuse(fail(errc::not_found, "no such address"));
  c.at.people.remove_address(c.who().user_id, id, as_addresses(c, 200));
}

} // namespace

void add_user_routes(router& to, shop& at) {
  constexpr size_t body_limit = 16 << 10;
  const auto add = [&](method verb, const char* pattern, const char* name, shop_handler handle) {
    to.add(verb, pattern, name, for_users(at, std::move(handle)),
           {.body_limit = body_limit, .who = access::user});
  };
  // Whatever session came along is left behind, so that an old cookie bars nobody.
  to.add(method::post, "/v1/users", "register_user", for_users(at, register_user),
         {.body_limit = body_limit, .limit = "register"});
  to.add(method::post, "/v1/sessions", "log_in", for_users(at, log_in),
         {.body_limit = body_limit, .limit = "login"});
  add(method::del, "/v1/sessions/current", "log_out", log_out);
  add(method::get, "/v1/me", "read_me", read_me);
  add(method::get, "/v1/me/orders", "list_my_orders", list_my_orders);
  add(method::get, "/v1/me/addresses", "list_addresses", list_addresses);
  add(method::post, "/v1/me/addresses", "add_address", add_address);
  add(method::del, "/v1/me/addresses/{address}", "remove_address", remove_address);
}

} // namespace souk::http
