// The pure model of a stock cell: it never promises a unit twice. Reservations live in `holdings`;
// this file adds the shelf (what came, left and was counted) and the rules about who may have what.
//
//   hold ─► held ── claim ─► claimed ── ship ─► shipped ── give_back ─► on the shelf again
//            │ time passes      │ release
//            ▼                  ▼
//          lapsed            released     (claim after lapsed: takes units anew, or sold_out)
#pragma once

#include "actors/entity/model.hpp"
#include "actors/stock/holdings.hpp"
#include "actors/stock/messages.hpp"

namespace souk::stock {

inline constexpr int64_t quantity_max = 1'000'000;
inline constexpr int64_t on_hand_max = 1'000'000'000'000;
inline constexpr size_t reservation_size_max = 200;
/// Reservations held or claimed at a time in one cell.
inline constexpr size_t open_max = 1'000'000;
/// How far ahead a hold may reach.
inline constexpr std::chrono::hours hold_max{7 * 24};
/// Reservations in one units_lapsed event.
inline constexpr size_t lapsed_max = 1'000;

struct units_held {
  std::string reservation;
  int64_t quantity = 0;
  time_point expires;
};
struct units_extended {
  std::string reservation;
  time_point expires;
};
struct units_claimed {
  std::string reservation;
  int64_t quantity = 0;
};
struct units_released {
  std::string reservation;
};
struct units_shipped {
  std::string reservation;
};
struct units_given_back {
  std::string reservation;
  int64_t quantity = 0;
};
struct units_received {
  int64_t quantity = 0;
  std::string reason;
};
struct units_counted {
  int64_t on_hand = 0;
  std::string reason;
};
struct units_lapsed {
  std::vector<std::string> reservations;
};

struct model {
  static constexpr std::string_view kind = stock::kind;
  static constexpr entity::memory_policy memory{};
  static constexpr uint32_t state_version = 1;

  struct state {
    holdings units; ///< its total is what stands on the shelf
    int64_t received = 0;
    int64_t adjusted = 0;
    int64_t shipped = 0;
    int64_t returned = 0;
  };
  using command = stock::command;
  using reply = stock::reply;
  using event =
      std::variant<units_held, units_extended, units_claimed, units_released, units_shipped,
                   units_given_back, units_received, units_counted, units_lapsed>;
  using effect = entity::effect<std::variant<expire>>;

  static result<std::vector<event>> decide(const state& s, const command& c, time_point now);
  static void apply(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command& c);
  static bool is_natural(const command& c);
  static bool is_ready(const state&, const command&) { return true; }
  static time_point due(const state& s) { return s.units.next_lapse(); }
  static std::vector<effect> pending(const state& s, time_point now);
  static std::string encode(const event& e);
  static std::string encode(const state& s);
  static result<event> decode_event(std::string_view bytes);
  static result<state> decode_state(std::string_view bytes, uint32_t version);
};
static_assert(entity::model<model>);

} // namespace souk::stock
