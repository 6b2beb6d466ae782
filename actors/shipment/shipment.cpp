#include "actors/shipment/shipment.hpp"

namespace souk::shipment {

namespace {

using events = std::vector<model::event>;
using state = model::state;

failure no_way(const state& s, std::string_view what) {
  return fail(errc::conflict, "a shipment that is " + std::string(to_string(s.view.status)) +
                                  " cannot be " + std::string(what));
}

result<events> decide_on(const state& s, const route& c) {
  if (s.view.status != status::none) {
    const bool repeated = s.view.order_id == c.order_id && s.view.warehouse == c.warehouse;
    return repeated ? result<events>{events{}} : no_way(s, "routed for another order");
  }
  if (c.order_id.empty() || c.warehouse.empty())
    return fail_field("/order_id", "required", "a shipment is of an order, from a warehouse");
  if (c.lines.empty() || c.lines.size() > lines_max)
    return fail_field("/lines", "out_of_range", "a shipment has 1 to 200 lines");
  for (const auto& l : c.lines)
    if (l.quantity < 1)
      return fail_field("/lines", "out_of_range", "a line has at least one unit");
  return events{routed{c.order_id, c.warehouse, c.lines}};
}

result<events> decide_on(const state& s, const dispatch& c) {
  switch (s.view.status) {
  case status::routed:
    return events{dispatched{c.tracking}};
  case status::shipped:
  case status::delivered:
    return events{};
  default:
    return no_way(s, "dispatched");
  }
}

result<events> decide_on(const state& s, const deliver&) {
  switch (s.view.status) {
  case status::shipped:
    return events{delivered{}};
  case status::delivered:
    return events{};
  default:
    return no_way(s, "delivered");
  }
}

result<events> decide_on(const state& s, const cancel&) {
  switch (s.view.status) {
  case status::routed:
    return events{cancelled{}};
  case status::cancelled:
    return events{};
  default:
    return no_way(s, "cancelled");
  }
}

result<events> decide_on(const state& s, const order_told&) {
  const bool is_news = s.view.status == status::delivered && !s.order_told;
  return is_news ? events{delivery_told{}} : events{};
}

result<events> decide_on(const state&, const get&) { return events{}; }

void move(state& s, status to, time_point at) {
  s.view.status = to;
  s.view.moved_at = at;
}

} // namespace

result<events> model::decide(const state& s, const command& c, time_point) {
  if (s.view.status == status::none && !std::holds_alternative<route>(c))
    return fail(errc::not_found, "no such shipment");
  return std::visit([&](const auto& x) { return decide_on(s, x); }, c);
}

void model::apply(state& s, const event& e, time_point at) {
  std::visit(entity::overloaded{
                 [&](const routed& x) {
                   s.view.order_id = x.order_id;
                   s.view.warehouse = x.warehouse;
                   s.view.lines = x.lines;
                   move(s, status::routed, at);
                 },
                 [&](const dispatched& x) {
                   s.view.tracking = x.tracking;
                   move(s, status::shipped, at);
                 },
                 [&](const delivered&) { move(s, status::delivered, at); },
                 [&](const cancelled&) { move(s, status::cancelled, at); },
                 [&](const delivery_told&) { s.order_told = true; },
             },
             e);
}

time_point model::due(const state& s) {
  return s.view.status == status::delivered && !s.order_told ? s.view.moved_at : never;
}

std::vector<model::effect> model::pending(const state& s, time_point now) {
  if (due(s) > now)
    return {};
  return {{"delivered", "order", tell_order_delivered{s.view.order_id}}};
}

std::string_view to_string(status s) {
  switch (s) {
  case status::none:
    return "none";
  case status::routed:
    return "routed";
  case status::shipped:
    return "shipped";
  case status::delivered:
    return "delivered";
  case status::cancelled:
    return "cancelled";
  }
  return "none";
}

} // namespace souk::shipment
