// What an order is told and asked: which events follow from it, and what is answered.
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
using entity::overloaded;
using order::status;
using payment::intent_status;

/// The expected events, one test each.
using expected = std::vector<std::function<bool(const event&)>>;

auto moves_to(status to, std::optional<errc> code = {}) {
  return [to, code](const event& e) {
    return e.has_status_moved() && e.status_moved().to() == static_cast<uint32_t>(to) &&
           (!code || e.status_moved().code() == static_cast<uint32_t>(*code));
  };
}

auto opens(call what, int64_t amount, std::string method = {}) {
  return [=](const event& e) {
    const auto& x = e.attempt_opened();
    return e.has_attempt_opened() && x.kind() == static_cast<uint32_t>(what) &&
           x.amount() == amount && x.payment_method() == method;
  };
}

bool is_placement(const pb::order_placement& x, const order::placement& p) {
  return x.order_id() == p.order_id && x.cart_id() == p.cart_id &&
         x.total() == p.sums.total.amount && x.payment_method() == p.payment_method &&
         x.hold_seconds() == p.hold.count() &&
         std::ranges::equal(x.lines(), p.lines, [](const auto& a, const auto& b) {
           return a.id() == b.id && a.sku() == b.sku && a.quantity() == b.quantity &&
                  a.unit_price() == b.unit_price.amount &&
                  std::ranges::equal(a.warehouses(), b.warehouses);
         });
}

bool is_intent(const pb::order_intent& x, const payment::intent& i) {
  return x.id() == i.id && x.status() == static_cast<uint32_t>(i.status) &&
         x.authorised() == i.authorised && x.captured() == i.captured &&
         x.refunded() == i.refunded && x.attempt() == i.attempt &&
         x.decline_code() == i.decline_code;
}

// A reservation's news as the events of a schema.
auto about(auto member, const std::string& id) {
  return [=](const event& e) { return (e.*member)().reservation() == id; };
}

expected of(const state&, const order::place& c) {
  return {[&c](const event& e) { return e.has_placed() && is_placement(e.placed(), c.what); }};
}
expected of(const state& s, const order::pay& c) {
  const auto what = c.payment_method.empty() ? call::confirm : call::authorise;
  return {moves_to(status::authorising), opens(what, s.what.sums.total.amount, c.payment_method)};
}
expected of(const state&, const order::cancel&) {
  return {moves_to(status::compensating, errc::not_cancellable)};
}
expected of(const state& s, const order::ship& c) {
  expected out;
  for (const auto& p : s.parcels)
    if (!p.dispatched &&
        (c.shipments.empty() || std::ranges::find(c.shipments, p.id) != c.shipments.end()))
      out.push_back([&c, id = p.id](const event& e) {
        const auto& x = e.shipment_dispatched();
        return x.id() == id && x.tracking() == c.tracking;
      });
  return out;
}
expected of(const state&, const order::refund& c) {
  return {[&c](const event& e) {
            return e.has_refund_asked() && e.refund_asked().amount() == c.amount;
          },
          opens(call::refund, c.amount)};
}
expected of(const state&, const order::units_held& c) {
  return {[&c](const event& e) {
    const auto& x = e.units_held();
    return x.reservation() == c.reservation && x.quantity() == c.granted &&
           from_micros(x.expires_us()) == c.expires;
  }};
}
expected of(const state&, const order::units_refused& c) {
  return {[&c](const event& e) {
    const auto& x = e.units_refused();
    return x.reservation() == c.reservation && x.quantity() == c.available &&
           x.why() == static_cast<uint32_t>(c.why);
  }};
}
expected of(const state&, const order::units_extended& c) {
  return {[&c](const event& e) {
    return e.units_extended().reservation() == c.reservation &&
           from_micros(e.units_extended().expires_us()) == c.expires;
  }};
}
expected of(const state&, const order::units_claimed& c) {
  return {about(&event::units_claimed, c.reservation)};
}
expected of(const state& s, const order::units_lost& c) {
  // Before the claim a hold that lapsed is no loss: the claim takes units anew.
  if (s.now == status::claiming)
    return {about(&event::units_lost, c.reservation)};
  return {about(&event::units_extended, c.reservation)};
}
expected of(const state&, const order::units_released& c) {
  return {about(&event::units_released, c.reservation)};
}
expected of(const state&, const order::units_shipped& c) {
  return {about(&event::units_shipped, c.reservation)};
}
expected of(const state& s, const order::intent_seen& c) {
  expected out;
  const auto* known = by_id(s.intents, c.intent.id);
  const auto fact = known ? merged(*known, c.intent) : c.intent;
  if (!known || fact != *known)
    out.push_back(
        [fact](const event& e) { return e.has_intent_seen() && is_intent(e.intent_seen(), fact); });
  return out; // an attempt it answers may follow
}
expected of(const state&, const order::attempt_failed& c) {
  return {[&c](const event& e) {
    return e.attempt_closed().number() == c.attempt &&
           e.attempt_closed().outcome() == "failed: " + c.why;
  }};
}
expected of(const state&, const order::cart_told&) {
  return {[](const event& e) { return e.has_cart_told(); }};
}
expected of(const state&, const order::shipment_routed& c) {
  return {[&c](const event& e) { return e.shipment_routed().id() == c.shipment; }};
}
expected of(const state&, const order::shipment_told& c) {
  return {[&c](const event& e) { return e.shipment_told().id() == c.shipment; }};
}
expected of(const state&, const order::shipment_delivered& c) {
  return {[&c](const event& e) { return e.shipment_delivered().id() == c.shipment; }};
}
expected of(const state&, const auto&) { return {}; }

// --- the view

std::vector<problem> problems_of(const state& s) {
  std::vector<problem> out;
  if (s.failure == errc::payment_declined && s.ends_badly() && s.now != status::cancelled)
    out.push_back({"not_paid", "", "", {}});
  if (s.failure != errc::sold_out && s.failure != errc::held)
    return out;
  for (size_t n = 0; n < s.what.lines.size(); ++n) {
    int64_t granted = 0, available = 0;
    bool missing = false;
    std::map<std::string, int64_t> last_word; // by warehouse
    for (const auto& u : s.units) {
      if (u.line != n)
        continue;
      granted += u.granted;
      missing |= u.phase == phase::refused || u.phase == phase::lost;
      last_word[u.warehouse] = u.granted + u.available;
    }
    for (const auto& [warehouse, units] : last_word)
      available += units;
    if (missing && granted < s.what.lines[n].quantity)
      out.push_back({std::string(to_string(s.failure)), s.what.lines[n].id, "", available});
  }
  return out;
}

order::payment_view payment_of(const state& s) {
  order::payment_view v;
  bool voided = false;
  for (const auto& i : s.intents) {
    v.authorised += i.authorised;
    v.captured += i.captured;
    v.refunded += i.refunded;
    voided |= i.status == intent_status::canceled;
  }
  v.status = v.captured > 0 && v.refunded == v.captured ? "refunded"
             : v.captured > 0                           ? "captured"
             : v.authorised > 0                         ? "authorised"
             : s.now == status::action_required         ? "action_required"
             : s.now == status::payment_failed          ? "declined"
             : voided                                   ? "voided"
                                                        : "pending";
  if (!s.intents.empty() && s.now == status::payment_failed)
    v.decline_code = s.intents.back().decline_code;
  if (!s.intents.empty() && s.now == status::action_required)
    v.next_action_url = s.intents.back().next_action_url;
  v.lapses_at = s.lapses_at();
  return v;
}

order::shipment_view view_of(const state& s, const order_model::parcel& p) {
  order::shipment_view v{p.id,
                         p.warehouse,
                         p.delivered    ? "delivered"
                         : p.dispatched ? "shipped"
                                        : "routed",
                         p.tracking,
                         {}};
  for (const auto& id : p.reservations)
    if (const auto* u = by_id(s.units, id); u && u->line < s.what.lines.size())
      v.lines.push_back(s.what.lines[u->line].id);
  return v;
}

} // namespace

size_t own_events(const order_model::state& s, const order_model::command& c,
                  const std::vector<order_model::event>& events, std::string& wrong) {
  const auto all = std::visit([&](const auto& x) { return of(s, x); }, c);
  for (size_t i = 0; i < all.size(); ++i)
    if (i >= events.size() || !all[i](events[i])) {
      if (wrong.empty())
        wrong = "does something else";
      return i;
    }
  return all.size();
}

order::reply order_model::answer(const state& s, const command& c) {
  if (!is_remembered(c))
    return order::accepted{};
  order::order_view v{.placed = s.what,
                      .status = s.now,
                      .payment = payment_of(s),
                      .shipments = {},
                      .problems = problems_of(s),
                      .created_at = s.created,
                      .version = s.version};
  for (const auto& p : s.parcels)
    v.shipments.push_back(view_of(s, p));
  return v;
}

/// The words of problems are for people, and in what order they stand.
bool order_model::agrees(const reply& mine, const reply& told) {
  const auto plain = [](reply r) {
    if (auto* v = std::get_if<order::order_view>(&r)) {
      for (auto& p : v->problems)
        p.detail.clear();
      std::ranges::sort(v->problems, {}, [](const problem& p) { return p.code + p.field; });
    }
    return r;
  };
  return mine == told || plain(mine) == plain(told);
}

bool order_model::fits(const command& c, const std::vector<event>& events) {
  const auto& e = events.front();
  return std::visit(
      overloaded{
          [&](const order::units_held& x) { return e.units_held().reservation() == x.reservation; },
          [&](const order::units_refused& x) {
            return e.units_refused().reservation() == x.reservation;
          },
          [&](const order::units_extended& x) {
            return e.units_extended().reservation() == x.reservation;
          },
          [&](const order::units_lost& x) {
            return e.units_lost().reservation() == x.reservation ||
                   e.units_extended().reservation() == x.reservation;
          },
          [&](const order::units_claimed& x) {
            return e.units_claimed().reservation() == x.reservation;
          },
          [&](const order::units_released& x) {
            return e.units_released().reservation() == x.reservation;
          },
          [&](const order::units_shipped& x) {
            return e.units_shipped().reservation() == x.reservation;
          },
          [&](const order::intent_seen& x) {
            return e.has_intent_seen() ? e.intent_seen().id() == x.intent.id
                                       : e.has_attempt_closed() && x.answers > 0 &&
                                             e.attempt_closed().number() == x.answers;
          },
          [&](const order::attempt_failed& x) { return e.attempt_closed().number() == x.attempt; },
          [&](const order::cart_told&) { return e.has_cart_told(); },
          [&](const order::shipment_routed& x) { return e.shipment_routed().id() == x.shipment; },
          [&](const order::shipment_told& x) { return e.shipment_told().id() == x.shipment; },
          [&](const order::shipment_delivered& x) {
            return e.shipment_delivered().id() == x.shipment;
          },
          [&](const order::check_time&) {
            return e.has_hold_asked() || e.has_status_moved() || e.has_attempt_opened() ||
                   e.has_attempt_closed() || e.has_shipment_planned() || e.has_round_postponed() ||
                   e.has_lapse_noticed();
          },
          [](const auto&) { return false; },
      },
      c);
}

} // namespace souk::sim
