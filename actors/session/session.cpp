#include "actors/session/session.hpp"

#include "base/crypto.hpp"

#include <optional>

namespace souk::session {

namespace {

using events = std::vector<model::event>;
using state = model::state;

std::optional<failure> check_alive(const state& s, time_point now) {
  if (!s.begun || s.view.revoked || s.view.expires <= now)
    return fail(errc::unauthenticated, "this session is over");
  return {};
}

result<events> decide_on(const state& s, const begin& c, time_point) {
  if (s.begun)
    return fail(errc::conflict, "this session began before");
  if (c.token_hash.empty())
    return fail_field("/token_hash", "required", "a session needs a token");
  return events{begun{c.user_id, c.roles, c.token_hash, c.device}};
}

result<events> decide_on(const state& s, const attach_cart& c, time_point now) {
  if (auto over = check_alive(s, now))
    return *over;
  return c.cart_id == s.view.cart_id ? events{} : events{cart_attached{c.cart_id}};
}

result<events> decide_on(const state& s, const log_in& c, time_point now) {
  if (auto over = check_alive(s, now))
    return *over;
  if (c.user_id.empty() || c.token_hash.empty())
    return fail_field("/user_id", "required", "a login needs a user and a new token");
  if (!s.view.user_id.empty() && s.view.user_id != c.user_id)
    return fail(errc::conflict, "this session is another user's");
  return events{logged_in{c.user_id, c.roles, c.token_hash}};
}

result<events> decide_on(const state& s, const revoke& c, time_point) {
  if (!s.begun)
    return fail(errc::not_found, "no such session");
  return s.view.revoked ? events{} : events{revoked{c.reason}};
}

result<events> decide_on(const state& s, const check& c, time_point now) {
  if (auto over = check_alive(s, now))
    return *over;
  if (!equal_secrets(c.token_hash, s.token_hash))
    return fail(errc::unauthenticated, "this token is not the session's");
  return events{};
}

result<events> decide_on(const state& s, const get&, time_point) {
  if (!s.begun)
    return fail(errc::not_found, "no such session");
  return events{};
}

} // namespace

result<events> model::decide(const state& s, const command& c, time_point now) {
  return std::visit([&](const auto& x) { return decide_on(s, x, now); }, c);
}

void model::apply(state& s, const event& e, time_point at) {
  auto& view = s.view;
  std::visit(entity::overloaded{
                 [&](const session::begun& x) {
                   s.begun = true;
                   s.token_hash = x.token_hash;
                   view = {.user_id = x.user_id,
                           .roles = x.roles,
                           .cart_id = {},
                           .revoked = false,
                           .expires = at + (x.user_id.empty() ? guest_age : user_age),
                           .device = x.device};
                 },
                 [&](const cart_attached& x) { view.cart_id = x.cart_id; },
                 [&](const logged_in& x) {
                   s.token_hash = x.token_hash;
                   view.user_id = x.user_id;
                   view.roles = x.roles;
                   view.expires = at + user_age;
                 },
                 [&](const revoked&) { view.revoked = true; },
             },
             e);
}

bool model::is_natural(const command& c) {
  return std::holds_alternative<revoke>(c) || std::holds_alternative<check>(c) ||
         std::holds_alternative<get>(c);
}

} // namespace souk::session
