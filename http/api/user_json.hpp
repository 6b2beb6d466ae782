// Accounts as JSON, and what several routes read about people.
#pragma once

#include "http/api/fields.hpp"
#include "http/api/routes.hpp"

namespace souk::http {

boost::json::object json_of(const user::account& account);
boost::json::array json_of(const std::vector<user::role>& roles);

/// "de", "de-AT"
bool is_language_tag(std::string_view text);
/// "de" or "de-AT"; refuses what is no language tag.
std::optional<std::string> read_locale(object_reader& in);
/// {"code"?, "recovery_code"?}
user::given_code read_code(object_reader& in);
/// {"password"} of the account itself.
std::string read_password(object_reader& in);
std::vector<user::role> read_roles(object_reader& in);

/// 202 without saying what was found.
response accepted();
/// 204 that takes the session's cookie back.
response without_session(const shop& at);

/// Runs `then` with the caller's account once the password is theirs and, where there is a second
/// factor, the code is right.
void with_proof(const call& c, std::string password, user::given_code code,
                std::function<void(const user::account&)> then);

} // namespace souk::http
