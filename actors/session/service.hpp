// Sessions for the edge: tokens are derived from the session's id, never stored, and checked first
// by their signature, then by the session's actor.
#pragma once

#include "actors/cart/service.hpp"
#include "actors/session/messages.hpp"
#include "actors/user/service.hpp"

#include <mutex>
#include <unordered_map>

namespace souk::session {

/// What a check is believed for; admin and money actions ask the session itself (fresh = true).
inline constexpr std::chrono::milliseconds check_age_max{1'000};
inline constexpr size_t checks_cached_max = 100'000;

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
  service(cluster::router& route, user::service& people, cart::service& carts,
          persistence::sql::pool& rows, const clock& time, entropy& random, std::string secret)
      : route_(route), people_(people), carts_(carts), rows_(rows), time_(time), random_(random),
        secret_(std::move(secret)) {}

  /// Verifies the password, begins a session, and joins `guest_cart` (may be empty) with the
  /// user's. A repeat with the same key (`keyed`) answers the same token.
  void log_in(user::login credentials, std::string guest_cart, std::string device, bool keyed,
              cluster::command_meta how, callback<login_answer> done);
  /// errc::unauthenticated for a forged, expired or revoked token.
  void check(std::string token, bool fresh, callback<identity> done);
  void log_out(std::string session_id, cluster::command_meta how, callback<bool> done);
  /// The user's cart that is used now, empty when there is none.
  void cart_of(std::string user_id, callback<std::string> done);
  void remember_cart(std::string user_id, std::string cart_id, callback<bool> done);

private:
  std::string token_of(const std::string& session_id) const;
  result<std::string> session_of(std::string_view token) const;
  void begin(const user::account& account, const std::string& session_id,
             const std::string& guest_cart, const std::string& device,
             const cluster::command_meta& how, callback<login_answer> done);

  struct believed {
    identity who;
    std::chrono::nanoseconds until{0};
  };
  cluster::router& route_;
  user::service& people_;
  cart::service& carts_;
  persistence::sql::pool& rows_;
  const clock& time_;
  entropy& random_;
  const std::string secret_;
  std::mutex guard_;
  std::unordered_map<std::string, believed> checks_;
};

} // namespace souk::session
