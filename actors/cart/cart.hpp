// The pure model of a cart: what somebody wants to buy, until it becomes an order or part of
// another cart. While it is handed over it refuses change, and `pending` repeats the hand-over
// until it is answered.
//
//                     reopen (order rejected)
//            ┌─────────────────────────────────┐
//            ▼        checkout                 │   complete
//   none ─► open ─────────────────────────► ordering ─────────► ordered
//   open     │ ▲ │      hand_over
//            │ │ └────────────────────────► merging ──────────► merged
//    30 days │ └───────────────────────────────┘   merge_answered
//       idle ▼          merge_refused
//          expired
#pragma once

#include "actors/cart/messages.hpp"
#include "actors/entity/model.hpp"

#include <memory>

namespace souk::cart {

inline constexpr size_t lines_max = 200;
inline constexpr int64_t quantity_max = 9'999;
inline constexpr std::chrono::hours idle_max{30 * 24};
/// Problems a cart shows.
inline constexpr size_t problems_max = 200;
/// Carts absorbed that a cart remembers, to absorb each once.
inline constexpr size_t absorbed_max = 64;
/// Rejected orders that a cart remembers, to answer a repeated checkout with its own: as many as
/// commands.
inline constexpr size_t rejected_max = entity::memory_policy{}.commands;

struct opened {
  souk::currency currency;
  std::string country;
  std::string user_id;
  std::string session;
};
/// A line is new, or is now as this one says.
struct line_put {
  cart::line line;
};
struct line_changed {
  std::string line;
  int64_t quantity = 0;
};
struct line_removed {
  std::string line;
};
struct repriced {
  std::vector<price> prices;
};
struct country_set {
  std::string country;
};
struct claimed {
  std::string user_id;
};
struct ordering {
  std::shared_ptr<const order::placement> placed; ///< never null
};
struct order_placed {
  std::string order_id;
};
struct reopened {
  std::string order_id;
  std::vector<problem> problems;
};
struct completed {
  std::string order_id;
};
struct handed_over {
  std::string from_cart;
  std::string to_cart;
};
struct merged {
  std::string to_cart;
};
struct merge_undone {
  std::string to_cart;
};
struct absorbed {
  std::string from_cart;
  std::vector<line> lines; ///< as they are in this cart afterwards
  std::vector<problem> problems;
};
struct expired {};

/// Owed to the order: its birth.
struct place_order {
  order::placement placed;
};
/// Owed to the other cart.
struct merge_into {
  std::string to_cart;
  absorb what;
};

struct model {
  static constexpr std::string_view kind = cart::kind;
  static constexpr entity::memory_policy memory{};
  static constexpr uint32_t state_version = 1;

  struct state {
    cart::status status = status::none;
    uint64_t version = 0;
    souk::currency currency;
    std::string country;
    std::string user_id;
    std::string session;
    std::vector<line> lines;
    std::vector<problem> problems;
    std::string order_id;
    std::shared_ptr<const order::placement> owed; ///< until the order has answered
    std::string from_cart, to_cart;               ///< while and after merging
    std::vector<std::string> absorbed;
    std::vector<std::string> rejected; ///< orders it made, the newest last
    time_point touched;
  };
  using command = cart::command;
  using reply = cart::reply;
  using event = std::variant<opened, line_put, line_changed, line_removed, repriced, country_set,
                             claimed, ordering, order_placed, reopened, completed, handed_over,
                             merged, merge_undone, cart::absorbed, expired>;
  using effect = entity::effect<std::variant<place_order, merge_into, expire>>;

  static result<std::vector<event>> decide(const state& s, const command& c, time_point now);
  static void apply(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command& c);
  static bool is_natural(const command& c);
  static bool is_ready(const state&, const command&) { return true; }
  static time_point due(const state& s);
  static std::vector<effect> pending(const state& s, time_point now);
  static std::string encode(const event& e);
  static std::string encode(const state& s);
  static result<event> decode_event(std::string_view bytes);
  static result<state> decode_state(std::string_view bytes, uint32_t version);
};
static_assert(entity::model<model>);

/// Minor units; stops counting one above amount_max.
int64_t worth(const std::vector<line>& lines);

} // namespace souk::cart
