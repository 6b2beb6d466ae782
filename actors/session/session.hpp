// The pure model of a session: a token's hash and whom it stands for.
//
//            log_in                      revoke, or its time passes
//   guest ───────────► user      guest, user ───────────────► over
//   (30 days)          (14 days from the last login)
#pragma once

#include "actors/entity/model.hpp"
#include "actors/session/messages.hpp"

namespace souk::session {

inline constexpr std::chrono::hours guest_age{30 * 24};
inline constexpr std::chrono::hours user_age{14 * 24};

struct begun {
  std::string user_id;
  std::vector<std::string> roles;
  std::string token_hash;
  std::string device;
};
struct cart_attached {
  std::string cart_id;
};
struct logged_in {
  std::string user_id;
  std::vector<std::string> roles;
  std::string token_hash;
};
struct revoked {
  std::string reason;
};

struct model {
  static constexpr std::string_view kind = session::kind;
  static constexpr entity::memory_policy memory{};
  static constexpr uint32_t state_version = 1;

  struct state {
    bool begun = false;
    std::string token_hash;
    session_view view;
  };
  using command = session::command;
  using reply = session::reply;
  using event = std::variant<session::begun, cart_attached, logged_in, revoked>;
  using effect = entity::effect<std::monostate>; ///< a session owes nobody anything

  static result<std::vector<event>> decide(const state& s, const command& c, time_point now);
  static void apply(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command&) { return s.view; }
  static bool is_natural(const command& c);
  static bool is_ready(const state&, const command&) { return true; }
  static time_point due(const state&) { return never; }
  static std::vector<effect> pending(const state&, time_point) { return {}; }
  static std::string encode(const event& e);
  static std::string encode(const state& s);
  static result<event> decode_event(std::string_view bytes);
  static result<state> decode_state(std::string_view bytes, uint32_t version);
};
static_assert(entity::model<model>);

} // namespace souk::session
