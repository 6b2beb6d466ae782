// Who may do what: one table, read at compile time. A new permission is one line here.
#pragma once

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace souk::user {

enum class role : uint8_t { customer, seller, warehouse, admin };

enum class permission : uint8_t {
  use_account,    ///< own profile, addresses, orders
  edit_catalogue, ///< products, prices, categories
  read_stock,
  count_stock, ///< set, receive and adjust units
  read_orders, ///< anyone's
  ship_orders,
  refund_orders,   ///< cancel and refund anyone's
  read_console,    ///< cluster, actors, metrics
  operate_cluster, ///< drain, move, halt
  manage_users,    ///< roles, blocking, erasing
  manage_keys,     ///< API keys
};

struct granted {
  user::role to;
  user::permission what;
};

inline constexpr std::array access_table = {
    granted{role::customer, permission::use_account},
    granted{role::seller, permission::use_account},
    granted{role::seller, permission::edit_catalogue},
    granted{role::seller, permission::read_stock},
    granted{role::seller, permission::count_stock},
    granted{role::seller, permission::read_orders},
    granted{role::warehouse, permission::use_account},
    granted{role::warehouse, permission::read_stock},
    granted{role::warehouse, permission::count_stock},
    granted{role::warehouse, permission::read_orders},
    granted{role::warehouse, permission::ship_orders},
};

/// Admins may do everything.
constexpr bool allows(role who, permission what) {
  if (who == role::admin)
    return true;
  for (const auto& g : access_table)
    if (g.to == who && g.what == what)
      return true;
  return false;
}

inline bool allows(const std::vector<role>& who, permission what) {
  for (auto r : who)
    if (allows(r, what))
      return true;
  return false;
}

constexpr std::string_view to_string(role r) {
  switch (r) {
  case role::customer:
    return "customer";
  case role::seller:
    return "seller";
  case role::warehouse:
    return "warehouse";
  case role::admin:
    return "admin";
  }
  return "customer";
}

inline result<role> parse_role(std::string_view text) {
  for (auto r : {role::customer, role::seller, role::warehouse, role::admin})
    if (text == to_string(r))
      return r;
  return fail_field("/roles", "invalid", "customer, seller, warehouse or admin");
}

} // namespace souk::user
