// Sessions and shipments as plain programs.
#include "actors/entity/model.hpp"
#include "app/sim/explain_models.hpp"
#include "proto/session.pb.h"
#include "proto/shipment.pb.h"

namespace souk::sim {

using entity::overloaded;

namespace {

constexpr std::chrono::hours guest_age{30 * 24}, user_age{14 * 24};

std::optional<failure> no(errc why) { return fail(why); }

bool is_over(const session_model::state& s, time_point now) {
  return !s.begun || s.view.revoked || s.view.expires <= now;
}

void begin(session_model::state& s, const session::begin& x, time_point at) {
  s.begun = true;
  s.token_hash = x.token_hash;
  s.view = {.user_id = x.user_id,
            .roles = x.roles,
            .cart_id = {},
            .revoked = false,
            .expires = at + (x.user_id.empty() ? guest_age : user_age),
            .device = x.device};
}

void log_in(session_model::state& s, const session::log_in& x, time_point at) {
  s.token_hash = x.token_hash;
  s.view.user_id = x.user_id;
  s.view.roles = x.roles;
  s.view.expires = at + user_age;
}

} // namespace

// --- sessions

std::optional<failure> session_model::refuses(const state& s, const command& c, time_point now) {
  using out = std::optional<failure>;
  return std::visit(
      overloaded{
          [&](const session::begin& x) -> out {
            if (s.begun)
              return no(errc::conflict);
            return x.token_hash.empty() ? no(errc::invalid) : out{};
          },
          [&](const session::attach_cart&) -> out {
            return is_over(s, now) ? no(errc::unauthenticated) : out{};
          },
          [&](const session::log_in& x) -> out {
            if (is_over(s, now))
              return no(errc::unauthenticated);
            if (x.user_id.empty() || x.token_hash.empty())
              return no(errc::invalid);
            const bool others = !s.view.user_id.empty() && s.view.user_id != x.user_id;
            return others ? no(errc::conflict) : out{};
          },
          [&](const session::revoke&) -> out { return s.begun ? out{} : no(errc::not_found); },
          [&](const session::check& x) -> out {
            const bool known = !is_over(s, now) && x.token_hash == s.token_hash;
            return known ? out{} : no(errc::unauthenticated);
          },
          [&](const session::get&) -> out { return s.begun ? out{} : no(errc::not_found); },
      },
      c);
}

bool session_model::has_done(const state& s, const command& c) {
  return std::visit(overloaded{
                        [&](const session::attach_cart& x) { return s.view.cart_id == x.cart_id; },
                        [&](const session::revoke&) { return s.view.revoked; },
                        [](const session::check&) { return true; },
                        [](const session::get&) { return true; },
                        [](const auto&) { return false; },
                    },
                    c);
}

void session_model::perform(state& s, const command& c, time_point at) {
  std::visit(overloaded{
                 [&](const session::begin& x) { begin(s, x, at); },
                 [&](const session::attach_cart& x) { s.view.cart_id = x.cart_id; },
                 [&](const session::log_in& x) { log_in(s, x, at); },
                 [&](const session::revoke&) { s.view.revoked = true; },
                 [](const auto&) {},
             },
             c);
}

void session_model::fold(state& s, const event& e, time_point at) {
  switch (e.kind_case()) {
  case event::kBegun:
    begin(s,
          {e.begun().user_id(),
           {e.begun().roles().begin(), e.begun().roles().end()},
           e.begun().token_hash(),
           e.begun().device()},
          at);
    break;
  case event::kCartAttached:
    s.view.cart_id = e.cart_attached();
    break;
  case event::kLoggedIn:
    log_in(s,
           {e.logged_in().user_id(),
            {e.logged_in().roles().begin(), e.logged_in().roles().end()},
            e.logged_in().token_hash()},
           at);
    break;
  case event::kRevoked:
    s.view.revoked = true;
    break;
  case event::KIND_NOT_SET:
    break;
  }
}

bool session_model::is_remembered(const command& c) {
  return std::holds_alternative<session::begin>(c) ||
         std::holds_alternative<session::attach_cart>(c) ||
         std::holds_alternative<session::log_in>(c);
}

bool session_model::fits(const command& c, const std::vector<event>& events) {
  return std::holds_alternative<session::revoke>(c) &&
         events.front().kind_case() == event::kRevoked;
}

// --- shipments

using shipment::status;

std::optional<failure> shipment_model::refuses(const state& s, const command& c, time_point) {
  using out = std::optional<failure>;
  const auto now = s.view.status;
  if (now == status::none && !std::holds_alternative<shipment::route>(c))
    return no(errc::not_found);
  const auto unless = [](bool fine) { return fine ? out{} : no(errc::conflict); };
  return std::visit(
      overloaded{
          [&](const shipment::route& x) -> out {
            if (now != status::none)
              return unless(s.view.order_id == x.order_id && s.view.warehouse == x.warehouse);
            bool fine = !x.order_id.empty() && !x.warehouse.empty() && !x.lines.empty();
            for (const auto& l : x.lines)
              fine = fine && l.quantity > 0;
            return fine ? out{} : no(errc::invalid);
          },
          [&](const shipment::dispatch&) { return unless(now != status::cancelled); },
          [&](const shipment::deliver&) {
            return unless(now == status::shipped || now == status::delivered);
          },
          [&](const shipment::cancel&) {
            return unless(now == status::routed || now == status::cancelled);
          },
          [](const auto&) { return out{}; },
      },
      c);
}

bool shipment_model::has_done(const state& s, const command& c) {
  const auto now = s.view.status;
  return std::visit(
      overloaded{
          [&](const shipment::route&) { return now != status::none; },
          [&](const shipment::dispatch&) { return now != status::routed; },
          [&](const shipment::deliver&) { return now == status::delivered; },
          [&](const shipment::cancel&) { return now == status::cancelled; },
          [&](const shipment::order_told&) { return now != status::delivered || s.order_told; },
          [](const shipment::get&) { return true; },
      },
      c);
}

void shipment_model::perform(state& s, const command& c, time_point at) {
  const auto move = [&](status to) {
    s.view.status = to;
    s.view.moved_at = at;
  };
  std::visit(overloaded{
                 [&](const shipment::route& x) {
                   s.view.order_id = x.order_id;
                   s.view.warehouse = x.warehouse;
                   s.view.lines = x.lines;
                   move(status::routed);
                 },
                 [&](const shipment::dispatch& x) {
                   s.view.tracking = x.tracking;
                   move(status::shipped);
                 },
                 [&](const shipment::deliver&) { move(status::delivered); },
                 [&](const shipment::cancel&) { move(status::cancelled); },
                 [&](const shipment::order_told&) { s.order_told = true; },
                 [](const shipment::get&) {},
             },
             c);
}

void shipment_model::fold(state& s, const event& e, time_point at) {
  switch (e.kind_case()) {
  case event::kRouted: {
    shipment::route x{e.routed().order_id(), e.routed().warehouse(), {}};
    for (const auto& l : e.routed().lines())
      x.lines.push_back({l.sku(), l.title(), l.quantity()});
    return perform(s, x, at);
  }
  case event::kDispatched:
    return perform(s, shipment::dispatch{e.dispatched()}, at);
  case event::kDelivered:
    return perform(s, shipment::deliver{}, at);
  case event::kCancelled:
    return perform(s, shipment::cancel{}, at);
  case event::kOrderTold:
    return perform(s, shipment::order_told{}, at);
  case event::KIND_NOT_SET:
    break;
  }
}

bool shipment_model::fits(const command& c, const std::vector<event>& events) {
  const auto kind = events.front().kind_case();
  return std::visit(overloaded{
                        [&](const shipment::route&) { return kind == event::kRouted; },
                        [&](const shipment::dispatch&) { return kind == event::kDispatched; },
                        [&](const shipment::deliver&) { return kind == event::kDelivered; },
                        [&](const shipment::cancel&) { return kind == event::kCancelled; },
                        [&](const shipment::order_told&) { return kind == event::kOrderTold; },
                        [](const shipment::get&) { return false; },
                    },
                    c);
}

} // namespace souk::sim
