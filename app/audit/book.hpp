// What the audit remembers of entities once their journals are read: the facts in which several of
// them have to agree. The words are the audit's own; only the numbers in stored bytes are shared.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace souk::audit {

// --- stock

enum class unit_phase : uint8_t { held, released, shipped, claimed }; // as stored in snapshots
struct cell_unit {
  unit_phase phase = unit_phase::held;
  int64_t quantity = 0;
  time_point until; ///< held: it lapses; released: it is forgotten
};
struct cell_facts {
  int64_t on_hand = 0, received = 0, adjusted = 0, shipped = 0, returned = 0;
  int64_t held = 0, claimed = 0;
  uint64_t seq = 0;
  std::unordered_map<std::string, cell_unit> units; ///< by reservation; without released ones
  std::set<int64_t> counts;                         ///< every number that was ever counted
};

// --- orders

enum class order_status : uint8_t {
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
inline constexpr size_t order_status_count = 12;
/// As order_summary shows it.
const char* public_word(order_status s);
/// An end at which nobody got anything for money.
inline bool ended_badly(order_status s) {
  return s == order_status::cancelled || s == order_status::rejected;
}
/// The order does something by itself and people wait for it.
inline bool is_working(order_status s) {
  return s == order_status::holding || s == order_status::authorising ||
         s == order_status::claiming || s == order_status::compensating;
}

enum class unit_state : uint8_t { asked, held, refused, claimed, shipped, released, lost };
struct order_unit {
  std::string id;
  std::string cell; ///< "SKU@warehouse"
  size_t line = 0;
  int64_t wanted = 0, granted = 0;
  unit_state state = unit_state::asked;
};

enum class attempt_kind : uint8_t { authorise, confirm, capture, cancel, refund };
struct attempt_facts {
  int64_t number = 0;
  attempt_kind kind{};
  std::string intent;
  int64_t amount = 0;
  std::string outcome; ///< empty while open
};

enum class intent_status : uint8_t {
  wants_method,
  wants_action,
  processing,
  authorised,
  captured,
  voided
};
struct intent_facts {
  std::string id;
  intent_status status{};
  int64_t amount = 0, authorised = 0, captured = 0, refunded = 0;
};

struct parcel_facts {
  std::string id;
  std::vector<std::string> units;
  bool routed = false, dispatched = false, told = false, delivered = false;
};

struct order_facts {
  std::string number, cart_id, user_id, currency;
  uint64_t placement = 0; ///< fingerprint of its bytes
  int64_t subtotal = 0, tax = 0, total = 0;
  std::vector<std::pair<std::string, int64_t>> lines; ///< SKU and quantity
  time_point created, moved, pay_until;
  order_status status = order_status::holding;
  std::vector<std::pair<uint64_t, order_status>> statuses; ///< by the event's number
  std::vector<order_unit> units;
  std::vector<attempt_facts> attempts;
  std::vector<intent_facts> intents;
  std::vector<parcel_facts> parcels;
  std::map<uint64_t, int64_t> money; ///< by journal row: captured − refunded there
  bool cart_told = false;
  uint64_t seq = 0;

  bool exists() const { return !lines.empty(); }
  bool any_attempt_open() const;
  int64_t captured() const;
  int64_t refunded() const;
  const intent_facts* find_intent(const std::string& id) const;
};

// --- carts and shipments

enum class checkout_end : uint8_t { ordering, placed, reopened, completed };
struct checkout_facts {
  std::string order_id;
  uint64_t placement = 0;
  checkout_end end = checkout_end::ordering;
};
enum class shipment_status : uint8_t { none, routed, shipped, delivered, cancelled };
struct shipment_facts {
  std::string order_id;
  shipment_status status = shipment_status::none;
};

struct book {
  std::unordered_map<std::string, cell_facts> cells;                  ///< by "SKU@warehouse"
  std::unordered_map<std::string, order_facts> orders;                ///< by order id
  std::unordered_map<std::string, std::vector<checkout_facts>> carts; ///< those that were ordered
  std::unordered_map<std::string, shipment_facts> shipments;
  /// What client histories mention of carts: every quantity each line ever had.
  std::unordered_map<std::string, std::set<std::pair<std::string, int64_t>>> watched_carts;
  std::set<std::string> stuck;  ///< entities in the operators' queue
  std::set<std::string> halted; ///< entities whose journal is broken: a fault of its own
};

} // namespace souk::audit
