// Accounts, passwords, API keys and sealing keys for everyone else. Sessions are entities, not
// here.
#pragma once

#include "actors/row_command.hpp"
#include "actors/user/letters.hpp"
#include "actors/user/throttle.hpp"

#include <memory>

namespace souk::user {

/// Runs a job on a bounded thread pool of its own; false when that is full and the job was dropped.
using executor = std::function<bool(std::function<void()>)>;

struct service_options {
  std::string secret;          ///< the node's; API keys are derived from it
  std::string public_url = {}; ///< links in letters begin with it
  throttle_limits by_account{.attempts = 10, .within = std::chrono::minutes{5}};
  throttle_limits by_client{.attempts = 60, .within = std::chrono::minutes{5}};
  /// Letters asked for by somebody: resets, checks of an address.
  throttle_limits letters{.attempts = 5, .within = std::chrono::minutes{15}};
};

/// What an API key is worth is believed for this long.
inline constexpr std::chrono::milliseconds api_key_age_max{1'000};
inline constexpr size_t api_keys_cached_max = 10'000;

/// Thread-safe; every call answers once, on a pool or password thread, or refuses perhaps at once.
/// Both pools are stopped before this goes. Every call may fail with overloaded or unavailable.
class service {
public:
  /// Hashes one password (some 60 ms): what unknown users are verified against.
  service(persistence::sql::pool& pool, executor passwords, const clock& time, entropy& random,
          service_options options);
  ~service();

  /// errc::invalid, rate_limited by client, or conflict for a registered address. A new account is
  /// a customer, and a letter asks whether the address is theirs.
  void register_user(registration r, std::optional<idempotency> repeat, callback<account> done);
  /// errc::unauthenticated for a wrong password, an unknown or a blocked account alike, after the
  /// same work; rate_limited with retry_after by account and by client.
  void verify_login(login l, callback<account> done);
  /// errc::forbidden when the password is wrong; rate_limited by account.
  void prove(std::string id, std::string password, callback<account> done);
  /// errc::forbidden when `before` is wrong. Ends all sessions' epoch; the caller keeps its own.
  void change_password(std::string id, std::string before, std::string after,
                       callback<account> done);
  void change_profile(std::string id, std::optional<std::string> name,
                      std::optional<std::string> locale, callback<account> done);

  /// Queues the letter again, nothing where the address is confirmed. rate_limited by account.
  void send_confirmation(std::string id, callback<account> done);
  /// Uses up a token of a confirmation or of a changed address. errc::invalid for one that is not
  /// good, also when the address was registered by another meanwhile.
  void confirm(std::string token, std::string client, callback<account> done);
  /// Queues a letter to `email`, which takes effect when its link is followed; nothing is queued
  /// for a registered one, and nobody is told so.
  void change_email(std::string id, std::string email, callback<bool> done);
  /// The same answer after the same work whether there is such an account or not; rate_limited by
  /// address and by client.
  void request_reset(std::string email, std::string client, callback<bool> done);
  /// Ends all sessions' epoch; the second factor stays.
  void reset_password(std::string token, std::string password, std::string client,
                      std::optional<idempotency> repeat, callback<account> done);
  /// errc::not_found.
  void find(std::string id, callback<account> done);
  void find_by_email(std::string email, callback<account> done);
  /// Those whose address begins with `prefix`, in its order; `limit` 1 to 100.
  void search(std::string prefix, size_t limit, std::string cursor, callback<account_page> done);
  /// Either or both, in one transaction; ends the sessions' epoch.
  void set_access(std::string id, access_change to, callback<account> done);
  /// Deletes the account with all that is kept of it by id, the letters to it, and its sealing key:
  /// what was sealed is unreadable.
  void erase(std::string id, callback<bool> done);
  /// Rows of all tables that name this user, as one JSON object of arrays by table; hashes and
  /// sealed bytes are left out.
  void rows_of(std::string id, callback<std::string> done);

  void addresses(std::string user, callback<std::vector<address>> done);
  /// Answers all of them.
  void put_address(std::string user, address a, std::optional<idempotency> repeat,
                   callback<std::vector<address>> done);
  void remove_address(std::string user, std::string id, callback<std::vector<address>> done);

  void create_api_key(key_order wanted, std::optional<idempotency> repeat,
                      callback<new_api_key> done);
  void list_api_keys(callback<std::vector<api_key>> done);
  void revoke_api_key(std::string id, callback<api_key> done);
  /// errc::unauthenticated. Other nodes may believe a revoked key for api_key_age_max.
  void check_api_key(std::string secret, callback<api_key> done);

  /// 32 bytes, made at the first call; one a person or guest order.
  void seal_key(std::string person, callback<std::string> done);
  /// Without making one: errc::not_found after erase.
  void find_seal_key(std::string person, callback<std::string> done);

private:
  class key_cache;
  /// Refuses when there were too many attempts.
  result<void> count(const std::string& account, const std::string& client);
  template <class T>
  void on_password_thread(std::function<void()> job, const callback<T>& done);
  /// Runs `then` on a password thread with the account, once `password` proved to be its own.
  void with_password(std::string id, std::string password,
                     std::function<void(const account&, const std::string& hash)> then,
                     callback<account> done);
  result<void> count_letter(const std::string& mailbox, const std::string& client);
  desk writing() { return {options_.public_url, clock_.now(), random_}; }

  persistence::sql::pool& pool_;
  executor passwords_;
  const clock& clock_;
  entropy& random_;
  const service_options options_;
  const std::string decoy_hash_;
  throttle by_account_;
  throttle by_client_;
  throttle letters_;
  std::unique_ptr<key_cache> keys_;
};

/// For `souk admin-key`, which has a connection and no pools: makes a key row and answers its
/// secret.
result<new_api_key> make_api_key(persistence::sql::connection& c, const std::string& node_secret,
                                 const key_order& wanted, const std::optional<idempotency>& repeat,
                                 time_point now, entropy& random);

} // namespace souk::user
