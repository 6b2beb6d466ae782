// Orders: a status machine, units and parcels of the audit's own (I3, I4, law 3).
#include "app/audit/order_fold.hpp"

#include "base/ids.hpp"

#include <algorithm>
#include <array>

namespace souk::audit {

namespace {

/// Not shipped this long after the last moment its payment could be authorised: people are told.
constexpr std::chrono::hours told_of_lapse_after{6 * 24};
/// An order that has not got its units by then gives up; it has to look at the clock.
constexpr std::chrono::seconds holding_limit{30};

using s = order_status;
constexpr uint32_t bit(s x) { return 1U << static_cast<unsigned>(x); }
/// Where an order may go from each status.
constexpr std::array<uint32_t, order_status_count> ways{
    bit(s::authorising) | bit(s::claiming) | bit(s::compensating), // holding
    bit(s::action_required) | bit(s::payment_failed) | bit(s::claiming) |
        bit(s::compensating), // authorising
    bit(s::authorising) | bit(s::claiming) | bit(s::compensating) |
        bit(s::payment_failed),                                    // action_required
    bit(s::authorising) | bit(s::claiming) | bit(s::compensating), // payment_failed
    bit(s::confirmed) | bit(s::compensating),                      // claiming
    bit(s::shipped) | bit(s::compensating),                        // confirmed
    bit(s::delivered) | bit(s::refunded),                          // shipped
    bit(s::refunded),                                              // delivered
    bit(s::cancelled) | bit(s::rejected),                          // compensating
    0,
    0,
    0};

using u = unit_state;
bool is_one_of(u x, std::initializer_list<u> all) { return std::ranges::find(all, x) != all.end(); }

class order_fold final : public entity_fold {
public:
  order_fold(std::string_view key, const fold_tools& tools)
      : tools_(tools), key_(key), entity_("order/" + key_) {}

  bool apply(std::string_view event, const place& where) override {
    if (!event_.ParseFromArray(event.data(), static_cast<int>(event.size())))
      return false;
    where_ = where;
    const bool born = event_.kind_case() == pb::order_event::kPlaced;
    if (born == order_.exists())
      fault("law3", born ? "it is placed twice" : "it goes on before it is placed");
    return read_units() || read_money() || read_parcels() || read_course();
  }

  std::string difference(const std::string& state, uint32_t version) const override;
  std::optional<time_point> owes() const override;
  void close(uint64_t seq) override;

private:
  bool read_units();
  bool read_money();
  bool read_parcels();
  bool read_course();
  void place_order(const pb::order_placement& e);
  void ask_hold(const pb::order_event::hold_asked_fields& e);
  order_unit* move_unit(const std::string& id, std::initializer_list<unit_state> from,
                        unit_state to);
  void move(order_status to);
  void judge_confirmed();

  template <class Change>
  void change_parcel(const std::string& id, Change change) {
    const auto at = std::ranges::find(order_.parcels, id, &parcel_facts::id);
    if (at == order_.parcels.end())
      return fault("law1", "there is no shipment " + id);
    change(*at);
  }
  void fault(std::string_view rule, const std::string& text) const {
    tools_.out.fault(rule, entity_, text + " (event " + std::to_string(where_.seq) + ")");
  }
  order_fault faults() const {
    return [this](std::string_view rule, const std::string& text) { fault(rule, text); };
  }

  fold_tools tools_;
  std::string key_, entity_;
  order_facts order_;
  pb::order_event event_;
  place where_;
  bool told_of_lapse_ = false;
};

void order_fold::place_order(const pb::order_placement& e) {
  if (e.order_id() != key_)
    fault("law1", "it is placed as " + e.order_id());
  order_.number = e.number();
  order_.cart_id = e.cart_id();
  order_.user_id = e.user_id();
  order_.currency = e.currency();
  order_.placement = fingerprint(e.SerializeAsString());
  order_.subtotal = e.subtotal();
  order_.tax = e.tax();
  order_.total = e.total();
  int64_t sum = 0;
  for (const auto& line : e.lines()) {
    order_.lines.emplace_back(line.sku(), line.quantity());
    sum += line.total();
    if (line.quantity() < 1)
      fault("law6", "line " + line.id() + " has no quantity");
  }
  if (e.total() < 0)
    fault("law6", "its total is negative");
  if (sum != e.subtotal())
    fault("law6", "its lines are worth " + std::to_string(sum) + ", its subtotal says " +
                      std::to_string(e.subtotal()));
  const auto expected =
      e.subtotal() - e.discount() + e.shipping() + (e.tax_included() ? 0 : e.tax());
  if (expected != e.total())
    fault("law6", "its parts add up to " + std::to_string(expected) + ", its total says " +
                      std::to_string(e.total()));
  order_.created = order_.moved = where_.at;
  order_.pay_until = where_.at + std::chrono::seconds{e.hold_seconds()};
  order_.statuses.emplace_back(where_.seq, order_.status);
}

void order_fold::ask_hold(const pb::order_event::hold_asked_fields& e) {
  if (std::ranges::find(order_.units, e.reservation(), &order_unit::id) != order_.units.end())
    fault("law3", e.reservation() + " is asked for twice");
  if (e.line() >= order_.lines.size())
    return fault("law1", e.reservation() + " is for a line there is not");
  order_.units.push_back({e.reservation(), order_.lines[e.line()].first + "@" + e.warehouse(),
                          e.line(), e.quantity(), 0, u::asked});
}

order_unit* order_fold::move_unit(const std::string& id, std::initializer_list<unit_state> from,
                                  unit_state to) {
  const auto at = std::ranges::find(order_.units, id, &order_unit::id);
  if (at == order_.units.end() || !is_one_of(at->state, from)) {
    fault("I8", id + " cannot go on from where it is");
    return nullptr;
  }
  at->state = to;
  return &*at;
}

bool order_fold::read_units() {
  using kind = pb::order_event;
  switch (event_.kind_case()) {
  case kind::kHoldAsked:
    ask_hold(event_.hold_asked());
    return true;
  case kind::kUnitsHeld: {
    const auto& e = event_.units_held();
    if (auto* unit = move_unit(e.reservation(), {u::asked}, u::held)) {
      unit->granted = e.quantity();
      if (e.quantity() < 1 || e.quantity() > unit->wanted)
        fault("I1", e.reservation() + " got another quantity than it asked for");
    }
    return true;
  }
  case kind::kUnitsRefused:
    move_unit(event_.units_refused().reservation(), {u::asked}, u::refused);
    return true;
  case kind::kUnitsExtended:
    move_unit(event_.units_extended().reservation(), {u::held}, u::held);
    return true;
  case kind::kUnitsClaimed:
    move_unit(event_.units_claimed().reservation(), {u::held}, u::claimed);
    return true;
  case kind::kUnitsLost:
    if (auto* unit = move_unit(event_.units_lost().reservation(), {u::held}, u::lost))
      unit->granted = 0;
    return true;
  case kind::kUnitsReleased:
    move_unit(event_.units_released().reservation(), {u::asked, u::held, u::claimed, u::lost},
              u::released);
    return true;
  case kind::kUnitsShipped:
    move_unit(event_.units_shipped().reservation(), {u::claimed}, u::shipped);
    return true;
  default:
    return false;
  }
}

bool order_fold::read_money() {
  using kind = pb::order_event;
  switch (event_.kind_case()) {
  case kind::kAttemptOpened:
    open_attempt(order_, event_.attempt_opened(), faults());
    return true;
  case kind::kAttemptClosed:
    close_attempt(order_, event_.attempt_closed(), faults());
    return true;
  case kind::kIntentSeen:
    see_intent(order_, event_.intent_seen(), key_, where_.row, faults());
    return true;
  case kind::kRefundAsked:
    // One that failed may be asked for again: only what is still there counts.
    if (event_.refund_asked().amount() > order_.captured() - order_.refunded())
      fault("I3", "more is asked back than is left of what was captured");
    return true;
  default:
    return false;
  }
}

bool order_fold::read_parcels() {
  using kind = pb::order_event;
  switch (event_.kind_case()) {
  case kind::kShipmentPlanned: {
    const auto& e = event_.shipment_planned();
    if (std::ranges::find(order_.parcels, e.id(), &parcel_facts::id) != order_.parcels.end())
      fault("law3", e.id() + " is planned twice");
    order_.parcels.push_back({e.id(), {e.reservations().begin(), e.reservations().end()}});
    return true;
  }
  case kind::kShipmentRouted:
    change_parcel(event_.shipment_routed().id(), [](auto& x) { x.routed = true; });
    return true;
  case kind::kShipmentDispatched:
    change_parcel(event_.shipment_dispatched().id(), [&](auto& x) {
      if (std::exchange(x.dispatched, true))
        fault("law3", x.id + " is dispatched twice");
    });
    return true;
  case kind::kShipmentTold:
    change_parcel(event_.shipment_told().id(), [](auto& x) { x.told = true; });
    return true;
  case kind::kShipmentDelivered:
    change_parcel(event_.shipment_delivered().id(), [&](auto& x) {
      x.delivered = true;
      if (!x.dispatched)
        fault("law1", x.id + " is delivered before it left");
    });
    return true;
  default:
    return false;
  }
}

bool order_fold::read_course() {
  using kind = pb::order_event;
  switch (event_.kind_case()) {
  case kind::kPlaced:
    place_order(event_.placed());
    return true;
  case kind::kStatusMoved:
    if (event_.status_moved().to() >= order_status_count)
      return false;
    move(static_cast<order_status>(event_.status_moved().to()));
    return true;
  case kind::kCartTold:
    order_.cart_told = true;
    return true;
  case kind::kRoundPostponed:
    return true;
  case kind::kLapseNoticed:
    told_of_lapse_ = true;
    return true;
  default:
    return false;
  }
}

void order_fold::move(order_status to) {
  if ((ways[static_cast<size_t>(order_.status)] & bit(to)) == 0)
    fault("law1", std::string{"no way leads from "} + public_word(order_.status) + " (" +
                      std::to_string(static_cast<int>(order_.status)) + ") to " + public_word(to));
  order_.status = to;
  order_.moved = where_.at;
  order_.statuses.emplace_back(where_.seq, to);
  if (to == s::confirmed)
    judge_confirmed();
}

void order_fold::judge_confirmed() {
  for (size_t line = 0; line < order_.lines.size(); ++line) {
    int64_t claimed = 0;
    for (const auto& unit : order_.units)
      if (unit.line == line && unit.state == u::claimed)
        claimed += unit.granted;
    if (claimed != order_.lines[line].second)
      fault("I1", "confirmed with " + std::to_string(claimed) + " of " +
                      std::to_string(order_.lines[line].second) + " × " + order_.lines[line].first);
  }
  int64_t paid = 0;
  for (const auto& i : order_.intents)
    paid += i.authorised + i.captured - i.refunded;
  if (paid < order_.total)
    fault("I3", "confirmed, and its payment does not cover it");
}

std::string order_fold::difference(const std::string& state, uint32_t version) const {
  pb::order_state in;
  if (version != 1 || !in.ParseFromString(state))
    return "it cannot be read";
  if (in.status() != static_cast<uint32_t>(order_.status))
    return "its status is another";
  int64_t captured = 0, refunded = 0;
  for (const auto& i : in.intents()) {
    captured += i.captured();
    refunded += i.refunded();
  }
  if (captured != order_.captured() || refunded != order_.refunded())
    return "its money is another";
  if (static_cast<size_t>(in.attempts_size()) != order_.attempts.size())
    return "its attempts are others";
  if (fingerprint(in.placed().SerializeAsString()) != order_.placement)
    return "its placement is another";
  for (const auto& r : in.reservations()) {
    const auto mine = std::ranges::find(order_.units, r.id(), &order_unit::id);
    if (mine == order_.units.end() || mine->granted != r.granted())
      return "reservation " + r.id() + " is another";
  }
  return {};
}

std::optional<time_point> order_fold::owes() const {
  const auto& o = order_;
  if (!o.exists())
    return {};
  if (o.status == s::holding)
    return o.created + holding_limit;
  if (is_working(o.status) || o.any_attempt_open())
    return o.moved;
  if (o.status == s::action_required || o.status == s::payment_failed)
    return o.pay_until;
  if (!o.cart_told)
    return o.moved;
  if (ended_badly(o.status))
    return {};
  for (const auto& x : o.parcels) {
    const bool units_here = std::ranges::any_of(o.units, [&](const order_unit& unit) {
      return unit.state == u::claimed && std::ranges::find(x.units, unit.id) != x.units.end();
    });
    if (!x.routed || (x.dispatched && (!x.told || units_here)))
      return o.moved;
  }
  const bool can_lapse =
      std::ranges::any_of(o.intents, [](const auto& i) { return i.authorised > 0; });
  if (o.status == s::confirmed && can_lapse && !told_of_lapse_)
    return o.pay_until + told_of_lapse_after;
  return {};
}

void order_fold::close(uint64_t seq) {
  judge_money(order_, faults());
  if (ended_badly(order_.status))
    for (const auto& unit : order_.units)
      if (is_one_of(unit.state, {u::asked, u::held, u::claimed, u::lost}))
        fault("I8", "it ended, and " + unit.id + " was not given back");
  order_.seq = seq;
  if (order_.exists())
    tools_.facts.orders.insert_or_assign(key_, std::move(order_));
}

} // namespace

const char* public_word(order_status x) {
  switch (x) {
  case s::holding:
  case s::authorising:
  case s::claiming:
    return "pending_payment";
  case s::action_required:
    return "action_required";
  case s::payment_failed:
    return "payment_failed";
  case s::confirmed:
    return "confirmed";
  case s::shipped:
    return "shipped";
  case s::delivered:
    return "delivered";
  case s::compensating:
    return "cancelling";
  case s::cancelled:
    return "cancelled";
  case s::rejected:
    return "rejected";
  case s::refunded:
    return "refunded";
  }
  return "";
}

std::unique_ptr<entity_fold> make_order_fold(std::string_view key, const fold_tools& tools) {
  return std::make_unique<order_fold>(key, tools);
}

} // namespace souk::audit
