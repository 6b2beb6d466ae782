// Sessions for the edge: tokens are derived from the session's id, never stored, and checked first
// by their signature, then by the session's actor. A row stands beside each actor: people see
// their sessions by it, and one without a row that is in force is over, whatever its actor says.
#pragma once

#include "actors/cart/service.hpp"
#include "actors/session/messages.hpp"
#include "actors/user/second_factor.hpp"
#include "actors/user/service.hpp"

#include <atomic>
#include <mutex>
#include <unordered_map>

namespace souk::session {

/// What a check is believed for; admin and money actions ask the session itself (fresh = true).
inline constexpr std::chrono::milliseconds check_age_max{1'000};
inline constexpr size_t checks_cached_max = 100'000;
/// A node looks for a session's row this often: the longest time a session outlives its end when
/// the node that ended it died before it could say so.
inline constexpr std::chrono::minutes touch_age{5};

/// What its owner sees of a session.
struct listed_session {
  std::string id;
  std::string device; ///< as its browser calls itself
  time_point created_at{};
  time_point last_seen_at{}; ///< to touch_age
  time_point expires_at{};
};

struct identity {
  std::string session_id;
  std::string user_id; ///< empty: a guest
  std::vector<user::role> roles;
  std::string cart_id;
};

struct login_answer {
  std::string token;
  identity who;
  time_point expires;
  std::string cart_id; ///< the cart to go on with, empty when there is none
};

/// Thread-safe; answers on any thread.
class service {
public:
  service(cluster::router& route, user::service& people, user::second_factor& codes,
          cart::service& carts, persistence::sql::pool& rows, const clock& time, entropy& random,
          std::string secret)
      : route_(route), people_(people), codes_(codes), carts_(carts), rows_(rows), time_(time),
        random_(random), secret_(std::move(secret)) {}

  /// Verifies the password and the second factor, begins a session, and joins `guest_cart` (may be
  /// empty) with the user's. A repeat with the same key (`keyed`) answers the same token.
  /// errc::unauthenticated, second_factor_required, rate_limited.
  void log_in(user::login credentials, std::string guest_cart, std::string device, bool keyed,
              cluster::command_meta how, callback<login_answer> done);
  /// The rest of log_in() where a page asks for the code after the password: `who` has proved it.
  void log_in_proven(user::account who, user::given_code code, std::string guest_cart,
                     std::string device, bool keyed, cluster::command_meta how,
                     callback<login_answer> done);
  /// errc::unauthenticated for a forged, expired or revoked token.
  void check(std::string token, bool fresh, callback<identity> done);
  void log_out(std::string session_id, cluster::command_meta how, callback<bool> done);
  /// Newest first; those that are over are not in it.
  void list(std::string user_id, callback<std::vector<listed_session>> done);
  /// errc::not_found when the user has no such session.
  void end(std::string user_id, std::string session_id, callback<bool> done);
  /// After the user's epoch moved on, or to move it on (`renew`): ends all sessions of former
  /// epochs but `keep` (may be empty). Answers how many.
  void end_others(std::string user_id, std::string keep, bool renew, callback<int64_t> done);
  /// The user's cart that is used now, empty when there is none.
  void cart_of(std::string user_id, callback<std::string> done);
  void remember_cart(std::string user_id, std::string cart_id, callback<bool> done);

private:
  std::string token_of(const std::string& session_id) const;
  result<std::string> session_of(std::string_view token) const;
  void open(const user::account& account, const std::string& session_id,
            const std::string& guest_cart, const std::string& device,
            const cluster::command_meta& how, callback<login_answer> done);
  void begin(const user::account& account, const std::string& session_id,
             const std::string& guest_cart, const cluster::command_meta& how,
             callback<login_answer> done);
  void believe(identity who, callback<identity> done);
  /// Tells the actors and forgets what this node believed. Answers when all have heard.
  void revoke(std::vector<std::string> sessions, std::string why, callback<int64_t> done);

  struct believed {
    identity who;
    std::chrono::nanoseconds until{0};
    std::chrono::nanoseconds touched{0};
  };
  cluster::router& route_;
  user::service& people_;
  user::second_factor& codes_;
  cart::service& carts_;
  persistence::sql::pool& rows_;
  const clock& time_;
  entropy& random_;
  const std::string secret_;
  std::mutex guard_;
  std::unordered_map<std::string, believed> checks_;
};

} // namespace souk::session
