// People, addresses, API keys and sealing keys as rows. Blocking calls on a pool thread's
// connection.
#pragma once

#include "actors/user/messages.hpp"
#include "base/ids.hpp"
#include "persistence/sql.hpp"

#include <optional>

namespace souk::user {

struct stored_account {
  user::account account;
  std::string password_hash;
};

/// errc::conflict with a problem when the e-mail address is registered already.
result<void> insert_user(persistence::sql::connection& c, const account& a,
                         const std::string& password_hash);
/// Nothing for an unknown one.
result<std::optional<stored_account>> find_by_email(persistence::sql::connection& c,
                                                    const std::string& email);
result<std::optional<stored_account>> find_by_id(persistence::sql::connection& c,
                                                 const std::string& id);
/// errc::not_found where there is none.
result<account> expect_account(result<std::optional<stored_account>> found);
/// After a change that answered `done`: the account as it is now.
result<account> changed_account(persistence::sql::connection& c, const result<void>& done,
                                const std::string& id);
/// errc::conflict when the hash is not `before` any more. Ends all sessions, as set_roles and
/// set_status do.
result<void> replace_password(persistence::sql::connection& c, const std::string& id,
                              const std::string& before, const std::string& after);
/// errc::not_found.
result<void> set_roles(persistence::sql::connection& c, const std::string& id,
                       const std::vector<role>& roles);
result<void> set_status(persistence::sql::connection& c, const std::string& id,
                        account_status status);
result<void> set_profile(persistence::sql::connection& c, const std::string& id,
                         const std::optional<std::string>& name,
                         const std::optional<std::string>& locale);
/// The present address is theirs.
result<void> confirm_address(persistence::sql::connection& c, const std::string& id,
                             time_point now);
/// Another address, confirmed. errc::conflict when it is registered.
result<void> replace_email(persistence::sql::connection& c, const std::string& id,
                           const std::string& email, time_point now);
/// Those whose address begins with `prefix`, after the account whose id is `cursor`.
result<account_page> find_accounts(persistence::sql::connection& c, const std::string& prefix,
                                   size_t limit, const std::string& cursor);
/// Removes the account with its addresses; true when there was one.
result<bool> remove_user(persistence::sql::connection& c, const std::string& id);

result<std::vector<address>> load_addresses(persistence::sql::connection& c,
                                            const std::string& user);
/// A new one when its id is not this user's yet. errc::conflict beyond addresses_max.
result<void> put_address(persistence::sql::connection& c, const std::string& user,
                         const address& a);
result<void> remove_address(persistence::sql::connection& c, const std::string& user,
                            const std::string& id);

/// `hash` is SHA-256 of the secret.
result<void> insert_api_key(persistence::sql::connection& c, const api_key& key,
                            const std::string& hash);
result<std::vector<api_key>> load_api_keys(persistence::sql::connection& c);
/// errc::unauthenticated for an unknown, expired or revoked one.
result<api_key> find_api_key(persistence::sql::connection& c, const std::string& hash,
                             time_point now);
result<void> note_key_use(persistence::sql::connection& c, const std::string& id, time_point now);
result<api_key> find_api_key_by_id(persistence::sql::connection& c, const std::string& id);
result<void> revoke_api_key(persistence::sql::connection& c, const std::string& id);

/// The 32-byte key that seals this person's data; made at the first call.
result<std::string> seal_key(persistence::sql::connection& c, const std::string& person,
                             entropy& random);
/// errc::not_found for a person who was erased or never had one.
result<std::string> find_seal_key(persistence::sql::connection& c, const std::string& person);
/// Everything sealed under the key is unreadable from now on. True when there was one.
result<bool> erase_seal_key(persistence::sql::connection& c, const std::string& person);

} // namespace souk::user
