// What can be asked of an order and what it answers. The order is born in its cart (placement) and
// from then on is the only one to decide about its units, its money and its shipments.
#pragma once

#include "actors/payment/gateway.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace souk::order {

inline constexpr std::string_view kind = "order";

struct placed_line {
  std::string id; ///< the cart line's
  std::string sku;
  std::string product_id;
  std::string title;
  int64_t quantity = 0;
  money unit_price;
  money total;                         ///< unit_price × quantity
  std::vector<std::string> warehouses; ///< candidates, best first (actors/warehouse/sourcing)
  std::map<std::string, std::string> options{}; ///< {"size": "M"}
  bool operator==(const placed_line&) const = default;
};

/// "Terracotta · M": what was chosen, as lines show it.
std::string label_of(const std::map<std::string, std::string>& options);

struct totals {
  money subtotal, discount, shipping, tax, total;
  bool tax_included = true; ///< tax is part of subtotal and shipping; else it is added to total
  bool operator==(const totals&) const = default;
};

/// Everything an order needs for life, fixed when it is placed.
struct placement {
  std::string order_id;
  std::string number; ///< for people, from a Postgres sequence
  std::string cart_id;
  std::string user_id; ///< empty for a guest
  std::string person;  ///< whose key sealed `contact`
  std::string contact; ///< sealed JSON: e-mail and shipping address
  std::string country; ///< destination, ISO 3166-1 alpha-2
  std::string shipping_option;
  std::vector<placed_line> lines;
  totals sums;
  std::string provider; ///< "stripe"
  std::string payment_method;
  std::chrono::seconds hold{600};
  std::string locale = {}; ///< "de": of the titles and of mails; empty: none was said
  bool operator==(const placement&) const = default;
};

enum class status : uint8_t {
  holding,
  authorising,
  action_required,
  payment_failed,
  claiming,
  confirmed,
  shipped,
  delivered,
  compensating,
  cancelled,
  rejected,
  refunded,
};
std::string_view to_string(status s);

struct shipment_view {
  std::string id, warehouse, status, tracking;
  std::vector<std::string> lines;
  bool operator==(const shipment_view&) const = default;
};

struct payment_view {
  std::string status; ///< "pending", "action_required", "authorised", "captured", "declined",
                      ///< "voided", "refunded"
  int64_t authorised = 0, captured = 0, refunded = 0;
  std::string decline_code;
  std::string next_action_url;
  std::optional<time_point> lapses_at; ///< of a confirmed order's authorisation
  bool operator==(const payment_view&) const = default;
};

/// The order as it is at one `seq`.
struct order_view {
  placement placed;
  souk::order::status status = status::holding;
  payment_view payment;
  std::vector<shipment_view> shipments;
  std::vector<problem> problems; ///< why it was rejected
  time_point created_at;
  uint64_t version = 0; ///< events so far: the ETag
  bool operator==(const order_view&) const = default;
};
/// Answer to what needs no view.
struct accepted {
  bool operator==(const accepted&) const = default;
};

// --- commands of people
struct place {
  placement what;
  using reply = order_view;
  bool operator==(const place&) const = default;
};
struct get {
  using reply = order_view;
  bool operator==(const get&) const = default;
};
/// Answers when the order no longer works by itself: confirmed, rejected, payment failed, action
/// required, cancelled, …
struct await_outcome {
  using reply = order_view;
  bool operator==(const await_outcome&) const = default;
};
/// Another card, or on after the buyer's action (empty method).
struct pay {
  std::string payment_method;
  using reply = order_view;
  bool operator==(const pay&) const = default;
};
struct cancel {
  std::string reason;
  using reply = order_view;
  bool operator==(const cancel&) const = default;
};
/// Hands shipments over to the carrier; no ids: all that are still here.
struct ship {
  std::vector<std::string> shipments;
  std::string tracking;
  using reply = order_view;
  bool operator==(const ship&) const = default;
};
struct refund {
  int64_t amount = 0;
  std::string reason;
  using reply = order_view;
  bool operator==(const refund&) const = default;
};

// --- outcomes of effects, fed back by the effect runner, and facts by webhooks
struct units_held {
  std::string reservation;
  int64_t granted = 0;
  time_point expires;
  using reply = accepted;
  bool operator==(const units_held&) const = default;
};
struct units_refused {
  std::string reservation;
  errc why = errc::sold_out;
  int64_t available = 0;
  using reply = accepted;
  bool operator==(const units_refused&) const = default;
};
struct units_extended {
  std::string reservation;
  time_point expires;
  using reply = accepted;
  bool operator==(const units_extended&) const = default;
};
struct units_claimed {
  std::string reservation;
  using reply = accepted;
  bool operator==(const units_claimed&) const = default;
};
struct units_lost {
  std::string reservation;
  using reply = accepted;
  bool operator==(const units_lost&) const = default;
}; ///< extend or claim came too late
struct units_released {
  std::string reservation;
  using reply = accepted;
  bool operator==(const units_released&) const = default;
};
struct units_shipped {
  std::string reservation;
  using reply = accepted;
  bool operator==(const units_shipped&) const = default;
};
/// `answers`: the attempt whose call brought this fact, 0 for a webhook.
struct intent_seen {
  payment::intent intent;
  int64_t answers = 0;
  using reply = accepted;
  bool operator==(const intent_seen&) const = default;
};
/// The provider refuses the call of this attempt for good, or never got it.
struct attempt_failed {
  int64_t attempt = 0;
  std::string why;
  using reply = accepted;
  bool operator==(const attempt_failed&) const = default;
};
struct cart_told {
  using reply = accepted;
  bool operator==(const cart_told&) const = default;
};
struct shipment_routed {
  std::string shipment;
  using reply = accepted;
  bool operator==(const shipment_routed&) const = default;
};
struct shipment_told {
  std::string shipment;
  using reply = accepted;
  bool operator==(const shipment_told&) const = default;
};
struct shipment_delivered {
  std::string shipment;
  using reply = accepted;
  bool operator==(const shipment_delivered&) const = default;
};
/// Time itself: holds or deadlines may have lapsed.
struct check_time {
  using reply = accepted;
  bool operator==(const check_time&) const = default;
};

using command = std::variant<place, get, await_outcome, pay, cancel, ship, refund, units_held,
                             units_refused, units_extended, units_claimed, units_lost,
                             units_released, units_shipped, intent_seen, attempt_failed, cart_told,
                             shipment_routed, shipment_told, shipment_delivered, check_time>;
using reply = std::variant<order_view, accepted>;

/// What others need to ask this domain (entity::ask).
struct contract {
  static constexpr std::string_view kind = order::kind;
  using command = order::command;
  using reply = order::reply;
  /// How commands and replies travel between nodes (proto/order.proto). errc::corrupt for bytes
  /// that are none, or of a kind this version does not know.
  static std::string encode(const order::command& what);
  static result<order::command> decode_command(std::string_view bytes);
  static std::string encode(const order::reply& what);
  static result<order::reply> decode_reply(std::string_view bytes);
};

} // namespace souk::order
