// What can be asked of a shipment and what it answers. The shipment itself recognises repeats.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace souk::shipment {

inline constexpr std::string_view kind = "shipment";

enum class status : uint8_t { none, routed, shipped, delivered, cancelled };
std::string_view to_string(status s);

struct line {
  std::string sku;
  std::string title;
  int64_t quantity = 0;
  bool operator==(const line&) const = default;
};

struct shipment_view {
  std::string order_id;
  std::string warehouse;
  shipment::status status = status::none;
  std::string tracking; ///< from dispatch on
  std::vector<line> lines;
  time_point moved_at; ///< when it came into this status
  bool operator==(const shipment_view&) const = default;
};

// All but route: errc::not_found before it is routed; errc::conflict where the diagram has no
// arrow.
struct route {
  std::string order_id;
  std::string warehouse;
  std::vector<line> lines;
  using reply = shipment_view;
  bool operator==(const route&) const = default;
};
struct dispatch {
  std::string tracking;
  using reply = shipment_view;
  bool operator==(const dispatch&) const = default;
};
struct deliver {
  using reply = shipment_view;
  bool operator==(const deliver&) const = default;
};
struct cancel {
  using reply = shipment_view;
  bool operator==(const cancel&) const = default;
};
/// The order knows of the delivery.
struct order_told {
  using reply = shipment_view;
  bool operator==(const order_told&) const = default;
};
struct get {
  using reply = shipment_view;
  bool operator==(const get&) const = default;
};

using command = std::variant<route, dispatch, deliver, cancel, order_told, get>;
using reply = std::variant<shipment_view>;

/// What others need to ask this domain (entity::ask).
struct contract {
  static constexpr std::string_view kind = shipment::kind;
  using command = shipment::command;
  using reply = shipment::reply;
  /// How commands and replies travel between nodes (proto/shipment.proto). errc::corrupt for bytes
  /// that are none, or of a kind this version does not know.
  static std::string encode(const shipment::command& what);
  static result<shipment::command> decode_command(std::string_view bytes);
  static std::string encode(const shipment::reply& what);
  static result<shipment::reply> decode_reply(std::string_view bytes);
};

} // namespace souk::shipment
