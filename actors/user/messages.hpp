// What is asked about people and API keys, and what is answered. No answer carries a password or
// hash.
#pragma once

#include "actors/user/access.hpp"
#include "base/time.hpp"

#include <string>
#include <vector>

namespace souk::user {

inline constexpr size_t password_bytes_min = 8;
inline constexpr size_t password_bytes_max = 256;
inline constexpr size_t name_bytes_max = 200;
inline constexpr size_t addresses_max = 50; ///< of one user

enum class account_status : uint8_t { active, blocked };

struct account {
  std::string id;
  std::string email; ///< normalised
  std::string name;
  account_status status = account_status::active;
  std::vector<role> roles;
  time_point created_at{};
};

struct registration {
  std::string email;
  std::string password;
  std::string name;
  std::string client; ///< network address, for throttling
};

struct login {
  std::string email;
  std::string password;
  std::string client;
};

struct address {
  std::string id = {}; ///< empty: a new one
  std::string name = {};
  std::string line1 = {};
  std::string line2 = {};
  std::string city = {};
  std::string postal_code = {};
  std::string country = {}; ///< two capital letters
};

struct api_key {
  std::string id;
  std::string name;
  std::vector<role> roles;
  time_point created_at{};
  bool revoked = false;
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
