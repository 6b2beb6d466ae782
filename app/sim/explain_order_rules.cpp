// What an order may write, event by event: the arrows of DESIGN §5 with what has to be true first.
#include "actors/entity/model.hpp"
#include "app/sim/explain_order.hpp"
#include "proto/order.pb.h"

#include <algorithm>

namespace souk::sim {

namespace {

using state = order_model::state;
using phase = order_model::phase;
using call = order_model::call;
using event = order_model::event;
using order::status;
using payment::intent_status;

constexpr std::chrono::seconds holding_most{30}, second_round_after{3};
constexpr std::chrono::hours notice_before{24};

/// The first sentence whose condition does not hold.
struct demand {
  bool holds;
  const char* otherwise;
};
std::string first_broken(std::initializer_list<demand> all) {
  for (const auto& d : all)
    if (!d.holds)
      return d.otherwise;
  return {};
}

bool any_open(const state& s) {
  return std::ranges::any_of(s.attempts, &order_model::attempt::open);
}

bool is_final(const payment::intent& i) {
  return i.status == intent_status::canceled || i.status == intent_status::succeeded;
}

// --- units

std::string hold_rule(const state& s, const pb::order_event_hold_asked_fields& x, time_point at) {
  if (x.line() >= s.what.lines.size())
    return "asks units for a line it does not have";
  const auto& line = s.what.lines[x.line()];
  const auto of_line = std::ranges::count(s.units, size_t{x.line()}, &order_model::unit::line);
  const bool waits = std::ranges::any_of(
      s.units, [&](const auto& u) { return u.line == x.line() && u.phase == phase::asked; });
  const auto id = s.what.order_id + "/" + std::to_string(x.line()) + "/" + std::to_string(of_line);
  return first_broken({
      {s.now == status::holding, "asks for units when it does not look for any"},
      {!waits, "asks a second cell before the first has answered"},
      {x.reservation() == id, "uses the id of another reservation"},
      {std::ranges::find(line.warehouses, x.warehouse()) != line.warehouses.end(),
       "asks a warehouse that is no candidate"},
      {x.quantity() == line.quantity - s.covered(x.line()) && x.quantity() > 0,
       "asks for another number of units than it lacks"},
      {at >= s.retry_at && at < s.created + holding_most, "asks for units too early or too late"},
  });
}

std::string units_rule(const state& s, const std::string& id, std::initializer_list<phase> from) {
  const auto* u = by_id(s.units, id);
  if (!u)
    return "speaks of units it never asked for";
  return std::ranges::find(from, u->phase) == from.end() ? "counts the same answer twice" : "";
}

std::string rule_for_units(const state& s, const event& e) {
  switch (e.kind_case()) {
  case event::kUnitsHeld: {
    const auto* u = by_id(s.units, e.units_held().reservation());
    if (u && e.units_held().quantity() > u->wanted)
      return "takes more units than it asked for";
    return units_rule(s, e.units_held().reservation(), {phase::asked});
  }
  case event::kUnitsRefused:
    return units_rule(s, e.units_refused().reservation(), {phase::asked});
  case event::kUnitsExtended:
    return units_rule(s, e.units_extended().reservation(), {phase::held});
  case event::kUnitsClaimed:
    return units_rule(s, e.units_claimed().reservation(), {phase::held});
  case event::kUnitsLost:
    return units_rule(s, e.units_lost().reservation(), {phase::held});
  case event::kUnitsReleased:
    return units_rule(s, e.units_released().reservation(),
                      {phase::asked, phase::held, phase::claimed, phase::lost});
  default: {
    const auto& id = e.units_shipped().reservation();
    const bool left = std::ranges::any_of(s.parcels, [&](const auto& p) {
      return p.dispatched && std::ranges::find(p.reservations, id) != p.reservations.end();
    });
    return left ? units_rule(s, id, {phase::claimed}) : "ships units before their parcel";
  }
  }
}

// --- money

std::string refund_rule(const state& s, const payment::intent& i, int64_t amount) {
  int64_t asked = 0; // refunds begun of what people asked for
  for (const auto& a : s.attempts)
    if (a.call == call::refund && a.intent == i.id && a.outcome != never_got_it)
      asked += a.amount;
  const bool unwanted = s.ends_badly() || &i != s.payment();
  return first_broken({
      {amount > 0 && amount <= s.refundable(i), "gives back more than was captured"},
      {unwanted || asked + amount <= s.refund_asked, "gives back what nobody asked for"},
  });
}

std::string void_rule(const state& s, const payment::intent& i) {
  const bool busy = std::ranges::any_of(s.attempts, [&](const auto& a) {
    const auto number = &a - s.attempts.data() + 1;
    const bool about = a.intent.empty() ? number == i.attempt : a.intent == i.id;
    return a.open() && about && a.call != call::capture && a.call != call::refund;
  });
  return first_broken({
      {!busy, "voids a payment that is under way"},
      {!is_final(i), "voids a payment that is final"},
      {s.ends_badly() || &i != s.payment(), "voids the payment it lives on"},
  });
}

std::string attempt_rule(const state& s, const pb::order_event_attempt_opened_fields& x) {
  if (x.number() != static_cast<int64_t>(s.attempts.size()) + 1)
    return "opens an attempt under another number than the next";
  const auto total = s.what.sums.total.amount;
  const auto what = static_cast<call>(x.kind());
  if (what == call::authorise)
    return first_broken({{!any_open(s), "opens a second attempt while one is open"},
                         {s.now == status::authorising, "asks for money when it should not"},
                         {!s.payment(), "asks for money it has"},
                         {x.amount() == total, "asks for another sum than its total"}});
  const auto* i = by_id(s.intents, x.intent());
  if (!i)
    return "opens an attempt on a payment it never saw";
  if (what == call::confirm)
    return first_broken({{!any_open(s), "opens a second attempt while one is open"},
                         {s.now == status::authorising, "asks for money when it should not"}});
  if (what == call::cancel)
    return void_rule(s, *i);
  if (what == call::refund)
    return refund_rule(s, *i, x.amount());
  const bool left = std::ranges::any_of(s.parcels, &order_model::parcel::dispatched);
  return first_broken({{left, "captures before anything was shipped"},
                       {i == s.payment(), "captures a payment it does not live on"},
                       {!s.is_capturing(), "captures twice"},
                       {x.amount() == total, "captures another sum than its total"},
                       {x.amount() <= i->authorised, "captures more than is authorised"}});
}

/// Does what is known of the payments bear this outcome?
std::string close_rule(const state& s, const pb::order_event_attempt_closed_fields& x) {
  const auto n = static_cast<size_t>(x.number());
  if (n < 1 || n > s.attempts.size() || !s.attempts[n - 1].open())
    return "closes an attempt that is not open";
  const auto& a = s.attempts[n - 1];
  const auto some = [&](auto is) {
    return std::ranges::any_of(s.intents, [&](const auto& i) {
      return (a.intent.empty() ? i.attempt == x.number() : i.id == a.intent) && is(i);
    });
  };
  const auto in = [&](intent_status wanted) {
    return some([&](const auto& i) { return i.status == wanted; });
  };
  const bool refused = some(is_refused);
  const auto& how = x.outcome();
  const bool borne =
      how.starts_with("failed") || how == "refunded" ||
      (how == "authorised" &&
       (in(intent_status::requires_capture) || in(intent_status::succeeded))) ||
      (how == "declined" && (refused || in(intent_status::canceled))) ||
      (how == "action_required" && in(intent_status::requires_action)) ||
      (how == "captured" && some([&](const auto& i) { return i.captured >= a.amount; })) ||
      (how == "voided" && in(intent_status::canceled));
  return borne ? "" : "believes of a payment what no fact says";
}

// --- the status

bool paid_in_full(const state& s) {
  const auto total = s.what.sums.total.amount;
  const auto* i = s.payment();
  return total == 0 || (i && i->authorised + i->captured >= total);
}

std::string confirm_rule(const state& s) {
  const bool claimed = std::ranges::all_of(s.units, [](const auto& u) {
    return u.phase == phase::claimed || u.phase == phase::refused || u.phase == phase::released;
  });
  return first_broken({{s.is_covered(), "is confirmed without all its units"},
                       {claimed, "is confirmed before every cell answered its claim"},
                       {paid_in_full(s), "is confirmed without its money"}});
}

std::string end_rule(const state& s, status to) {
  const bool cancelled = s.failure == errc::not_cancellable;
  const bool units_back = std::ranges::all_of(s.units, [](const auto& u) {
    return u.phase == phase::refused || u.phase == phase::released;
  });
  const bool money_back = std::ranges::all_of(
      s.intents, [](const auto& i) { return is_final(i) && i.captured == i.refunded; });
  return first_broken({
      {cancelled == (to == status::cancelled), "ends otherwise than it failed"},
      {!any_open(s), "ends with an attempt open"},
      {units_back, "ends before its units are released"},
      {money_back, "ends with money at the bank"},
      {std::ranges::all_of(s.parcels, &order_model::parcel::told),
       "ends with a shipment under way"},
  });
}

std::string fail_rule(const state& s, errc why, time_point at) {
  const bool refused = std::ranges::any_of(
      s.units, [](const auto& u) { return u.phase == phase::refused || u.phase == phase::lost; });
  switch (s.now) {
  case status::holding:
    if (why == errc::unavailable)
      return at >= s.created + holding_most ? "" : "gives up before its deadline";
    if (!refused || s.is_covered())
      return "gives up although nothing was refused";
    return why_search_goes_on(s, why);
  case status::action_required:
  case status::payment_failed:
    return first_broken(
        {{why == errc::payment_declined, "gives up for a wrong reason"},
         {at >= s.created + s.what.hold, "gives up before the buyer's time is over"},
         {!any_open(s), "gives up with an attempt open"}});
  case status::claiming:
    return s.is_covered() ? "gives up with all units at hand" : "";
  default:
    return "gives up where it may not";
  }
}

/// How the last try to pay ended.
bool has_failed(const state& s, status to) {
  const auto last = std::ranges::find_if(s.attempts.rbegin(), s.attempts.rend(), [](const auto& a) {
    return a.call == call::authorise || a.call == call::confirm;
  });
  return last != s.attempts.rend() && !last->open() &&
         (to == status::action_required) == (last->outcome == "action_required");
}

std::string move_rule(const state& s, const pb::order_event_status_moved_fields& x, time_point at) {
  const auto to = static_cast<status>(x.to());
  const auto all_parcels = [&](bool order_model::parcel::*flag) {
    return !s.parcels.empty() && std::ranges::all_of(s.parcels, flag);
  };
  const auto from = [&](std::initializer_list<status> all) {
    return std::ranges::find(all, s.now) != all.end();
  };
  constexpr auto no_way = "moves where no arrow leads";
  const bool for_money = s.what.sums.total.amount > 0;
  switch (to) {
  case status::authorising:
    return first_broken({{from({status::holding}), no_way},
                         {s.is_covered(), "asks for money without units"},
                         {for_money, "asks for no money"}});
  case status::claiming:
    if (s.now == status::holding)
      return s.is_covered() && !for_money ? "" : "claims before it is paid";
    return first_broken(
        {{from({status::authorising, status::action_required, status::payment_failed}), no_way},
         {s.payment() != nullptr, "claims before it is paid"}});
  case status::action_required:
  case status::payment_failed:
    if (s.now == status::action_required && to == status::payment_failed)
      return is_refused(s.intents.back()) ? "" : "calls a payment failed that the bank waits for";
    return first_broken({{from({status::authorising}), no_way},
                         {!s.attempts.empty(), "has not even tried"},
                         {has_failed(s, to), "calls a payment failed that is under way"},
                         {!s.payment(), "calls a payment failed that it has"}});
  case status::confirmed:
    return from({status::claiming}) ? confirm_rule(s) : no_way;
  case status::shipped:
    return first_broken({{from({status::confirmed}), no_way},
                         {all_parcels(&order_model::parcel::dispatched), "has not shipped all"}});
  case status::delivered:
    return first_broken({{from({status::shipped}), no_way},
                         {all_parcels(&order_model::parcel::delivered), "has not delivered all"}});
  case status::compensating:
    return fail_rule(s, static_cast<errc>(x.code()), at);
  case status::cancelled:
  case status::rejected:
    return from({status::compensating}) ? end_rule(s, to) : no_way;
  case status::refunded: {
    const auto* i = s.payment();
    return first_broken(
        {{from({status::shipped, status::delivered}), no_way},
         {i && i->captured > 0 && i->captured == i->refunded, "calls refunded what is not"}});
  }
  case status::holding:
    break;
  }
  return no_way;
}

// --- the rest

std::string parcel_rule(const state& s, const pb::order_event_shipment_event& x) {
  std::vector<std::string> mine;
  for (const auto& u : s.units)
    if (u.phase == phase::claimed && u.warehouse == x.warehouse())
      mine.push_back(u.id);
  const bool taken = std::ranges::any_of(
      s.parcels, [&](const auto& p) { return p.warehouse == x.warehouse() || p.id == x.id(); });
  return first_broken({{s.now == status::confirmed, "plans a shipment before it is confirmed"},
                       {!taken, "plans a shipment twice"},
                       {std::ranges::equal(mine, x.reservations()),
                        "plans a shipment of other units than it claimed there"}});
}

std::string flag_rule(const state& s, const std::string& id, bool order_model::parcel::*flag) {
  const auto* p = by_id(s.parcels, id);
  if (!p)
    return "speaks of a shipment it never planned";
  return p->*flag ? "hears the same of a shipment twice" : "";
}

/// The events that are said once; the others need nothing.
std::string rule_for_rest(const state& s, const event& e, time_point at) {
  switch (e.kind_case()) {
  case event::kShipmentPlanned:
    return parcel_rule(s, e.shipment_planned());
  case event::kShipmentRouted:
    return flag_rule(s, e.shipment_routed().id(), &order_model::parcel::routed);
  case event::kShipmentDispatched:
    return flag_rule(s, e.shipment_dispatched().id(), &order_model::parcel::dispatched);
  case event::kShipmentTold:
    return flag_rule(s, e.shipment_told().id(), &order_model::parcel::told);
  case event::kShipmentDelivered:
    return flag_rule(s, e.shipment_delivered().id(), &order_model::parcel::delivered);
  case event::kCartTold:
    return s.cart_told ? "tells its cart twice" : "";
  case event::kRoundPostponed:
    return first_broken(
        {{s.now == status::holding && s.round == 0, "waits for units a second time"},
         {from_micros(e.round_postponed().at_us()) == at + second_round_after,
          "waits another time than it should"},
         {why_search_goes_on(s, errc::held).empty(), "waits although it could still ask"}});
  case event::kLapseNoticed:
    return first_broken({{s.lapses_at().has_value() && !s.lapse_noticed, "warns of nothing"},
                         {at >= s.lapses_at().value_or(never) - notice_before, "warns too early"}});
  default:
    return {};
  }
}

} // namespace

bool is_refused(const payment::intent& i) {
  return i.status == intent_status::requires_payment_method && !i.decline_code.empty();
}

std::string why_illegal(const order_model::state& s, const order_model::event& e, time_point at) {
  if (e.has_placed())
    return s.exists() ? "is placed twice" : "";
  switch (e.kind_case()) {
  case event::kHoldAsked:
    return hold_rule(s, e.hold_asked(), at);
  case event::kUnitsHeld:
  case event::kUnitsRefused:
  case event::kUnitsExtended:
  case event::kUnitsClaimed:
  case event::kUnitsLost:
  case event::kUnitsReleased:
  case event::kUnitsShipped:
    return rule_for_units(s, e);
  case event::kAttemptOpened:
    return attempt_rule(s, e.attempt_opened());
  case event::kAttemptClosed:
    return close_rule(s, e.attempt_closed());
  case event::kStatusMoved:
    return move_rule(s, e.status_moved(), at);
  case event::KIND_NOT_SET:
    return "writes an event of no known kind";
  default:
    return rule_for_rest(s, e, at);
  }
}

} // namespace souk::sim
