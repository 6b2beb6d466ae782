// What may be asked of an order, one function a command.
#include "actors/order/parts.hpp"

namespace souk::order {

namespace {

using events = std::vector<model::event>;
using state = model::state;
using payment::intent_status;

bool is_over(status s) {
  return s == status::cancelled || s == status::rejected || s == status::refunded;
}

/// What was captured of `i` and is neither back with the buyer nor on its way.
int64_t refundable(const state& s, const payment::intent& i) {
  auto left = i.captured - i.refunded;
  for (const auto& a : s.attempts)
    if (a.open() && a.kind == attempt_kind::refund && a.intent == i.id)
      left -= a.amount;
  return std::max<int64_t>(0, left);
}

bool pays(const attempt& a) {
  return a.kind == attempt_kind::authorise || a.kind == attempt_kind::confirm;
}

/// `i` is what a look-up found so late that the call itself, had it arrived, would show: how it
/// ended.
std::string late_outcome(const state& s, const attempt& a, const payment::intent& i) {
  if (a.kind == attempt_kind::refund) {
    auto known = a.amount;
    for (const auto& other : s.attempts)
      if (other.kind == a.kind && other.intent == a.intent && other.outcome == "refunded")
        known += other.amount;
    return i.refunded >= known ? "refunded" : never_arrived;
  }
  auto outcome = outcome_of(a, i, true);
  return outcome.empty() && !pays(a) ? never_arrived : outcome;
}

// --- commands, one each

result<events> on(const state& s, const place& c) {
  if (s.exists())
    return events{}; // born once
  if (c.what.lines.empty() || c.what.sums.total.amount < 0)
    return fail(errc::invalid, "an order has lines and a total");
  return events{placed{c.what}};
}

result<events> on(const state& s, const pay& c) {
  if (s.status != status::payment_failed && s.status != status::action_required)
    return fail(errc::conflict, "this order does not wait for a payment");
  if (std::ranges::any_of(s.attempts, &attempt::open))
    return fail(errc::conflict, "a payment is under way");
  if (std::ranges::count_if(s.attempts, pays) >= attempts_max)
    return fail(errc::conflict, "too many attempts to pay");
  const auto number = static_cast<int64_t>(s.attempts.size()) + 1;
  if (c.payment_method.empty()) {
    if (s.status != status::action_required || s.intents.empty())
      return fail_field("/payment/payment_method", "required", "name a payment method");
    return events{moved{status::authorising, errc::internal, ""},
                  attempt_opened{number, attempt_kind::confirm, s.intents.back().id,
                                 s.what.sums.total.amount, ""}};
  }
  return events{moved{status::authorising, errc::internal, ""},
                attempt_opened{number, attempt_kind::authorise, "", s.what.sums.total.amount,
                               c.payment_method}};
}

result<events> on(const state& s, const cancel& c) {
  if (s.status == status::cancelled || s.status == status::compensating)
    return events{};
  const bool shipped = std::ranges::any_of(s.shipments, &shipment::dispatched);
  if (is_over(s.status) || shipped || s.status == status::shipped || s.status == status::delivered)
    return fail(errc::not_cancellable, "the order is " + std::string(to_string(s.status)));
  return events{moved{status::compensating, errc::not_cancellable, c.reason}};
}

result<events> on(const state& s, const ship& c) {
  if (s.status != status::confirmed && s.status != status::shipped)
    return fail(errc::conflict, "the order is " + std::string(to_string(s.status)));
  const bool paid =
      std::ranges::any_of(s.intents, [](const auto& i) { return i.authorised + i.captured > 0; });
  if (s.what.sums.total.amount > 0 && !paid)
    return fail(errc::conflict, "the payment is no longer authorised");
  events out;
  for (const auto& id : c.shipments)
    if (!find_by_id(s.shipments, id))
      return fail_field("/shipments", "unknown", "no such shipment: " + id);
  for (const auto& x : s.shipments)
    if (!x.dispatched &&
        (c.shipments.empty() || std::ranges::find(c.shipments, x.id) != c.shipments.end()))
      out.push_back(dispatched{x.id, c.tracking});
  return out;
}

result<events> on(const state& s, const refund& c) {
  if (c.amount < 1)
    return fail_field("/amount", "out_of_range", "at least one minor unit");
  int64_t left = 0;
  for (const auto& i : s.intents)
    left += refundable(s, i);
  if (c.amount > left) {
    auto why = fail(errc::conflict, "more than was captured and not refunded");
    why.problems = {{"too_much", "/amount", "refundable now", left}};
    return why;
  }
  const auto paid =
      std::ranges::find_if(s.intents, [&](const auto& i) { return refundable(s, i) >= c.amount; });
  if (paid == s.intents.end())
    return fail(errc::conflict, "no single payment holds that much");
  return events{refund_asked{c.amount, c.reason},
                attempt_opened{static_cast<int64_t>(s.attempts.size()) + 1, attempt_kind::refund,
                               paid->id, c.amount, ""}};
}

/// An event about a reservation in one of the states `from`; anything else was heard before.
result<events> about_units(const state& s, const std::string& id,
                           std::initializer_list<unit_state> from, model::event then) {
  const auto* r = find_by_id(s.reservations, id);
  if (!r || std::ranges::find(from, r->state) == from.end())
    return events{};
  return events{std::move(then)};
}

result<events> on(const state& s, const units_held& c) {
  return about_units(s, c.reservation, {unit_state::asked},
                     held{c.reservation, c.granted, c.expires});
}
result<events> on(const state& s, const units_refused& c) {
  return about_units(s, c.reservation, {unit_state::asked},
                     refused{c.reservation, c.why, c.available});
}
result<events> on(const state& s, const units_extended& c) {
  return about_units(s, c.reservation, {unit_state::held}, extended{c.reservation, c.expires});
}
result<events> on(const state& s, const units_claimed& c) {
  return about_units(s, c.reservation, {unit_state::held}, claimed{c.reservation});
}
result<events> on(const state& s, const units_lost& c) {
  if (s.status != status::claiming) // a lapsed hold is no loss yet: the claim takes units anew
    return about_units(s, c.reservation, {unit_state::held}, extended{c.reservation, never});
  return about_units(s, c.reservation, {unit_state::held}, lost{c.reservation});
}
result<events> on(const state& s, const units_released& c) {
  return about_units(s, c.reservation,
                     {unit_state::asked, unit_state::held, unit_state::claimed, unit_state::lost},
                     released{c.reservation});
}
result<events> on(const state& s, const units_shipped& c) {
  return about_units(s, c.reservation, {unit_state::claimed}, left_stock{c.reservation});
}

result<events> on(const state& s, const intent_seen& c, time_point now) {
  if (!s.exists() || c.intent.id.empty())
    return fail(errc::not_found, "no such order");
  if (c.intent.amount.currency != s.what.sums.total.currency)
    return fail(errc::conflict, "a payment in another currency");
  const auto* known = find_by_id(s.intents, c.intent.id);
  auto now_known = known ? merge(*known, c.intent) : c.intent;
  events out;
  if (!known || *known != now_known)
    out.push_back(intent_merged{now_known});
  const auto it = std::ranges::find(s.attempts, c.answers, &attempt::number);
  if (it != s.attempts.end() && it->open()) {
    auto outcome = now > it->opened + provider_memory ? late_outcome(s, *it, now_known)
                                                      : outcome_of(*it, now_known, true);
    if (!outcome.empty())
      out.push_back(attempt_closed{it->number, std::move(outcome)});
  }
  return out;
}

result<events> on(const state& s, const attempt_failed& c) {
  const auto it = std::ranges::find(s.attempts, c.attempt, &attempt::number);
  if (it == s.attempts.end() || !it->open())
    return events{};
  return events{attempt_closed{c.attempt, "failed: " + c.why}};
}

result<events> on(const state& s, const cart_told&) {
  return s.cart_told ? events{} : events{cart_informed{}};
}
result<events> on(const state& s, const shipment_routed& c) {
  const auto* x = find_by_id(s.shipments, c.shipment);
  return x && !x->routed ? events{routed{c.shipment}} : events{};
}
result<events> on(const state& s, const shipment_told& c) {
  const auto* x = find_by_id(s.shipments, c.shipment);
  return x && !x->told ? events{told{c.shipment}} : events{};
}
result<events> on(const state& s, const shipment_delivered& c) {
  const auto* x = find_by_id(s.shipments, c.shipment);
  if (!x)
    return fail(errc::not_found, "no such shipment");
  return x->dispatched && !x->delivered ? events{delivered{c.shipment}} : events{};
}
result<events> on(const state&, const get&) { return events{}; }
result<events> on(const state&, const await_outcome&) { return events{}; }
result<events> on(const state&, const check_time&) { return events{}; }

} // namespace

bool never_tried(const payment::intent& i) {
  return i.status == intent_status::requires_payment_method && i.decline_code.empty();
}

payment::intent merge(const payment::intent& known, const payment::intent& news) {
  const auto final_rank = [](const payment::intent& x) {
    switch (x.status) {
    case intent_status::canceled:
    case intent_status::succeeded:
      return 4;
    case intent_status::requires_capture:
      return 3;
    case intent_status::requires_payment_method:
      return never_tried(x) ? 0 : 2; // no order lets an object try a second card
    case intent_status::requires_action:
    case intent_status::processing:
      return 1;
    }
    return 0;
  };
  auto out = final_rank(news) >= final_rank(known) && final_rank(known) < 4 ? news : known;
  out.captured = std::max(known.captured, news.captured);
  out.refunded = std::max(known.refunded, news.refunded);
  out.attempt = known.attempt != 0 ? known.attempt : news.attempt;
  return out;
}

result<std::vector<model::event>> model::decide(const state& s, const command& c, time_point now) {
  if (!s.exists() && !std::holds_alternative<place>(c) && !std::holds_alternative<await_outcome>(c))
    return fail(errc::not_found, "no such order");
  auto out = std::visit(
      [&](const auto& x) {
        if constexpr (requires { on(s, x, now); })
          return on(s, x, now);
        else
          return on(s, x);
      },
      c);
  if (!out || (out->empty() && !std::holds_alternative<check_time>(c)))
    return out;
  auto next = s;
  for (const auto& e : *out)
    apply(next, e, now);
  while (auto e = follow_up(next, now)) {
    apply(next, *e, now);
    out->push_back(std::move(*e));
  }
  return out;
}

bool model::is_natural(const command& c) {
  return std::visit([]<class C>(const C&) { return std::is_same_v<typename C::reply, accepted>; },
                    c);
}

} // namespace souk::order
