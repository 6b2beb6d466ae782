// What can be asked of a cart and what it answers. Prices and titles come with the commands: a cart
// asks nobody.
#pragma once

#include "actors/order/messages.hpp"
#include "base/ids.hpp"

#include <map>
#include <optional>

namespace souk::cart {

inline constexpr std::string_view kind = "cart";

enum class status : uint8_t { none, open, ordering, ordered, merging, merged, expired };
std::string_view to_string(status s);

using options_map = std::map<std::string, std::string>; ///< {"size": "M"}

struct line {
  std::string id;
  std::string sku;
  std::string product_id;
  std::string title;
  options_map options;
  int64_t quantity = 0;
  money unit_price;
  time_point priced_at; ///< when unit_price was read
  bool operator==(const line&) const = default;
};
struct line_view : line {
  money line_total; ///< unit_price × quantity
  bool operator==(const line_view&) const = default;
};

/// The cart as it is at one `seq`. Every command answers the whole cart.
struct cart_view {
  uint64_t version = 0; ///< events so far: the ETag
  souk::currency currency;
  std::string country;
  std::string user_id; ///< empty: a guest's
  std::string session;
  cart::status status = status::none;
  std::string order_id; ///< while and after it is ordered
  std::string to_cart;  ///< while and after it is merged into another
  std::vector<line_view> lines;
  money subtotal;
  std::vector<problem> problems; ///< `field` is a line's id, or names what is no longer here
  std::vector<std::string> rejected = {}; ///< orders it made, the newest last
  bool operator==(const cart_view&) const = default;
};

/// A UUIDv7 whose bits after the time follow from the checkout command and the cart: what a repeat
/// of the command would call its order is recognised.
std::string order_id_for(const command_id& checkout, std::string_view cart_id, time_point now);
/// Which of `orders` the command made that would make `order_id` now; null when none.
const std::string* find_repeated(const std::vector<std::string>& orders, std::string_view order_id);

// --- commands of people. A cart never opened is errc::not_found; one that is being or was ordered
// or merged refuses change with errc::cart_closed. `expected_version`, if any, must be the cart's
// version (errc::precondition_failed).
struct open {
  souk::currency currency;
  std::string country;
  std::string user_id;
  std::string session;
  using reply = cart_view;
  bool operator==(const open&) const = default;
};
/// The same SKU with the same options adds to the line that is there. `line_id` is derived from the
/// command.
struct add_line {
  std::string line_id;
  std::string sku;
  std::string product_id;
  std::string title;
  int64_t quantity = 0;
  options_map options;
  money unit_price;
  time_point priced_at;
  std::optional<uint64_t> expected_version;
  using reply = cart_view;
  bool operator==(const add_line&) const = default;
};
struct change_line {
  std::string line;
  int64_t quantity = 0;
  std::optional<uint64_t> expected_version;
  using reply = cart_view;
  bool operator==(const change_line&) const = default;
};
struct remove_line {
  std::string line;
  std::optional<uint64_t> expected_version;
  using reply = cart_view;
  bool operator==(const remove_line&) const = default;
};
struct price {
  std::string line;
  money unit_price;
  time_point priced_at;
  bool operator==(const price&) const = default;
};
/// Fresh prices; lines that are gone are passed over.
struct reprice {
  std::vector<price> prices;
  using reply = cart_view;
  bool operator==(const reprice&) const = default;
};
struct set_country {
  std::string country;
  using reply = cart_view;
  bool operator==(const set_country&) const = default;
};
/// A guest's cart becomes the user's. errc::forbidden when it is somebody else's.
struct claim {
  std::string user_id;
  using reply = cart_view;
  bool operator==(const claim&) const = default;
};
/// Turns the cart into the order of `placed`; any further checkout answers the order there is, and
/// the repeat of one whose order was rejected answers that one (find_repeated).
/// errc::quote_changed when the placement's lines are not the cart's.
struct checkout {
  order::placement placed;
  std::optional<uint64_t> expected_version;
  using reply = cart_view;
  bool operator==(const checkout&) const = default;
};
/// At login: this cart's (from_cart) lines go to the user's.
struct hand_over {
  std::string from_cart;
  std::string to_cart;
  using reply = cart_view;
  bool operator==(const hand_over&) const = default;
};
struct get {
  using reply = cart_view;
  bool operator==(const get&) const = default;
};

// --- of the order and of other carts; the cart itself recognises repeats and ignores what is stale
struct order_answered {
  std::string order_id;
  using reply = cart_view;
  bool operator==(const order_answered&) const = default;
};
/// The order was rejected: the cart is open again and shows why.
struct reopen {
  std::string order_id;
  std::vector<problem> problems;
  using reply = cart_view;
  bool operator==(const reopen&) const = default;
};
/// The order is confirmed: the cart is ordered for good.
struct complete {
  std::string order_id;
  using reply = cart_view;
  bool operator==(const complete&) const = default;
};
/// Quantities add up, capped; what cannot be taken over is noted in `problems`.
struct absorb {
  std::string from_cart;
  std::vector<line> lines;
  using reply = cart_view;
  bool operator==(const absorb&) const = default;
};
struct merge_answered {
  std::string to_cart;
  using reply = cart_view;
  bool operator==(const merge_answered&) const = default;
};
/// The other cart cannot take the lines: this one is open again.
struct merge_refused {
  std::string to_cart;
  using reply = cart_view;
  bool operator==(const merge_refused&) const = default;
};
/// To itself, when idle for too long.
struct expire {
  using reply = cart_view;
  bool operator==(const expire&) const = default;
};

using command = std::variant<open, add_line, change_line, remove_line, reprice, set_country, claim,
                             checkout, hand_over, get, order_answered, reopen, complete, absorb,
                             merge_answered, merge_refused, expire>;
using reply = std::variant<cart_view>;

/// What others need to ask this domain (entity::ask).
struct contract {
  static constexpr std::string_view kind = cart::kind;
  using command = cart::command;
  using reply = cart::reply;
  /// How commands and replies travel between nodes (proto/cart.proto). errc::corrupt for bytes
  /// that are none, or of a kind this version does not know.
  static std::string encode(const cart::command& what);
  static result<cart::command> decode_command(std::string_view bytes);
  static std::string encode(const cart::reply& what);
  static result<cart::reply> decode_reply(std::string_view bytes);
};

} // namespace souk::cart
