// A stock cell as a plain program: units are held, claimed, shipped or released, and never more are
// promised than stand on the shelf.
#include "actors/entity/model.hpp"
#include "app/sim/explain_models.hpp"
#include "proto/stock.pb.h"

#include <algorithm>

namespace souk::sim {

namespace {

using state = cell_model::state;
using phase = cell_model::phase;
using entity::overloaded;

constexpr std::chrono::hours end_remembered{1};
constexpr std::chrono::hours hold_most{7 * 24};
constexpr int64_t quantity_most = 1'000'000;
constexpr size_t reservation_most = 200; ///< characters
constexpr int64_t shelf_most = 1'000'000'000'000;

using refusal = std::optional<failure>;

refusal no(errc why) { return fail(why); }

refusal short_of(errc why, int64_t available) {
  auto out = fail(why);
  out.problems = {{"", "", "", available}};
  return out;
}

bool is_quantity(int64_t n) { return n >= 1 && n <= quantity_most; }

refusal bad_expiry(time_point expires, time_point now) {
  if (expires <= now)
    return no(errc::expired);
  return expires > now + hold_most ? no(errc::invalid) : std::nullopt;
}

refusal why_not(const state& s, const stock::hold& c, time_point now) {
  if (c.reservation.empty() || c.reservation.size() > reservation_most || !is_quantity(c.quantity))
    return no(errc::invalid);
  if (const auto* known = s.find(c.reservation))
    return known->phase == phase::released ? no(errc::conflict) : std::nullopt;
  if (auto bad = bad_expiry(c.expires, now))
    return bad;
  const auto least = c.allow_partial ? 1 : c.quantity;
  const auto free = s.free(now);
  if (free >= least)
    return {};
  return short_of(s.on_hand - s.sum(phase::claimed) >= least ? errc::held : errc::sold_out, free);
}

refusal why_not(const state& s, const stock::extend& c, time_point now) {
  const auto* known = s.find(c.reservation);
  if (!known || known->phase == phase::released)
    return no(errc::not_found);
  const bool goes_on = known->phase == phase::held && c.expires > known->until;
  return goes_on ? bad_expiry(c.expires, now) : std::nullopt;
}

refusal why_not(const state& s, const stock::claim& c, time_point now) {
  if (!is_quantity(c.quantity))
    return no(errc::invalid);
  const auto* known = s.find(c.reservation);
  if (known && known->phase == phase::released)
    return no(errc::conflict);
  if (known && known->phase != phase::held)
    return {};
  const auto more = c.quantity - (known ? known->quantity : 0);
  if (more > 0) {
    const auto free = s.free(now, c.reservation);
    return free < more ? short_of(errc::sold_out, free) : std::nullopt;
  }
  // Counted away since it was held.
  return s.sum(phase::claimed) + c.quantity > s.on_hand ? short_of(errc::sold_out, 0)
                                                        : std::nullopt;
}

refusal why_not(const state& s, const stock::release& c, time_point) {
  const auto* known = s.find(c.reservation);
  return known && known->phase == phase::shipped ? no(errc::conflict) : std::nullopt;
}

refusal why_not(const state& s, const stock::ship& c, time_point) {
  const auto* known = s.find(c.reservation);
  if (!known)
    return no(errc::not_found);
  const bool claimed = known->phase == phase::claimed || known->phase == phase::shipped;
  return claimed ? std::nullopt : no(errc::conflict);
}

refusal why_not(const state& s, const stock::give_back& c, time_point) {
  if (!is_quantity(c.quantity))
    return no(errc::invalid);
  const auto* known = s.find(c.reservation);
  const bool left = !known || known->phase == phase::shipped;
  return left && s.returned + c.quantity <= s.shipped ? std::nullopt : no(errc::conflict);
}

refusal why_not(const state& s, const stock::receive& c, time_point) {
  const bool fits = is_quantity(c.quantity) && s.on_hand + c.quantity <= shelf_most;
  return fits ? std::nullopt : no(errc::invalid);
}

refusal why_not(const state&, const stock::count& c, time_point) {
  return c.on_hand >= 0 && c.on_hand <= shelf_most ? std::nullopt : no(errc::invalid);
}

refusal why_not(const state&, const stock::get&, time_point) { return {}; }
refusal why_not(const state&, const stock::expire&, time_point) { return {}; }

/// The shelf loses the units; a count that said less is put right.
void leave_shelf(state& s, cell_model::unit& u, time_point at) {
  const auto before = s.on_hand;
  s.on_hand = std::max<int64_t>(0, s.on_hand - u.quantity);
  s.shipped += u.quantity;
  s.adjusted += u.quantity - (before - s.on_hand);
  u.phase = phase::shipped;
  u.until = at + end_remembered;
}

stock::level level_of(const state& s) {
  const auto holds = s.sum(phase::held), claims = s.sum(phase::claimed);
  return {.on_hand = s.on_hand,
          .reserved = holds + claims,
          .available = std::max<int64_t>(0, s.on_hand - holds - claims),
          .holds = holds,
          .claims = claims,
          .received = s.received,
          .adjusted = s.adjusted,
          .shipped = s.shipped,
          .returned = s.returned};
}

} // namespace

int64_t state::sum(cell_model::phase of) const {
  int64_t out = 0;
  for (const auto& [id, u] : units)
    out += u.phase == of ? u.quantity : 0;
  return out;
}

int64_t state::free(time_point now, const std::string& own) const {
  int64_t promised = 0;
  for (const auto& [id, u] : units)
    if (u.phase == phase::claimed || (u.phase == phase::held && (u.until > now || id == own)))
      promised += u.quantity;
  return std::max<int64_t>(0, on_hand - promised);
}

const cell_model::unit* state::find(const std::string& reservation) const {
  const auto at = units.find(reservation);
  return at == units.end() ? nullptr : &at->second;
}

std::optional<failure> cell_model::refuses(const state& s, const command& c, time_point now) {
  return std::visit([&](const auto& x) { return why_not(s, x, now); }, c);
}

bool cell_model::has_done(const state& s, const command& c) {
  return std::visit(overloaded{
                        [&](const stock::hold& x) { return s.find(x.reservation) != nullptr; },
                        [&](const stock::extend& x) {
                          const auto* u = s.find(x.reservation);
                          return u && (u->phase != phase::held || x.expires <= u->until);
                        },
                        [&](const stock::claim& x) {
                          const auto* u = s.find(x.reservation);
                          return u && (u->phase == phase::claimed || u->phase == phase::shipped);
                        },
                        [&](const stock::release& x) {
                          const auto* u = s.find(x.reservation);
                          return u && u->phase == phase::released;
                        },
                        [&](const stock::ship& x) {
                          const auto* u = s.find(x.reservation);
                          return u && u->phase == phase::shipped;
                        },
                        [](const stock::get&) { return true; },
                        [](const auto&) { return false; },
                    },
                    c);
}

void cell_model::perform(state& s, const command& c, time_point at) {
  const auto promised = [&] { return s.sum(phase::held) + s.sum(phase::claimed); };
  std::visit(overloaded{
                 [&](const stock::hold& x) {
                   s.units[x.reservation] = {
                       phase::held, std::min(x.quantity, s.on_hand - promised()), x.expires};
                 },
                 [&](const stock::extend& x) { s.units[x.reservation].until = x.expires; },
                 [&](const stock::claim& x) {
                   s.units[x.reservation] = {phase::claimed, x.quantity, never};
                 },
                 [&](const stock::release& x) {
                   s.units[x.reservation] = {phase::released, 0, at + end_remembered};
                 },
                 [&](const stock::ship& x) { leave_shelf(s, s.units[x.reservation], at); },
                 [&](const stock::give_back& x) {
                   s.returned += x.quantity;
                   s.on_hand += x.quantity;
                 },
                 [&](const stock::receive& x) {
                   s.received += x.quantity;
                   s.on_hand += x.quantity;
                   s.why = x.reason;
                 },
                 [&](const stock::count& x) {
                   s.adjusted += x.on_hand - s.on_hand;
                   s.on_hand = x.on_hand;
                   s.why = x.reason;
                 },
                 [](const stock::get&) {},
                 [&](const stock::expire&) {
                   std::erase_if(s.units, [&](const auto& u) {
                     return u.second.phase == phase::held && u.second.until <= at;
                   });
                 },
             },
             c);
}

void cell_model::fold(state& s, const event& e, time_point at) {
  switch (e.kind_case()) {
  case event::kHeld:
    s.units[e.held().reservation()] = {phase::held, e.held().quantity(),
                                       from_micros(e.held().expires_us())};
    break;
  case event::kExtended:
    s.units[e.extended().reservation()].until = from_micros(e.extended().expires_us());
    break;
  case event::kClaimed:
    s.units[e.claimed().reservation()] = {phase::claimed, e.claimed().quantity(), never};
    break;
  case event::kReleased:
    s.units[e.released().reservation()] = {phase::released, 0, at + end_remembered};
    break;
  case event::kShipped:
    leave_shelf(s, s.units[e.shipped().reservation()], at);
    break;
  case event::kGivenBack:
    s.returned += e.given_back().quantity();
    s.on_hand += e.given_back().quantity();
    break;
  case event::kReceived:
    s.received += e.received().quantity();
    s.on_hand += e.received().quantity();
    s.why = e.received().reason();
    break;
  case event::kCounted:
    s.adjusted += e.counted().quantity() - s.on_hand;
    s.on_hand = e.counted().quantity();
    s.why = e.counted().reason();
    break;
  case event::kLapsed:
    for (const auto& id : e.lapsed().ids())
      s.units.erase(id);
    break;
  case event::KIND_NOT_SET:
    break;
  }
}

bool cell_model::lets_lapse(state& s, const event& e, time_point at, std::string& wrong) {
  if (e.kind_case() != event::kLapsed)
    return false;
  for (const auto& id : e.lapsed().ids()) {
    const auto* known = s.find(id);
    if (!known || known->phase != phase::held)
      wrong = "lets a hold lapse that is none: " + id;
    else if (known->until > at)
      wrong = "lets a hold lapse before its time: " + id;
    s.units.erase(id);
  }
  return true;
}

stock::reply cell_model::answer(const state& s, const command& c) {
  const auto quantity = [&](const std::string& id) {
    const auto* u = s.find(id);
    return u ? u->quantity : 0;
  };
  const auto held = [&](const std::string& id) {
    const auto* u = s.find(id);
    return stock::held_units{quantity(id), u && u->phase == phase::held ? u->until : never};
  };
  return std::visit(
      overloaded{
          [&](const stock::hold& x) -> reply { return held(x.reservation); },
          [&](const stock::extend& x) -> reply { return held(x.reservation); },
          [&](const stock::claim& x) -> reply { return stock::claimed{quantity(x.reservation)}; },
          [&](const stock::release&) -> reply { return stock::released{}; },
          [&](const stock::ship& x) -> reply { return stock::shipped{quantity(x.reservation)}; },
          [&](const auto&) -> reply { return level_of(s); },
      },
      c);
}

bool cell_model::agrees(const reply& mine, const reply& told) {
  const auto* heard = std::get_if<stock::held_units>(&told);
  const auto* own = std::get_if<stock::held_units>(&mine);
  if (heard && own && heard->granted == unknown_units)
    return heard->expires == own->expires;
  return mine == told;
}

bool cell_model::is_remembered(const command& c) {
  return std::holds_alternative<stock::give_back>(c) || std::holds_alternative<stock::receive>(c) ||
         std::holds_alternative<stock::count>(c);
}

std::string cell_model::subject(const command& c) {
  return std::visit(
      [](const auto& x) {
        if constexpr (requires { x.reservation; })
          return x.reservation;
        else
          return std::string{};
      },
      c);
}

std::string cell_model::subject(const std::vector<event>& events) {
  const auto& e = events.back(); // behind what it let lapse to make room
  return e.has_held()       ? e.held().reservation()
         : e.has_extended() ? e.extended().reservation()
         : e.has_claimed()  ? e.claimed().reservation()
         : e.has_released() ? e.released().reservation()
                            : e.shipped().reservation();
}

bool cell_model::fits(const command& c, const std::vector<event>& events) {
  const auto& e = events.back();
  return std::visit(overloaded{
                        [&](const stock::hold&) { return e.has_held(); },
                        [&](const stock::extend&) { return e.has_extended(); },
                        [&](const stock::claim&) { return e.has_claimed(); },
                        [&](const stock::release&) { return e.has_released(); },
                        [&](const stock::ship&) { return e.has_shipped(); },
                        [&](const stock::expire&) { return e.has_lapsed(); },
                        [](const auto&) { return false; },
                    },
                    c);
}

void cell_model::forget(state& s, time_point at) {
  std::erase_if(s.units, [&](const auto& u) {
    const bool ended = u.second.phase == phase::shipped || u.second.phase == phase::released;
    return ended && u.second.until <= at;
  });
}

std::vector<time_point> cell_model::turns(const state& s, time_point from, time_point to) {
  std::vector<time_point> out;
  for (const auto& [id, u] : s.units)
    if (u.phase == phase::held && u.until > from && u.until <= to)
      out.push_back(u.until);
  return out;
}

} // namespace souk::sim
