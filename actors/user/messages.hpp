// What is asked about people and API keys, and what is answered. No answer carries a password or
// hash.
#pragma once

#include "actors/user/access.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace souk::user {

inline constexpr size_t password_bytes_min = 8;
inline constexpr size_t password_bytes_max = 256;
inline constexpr size_t name_bytes_max = 200;
inline constexpr size_t addresses_max = 50; ///< of one user
inline constexpr size_t locale_bytes_max = 16;
/// How old the time a key or session was last seen may be when it is shown.
inline constexpr std::chrono::minutes key_use_age{5};

enum class account_status : uint8_t { active, blocked };

struct account {
  std::string id;
  std::string email; ///< normalised
  std::string name;
  account_status status = account_status::active;
  std::vector<role> roles;
  time_point created_at{};
  std::string locale = {}; ///< of messages to them; empty: the shop's own
  bool email_confirmed = false;
  bool second_factor = false; ///< a login needs a code as well
  int64_t session_epoch = 0;  ///< sessions of another one are over
};

struct registration {
  std::string email;
  std::string password;
  std::string name;
  std::string client; ///< network address, for throttling
  std::string locale = {};
};

/// The second factor: one of the two, as it was typed.
struct given_code {
  std::string code = {};          ///< six digits
  std::string recovery_code = {}; ///< "abcd-efgh-ijkl-mnop"
  bool empty() const { return code.empty() && recovery_code.empty(); }
};

struct login {
  std::string email;
  std::string password;
  std::string client;
  given_code code = {};
};

struct address {
  std::string id = {}; ///< empty: a new one
  std::string name = {};
  std::string line1 = {};
  std::string line2 = {};
  std::string city = {};
  std::string postal_code = {};
  std::string country = {}; ///< two capital letters
  std::string state = {};   ///< or province, where addresses have one
};

/// What staff change of an account; nothing: as it is.
struct access_change {
  std::optional<std::vector<role>> roles = {};
  std::optional<account_status> status = {};
};

struct api_key {
  std::string id;
  std::string name;
  std::vector<role> roles;
  time_point created_at{};
  bool revoked = false;
  std::vector<permission> scopes = {}; ///< empty: all that the roles may
  time_point expires_at = never;
  std::optional<time_point> last_used_at = {}; ///< to key_use_age
};

/// A page of accounts, by e-mail address.
struct account_page {
  std::vector<account> items;
  std::string next_cursor; ///< an account's id; empty: that was all
};

/// What a new key is to be.
struct key_order {
  std::string name;
  std::vector<role> roles;
  std::vector<permission> scopes = {}; ///< each granted by one of the roles
  time_point expires_at = never;
};

struct new_api_key {
  api_key key;
  std::string secret; ///< shown this once; a repeat of the same command derives it again
};

/// "  Ann@Example.ORG " → "ann@example.org". errc::invalid for what cannot be an address.
result<std::string> normalise_email(std::string_view text);

/// Nothing when it may be registered; all problems otherwise.
std::vector<problem> check_registration(const registration& r);
std::vector<problem> check_address(const address& a);
result<void> check_password(std::string_view password, std::string field);

} // namespace souk::user
