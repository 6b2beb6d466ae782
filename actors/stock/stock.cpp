#include "actors/stock/stock.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace souk::stock {

namespace {

using events = std::vector<model::event>;
using state = model::state;

std::optional<failure> check_reservation(const std::string& id) {
  if (id.empty() || id.size() > reservation_size_max)
    return fail_field("/reservation", "out_of_range", "a reservation has 1 to 200 characters");
  return {};
}

std::optional<failure> check_quantity(int64_t quantity) {
  if (quantity < 1 || quantity > quantity_max)
    return fail_field("/quantity", "out_of_range", "a quantity is between 1 and 1,000,000");
  return {};
}

std::optional<failure> check_expiry(time_point expires, time_point now) {
  if (expires <= now)
    return fail(errc::expired, "this hold would end before it begins");
  if (expires > now + hold_max)
    return fail_field("/expires", "out_of_range", "a hold reaches at most 7 days ahead");
  return {};
}

failure shortage(errc code, const std::string& reservation, int64_t available) {
  const auto* detail =
      code == errc::held ? "others hold units that may come back" : "not enough units";
  return {.code = code,
          .detail = detail,
          .problems = {{std::string(to_string(code)), reservation, detail, available}}};
}

void record_lapsed(events& out, const std::vector<const reservation*>& gone) {
  for (size_t i = 0; i < gone.size(); i += lapsed_max) {
    units_lapsed e;
    for (size_t j = i; j < std::min(gone.size(), i + lapsed_max); ++j)
      e.reservations.push_back(gone[j]->id);
    out.emplace_back(std::move(e));
  }
}

// Where units are short, holds whose time has passed need not wait for `expire`: as many as it
// takes are dropped right here. Answers what is free then, beside the units of `whose` own.
int64_t make_room(events& out, const state& s, int64_t wanted, time_point now,
                  const std::string& whose) {
  const auto free = s.units.available();
  if (free >= wanted || s.units.next_lapse() > now)
    return free;
  // A shelf counted below what is reserved has to be made good first.
  const auto missing = wanted - (s.units.total() - s.units.held() - s.units.claimed());
  const auto gone = s.units.lapsed(now, missing, whose);
  record_lapsed(out, gone);
  int64_t freed = 0;
  for (const auto* r : gone)
    freed += r->quantity;
  return s.units.available(freed);
}

result<events> decide_on(const state& s, const hold& c, time_point now) {
  if (auto bad = check_reservation(c.reservation))
    return *bad;
  if (auto bad = check_quantity(c.quantity))
    return *bad;
  if (const auto* known = s.units.find(c.reservation)) {
    if (known->phase == phase::released)
      return fail(errc::conflict, "this reservation was released");
    return events{};
  }
  if (auto bad = check_expiry(c.expires, now))
    return *bad;
  if (s.units.open() >= open_max)
    return fail(errc::overloaded, "too many open reservations");
  events out;
  const auto free = make_room(out, s, c.quantity, now, c.reservation);
  const auto granted = std::min(free, c.quantity);
  const auto least = c.allow_partial ? 1 : c.quantity;
  if (granted < least) {
    const bool may_lapse = s.units.total() - s.units.claimed() >= least;
    return shortage(may_lapse ? errc::held : errc::sold_out, c.reservation, free);
  }
  out.emplace_back(units_held{c.reservation, granted, c.expires});
  return out;
}

result<events> decide_on(const state& s, const extend& c, time_point now) {
  const auto* known = s.units.find(c.reservation);
  if (!known || known->phase == phase::released)
    return fail(errc::not_found, "this hold is gone");
  if (known->phase != phase::held || c.expires <= known->until)
    return events{};
  if (auto bad = check_expiry(c.expires, now))
    return *bad;
  return events{units_extended{c.reservation, c.expires}};
}

result<events> decide_on(const state& s, const claim& c, time_point now) {
  if (auto bad = check_reservation(c.reservation))
    return *bad;
  if (auto bad = check_quantity(c.quantity))
    return *bad;
  const auto* known = s.units.find(c.reservation);
  if (known && known->phase == phase::released)
    return fail(errc::conflict, "this reservation was released");
  if (known && known->phase != phase::held)
    return events{};
  if (!known && s.units.open() >= open_max)
    return fail(errc::overloaded, "too many open reservations");
  const auto own = known ? known->quantity : 0;
  events out;
  const auto more = c.quantity - own;
  if (more > 0) {
    const auto free = make_room(out, s, more, now, c.reservation);
    if (free < more)
      return shortage(errc::sold_out, c.reservation, free);
  } else if (s.units.claimed() + c.quantity > s.units.total()) {
    // The shelf was counted after the hold: units that are not there cannot be sold.
    return shortage(errc::sold_out, c.reservation, 0);
  }
  out.emplace_back(units_claimed{c.reservation, c.quantity});
  return out;
}

result<events> decide_on(const state& s, const release& c, time_point) {
  if (auto bad = check_reservation(c.reservation))
    return *bad;
  const auto* known = s.units.find(c.reservation);
  if (known && known->phase == phase::settled)
    return fail(errc::conflict, "these units have left the shelf");
  if (known && known->phase == phase::released)
    return events{};
  return events{units_released{c.reservation}};
}

result<events> decide_on(const state& s, const ship& c, time_point) {
  const auto* known = s.units.find(c.reservation);
  if (!known)
    return fail(errc::not_found, "no such reservation");
  if (known->phase == phase::settled)
    return events{};
  if (known->phase != phase::claimed)
    return fail(errc::conflict, "only claimed units are shipped");
  return events{units_shipped{c.reservation}};
}

result<events> decide_on(const state& s, const give_back& c, time_point) {
  if (auto bad = check_reservation(c.reservation))
    return *bad;
  if (auto bad = check_quantity(c.quantity))
    return *bad;
  // A return comes weeks later, when the reservation is long forgotten; the sums are not.
  const auto* known = s.units.find(c.reservation);
  if ((known && known->phase != phase::settled) || s.returned + c.quantity > s.shipped)
    return fail(errc::conflict, "more would come back than was shipped");
  if (s.units.total() + c.quantity > on_hand_max)
    return fail_field("/quantity", "out_of_range", "more than a shelf can hold");
  return events{units_given_back{c.reservation, c.quantity}};
}

result<events> decide_on(const state& s, const receive& c, time_point) {
  if (auto bad = check_quantity(c.quantity))
    return *bad;
  if (s.units.total() + c.quantity > on_hand_max)
    return fail_field("/quantity", "out_of_range", "more than a shelf can hold");
  return events{units_received{c.quantity, c.reason}};
}

result<events> decide_on(const state&, const count& c, time_point) {
  if (c.on_hand < 0 || c.on_hand > on_hand_max)
    return fail_field("/on_hand", "out_of_range", "a count is between 0 and 10^12");
  return events{units_counted{c.on_hand, c.reason}};
}

result<events> decide_on(const state&, const get&, time_point) { return events{}; }

result<events> decide_on(const state& s, const expire&, time_point now) {
  events out;
  record_lapsed(out, s.units.lapsed(now, std::numeric_limits<int64_t>::max()));
  return out;
}

level level_of(const state& s) {
  const auto& units = s.units;
  return {.on_hand = units.total(),
          .reserved = units.held() + units.claimed(),
          .available = units.available(),
          .holds = units.held(),
          .claims = units.claimed(),
          .received = s.received,
          .adjusted = s.adjusted,
          .shipped = s.shipped,
          .returned = s.returned};
}

int64_t quantity_of(const state& s, const std::string& id) {
  const auto* known = s.units.find(id);
  return known ? known->quantity : 0;
}

held_units held_by(const state& s, const std::string& id) {
  const auto* known = s.units.find(id);
  if (!known)
    return {0, never};
  return {known->quantity, known->phase == phase::held ? known->until : never};
}

} // namespace

result<events> model::decide(const state& s, const command& c, time_point now) {
  return std::visit([&](const auto& x) { return decide_on(s, x, now); }, c);
}

void model::apply(state& s, const event& e, time_point at) {
  auto& units = s.units;
  std::visit(entity::overloaded{
                 [&](const units_held& x) { units.hold(x.reservation, x.quantity, x.expires); },
                 [&](const units_extended& x) { units.extend(x.reservation, x.expires); },
                 [&](const units_claimed& x) { units.claim(x.reservation, x.quantity); },
                 [&](const units_released& x) { units.release(x.reservation, at); },
                 [&](const units_shipped& x) {
                   // What left was there: a count that says less is put right by the difference.
                   const auto before = units.total();
                   const auto left = units.settle(x.reservation, at);
                   s.shipped += left;
                   s.adjusted += left - (before - units.total());
                 },
                 [&](const units_given_back& x) {
                   s.returned += x.quantity;
                   units.set_total(units.total() + x.quantity);
                 },
                 [&](const units_received& x) {
                   s.received += x.quantity;
                   units.set_total(units.total() + x.quantity);
                 },
                 [&](const units_counted& x) {
                   s.adjusted += x.on_hand - units.total();
                   units.set_total(x.on_hand);
                 },
                 [&](const units_lapsed& x) {
                   std::ranges::for_each(x.reservations, [&](const auto& id) { units.lapse(id); });
                 },
             },
             e);
  units.forget(at);
}

reply model::answer(const state& s, const command& c) {
  return std::visit(
      entity::overloaded{
          [&](const hold& x) -> reply { return held_by(s, x.reservation); },
          [&](const extend& x) -> reply { return held_by(s, x.reservation); },
          [&](const claim& x) -> reply { return claimed{quantity_of(s, x.reservation)}; },
          [&](const release&) -> reply { return released{}; },
          [&](const ship& x) -> reply { return shipped{quantity_of(s, x.reservation)}; },
          [&](const auto&) -> reply { return level_of(s); },
      },
      c);
}

bool model::is_natural(const command& c) {
  return !std::holds_alternative<give_back>(c) && !std::holds_alternative<receive>(c) &&
         !std::holds_alternative<count>(c);
}

std::vector<model::effect> model::pending(const state& s, time_point now) {
  if (due(s) > now)
    return {};
  return {{"expire/" + std::to_string(to_micros(due(s))), "self", expire{}}};
}

} // namespace souk::stock
