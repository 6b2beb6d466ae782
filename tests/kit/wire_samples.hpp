// One message of every kind that travels between nodes, with every field set to a value of its own.
#pragma once

#include "actors/cart/messages.hpp"
#include "actors/order/messages.hpp"
#include "actors/session/messages.hpp"
#include "actors/shipment/messages.hpp"
#include "actors/stock/messages.hpp"

#include <type_traits>

namespace souk::kit {

inline constexpr currency yen{"JPY"};
inline const std::string sealed{"\x00\xff\xfe sealed \x80", 12}; ///< no text

inline time_point at(int64_t seconds) {
  return from_micros(1'790'000'000'000'000 + seconds * 1'000'001);
}

inline auto samples(std::type_identity<stock::command>) {
  using namespace stock;
  return std::to_array<command>({
      hold{"o1/l1/1", 3, at(1), true},
      extend{"o1/l1/2", at(2)},
      claim{"o1/l1/3", 4},
      release{"o1/l1/4"},
      ship{"o1/l1/5"},
      give_back{"o1/l1/6", 5},
      receive{6, "a lorry"},
      count{7, "stocktaking"},
      get{},
      expire{},
  });
}

inline auto samples(std::type_identity<stock::reply>) {
  using namespace stock;
  return std::to_array<reply>({
      held_units{1, at(3)},
      claimed{2},
      released{},
      shipped{3},
      level{.on_hand = 4,
            .reserved = 5,
            .available = 6,
            .holds = 7,
            .claims = 8,
            .received = 9,
            .adjusted = -10,
            .shipped = 11,
            .returned = 12},
  });
}

inline order::placement placement() {
  return {.order_id = "o1",
          .number = "SK-1001",
          .cart_id = "c1",
          .user_id = "u1",
          .person = "p1",
          .contact = sealed,
          .country = "JP",
          .shipping_option = "express",
          .lines = {{.id = "l1",
                     .sku = "CUP-1",
                     .product_id = "cup",
                     .title = "Becher „Öl“",
                     .quantity = 2,
                     .unit_price = {1'200, yen},
                     .total = {2'400, yen},
                     .warehouses = {"berlin", "kyoto"},
                     .options = {{"colour", "Terracotta"}, {"size", "M"}}},
                    {.id = "l2", .sku = "CUP-2", .unit_price = {1, yen}, .total = {2, yen}}},
          .sums = {.subtotal = {2'402, yen},
                   .discount = {10, yen},
                   .shipping = {500, yen},
                   .tax = {219, yen},
                   .total = {3'111, yen},
                   .tax_included = false},
          .provider = "stripe",
          .payment_method = "pm_1",
          .hold = std::chrono::seconds{901},
          .locale = "de"};
}

inline std::vector<problem> problems() {
  return {{"sold_out", "l1", "only one of it", 1}, {"gone", "l2", "no longer here", std::nullopt}};
}

inline auto samples(std::type_identity<order::command>) {
  using namespace order;
  return std::to_array<command>({
      place{placement()},
      get{},
      await_outcome{},
      pay{"pm_2"},
      cancel{"changed my mind"},
      ship{{"s1", "s2"}, "JP123"},
      refund{99, "broken"},
      units_held{"o1/l1/1", 2, at(4)},
      units_refused{"o1/l1/2", errc::held, 3},
      units_extended{"o1/l1/3", at(5)},
      units_claimed{"o1/l1/4"},
      units_lost{"o1/l1/5"},
      units_released{"o1/l1/6"},
      units_shipped{"o1/l1/7"},
      intent_seen{{.id = "pi_1",
                   .status = payment::intent_status::requires_action,
                   .amount = {700, yen},
                   .authorised = 600,
                   .captured = 500,
                   .refunded = 400,
                   .decline_code = "insufficient_funds",
                   .next_action_url = "https://bank.example/act",
                   .order_id = "o2",
                   .attempt = 3},
                  4},
      attempt_failed{5, "no such card"},
      cart_told{},
      shipment_routed{"s3"},
      shipment_told{"s4"},
      shipment_delivered{"s5"},
      check_time{},
  });
}

inline auto samples(std::type_identity<order::reply>) {
  using namespace order;
  return std::to_array<reply>({
      order_view{.placed = placement(),
                 .status = status::refunded,
                 .payment = {.status = "captured",
                             .authorised = 1,
                             .captured = 2,
                             .refunded = 3,
                             .decline_code = "expired_card",
                             .next_action_url = "https://bank.example/next",
                             .lapses_at = at(6)},
                 .shipments = {{"s1", "berlin", "shipped", "DE1", {"l1", "l2"}},
                               {"s2", "kyoto", "routed", "JP2", {"l3"}}},
                 .problems = problems(),
                 .created_at = at(7),
                 .version = 8},
      accepted{},
  });
}

inline cart::line line(std::string id) {
  return {.id = std::move(id),
          .sku = "CUP-3",
          .product_id = "cup",
          .title = "湯呑み",
          .options = {{"colour", "blue"}, {"size", "S"}},
          .quantity = 3,
          .unit_price = {40, yen},
          .priced_at = at(8)};
}

inline auto samples(std::type_identity<cart::command>) {
  using namespace cart;
  return std::to_array<command>({
      open{yen, "JP", "u1", "session1"},
      add_line{.line_id = "l1",
               .sku = "CUP-1",
               .product_id = "cup",
               .title = "Cup",
               .quantity = 2,
               .options = {{"size", "M"}},
               .unit_price = {1'200, yen},
               .priced_at = at(9),
               .expected_version = 3},
      change_line{"l2", 4, 5},
      remove_line{"l3", 6},
      reprice{{{"l4", {70, yen}, at(10)}, {"l5", {80, yen}, at(11)}}},
      set_country{"AT"},
      claim{"u2"},
      checkout{placement(), 9},
      hand_over{"c1", "c2"},
      get{},
      order_answered{"o1"},
      reopen{"o2", problems()},
      complete{"o3"},
      absorb{"c3", {line("l6"), line("l7")}},
      merge_answered{"c4"},
      merge_refused{"c5"},
      expire{},
  });
}

inline auto samples(std::type_identity<cart::reply>) {
  using namespace cart;
  return std::to_array<reply>({
      cart_view{.version = 1,
                .currency = yen,
                .country = "JP",
                .user_id = "u1",
                .session = "session1",
                .status = status::expired,
                .order_id = "o1",
                .to_cart = "c2",
                .lines = {{line("l1"), {120, yen}}, {line("l2"), {121, yen}}},
                .subtotal = {241, yen},
                .problems = problems(),
                .rejected = {"o0"}},
  });
}

inline auto samples(std::type_identity<session::command>) {
  using namespace session;
  return std::to_array<command>({
      begin{"u1", {"admin", "support"}, sealed, "Firefox on Linux"},
      attach_cart{"c1"},
      log_in{"u2", {"admin"}, sealed + "2"},
      revoke{"logged out"},
      check{sealed + "3"},
      get{},
  });
}

inline auto samples(std::type_identity<session::reply>) {
  using namespace session;
  return std::to_array<reply>({
      session_view{.user_id = "u1",
                   .roles = {"admin", "support"},
                   .cart_id = "c1",
                   .revoked = true,
                   .expires = at(12),
                   .device = "Safari on iOS"},
  });
}

inline auto samples(std::type_identity<shipment::command>) {
  using namespace shipment;
  return std::to_array<command>({
      route{"o1", "berlin", {{"CUP-1", "Cup", 1}, {"CUP-2", "Mug", 2}}},
      dispatch{"DE123"},
      deliver{},
      cancel{},
      order_told{},
      get{},
  });
}

inline auto samples(std::type_identity<shipment::reply>) {
  using namespace shipment;
  return std::to_array<reply>({
      shipment_view{.order_id = "o1",
                    .warehouse = "berlin",
                    .status = status::cancelled,
                    .tracking = "DE123",
                    .lines = {{"CUP-1", "Cup", 1}, {"CUP-2", "Mug", 2}},
                    .moved_at = at(13)},
  });
}

} // namespace souk::kit
