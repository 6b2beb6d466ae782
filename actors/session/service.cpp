#include "actors/session/service.hpp"

#include "actors/session/session.hpp"
#include "actors/session/store.hpp"

namespace souk::session {

namespace {

constexpr char separator = '~';
constexpr std::chrono::seconds revoke_deadline{5};

result<std::vector<user::role>> roles_from(const std::vector<std::string>& names) {
  std::vector<user::role> roles;
  for (const auto& name : names) {
    auto role = user::parse_role(name);
    if (!role)
      return fail(errc::corrupt, "a session with an unknown role");
    roles.push_back(*role);
  }
  return roles;
}

} // namespace

std::string service::token_of(const std::string& session_id) const {
  return session_id + separator + base64url(hmac_sha256(secret_, "session/" + session_id));
}

result<std::string> service::session_of(std::string_view token) const {
  const auto at = token.find(separator);
  const auto wrong = fail(errc::unauthenticated, "this token is not valid");
  if (at == std::string_view::npos || token.size() > 200)
    return wrong;
  auto id = std::string(token.substr(0, at));
  if (!equal_secrets(token, token_of(id)))
    return wrong;
  return id;
}

void service::log_in(user::login credentials, std::string guest_cart, std::string device,
                     bool keyed, cluster::command_meta how, callback<login_answer> done) {
  people_.verify_login(credentials, [=, this](result<user::account> account) {
    if (!account)
      return done(account.error());
    log_in_proven(std::move(*account), credentials.code, guest_cart, device, keyed, how, done);
  });
}

void service::log_in_proven(user::account who, user::given_code code, std::string guest_cart,
                            std::string device, bool keyed, cluster::command_meta how,
                            callback<login_answer> done) {
  const auto id = keyed ? derive_capability(secret_, "session/" + who.id + to_hex(how.id.bytes))
                        : make_capability(time_.now(), random_);
  if (!who.second_factor)
    return open(who, id, guest_cart, device, how, done);
  codes_.check(who.id, std::move(code), id, [=, this](result<bool> right) {
    right ? open(who, id, guest_cart, device, how, done) : done(right.error());
  });
}

/// The row comes first: a session that is not listed could not be ended by its owner.
void service::open(const user::account& account, const std::string& session_id,
                   const std::string& guest_cart, const std::string& device,
                   const cluster::command_meta& how, callback<login_answer> done) {
  auto work = [=, this](persistence::sql::connection& c) {
    const auto now = time_.now();
    return insert_session(c, {session_id, device, now, now, now + user_age}, account.id,
                          account.session_epoch);
  };
  rows_.ask(std::move(work), [=, this](result<void> kept) {
    kept ? begin(account, session_id, guest_cart, how, done) : done(kept.error());
  });
}

/// The journal keeps for ever: it is not told the device, which its row forgets with the account.
void service::begin(const user::account& account, const std::string& session_id,
                    const std::string& guest_cart, const cluster::command_meta& how,
                    callback<login_answer> done) {
  session::begin opening{
      .user_id = account.id, .roles = {}, .token_hash = sha256(token_of(session_id)), .device = {}};
  for (auto role : account.roles)
    opening.roles.emplace_back(user::to_string(role));
  entity::ask<contract>(
      route_, session_id, std::move(opening), how, [=, this](result<session_view> r) {
        if (!r)
          return done(r.error());
        login_answer in{
            token_of(session_id), {session_id, account.id, account.roles, ""}, r->expires, ""};
        cart_of(account.id, [=, this](result<std::string> own) mutable {
          if (!own)
            return done(own.error());
          in.cart_id = in.who.cart_id = *own;
          if (guest_cart.empty())
            return done(in);
          carts_.join(account.id, guest_cart, *own, how,
                      [=, this](result<cart::opened_cart> joined) mutable {
                        // A guest's cart that cannot be joined must not keep anybody from logging
                        // in.
                        if (!joined)
                          return done(in);
                        in.cart_id = in.who.cart_id = joined->id;
                        remember_cart(account.id, joined->id, [=](result<bool>) { done(in); });
                      });
        });
      });
}

void service::check(std::string token, bool fresh, callback<identity> done) {
  auto id = session_of(token);
  if (!id)
    return done(id.error());
  const auto now = time_.monotonic();
  if (!fresh) {
    std::unique_lock lock(guard_);
    const auto it = checks_.find(*id);
    if (it != checks_.end() && it->second.until > now) {
      auto who = it->second.who;
      lock.unlock();
      return done(std::move(who));
    }
  }
  entity::ask<contract>(route_, *id, session::check{sha256(token)}, {{}, 0, time_.now() + 5s, {}},
                        [=, this, id = *id](result<session_view> r) {
                          if (!r && !is_transient(r.error().code))
                            return done(fail(errc::unauthenticated, "this session is over"));
                          if (!r)
                            return done(r.error());
                          auto roles = roles_from(r->roles);
                          if (!roles)
                            return done(roles.error());
                          believe({id, r->user_id, std::move(*roles), r->cart_id}, done);
                        });
}

void service::believe(identity who, callback<identity> done) {
  const auto now = time_.monotonic();
  {
    std::lock_guard lock(guard_);
    if (checks_.size() >= checks_cached_max)
      checks_.clear();
    auto& known = checks_[who.session_id];
    known.who = who;
    if (known.touched.count() != 0 && now - known.touched < touch_age) {
      known.until = now + check_age_max;
      return done(std::move(who));
    }
  }
  auto work = [this, id = who.session_id](persistence::sql::connection& c) {
    return touch_session(c, id, time_.now());
  };
  rows_.ask(std::move(work), [=, this](result<bool> alive) {
    if (alive && !*alive)
      return revoke({who.session_id}, "ended", [done](result<int64_t>) {
        done(fail(errc::unauthenticated, "this session is over"));
      });
    // While the rows are away the actor's word has to do.
    if (alive) {
      std::lock_guard lock(guard_);
      auto& known = checks_[who.session_id];
      known = {who, now + check_age_max, now};
    }
    done(who);
  });
}

void service::revoke(std::vector<std::string> sessions, std::string why, callback<int64_t> done) {
  struct progress {
    std::atomic<size_t> left;
    int64_t all = 0;
    callback<int64_t> done;
  };
  {
    std::lock_guard lock(guard_);
    for (const auto& id : sessions)
      checks_.erase(id);
  }
  if (sessions.empty())
    return done(0);
  auto state = std::make_shared<progress>();
  state->left = sessions.size();
  state->all = static_cast<int64_t>(sessions.size());
  state->done = std::move(done);
  for (const auto& id : sessions)
    entity::ask<contract>(
        route_, id, session::revoke{why},
        {.id = random_command_id(random_), .expires = time_.now() + revoke_deadline},
        [state](result<session_view>) {
          // One that did not hear ends at its next touch: its row is gone.
          if (--state->left == 0)
            state->done(state->all);
        });
}

void service::log_out(std::string session_id, cluster::command_meta how, callback<bool> done) {
  auto forget = [session_id](persistence::sql::connection& c) {
    return remove_session(c, session_id);
  };
  rows_.ask(std::move(forget), [=, this](result<bool> gone) {
    if (!gone)
      return done(gone.error());
    entity::ask<contract>(route_, session_id, session::revoke{"logged out"}, how,
                          [=, this](result<session_view> r) {
                            if (!r)
                              return done(r.error());
                            {
                              std::lock_guard lock(guard_);
                              checks_.erase(session_id);
                            }
                            done(true);
                          });
  });
}

void service::list(std::string user_id, callback<std::vector<listed_session>> done) {
  auto work = [this, user_id = std::move(user_id)](persistence::sql::connection& c) {
    return load_sessions(c, user_id, time_.now());
  };
  rows_.ask(std::move(work), std::move(done));
}

void service::end(std::string user_id, std::string session_id, callback<bool> done) {
  auto work = [user_id = std::move(user_id), session_id](persistence::sql::connection& c) {
    return remove_session_of(c, user_id, session_id);
  };
  rows_.ask(std::move(work), [=, this](result<bool> gone) {
    if (!gone || !*gone)
      return done(gone ? fail(errc::not_found, "no such session") : gone.error());
    revoke({session_id}, "ended by its owner", [done](result<int64_t>) { done(true); });
  });
}

void service::end_others(std::string user_id, std::string keep, bool renew,
                         callback<int64_t> done) {
  auto work = [=](persistence::sql::connection& c) {
    return remove_other_sessions(c, user_id, keep, renew);
  };
  rows_.ask(std::move(work), [=, this](result<std::vector<std::string>> gone) {
    gone ? revoke(std::move(*gone), "all ended", done) : done(gone.error());
  });
}

void service::cart_of(std::string user_id, callback<std::string> done) {
  rows_.ask(
      [=](persistence::sql::connection& c) -> result<std::string> {
        const auto found = c.execute("select cart_id from user_cart where user_id = $1", {user_id});
        if (!found)
          return found.error();
        return found->empty() ? std::string{} : std::string(found->text(0, 0));
      },
      std::move(done));
}

void service::remember_cart(std::string user_id, std::string cart_id, callback<bool> done) {
  rows_.ask(
      [=](persistence::sql::connection& c) -> result<bool> {
        const auto put = c.execute("insert into user_cart (user_id, cart_id) values ($1, $2) "
                                   "on conflict (user_id) do update set cart_id = excluded.cart_id",
                                   {user_id, cart_id});
        return put ? result<bool>{true} : put.error();
      },
      std::move(done));
}

} // namespace souk::session
