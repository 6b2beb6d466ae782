// What can be asked of one stock cell, a SKU in a warehouse, and what it answers.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace souk::stock {

inline constexpr std::string_view kind = "stock";

/// The cell's key, "SKU@WAREHOUSE".
inline std::string key_of(std::string_view sku, std::string_view warehouse) {
  return std::string(sku) + "@" + std::string(warehouse);
}

/// Units set aside for a reservation; `expires` is `never` once they are claimed.
struct held_units {
  int64_t granted = 0;
  time_point expires = never;
  bool operator==(const held_units&) const = default;
};
struct claimed {
  int64_t quantity = 0;
  bool operator==(const claimed&) const = default;
};
struct released {
  bool operator==(const released&) const = default;
};
struct shipped {
  int64_t quantity = 0;
  bool operator==(const shipped&) const = default;
};
/// reserved = holds + claims, available = max(0, on_hand − reserved),
/// received + adjusted = on_hand + shipped − returned. All in units.
struct level {
  int64_t on_hand = 0;
  int64_t reserved = 0;
  int64_t available = 0;
  int64_t holds = 0;
  int64_t claims = 0;
  int64_t received = 0;
  int64_t adjusted = 0;
  int64_t shipped = 0;
  int64_t returned = 0;
  bool operator==(const level&) const = default;
};

// --- by reservation: the cell itself recognises a repeat and answers it as before
/// errc::sold_out or errc::held when there are too few (problems[0].available says how many are
/// free); errc::conflict when it was released already; errc::expired when `expires` has passed.
struct hold {
  std::string reservation;
  int64_t quantity = 0;
  time_point expires;
  bool allow_partial = false; ///< grants what is there, at least one
  using reply = held_units;
  bool operator==(const hold&) const = default;
};
/// Only ever later. errc::not_found when the hold is gone.
struct extend {
  std::string reservation;
  time_point expires;
  using reply = held_units;
  bool operator==(const extend&) const = default;
};
/// Makes a hold final; where it lapsed, units are taken anew or errc::sold_out.
struct claim {
  std::string reservation;
  int64_t quantity = 0;
  using reply = claimed;
  bool operator==(const claim&) const = default;
};
/// Gives held or claimed units back, and bars a hold that arrives later. errc::conflict when
/// shipped.
struct release {
  std::string reservation;
  using reply = released;
  bool operator==(const release&) const = default;
};
/// Claimed units leave the shelf.
struct ship {
  std::string reservation;
  using reply = shipped;
  bool operator==(const ship&) const = default;
};

// --- remembered by command id
/// Shipped units come back onto the shelf.
struct give_back {
  std::string reservation;
  int64_t quantity = 0;
  using reply = level;
  bool operator==(const give_back&) const = default;
};
struct receive {
  int64_t quantity = 0;
  std::string reason;
  using reply = level;
  bool operator==(const receive&) const = default;
};
/// Somebody counted the shelf. Less than what is claimed is accepted: nothing is available then.
struct count {
  int64_t on_hand = 0;
  std::string reason;
  using reply = level;
  bool operator==(const count&) const = default;
};

/// A cell that never saw a unit answers zeros.
struct get {
  using reply = level;
  bool operator==(const get&) const = default;
};
/// To itself: drops the holds whose time has passed.
struct expire {
  using reply = level;
  bool operator==(const expire&) const = default;
};

using command =
    std::variant<hold, extend, claim, release, ship, give_back, receive, count, get, expire>;
using reply = std::variant<held_units, claimed, released, shipped, level>;

/// What others need to ask this domain (entity::ask).
struct contract {
  static constexpr std::string_view kind = stock::kind;
  using command = stock::command;
  using reply = stock::reply;
  /// How commands and replies travel between nodes (proto/stock.proto). errc::corrupt for bytes
  /// that are none, or of a kind this version does not know.
  static std::string encode(const stock::command& what);
  static result<stock::command> decode_command(std::string_view bytes);
  static std::string encode(const stock::reply& what);
  static result<stock::reply> decode_reply(std::string_view bytes);
};

} // namespace souk::stock
