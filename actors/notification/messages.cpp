#include "actors/notification/messages.hpp"

#include "base/assert.hpp"

namespace souk::notification {

std::string_view to_string(kind k) {
  switch (k) {
  case kind::order_confirmed:
    return "order_confirmed";
  case kind::order_shipped:
    return "order_shipped";
  case kind::check_address:
    return "check_address";
  case kind::reset_password:
    return "reset_password";
  case kind::address_changed:
    return "address_changed";
  case kind::password_changed:
    return "password_changed";
  }
  SOUK_ASSERT(false, "every kind has a name");
  return {};
}

std::optional<kind> parse_kind(std::string_view name) {
  for (auto k : all_kinds)
    if (to_string(k) == name)
      return k;
  return std::nullopt;
}

} // namespace souk::notification
