// Two versions of the cart, so that a simulated cluster can be upgraded node by node: the older one
// does not know countries that change, neither as a command nor as an event.
#pragma once

#include "actors/cart/cart.hpp"

namespace souk::sim {

inline constexpr int old_level = 1;
inline constexpr int new_level = 2;

struct newer_cart : cart::model {
  static constexpr int newest_level = new_level;
  static int level(const event& e) {
    return std::holds_alternative<cart::country_set>(e) ? new_level : old_level;
  }
};

struct older_cart : cart::model {
  static result<std::vector<event>> decide(const state& s, const command& c, time_point now) {
    if (std::holds_alternative<cart::set_country>(c))
      return fail(errc::unavailable, "nobody here knows how to");
    return cart::model::decide(s, c, now);
  }
  static result<event> decode_event(std::string_view bytes) {
    auto known = cart::model::decode_event(bytes);
    if (known && newer_cart::level(*known) > old_level)
      return fail(errc::corrupt, "an event of a newer version");
    return known;
  }
};

/// What an older node makes of newer commands that travel to it.
struct older_cart_contract : cart::contract {
  static result<command> decode_command(std::string_view bytes) {
    auto known = cart::contract::decode_command(bytes);
    if (known && std::holds_alternative<cart::set_country>(*known))
      return fail(errc::unavailable, "a command of a newer version");
    return known;
  }
};

} // namespace souk::sim
