// The order: record and orchestrator in one. It calls nobody; it records what happened, and
// `pending` says what is still owed. Compensation is the same mechanism: a failing order owes
// releases and voids.
//
//            ┌─ sold out, or too late ──────────┐
//   holding ─┼─► authorising ─┬─► claiming ─┬───┼──► confirmed ─► shipped ─► delivered
//            │       ▲        │ declined    │   │        │  cancel      └─ refund ─► refunded
//            │       │        ▼             │lost        ▼
//            │    pay┴─ payment_failed      └──►compensating ─► rejected (the cart reopens)
//            │       │        ▲ refused there       └────────► cancelled
//            │       └─ action_required (at the bank; also ─► claiming, compensating)
//
// A unit reservation: asked ─► held ─► claimed ─► shipped;  asked ─► refused;  any before shipped
// ─► released;
//                     held ─► lost ─► refused
// An attempt (one outside call): opened by an event with its number and frozen parameters, closed
// by a fact. No end state while one is open. Facts about payment objects merge by id, in any order.
#pragma once

#include "actors/entity/model.hpp"
#include "actors/order/messages.hpp"
#include "persistence/journal.hpp"

namespace souk::order {

/// An order that cannot get its units in this time is rejected.
inline constexpr std::chrono::seconds holding_deadline{30};
/// One that met only units held by others waits this long, then tries once more.
inline constexpr std::chrono::seconds held_retry{3};
/// Holds reach at least this far past now while the provider is asked.
inline constexpr std::chrono::seconds provider_deadline{120};
/// A provider may have forgotten the key of an older call: that one is looked up, not repeated.
inline constexpr std::chrono::hours provider_memory{12};
/// Outcome of an attempt that a look-up did not find: it is made again under another number.
inline constexpr const char* never_arrived = "failed: the provider never got it";
/// People hear this long before an authorisation lapses that nothing was captured of.
inline constexpr std::chrono::hours lapse_notice{24};
/// Authorisations an order may try.
inline constexpr int64_t attempts_max = 20;

/// lost: a claim was refused; it is released all the same, to bar a claim that is still under way.
enum class unit_state : uint8_t { asked, held, refused, claimed, shipped, released, lost };
struct unit_reservation {
  std::string id; ///< "<order>/<line>/<n>", the stock cell's reservation
  size_t line = 0;
  std::string warehouse;
  int64_t wanted = 0;
  int64_t granted = 0;
  bool partial = false; ///< fewer than wanted are welcome
  unit_state state = unit_state::asked;
  time_point expires = never;
  errc why = errc::sold_out; ///< when refused
  int64_t available = 0;     ///< when refused
  int round = 0;
  bool operator==(const unit_reservation&) const = default;
};

enum class attempt_kind : uint8_t { authorise, confirm, capture, cancel, refund };
struct attempt {
  int64_t number = 0;
  attempt_kind kind = attempt_kind::authorise;
  std::string intent; ///< empty for authorise
  int64_t amount = 0;
  std::string payment_method;
  time_point opened;
  std::string outcome; ///< empty while open
  bool open() const { return outcome.empty(); }
  bool operator==(const attempt&) const = default;
};

struct shipment {
  std::string id, warehouse, tracking;
  std::vector<std::string> reservations;
  bool routed = false, dispatched = false, told = false, delivered = false;
  bool operator==(const shipment&) const = default;
};

// --- events
struct placed {
  placement what;
};
struct hold_asked {
  std::string reservation;
  size_t line = 0;
  std::string warehouse;
  int64_t quantity = 0;
  bool partial = false;
  int round = 0;
};
struct held {
  std::string reservation;
  int64_t granted = 0;
  time_point expires;
};
struct refused {
  std::string reservation;
  errc why = errc::sold_out;
  int64_t available = 0;
};
struct extended {
  std::string reservation;
  time_point expires;
};
struct claimed {
  std::string reservation;
};
struct lost {
  std::string reservation;
};
struct released {
  std::string reservation;
};
struct left_stock {
  std::string reservation;
};
struct attempt_opened {
  int64_t number = 0;
  attempt_kind kind{};
  std::string intent;
  int64_t amount = 0;
  std::string payment_method;
};
struct attempt_closed {
  int64_t number = 0;
  std::string outcome;
};
struct intent_merged {
  payment::intent intent;
};
struct moved {
  status to{};
  errc code = errc::internal;
  std::string why;
};
struct shipment_planned {
  std::string id, warehouse;
  std::vector<std::string> reservations;
};
struct routed {
  std::string shipment;
};
struct dispatched {
  std::string shipment, tracking;
};
struct told {
  std::string shipment;
};
struct delivered {
  std::string shipment;
};
struct cart_informed {};
struct refund_asked {
  int64_t amount = 0;
  std::string reason;
};
/// Units were only held by others: a second round begins at `at`.
struct round_postponed {
  time_point at;
};
/// A day before its authorisation lapses and nothing was shipped: the operators' queue shows it.
struct lapse_noticed {
  time_point lapses_at;
};

// --- what is owed to others
struct ask_hold {
  std::string sku, warehouse, reservation;
  int64_t quantity = 0;
  time_point expires;
  bool partial = false;
};
struct ask_extend {
  std::string sku, warehouse, reservation;
  time_point expires;
};
struct ask_claim {
  std::string sku, warehouse, reservation;
  int64_t quantity = 0;
};
struct ask_release {
  std::string sku, warehouse, reservation;
};
struct ask_ship_units {
  std::string sku, warehouse, reservation;
};
struct call_provider {
  attempt what;
  money amount;
};
struct tell_cart {
  std::string cart_id;
  bool confirmed = false;
  std::vector<problem> problems;
};
struct ask_route {
  shipment what;
  std::vector<placed_line> lines;
};
struct tell_shipment {
  std::string shipment, tracking;
  bool cancelled = false;
};
struct look_at_clock {};

struct model {
  static constexpr std::string_view kind = order::kind;
  /// An order remembers for life; nobody sends one this many commands.
  static constexpr entity::memory_policy memory{.commands = 10'000,
                                                .age = std::chrono::hours{24 * 3650}};
  static constexpr uint32_t state_version = 1;

  struct state {
    placement what;
    time_point created{};
    order::status status = order::status::holding;
    errc failure = errc::internal; ///< why it ends, with `why`
    std::string why;
    time_point moved_at{}; ///< when the status changed last
    std::vector<unit_reservation> reservations;
    std::vector<attempt> attempts;
    std::vector<payment::intent> intents;
    std::vector<shipment> shipments;
    int64_t refund_asked = 0;
    bool cart_told = false;
    time_point retry_at{}; ///< of the second round of holds
    int round = 0;
    bool lapse_noticed = false;
    uint64_t events = 0;
    bool exists() const { return !what.order_id.empty(); }
  };
  using command = order::command;
  using reply = order::reply;
  using event = std::variant<placed, hold_asked, held, refused, extended, claimed, lost, released,
                             left_stock, attempt_opened, attempt_closed, intent_merged, moved,
                             shipment_planned, routed, dispatched, told, delivered, cart_informed,
                             refund_asked, round_postponed, lapse_noticed>;
  using effect = entity::effect<
      std::variant<ask_hold, ask_extend, ask_claim, ask_release, ask_ship_units, call_provider,
                   tell_cart, ask_route, tell_shipment, look_at_clock>>;

  static result<std::vector<event>> decide(const state& s, const command& c, time_point now);
  static void apply(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command& c);
  static bool is_natural(const command& c);
  static bool is_ready(const state& s, const command& c);
  static time_point due(const state& s);
  static std::vector<effect> pending(const state& s, time_point now);
  static std::string encode(const event& e);
  static std::string encode(const state& s);
  static result<event> decode_event(std::string_view bytes);
  static result<state> decode_state(std::string_view bytes, uint32_t version);
  static std::vector<persistence::posting> postings(const state& s, const event& e, time_point at);

  /// The next thing the order does by itself at `now`, nothing when it waits for others.
  static std::optional<event> follow_up(const state& s, time_point now);
};

/// How `a` ended, if `i` tells; `answered`: i came as the answer to a's own call. Empty: still
/// open.
std::string outcome_of(const attempt& a, const payment::intent& i, bool answered);

/// Which lines have too few units and how many are possible; empty unless that is why the order
/// ends.
std::vector<problem> problems_of(const model::state& s);

/// A new object, as its "created" webhook shows it: nothing was tried, so nothing was declined.
bool never_tried(const payment::intent& i);

/// The fact about one payment object after hearing `news`: final states stay, sums only grow.
payment::intent merge(const payment::intent& known, const payment::intent& news);

} // namespace souk::order
