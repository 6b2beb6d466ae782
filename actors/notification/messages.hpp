// A message the shop owes a person: which text, to whom, with which values. It is queued in the
// transaction of what caused it, and sent at least once under one Message-ID.
#pragma once

#include "persistence/sql.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace souk::notification {

/// Texts the shop has templates for, by name; a new one is a line here and a template a language.
enum class kind : uint8_t {
  order_confirmed,
  order_shipped,
  check_address,    ///< values: link
  reset_password,   ///< values: link
  address_changed,  ///< told to the former address
  password_changed, ///< a warning, without a link
};

inline constexpr std::array all_kinds{kind::order_confirmed, kind::order_shipped,
                                      kind::check_address,   kind::reset_password,
                                      kind::address_changed, kind::password_changed};

/// "order_confirmed": what rows and templates are called.
std::string_view to_string(kind k);
std::optional<kind> parse_kind(std::string_view name);

struct value {
  std::string name; ///< of the template's marker
  std::string text; ///< escaped by the template
};

struct message {
  std::string id; ///< UUIDv7, or derived from its cause; becomes the Message-ID
  notification::kind kind = kind::check_address;
  std::string person; ///< whose sealing key it is kept under: erasing that one erases it
  std::string to;     ///< e-mail address
  std::string name;   ///< how the person is addressed
  std::string locale; ///< "de"; unknown or empty: the shop's own
  std::vector<value> values;
};

/// Queues it in the caller's open transaction; an id already queued or sent changes nothing.
/// Blocking, on a pool thread.
result<void> enqueue(persistence::sql::connection& c, const message& m);

} // namespace souk::notification
