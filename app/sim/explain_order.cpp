#include "app/sim/explain_order.hpp"

#include "actors/entity/model.hpp"
#include "proto/order.pb.h"

#include <algorithm>
#include <set>

namespace souk::sim {

namespace {

using state = order_model::state;
using phase = order_model::phase;
using call = order_model::call;
using entity::overloaded;
using order::status;
using payment::intent_status;
using refusal = std::optional<failure>;

constexpr long payments_most = 20;

refusal no(errc why) { return fail(why); }

payment::intent intent_from(const pb::order_intent& x) {
  return {.id = x.id(),
          .status = static_cast<intent_status>(x.status()),
          .amount = {x.amount(), *currency::parse(x.currency())},
          .authorised = x.authorised(),
          .captured = x.captured(),
          .refunded = x.refunded(),
          .decline_code = x.decline_code(),
          .next_action_url = x.next_action_url(),
          .order_id = x.order_id(),
          .attempt = x.attempt()};
}

refusal why_not(const state& s, const order::pay& c) {
  if (s.now != status::payment_failed && s.now != status::action_required)
    return no(errc::conflict);
  const auto tried = std::ranges::count_if(s.attempts, &order_model::attempt::pays);
  if (std::ranges::any_of(s.attempts, &order_model::attempt::open) || tried >= payments_most)
    return no(errc::conflict);
  const bool goes_on = s.now == status::action_required && !s.intents.empty();
  return c.payment_method.empty() && !goes_on ? no(errc::invalid) : std::nullopt;
}
refusal why_not(const state& s, const order::cancel&) {
  if (s.now == status::cancelled || s.now == status::compensating)
    return {};
  const bool left = std::ranges::any_of(s.parcels, &order_model::parcel::dispatched);
  const bool late = s.is_over() || left || s.now == status::shipped || s.now == status::delivered;
  return late ? no(errc::not_cancellable) : std::nullopt;
}
refusal why_not(const state& s, const order::ship& c) {
  if (s.now != status::confirmed && s.now != status::shipped)
    return no(errc::conflict);
  const bool paid = std::ranges::any_of(
      s.intents, [](const auto& i) { return i.authorised > 0 || i.captured > 0; });
  if (s.what.sums.total.amount > 0 && !paid)
    return no(errc::conflict);
  const bool known =
      std::ranges::all_of(c.shipments, [&](const auto& id) { return by_id(s.parcels, id); });
  return known ? std::nullopt : no(errc::invalid);
}
refusal why_not(const state& s, const order::refund& c) {
  if (c.amount < 1)
    return no(errc::invalid);
  int64_t left = 0, most = 0;
  for (const auto& i : s.intents) {
    left += s.refundable(i);
    most = std::max(most, s.refundable(i));
  }
  if (c.amount <= left)
    return c.amount <= most ? std::nullopt : no(errc::conflict);
  auto out = fail(errc::conflict);
  out.problems = {{"", "", "", left}};
  return out;
}
refusal why_not(const state& s, const order::intent_seen& c) {
  const bool foreign = c.intent.amount.currency != s.what.sums.total.currency;
  return foreign ? no(errc::conflict) : std::nullopt;
}
refusal why_not(const state& s, const order::shipment_delivered& c) {
  return by_id(s.parcels, c.shipment) ? std::nullopt : no(errc::not_found);
}
refusal why_not(const state&, const auto&) { return {}; }

void fold_intent(state& s, const payment::intent& i) {
  if (auto* known = by_id(s.intents, i.id))
    *known = i;
  else
    s.intents.push_back(i);
}

template <class Change>
void change_unit(state& s, const std::string& id, Change change) {
  if (auto* u = by_id(s.units, id))
    change(*u);
}
template <class Change>
void change_parcel(state& s, const std::string& id, Change change) {
  if (auto* x = by_id(s.parcels, id))
    change(*x);
}

void fold_units(state& s, const order_model::event& e) {
  using event = order_model::event;
  const auto to = [&](const std::string& id, phase p) {
    change_unit(s, id, [&](auto& u) { u.phase = p; });
  };
  switch (e.kind_case()) {
  case event::kUnitsHeld:
    change_unit(s, e.units_held().reservation(), [&](auto& u) {
      u.phase = phase::held;
      u.granted = e.units_held().quantity();
    });
    break;
  case event::kUnitsRefused:
    change_unit(s, e.units_refused().reservation(), [&](auto& u) {
      u.phase = phase::refused;
      u.why = static_cast<errc>(e.units_refused().why());
      u.available = e.units_refused().quantity();
    });
    break;
  case event::kUnitsClaimed:
    to(e.units_claimed().reservation(), phase::claimed);
    break;
  case event::kUnitsLost:
    change_unit(s, e.units_lost().reservation(), [](auto& u) {
      u.phase = phase::lost;
      u.granted = 0;
    });
    break;
  case event::kUnitsReleased:
    change_unit(s, e.units_released().reservation(), [](auto& u) {
      u.phase = u.phase == phase::lost ? phase::refused : phase::released;
    });
    break;
  case event::kUnitsShipped:
    to(e.units_shipped().reservation(), phase::shipped);
    break;
  default:
    break;
  }
}

void fold_parcels(state& s, const order_model::event& e) {
  using event = order_model::event;
  switch (e.kind_case()) {
  case event::kShipmentPlanned: {
    const auto& x = e.shipment_planned();
    s.parcels.push_back({.id = x.id(),
                         .warehouse = x.warehouse(),
                         .tracking = {},
                         .reservations = {x.reservations().begin(), x.reservations().end()}});
    break;
  }
  case event::kShipmentRouted:
    change_parcel(s, e.shipment_routed().id(), [](auto& x) { x.routed = true; });
    break;
  case event::kShipmentDispatched:
    change_parcel(s, e.shipment_dispatched().id(), [&](auto& x) {
      x.dispatched = true;
      x.tracking = e.shipment_dispatched().tracking();
    });
    break;
  case event::kShipmentTold:
    change_parcel(s, e.shipment_told().id(), [](auto& x) { x.told = true; });
    break;
  case event::kShipmentDelivered:
    change_parcel(s, e.shipment_delivered().id(), [](auto& x) { x.delivered = true; });
    break;
  default:
    break;
  }
}

} // namespace

// --- the state's questions

bool state::ends_badly() const {
  return now == status::compensating || now == status::cancelled || now == status::rejected;
}
bool state::is_awaited() const {
  if (now == status::rejected)
    return !cart_told; // the buyer hears of it when the cart is open again
  return now == status::holding || now == status::authorising || now == status::claiming ||
         now == status::compensating;
}
bool state::is_over() const {
  return now == status::cancelled || now == status::rejected || now == status::refunded;
}
int64_t state::covered(size_t line) const {
  int64_t out = 0;
  for (const auto& u : units)
    if (u.line == line && (u.phase == phase::held || u.phase == phase::claimed))
      out += u.granted;
  return out;
}
bool state::is_covered() const {
  for (size_t line = 0; line < what.lines.size(); ++line)
    if (covered(line) < what.lines[line].quantity)
      return false;
  return true;
}
const payment::intent* state::payment() const {
  for (const auto& i : intents) {
    const bool given_up = std::ranges::any_of(
        attempts, [&](const auto& a) { return a.call == call::cancel && a.intent == i.id; });
    if ((i.authorised > 0 || i.captured > 0) && !given_up)
      return &i;
  }
  return nullptr;
}
int64_t state::refundable(const payment::intent& i) const {
  auto left = i.captured - i.refunded;
  for (const auto& a : attempts)
    if (a.open() && a.call == call::refund && a.intent == i.id)
      left -= a.amount;
  return std::max<int64_t>(0, left);
}
bool state::is_capturing() const {
  return std::ranges::any_of(
      attempts, [](const auto& a) { return a.call == call::capture && a.outcome != never_got_it; });
}
std::optional<time_point> state::lapses_at() const {
  const auto* paid = now == status::confirmed ? payment() : nullptr;
  if (!paid || paid->authorised == 0 || is_capturing())
    return {};
  const auto number = static_cast<size_t>(paid->attempt);
  const auto from =
      number >= 1 && number <= attempts.size() ? attempts[number - 1].opened : created;
  return from + payment::authorisation_life;
}

payment::intent merged(const payment::intent& known, const payment::intent& news) {
  const auto weight = [](const payment::intent& i) {
    if (i.status == intent_status::canceled || i.status == intent_status::succeeded)
      return 4;
    if (i.status == intent_status::requires_capture)
      return 3;
    if (is_refused(i))
      return 2;
    // As it was created, before anything was tried, or tried.
    return i.status == intent_status::requires_payment_method ? 0 : 1;
  };
  auto out = weight(known) < 4 && weight(news) >= weight(known) ? news : known;
  out.captured = std::max(known.captured, news.captured);
  out.refunded = std::max(known.refunded, news.refunded);
  out.attempt = known.attempt != 0 ? known.attempt : news.attempt;
  return out;
}

// --- the model

std::optional<failure> order_model::refuses(const state& s, const command& c, time_point) {
  if (const auto* place = std::get_if<order::place>(&c)) {
    const bool empty = place->what.lines.empty() || place->what.sums.total.amount < 0;
    return !s.exists() && empty ? no(errc::invalid) : std::nullopt;
  }
  if (!s.exists())
    return std::holds_alternative<order::await_outcome>(c) ? std::nullopt : no(errc::not_found);
  return std::visit([&](const auto& x) { return why_not(s, x); }, c);
}

bool order_model::has_done(const state& s, const command& c) {
  return std::visit(overloaded{
                        [&](const order::place&) { return s.exists(); },
                        [](const order::get&) { return true; },
                        [&](const order::await_outcome&) { return s.exists() && !s.is_awaited(); },
                        [&](const order::cancel&) {
                          return s.now == status::cancelled || s.now == status::compensating;
                        },
                        [&](const order::ship& x) {
                          return std::ranges::all_of(s.parcels, [&](const auto& p) {
                            const bool named =
                                x.shipments.empty() ||
                                std::ranges::find(x.shipments, p.id) != x.shipments.end();
                            return p.dispatched || !named;
                          });
                        },
                        [&](const order::intent_seen& x) {
                          const auto* known = by_id(s.intents, x.intent.id);
                          return x.answers == 0 && known && merged(*known, x.intent) == *known;
                        },
                        [&](const order::shipment_delivered& x) {
                          const auto* p = by_id(s.parcels, x.shipment);
                          return p && (!p->dispatched || p->delivered);
                        },
                        [](const auto&) { return false; },
                    },
                    c);
}

std::string order_model::explain(state& s, const command& c, const std::vector<event>& events,
                                 time_point at) {
  std::string wrong;
  if (const auto refused = refuses(s, c, at))
    wrong = "does what has to be refused: " + std::string(to_string(refused->code));
  else if (has_done(s, c))
    wrong = "does again what is done";
  const auto own = own_events(s, c, events, wrong);
  std::set<int64_t> opened;
  if (const auto* place = std::get_if<order::place>(&c); place && wrong.empty())
    s.what = place->what;
  for (size_t i = 0; i < events.size(); ++i) {
    const auto& e = events[i];
    const auto from_outside =
        e.has_placed() || e.has_units_held() || e.has_units_refused() || e.has_units_extended() ||
        e.has_units_claimed() || e.has_units_lost() || e.has_units_released() ||
        e.has_units_shipped() || e.has_intent_seen() || e.has_shipment_routed() ||
        e.has_shipment_dispatched() || e.has_shipment_told() || e.has_shipment_delivered() ||
        e.has_cart_told() || e.has_refund_asked();
    const auto* news = std::get_if<order::intent_seen>(&c);
    if (wrong.empty() && e.attempt_closed().outcome() == "refunded" &&
        (!news || news->answers != e.attempt_closed().number()))
      wrong = "believes a refund that nobody confirmed";
    if (e.has_attempt_opened())
      opened.insert(e.attempt_opened().number());
    if (wrong.empty() && e.attempt_closed().outcome() == "action_required" &&
        opened.contains(e.attempt_closed().number()))
      wrong = "takes what was known before a call for its answer";
    if (wrong.empty() && i >= own && from_outside)
      wrong = "claims what nobody told it: " + e.ShortDebugString();
    if (wrong.empty())
      if (const auto why = i < own && e.has_status_moved() ? std::string{} : why_illegal(s, e, at);
          !why.empty())
        wrong = why + ": " + e.ShortDebugString();
    fold(s, e, at);
  }
  if (wrong.empty() && s.now == status::action_required && is_refused(s.intents.back()))
    wrong = "waits for a bank that has refused";
  return wrong;
}

void order_model::fold(state& s, const event& e, time_point at) {
  ++s.version;
  const bool was_awaited = s.is_awaited();
  switch (e.kind_case()) {
  case event::kPlaced:
    s.created = at; // `what` is the command's: own_events() compares
    break;
  case event::kHoldAsked: {
    const auto& x = e.hold_asked();
    s.units.push_back({.id = x.reservation(),
                       .line = x.line(),
                       .warehouse = x.warehouse(),
                       .wanted = x.quantity(),
                       .partial = x.partial(),
                       .round = static_cast<int>(x.round())});
    break;
  }
  case event::kAttemptOpened: {
    const auto& x = e.attempt_opened();
    s.attempts.push_back({static_cast<call>(x.kind()), x.intent(), x.amount(), at, {}});
    break;
  }
  case event::kAttemptClosed:
    if (const auto n = static_cast<size_t>(e.attempt_closed().number());
        n >= 1 && n <= s.attempts.size())
      s.attempts[n - 1].outcome = e.attempt_closed().outcome();
    break;
  case event::kIntentSeen:
    fold_intent(s, intent_from(e.intent_seen()));
    break;
  case event::kStatusMoved:
    s.now = static_cast<status>(e.status_moved().to());
    if (s.now == status::compensating)
      s.failure = static_cast<errc>(e.status_moved().code());
    break;
  case event::kCartTold:
    s.cart_told = true;
    break;
  case event::kRefundAsked:
    s.refund_asked += e.refund_asked().amount();
    break;
  case event::kRoundPostponed:
    s.retry_at = from_micros(e.round_postponed().at_us());
    ++s.round;
    break;
  case event::kLapseNoticed:
    s.lapse_noticed = true;
    break;
  default:
    fold_units(s, e);
    fold_parcels(s, e);
  }
  if (was_awaited && !s.is_awaited())
    s.stands_since = at;
}

bool order_model::is_remembered(const command& c) {
  return std::visit(
      []<class C>(const C&) { return std::is_same_v<typename C::reply, order::order_view>; }, c);
}

} // namespace souk::sim
