// Who may do what: one table, read at compile time. A new permission is one line here.
#pragma once

#include "base/result.hpp"

#include <algorithm>
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
  read_audit_trail,
};

/// What a permission of another release reads as here: nothing asks for it.
inline constexpr permission unknown_permission{255};

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

/// As the roles allow, narrowed to `scopes` where there are some (API keys).
inline bool allows(const std::vector<role>& who, const std::vector<permission>& scopes,
                   permission what) {
  return allows(who, what) && (scopes.empty() || std::ranges::find(scopes, what) != scopes.end());
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

inline constexpr std::array all_roles{role::customer, role::seller, role::warehouse, role::admin};

/// What keys' scopes and GET /v1/admin/roles call it; empty beyond the last one.
constexpr std::string_view to_string(permission p) {
  switch (p) {
  case permission::use_account:
    return "use_account";
  case permission::edit_catalogue:
    return "edit_catalogue";
  case permission::read_stock:
    return "read_stock";
  case permission::count_stock:
    return "count_stock";
  case permission::read_orders:
    return "read_orders";
  case permission::ship_orders:
    return "ship_orders";
  case permission::refund_orders:
    return "refund_orders";
  case permission::read_console:
    return "read_console";
  case permission::operate_cluster:
    return "operate_cluster";
  case permission::manage_users:
    return "manage_users";
  case permission::manage_keys:
    return "manage_keys";
  case permission::read_audit_trail:
    return "read_audit_trail";
  }
  return {};
}

inline std::vector<permission> all_permissions() {
  std::vector<permission> all;
  for (uint8_t i = 0; !to_string(permission{i}).empty(); ++i)
    all.push_back(permission{i});
  return all;
}

inline result<permission> parse_permission(std::string_view text) {
  for (auto p : all_permissions())
    if (text == to_string(p))
      return p;
  return fail_field("/scopes", "invalid", "GET /v1/admin/roles names the permissions there are");
}

inline result<role> parse_role(std::string_view text) {
  for (auto r : all_roles)
    if (text == to_string(r))
      return r;
  return fail_field("/roles", "invalid", "customer, seller, warehouse or admin");
}

} // namespace souk::user
