// What an order answers: its view, and when a waiting query may have it.
#include "actors/order/parts.hpp"

namespace souk::order {

namespace {

using state = model::state;
using payment::intent_status;

payment_view view_of_payment(const state& s) {
  payment_view v{.status = "pending"};
  for (const auto& i : s.intents) {
    v.authorised += i.authorised;
    v.captured += i.captured;
    v.refunded += i.refunded;
  }
  const auto has = [&](intent_status x) {
    return std::ranges::any_of(s.intents, [&](const auto& i) { return i.status == x; });
  };
  if (v.refunded > 0 && v.refunded == v.captured)
    v.status = "refunded";
  else if (v.captured > 0)
    v.status = "captured";
  else if (v.authorised > 0)
    v.status = "authorised";
  else if (s.status == status::action_required)
    v.status = "action_required";
  else if (s.status == status::payment_failed)
    v.status = "declined";
  else if (has(intent_status::canceled))
    v.status = "voided";
  if (!s.intents.empty() && s.status == status::payment_failed)
    v.decline_code = s.intents.back().decline_code;
  if (!s.intents.empty() && s.status == status::action_required)
    v.next_action_url = s.intents.back().next_action_url;
  v.lapses_at = lapses_at(s);
  return v;
}

/// The buyer's bank step or another card came too late, or never.
bool ends_unpaid(const state& s) {
  return s.failure == errc::payment_declined &&
         (s.status == status::compensating || s.status == status::rejected);
}

} // namespace

std::vector<problem> problems_of(const state& s) {
  std::vector<problem> out;
  if (s.failure != errc::sold_out && s.failure != errc::held)
    return out;
  for (size_t line = 0; line < s.what.lines.size(); ++line) {
    const auto& wanted = s.what.lines[line];
    int64_t granted = 0;
    bool missing = false;
    std::map<std::string, int64_t> possible; // by warehouse, as it said last
    for (const auto& r : s.reservations)
      if (r.line == line) {
        granted += r.granted;
        missing |= r.state == unit_state::refused || r.state == unit_state::lost;
        possible[r.warehouse] = r.granted + r.available;
      }
    if (!missing || granted >= wanted.quantity)
      continue;
    int64_t available = 0;
    for (const auto& [warehouse, units] : possible)
      available += units;
    out.push_back({std::string(to_string(s.failure)), wanted.id, wanted.sku + ": not enough units",
                   available});
  }
  return out;
}

std::string label_of(const std::map<std::string, std::string>& options) {
  std::string label;
  for (const auto& [name, value] : options)
    label += (label.empty() ? "" : " · ") + value;
  return label;
}

std::string_view to_string(status s) {
  switch (s) {
  case status::holding:
    return "pending_payment";
  case status::authorising:
    return "pending_payment";
  case status::action_required:
    return "action_required";
  case status::payment_failed:
    return "payment_failed";
  case status::claiming:
    return "pending_payment";
  case status::confirmed:
    return "confirmed";
  case status::shipped:
    return "shipped";
  case status::delivered:
    return "delivered";
  case status::compensating:
    return "cancelling";
  case status::cancelled:
    return "cancelled";
  case status::rejected:
    return "rejected";
  case status::refunded:
    return "refunded";
  }
  return "pending_payment";
}

model::reply model::answer(const state& s, const command& c) {
  return std::visit(
      [&]<class C>(const C&) -> reply {
        if constexpr (std::is_same_v<typename C::reply, accepted>) {
          return accepted{};
        } else {
          order_view v{.placed = s.what,
                       .status = s.status,
                       .payment = view_of_payment(s),
                       .problems = problems_of(s),
                       .created_at = s.created,
                       .version = s.events};
          if (ends_unpaid(s))
            v.problems.push_back({"not_paid", "", "not paid in time", {}});
          for (const auto& x : s.shipments) {
            shipment_view one{x.id,
                              x.warehouse,
                              x.delivered    ? "delivered"
                              : x.dispatched ? "shipped"
                                             : "routed",
                              x.tracking,
                              {}};
            for (const auto& id : x.reservations)
              if (const auto* r = find_by_id(s.reservations, id))
                one.lines.push_back(s.what.lines[r->line].id);
            v.shipments.push_back(std::move(one));
          }
          return v;
        }
      },
      c);
}

bool model::is_ready(const state& s, const command& c) {
  if (!std::holds_alternative<await_outcome>(c))
    return true;
  switch (s.status) {
  case status::holding:
  case status::authorising:
  case status::claiming:
  case status::compensating:
    return false;
  case status::rejected:
    return s.cart_told; // the cart is open again when the buyer hears of it
  case status::action_required:
  case status::payment_failed:
  case status::confirmed:
  case status::shipped:
  case status::delivered:
  case status::cancelled:
  case status::refunded:
    return true;
  }
  return true;
}

} // namespace souk::order
