// The pure model of a shipment: what one warehouse sends for one order.
//
//          route           dispatch            deliver
//   none ─────────► routed ─────────► shipped ─────────► delivered   owes the order the news
//                     │ cancel
//                     └─────────► cancelled
#pragma once

#include "actors/entity/model.hpp"
#include "actors/shipment/messages.hpp"

namespace souk::shipment {

inline constexpr size_t lines_max = 200;

struct routed {
  std::string order_id;
  std::string warehouse;
  std::vector<line> lines;
};
struct dispatched {
  std::string tracking;
};
struct delivered {};
struct cancelled {};
struct delivery_told {};

struct tell_order_delivered {
  std::string order_id;
};

struct model {
  static constexpr std::string_view kind = shipment::kind;
  static constexpr entity::memory_policy memory{};
  static constexpr uint32_t state_version = 1;

  struct state {
    shipment_view view;
    bool order_told = false;
  };
  using command = shipment::command;
  using reply = shipment::reply;
  using event = std::variant<routed, dispatched, delivered, cancelled, delivery_told>;
  using effect = entity::effect<std::variant<tell_order_delivered>>;

  static result<std::vector<event>> decide(const state& s, const command& c, time_point now);
  static void apply(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command&) { return s.view; }
  static bool is_natural(const command&) { return true; }
  static bool is_ready(const state&, const command&) { return true; }
  static time_point due(const state& s);
  static std::vector<effect> pending(const state& s, time_point now);
  static std::string encode(const event& e);
  static std::string encode(const state& s);
  static result<event> decode_event(std::string_view bytes);
  static result<state> decode_state(std::string_view bytes, uint32_t version);
};
static_assert(entity::model<model>);

} // namespace souk::shipment
