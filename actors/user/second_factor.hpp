// The second factor of a login: codes by time, or one of ten recovery codes. The secret is sealed
// under the person's key; of recovery codes only hashes are kept.
//
//   off ── enrol ──► enrolled ── confirm(code) ──► on ── disable(code) ──► off
//                      └─ enrol again: another secret
#pragma once

#include "actors/row_command.hpp"
#include "actors/user/messages.hpp"
#include "actors/user/throttle.hpp"
#include "base/ids.hpp"
#include "persistence/sql.hpp"

namespace souk::user {

inline constexpr size_t recovery_codes = 10;

struct second_factor_options {
  std::string secret = {};     ///< the node's; recovery codes are derived from it
  std::string issuer = "souk"; ///< what authenticator apps call this shop
  throttle_limits by_account{.attempts = 10, .within = std::chrono::hours{1}};
};

struct enrolment {
  std::string secret; ///< base32
  std::string uri;
};

struct factor_status {
  bool on = false;
  int64_t recovery_codes_left = 0;
};

/// Thread-safe; answers on a pool thread, or refuses perhaps at once.
class second_factor {
public:
  second_factor(persistence::sql::pool& rows, const clock& time, entropy& random,
                second_factor_options options = {})
      : rows_(rows), time_(time), random_(random), options_(std::move(options)),
        by_account_(options_.by_account) {}

  void status(std::string user, callback<factor_status> done);
  /// errc::conflict when it is on.
  void enrol(account who, callback<enrolment> done);
  /// The first code turns it on and answers the recovery codes, shown this once.
  /// errc::conflict when it is on or was not enrolled, errc::forbidden for a wrong code.
  /// A repeat gets the codes of the first time.
  void confirm(std::string user, std::string code, std::optional<idempotency> repeat,
               callback<std::vector<std::string>> done);
  /// Fresh recovery codes instead of those there were. Refuses as check does.
  void renew_codes(std::string user, given_code with, callback<std::vector<std::string>> done);
  void disable(std::string user, given_code with, callback<bool> done);

  /// True for a right code, which is used up by this, and where there is no second factor.
  /// errc::second_factor_required for none, a wrong or a used one; rate_limited by account.
  /// `session`, where not empty: once that session is there, its code was right; it is asked again
  /// when a login is repeated.
  void check(std::string user, given_code with, std::string session, callback<bool> done);

private:
  result<void> count(const std::string& user);

  persistence::sql::pool& rows_;
  const clock& time_;
  entropy& random_;
  const second_factor_options options_;
  throttle by_account_;
};

} // namespace souk::user
