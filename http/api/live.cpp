// GET /v1/live: the upgrade to a WebSocket with live topics (docs/live.md). Who may listen to what
// is settled here; what is said then, in http/live.
#include "http/api/routes.hpp"
#include "http/headers.hpp"
#include "http/live/service.hpp"

namespace souk::http {

namespace {

bool asks_for_websocket(const request& in) {
  return in.verb == method::get && lists(in.header_value("connection"), "upgrade") &&
         lists(in.header_value("upgrade"), "websocket") &&
         in.header_value("sec-websocket-version") == "13" &&
         !in.header_value("sec-websocket-key").empty();
}

/// Browsers send cookies with every site's WebSockets: only our own pages may use them.
bool may_use_cookies(const request& in, std::string_view public_origin) {
  request as_write;
  as_write.verb = method::post;
  as_write.headers = in.headers;
  return is_same_origin(as_write, public_origin);
}

/// By the session or key that came with the upgrade.
std::function<void(callback<bool>)> check_of(const call& c) {
  const std::string bearer{bearer_token(*c.in)};
  if (!c.who().key_id.empty())
    return [&at = c.at, bearer, roles = c.who().roles](callback<bool> still) {
      at.people.check_api_key(bearer, [still = std::move(still), roles](result<user::api_key> r) {
        r ? still(r->roles == roles) : still(r.error());
      });
    };
  if (c.who().session_id.empty())
    return {};
  const std::string token{bearer.empty() ? cookie(*c.in, session_cookie) : bearer};
  return [&at = c.at, token, roles = c.who().roles](callback<bool> still) {
    constexpr bool fresh = false;
    at.sessions.check(token, fresh, [still = std::move(still), roles](result<session::identity> r) {
      r ? still(r->roles == roles) : still(r.error());
    });
  };
}

live::visitor visitor_of(const call& c) {
  const auto proves = [&at = c.at, in = c.in](const std::string& order, const std::string& token) {
    const auto wanted = at.checkouts.access_token(order);
    return equal_secrets(token, wanted) || equal_secrets(bearer_token(*in), wanted) ||
           equal_secrets(cookie(*in, std::string{order_cookie_prefix} + order), wanted);
  };
  return {.user_id = c.who().user_id,
          .is_staff = c.who().may(user::permission::read_orders),
          .proves = proves,
          .check = check_of(c)};
}

void open_live(const call& c) {
  auto met = c.at.live->welcome(visitor_of(c));
  if (!met)
    return c.refuse(met.error());
  auto out = response::empty(101);
  out.talk = std::move(*met);
  c.done(std::move(out));
}

} // namespace

void add_live_routes(router& to, shop& at) {
  const auto by_cookie = for_guests(at, open_live);
  const auto by_token = for_owners(at, open_live);
  to.add(method::get, "/v1/live", "live_topics",
         [&at, by_cookie, by_token](const request_ptr& in, const responder& done) {
           if (!asks_for_websocket(*in)) {
             auto out = to_response(
                 fail(errc::malformed, "this is a WebSocket: ask for an upgrade"), *in, 426);
             return done(std::move(out).with("Upgrade", "websocket").with("Connection", "Upgrade"));
           }
           if (!at.live)
             return done(to_response(fail(errc::unavailable, "no live topics here"), *in));
           if (!may_use_cookies(*in, at.public_url))
             return done(to_response(
                 fail(errc::forbidden, "a WebSocket with a cookie needs this site's Origin"), *in));
           bearer_token(*in).empty() ? by_cookie(in, done) : by_token(in, done);
         });
}

} // namespace souk::http
