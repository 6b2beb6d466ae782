// Letters about an account and the tokens in their links. A token has 256 random bits, only its
// SHA-256 is kept, and it is good once.
#pragma once

#include "actors/notification/messages.hpp"
#include "actors/user/messages.hpp"
#include "base/ids.hpp"

namespace souk::user {

enum class purpose : uint8_t { confirm_email, change_email, reset_password };

inline constexpr std::chrono::hours check_age{24}; ///< of links that check an address
inline constexpr std::chrono::hours reset_age{1};  ///< of links to a new password

/// What letters are written with.
struct desk {
  std::string public_url; ///< links begin with it: /account/confirm?token=, /account/reset?token=
  time_point now;
  entropy& random;
};

/// What a good token says.
struct proof {
  std::string user_id;
  user::purpose purpose = user::purpose::confirm_email;
  std::string email; ///< the mailbox it was sent to
};

// All of these are blocking; those that write run in the caller's transaction.

/// Queues a letter with a fresh token to `mailbox`; answers the message's id. An account that is
/// not in the table costs the same, but its token is not kept.
result<std::string> send_token(persistence::sql::connection& c, const account& to, purpose why,
                               const std::string& mailbox, const desk& with);
/// Queues a notice without a link.
result<void> send_notice(persistence::sql::connection& c, const account& to,
                         notification::kind what, const std::string& mailbox, const desk& with);
/// errc::invalid for an unknown, used or old token. Leaves it good.
result<proof> read_token(persistence::sql::connection& c, const std::string& token, time_point now);
/// The same, and the token is used up.
result<proof> take_token(persistence::sql::connection& c, const std::string& token, time_point now);
/// Links sent before lead nowhere any more.
result<void> drop_tokens(persistence::sql::connection& c, const std::string& user, purpose why);
result<void> drop_tokens(persistence::sql::connection& c, const std::string& user);
/// Of everybody, what has expired; answers how many.
result<int64_t> forget_stale_tokens(persistence::sql::connection& c, time_point now);

/// What everyone is told whose token is not good, whatever the reason.
failure stale_token();

} // namespace souk::user
