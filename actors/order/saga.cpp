// What the order does by itself (follow_up) and what it owes to others (pending): the saga, one
// function a status.
#include "actors/order/parts.hpp"

#include <map>

namespace souk::order {

namespace {

using state = model::state;
using event = model::event;
using payment::intent_status;

bool ends_badly(const state& s) {
  return s.status == status::compensating || s.status == status::cancelled ||
         s.status == status::rejected;
}

bool any_attempt_open(const state& s) { return std::ranges::any_of(s.attempts, &attempt::open); }

bool is_given_up(const state& s, const payment::intent& i) {
  return std::ranges::any_of(s.attempts, [&](const attempt& a) {
    return a.kind == attempt_kind::cancel && a.intent == i.id;
  });
}

/// The money this order lives on. What it once began to give back it never counts on again: two
/// late authorisations must not void each other.
const payment::intent* chosen_intent(const state& s) {
  const auto it = std::ranges::find_if(s.intents, [&](const auto& i) {
    return (i.authorised > 0 || i.captured > 0) && !is_given_up(s, i);
  });
  return it == s.intents.end() ? nullptr : &*it;
}

bool is_final(const payment::intent& i) {
  return i.status == intent_status::canceled || i.status == intent_status::succeeded;
}

bool all_units(const state& s, unit_state wanted) {
  return std::ranges::all_of(s.reservations, [&](const auto& r) {
    return r.state == wanted || r.state == unit_state::refused || r.state == unit_state::released;
  });
}

event open_attempt(const state& s, attempt_kind kind, std::string intent, int64_t amount,
                   std::string method = {}) {
  return attempt_opened{static_cast<int64_t>(s.attempts.size()) + 1, kind, std::move(intent),
                        amount, std::move(method)};
}

// --- payment

std::optional<event> settle_attempts(const state& s) {
  for (const auto& a : s.attempts) {
    if (!a.open())
      continue;
    for (const auto& i : s.intents)
      if (a.intent == i.id || (a.intent.empty() && a.number == i.attempt))
        if (auto outcome = outcome_of(a, i, false); !outcome.empty())
          return attempt_closed{a.number, std::move(outcome)};
  }
  return {};
}

/// Money this order should not have, or might yet get by an object it no longer waits for:
/// authorised twice or on an order that ends, captured on one that ended. In every state.
std::optional<event> give_money_back(const state& s) {
  const auto* chosen = ends_badly(s) ? nullptr : chosen_intent(s);
  for (const auto& i : s.intents) {
    const auto busy = [&](std::initializer_list<attempt_kind> kinds) {
      return std::ranges::any_of(s.attempts, [&](const attempt& a) {
        const bool about_it = a.intent.empty() ? a.number == i.attempt : a.intent == i.id;
        return a.open() && about_it && std::ranges::find(kinds, a.kind) != kinds.end();
      });
    };
    const bool unwanted = &i != &s.intents.back() || chosen != nullptr || ends_badly(s);
    if (&i != chosen && unwanted && !is_final(i) &&
        !busy({attempt_kind::authorise, attempt_kind::confirm, attempt_kind::cancel}))
      return open_attempt(s, attempt_kind::cancel, i.id, i.authorised);
    if (&i != chosen && i.captured > i.refunded && !busy({attempt_kind::refund}))
      return open_attempt(s, attempt_kind::refund, i.id, i.captured - i.refunded);
  }
  return {};
}

bool money_is_back(const state& s) {
  return !any_attempt_open(s) && std::ranges::all_of(s.intents, [](const payment::intent& i) {
    return is_final(i) && i.captured == i.refunded;
  });
}

std::optional<event> follow_authorising(const state& s) {
  if (chosen_intent(s))
    return moved{status::claiming, errc::internal, ""};
  if (s.attempts.empty())
    return open_attempt(s, attempt_kind::authorise, "", s.what.sums.total.amount,
                        s.what.payment_method);
  const auto last =
      std::ranges::find_if(s.attempts.rbegin(), s.attempts.rend(), [](const attempt& a) {
        return a.kind == attempt_kind::authorise || a.kind == attempt_kind::confirm;
      });
  if (last == s.attempts.rend() || last->open())
    return {};
  return moved{last->outcome == "action_required" ? status::action_required
                                                  : status::payment_failed,
               errc::payment_declined, last->outcome};
}

/// The buyer did not pass the bank's check, or the card did not after it.
bool is_refused_at_bank(const state& s) {
  return s.status == status::action_required && !s.intents.empty() &&
         s.intents.back().status == intent_status::requires_payment_method &&
         !never_tried(s.intents.back());
}

std::optional<event> follow_waiting_for_buyer(const state& s, time_point now) {
  if (chosen_intent(s))
    return moved{status::claiming, errc::internal, ""};
  if (is_refused_at_bank(s))
    return moved{status::payment_failed, errc::payment_declined, "declined"};
  if (now >= s.created + s.what.hold && !any_attempt_open(s))
    return moved{status::compensating, errc::payment_declined, "not paid in time"};
  return {};
}

// --- after payment

std::optional<event> follow_claiming(const state& s) {
  if (!all_lines_covered(s))
    return moved{status::compensating, errc::sold_out,
                 "units were lost while the payment was under way"};
  if (all_units(s, unit_state::claimed))
    return moved{status::confirmed, errc::internal, ""};
  return {};
}

std::optional<event> plan_shipment(const state& s) {
  std::map<std::string, std::vector<std::string>> by_warehouse;
  for (const auto& r : s.reservations)
    if (r.state == unit_state::claimed)
      by_warehouse[r.warehouse].push_back(r.id);
  for (const auto& [warehouse, reservations] : by_warehouse)
    if (std::ranges::find(s.shipments, warehouse, &shipment::warehouse) == s.shipments.end())
      return shipment_planned{s.what.order_id + "." + std::to_string(s.shipments.size() + 1),
                              warehouse, reservations};
  return {};
}

/// What was asked to be given back and, by a late look-up, never was: it is asked for again.
std::optional<event> repeat_refund(const state& s, const payment::intent& paid) {
  auto missing = s.refund_asked;
  auto left = paid.captured - paid.refunded; // somebody may have refunded at the provider itself
  for (const auto& a : s.attempts)
    if (a.kind == attempt_kind::refund && a.intent == paid.id && a.outcome != never_arrived) {
      missing -= a.amount;
      left -= a.open() ? a.amount : 0;
    }
  missing = std::min(missing, left);
  if (missing <= 0)
    return {};
  return open_attempt(s, attempt_kind::refund, paid.id, missing);
}

/// When people have to be told, nothing once they were.
std::optional<time_point> lapse_notice_due(const state& s) {
  const auto lapses = s.lapse_noticed ? std::nullopt : lapses_at(s);
  return lapses ? std::optional{*lapses - lapse_notice} : std::nullopt;
}

std::optional<event> follow_fulfilment(const state& s, time_point now) {
  if (s.status == status::confirmed)
    if (auto planned = plan_shipment(s))
      return planned;
  const auto* paid = chosen_intent(s);
  const bool shipping = std::ranges::any_of(s.shipments, &shipment::dispatched);
  const bool capturing = std::ranges::any_of(s.attempts, [](const attempt& a) {
    return a.kind == attempt_kind::capture && a.outcome != never_arrived;
  });
  // Without multicapture the first shipment captures all.
  if (shipping && paid && paid->authorised > 0 && !capturing)
    return open_attempt(s, attempt_kind::capture, paid->id, s.what.sums.total.amount);
  if (paid && paid->captured > 0)
    if (auto again = repeat_refund(s, *paid))
      return again;
  if (s.status == status::confirmed && !s.shipments.empty() &&
      std::ranges::all_of(s.shipments, &shipment::dispatched))
    return moved{status::shipped, errc::internal, ""};
  if (const auto due = lapse_notice_due(s); due && now >= *due)
    return lapse_noticed{*lapses_at(s)};
  if (s.status == status::shipped && std::ranges::all_of(s.shipments, &shipment::delivered))
    return moved{status::delivered, errc::internal, ""};
  if (s.status != status::confirmed && paid && paid->captured > 0 &&
      paid->refunded == paid->captured)
    return moved{status::refunded, errc::internal, ""};
  return {};
}

std::optional<event> follow_compensating(const state& s) {
  const bool shipments_know = std::ranges::all_of(s.shipments, &shipment::told);
  if (!all_units(s, unit_state::released) || !money_is_back(s) || !shipments_know)
    return {};
  return moved{s.failure == errc::not_cancellable ? status::cancelled : status::rejected, s.failure,
               s.why};
}

// --- owed

using effects = std::vector<model::effect>;

void owe_units(const state& s, time_point now, effects& out) {
  for (const auto& r : s.reservations) {
    const auto& sku = s.what.lines[r.line].sku;
    const auto owe = [&](const char* verb, auto what) {
      out.push_back({std::string(verb) + "/" + r.id, "stock", std::move(what)});
    };
    const bool open = r.state == unit_state::asked || r.state == unit_state::held ||
                      r.state == unit_state::claimed || r.state == unit_state::lost;
    if (s.status == status::compensating && open)
      owe("release", ask_release{sku, r.warehouse, r.id});
    else if (s.status == status::holding && r.state == unit_state::asked)
      owe("hold", ask_hold{sku, r.warehouse, r.id, r.wanted, s.created + s.what.hold, r.partial});
    else if (s.status == status::authorising && r.state == unit_state::held &&
             r.expires < now + provider_deadline / 2)
      owe("extend", ask_extend{sku, r.warehouse, r.id, now + provider_deadline});
    else if (s.status == status::claiming && r.state == unit_state::held)
      owe("claim", ask_claim{sku, r.warehouse, r.id, r.granted});
    else if (r.state == unit_state::claimed &&
             std::ranges::any_of(s.shipments, [&](const shipment& x) {
               return x.dispatched &&
                      std::ranges::find(x.reservations, r.id) != x.reservations.end();
             }))
      owe("ship", ask_ship_units{sku, r.warehouse, r.id});
  }
}

void owe_shipments(const state& s, effects& out) {
  for (const auto& x : s.shipments) {
    if (ends_badly(s) && s.status != status::compensating)
      continue;
    if (!x.routed) { // also when it will be cancelled: a routing under way must not outlive the
                     // cancelling
      std::vector<placed_line> lines;
      for (const auto& r : s.reservations)
        if (std::ranges::find(x.reservations, r.id) != x.reservations.end()) {
          lines.push_back(s.what.lines[r.line]);
          lines.back().quantity = r.granted;
        }
      out.push_back({"route/" + x.id, "shipment", ask_route{x, std::move(lines)}});
    } else if (s.status == status::compensating && !x.told) {
      out.push_back({"cancel/" + x.id, "shipment", tell_shipment{x.id, "", true}});
    } else if (x.dispatched && !x.told)
      out.push_back({"dispatch/" + x.id, "shipment", tell_shipment{x.id, x.tracking, false}});
  }
}

/// A call that may bring money waits until the units are held past the provider's deadline. One
/// that goes on for longer is not interrupted by each extension: its failures would be forgotten,
/// and people would never hear of them.
bool waits_for_holds(const state& s, const attempt& a, time_point now) {
  if (s.status != status::authorising ||
      (a.kind != attempt_kind::authorise && a.kind != attempt_kind::confirm))
    return false;
  const auto needed = std::max(a.opened + provider_deadline / 2, now + provider_deadline / 4);
  return std::ranges::any_of(s.reservations, [&](const auto& r) {
    return r.state == unit_state::held && r.expires < needed;
  });
}

/// One refund of a payment at a time: what a look-up finds long after two of them says of neither
/// whether it arrived.
bool waits_for_refund(const state& s, const attempt& a) {
  return a.kind == attempt_kind::refund &&
         std::ranges::any_of(s.attempts, [&](const attempt& other) {
           return other.open() && other.kind == a.kind && other.intent == a.intent &&
                  other.number < a.number;
         });
}

effects owed(const state& s, time_point now) {
  effects out;
  if (!s.exists())
    return out;
  owe_units(s, now, out);
  for (const auto& a : s.attempts)
    if (a.open() && !waits_for_holds(s, a, now) && !waits_for_refund(s, a))
      out.push_back({"pay/" + std::to_string(a.number), "psp",
                     call_provider{a, {a.amount, s.what.sums.total.currency}}});
  owe_shipments(s, out);
  const bool confirmed = s.status == status::confirmed || s.status == status::shipped ||
                         s.status == status::delivered || s.status == status::refunded;
  const bool over = s.status == status::rejected || s.status == status::cancelled;
  if (!s.cart_told && (confirmed || over))
    out.push_back({confirmed ? "cart/complete" : "cart/reopen", "cart",
                   tell_cart{s.what.cart_id, confirmed, problems_of(s)}});
  return out;
}

} // namespace

std::optional<time_point> lapses_at(const state& s) {
  const auto* paid = s.status == status::confirmed ? chosen_intent(s) : nullptr;
  const bool capturing = std::ranges::any_of(s.attempts, [](const attempt& a) {
    return a.kind == attempt_kind::capture && a.outcome != never_arrived;
  });
  if (!paid || paid->authorised == 0 || capturing)
    return {};
  const auto by = std::ranges::find(s.attempts, paid->attempt, &attempt::number);
  return (by == s.attempts.end() ? s.created : by->opened) + payment::authorisation_life;
}

std::string outcome_of(const attempt& a, const payment::intent& i, bool answered) {
  switch (a.kind) {
  case attempt_kind::authorise:
  case attempt_kind::confirm:
    if (i.status == intent_status::requires_capture || i.status == intent_status::succeeded)
      return "authorised";
    if (i.status == intent_status::canceled)
      return "declined";
    if (a.kind == attempt_kind::confirm && !answered)
      return {}; // what was known before the call says nothing about it
    if (i.status == intent_status::requires_action)
      return "action_required";
    if (!answered && never_tried(i))
      return {};
    return i.status == intent_status::requires_payment_method ? "declined" : "";
  case attempt_kind::capture:
    return i.captured >= a.amount                ? "captured"
           : i.status == intent_status::canceled ? "failed: voided"
                                                 : "";
  case attempt_kind::cancel:
    return i.status == intent_status::canceled    ? "voided"
           : i.status == intent_status::succeeded ? "failed: captured"
                                                  : "";
  case attempt_kind::refund:
    return answered ? "refunded" : "";
  }
  return {};
}

std::optional<event> model::follow_up(const state& s, time_point now) {
  if (!s.exists())
    return {};
  if (auto e = settle_attempts(s))
    return e;
  if (auto e = give_money_back(s))
    return e;
  switch (s.status) {
  case status::holding:
    return follow_holding(s, now);
  case status::authorising:
    return follow_authorising(s);
  case status::action_required:
  case status::payment_failed:
    return follow_waiting_for_buyer(s, now);
  case status::claiming:
    return follow_claiming(s);
  case status::confirmed:
  case status::shipped:
  case status::delivered:
    return follow_fulfilment(s, now);
  case status::compensating:
    return follow_compensating(s);
  case status::cancelled:
  case status::rejected:
  case status::refunded:
    return {};
  }
  return {};
}

time_point model::due(const state& s) {
  if (!s.exists())
    return never;
  if (!owed(s, s.moved_at).empty())
    return s.moved_at;
  switch (s.status) {
  case status::holding:
    return std::min(s.round > 0 && s.retry_at > s.moved_at ? s.retry_at : never,
                    s.created + holding_deadline);
  case status::action_required:
  case status::payment_failed:
    return s.created + s.what.hold;
  case status::confirmed:
    return lapse_notice_due(s).value_or(never);
  default:
    return never;
  }
}

std::vector<model::effect> model::pending(const state& s, time_point now) {
  auto out = owed(s, now);
  if (follow_up(s, now))
    out.push_back({"time/" + std::to_string(s.events), "self", look_at_clock{}});
  return out;
}

} // namespace souk::order
