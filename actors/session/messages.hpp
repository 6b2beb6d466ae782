// What can be asked of a session and what it answers. Views are not journaled: a session knows who
// it is, not what it looked at.
#pragma once

#include "base/time.hpp"

#include <string>
#include <variant>
#include <vector>

namespace souk::session {

inline constexpr std::string_view kind = "session";

struct session_view {
  std::string user_id; ///< empty: a guest's
  std::vector<std::string> roles;
  std::string cart_id;
  bool revoked = false;
  time_point expires;
  std::string device;
  bool operator==(const session_view&) const = default;
};

// `token_hash` is what base/crypto's sha256 makes of the token; the token itself is never stored.
struct begin {
  std::string user_id;
  std::vector<std::string> roles;
  std::string token_hash;
  std::string device; ///< for people: "Firefox on Linux"
  using reply = session_view;
  bool operator==(const begin&) const = default;
};
/// errc::unauthenticated when the session is over.
struct attach_cart {
  std::string cart_id;
  using reply = session_view;
  bool operator==(const attach_cart&) const = default;
};
/// A guest's session becomes the user's, under a new token. The user's own starts afresh;
/// errc::conflict for another user's.
struct log_in {
  std::string user_id;
  std::vector<std::string> roles;
  std::string token_hash;
  using reply = session_view;
  bool operator==(const log_in&) const = default;
};
struct revoke {
  std::string reason;
  using reply = session_view;
  bool operator==(const revoke&) const = default;
};
/// Who is it? errc::unauthenticated for another token, or when the session is unknown, over or
/// revoked.
struct check {
  std::string token_hash;
  using reply = session_view;
  bool operator==(const check&) const = default;
};
/// For its owner and admins: as it is, revoked or not. errc::not_found when it never began.
struct get {
  using reply = session_view;
  bool operator==(const get&) const = default;
};

using command = std::variant<begin, attach_cart, log_in, revoke, check, get>;
using reply = std::variant<session_view>;

/// What others need to ask this domain (entity::ask).
struct contract {
  static constexpr std::string_view kind = session::kind;
  using command = session::command;
  using reply = session::reply;
  /// How commands and replies travel between nodes (proto/session.proto). errc::corrupt for bytes
  /// that are none, or of a kind this version does not know.
  static std::string encode(const session::command& what);
  static result<session::command> decode_command(std::string_view bytes);
  static std::string encode(const session::reply& what);
  static result<session::reply> decode_reply(std::string_view bytes);
};

} // namespace souk::session
