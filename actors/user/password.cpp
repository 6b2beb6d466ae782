// The part of the service that checks, changes and resets passwords, and the letters about them.
#include "actors/user/service.hpp"
#include "actors/user/store.hpp"
#include "base/crypto.hpp"

namespace souk::user {

namespace sql = persistence::sql;

namespace {

/// Stands in for whoever is not registered: it gets the same work, and its letter is taken back.
const account& nobody() {
  static const account decoy{.id = "nobody", .email = "nobody@invalid", .name = "nobody"};
  return decoy;
}

failure too_many_passwords() {
  return fail(errc::overloaded, "too many passwords are being checked");
}

/// The new hash, and everyone who should know told, in the caller's transaction.
result<account> settle_password(sql::connection& c, const stored_account& old,
                                const std::string& hash, const desk& with) {
  const auto& id = old.account.id;
  if (auto put = replace_password(c, id, old.password_hash, hash); !put)
    return put.error();
  // Whoever knew the former password may have asked for another address.
  for (const auto why : {purpose::reset_password, purpose::change_email})
    if (auto gone = drop_tokens(c, id, why); !gone)
      return gone.error();
  if (auto told = send_notice(c, old.account, notification::kind::password_changed,
                              old.account.email, with);
      !told)
    return told.error();
  return expect_account(find_by_id(c, id));
}

/// Uses up the token of a letter; answers whose it was.
result<std::string> take_reset(sql::connection& c, const std::string& token,
                               const std::string& hash, const desk& with) {
  auto good = take_token(c, token, with.now);
  if (!good || good->purpose != purpose::reset_password)
    return good ? stale_token() : good.error();
  auto found = user::find_by_id(c, good->user_id);
  if (!found || !*found || (*found)->account.email != good->email)
    return found ? stale_token() : found.error();
  if (auto proven = confirm_address(c, good->user_id, with.now); !proven)
    return proven.error();
  auto settled = settle_password(c, **found, hash, with);
  return settled ? result<std::string>{settled->id} : settled.error();
}

} // namespace

void service::with_password(std::string id, std::string password,
                            std::function<void(const account&, const std::string& hash)> then,
                            callback<account> done) {
  if (auto counted = count(id, ""); !counted)
    return done(counted.error());
  auto judge = [this, password = std::move(password), then = std::move(then),
                done](result<std::optional<stored_account>> found) {
    if (!found || !*found)
      return done(found ? fail(errc::not_found, "no such user") : found.error());
    auto job = [this, a = std::move(**found), password, then, done] {
      if (password.size() > password_bytes_max || !verify_password(password, a.password_hash))
        return done(fail(errc::forbidden, "the present password is another one"));
      by_account_.forget(a.account.id);
      then(a.account, a.password_hash);
    };
    if (!passwords_(std::move(job)))
      done(too_many_passwords());
  };
  pool_.ask([id = std::move(id)](sql::connection& c) { return user::find_by_id(c, id); },
            std::move(judge));
}

void service::prove(std::string id, std::string password, callback<account> done) {
  with_password(
      std::move(id), std::move(password), [done](const account& a, const std::string&) { done(a); },
      done);
}

void service::change_password(std::string id, std::string before, std::string after,
                              callback<account> done) {
  if (auto checked = check_password(after, "/password"); !checked)
    return done(checked.error());
  auto replace = [this, after = std::move(after), done](const account& a, const std::string& old) {
    auto work = [this, before = stored_account{a, old},
                 hash = hash_password(after)](sql::connection& c) {
      return sql::in_transaction(
          c, [&](sql::connection& same) { return settle_password(same, before, hash, writing()); });
    };
    pool_.ask(std::move(work), done);
  };
  with_password(std::move(id), std::move(before), std::move(replace), done);
}

void service::request_reset(std::string email, std::string client, callback<bool> done) {
  if (auto counted = count_letter(email, client); !counted)
    return done(counted.error());
  auto work = [this, email = std::move(email)](sql::connection& c) {
    return sql::in_transaction(c, [&](sql::connection& same) -> result<bool> {
      auto found = user::find_by_email(same, email);
      if (!found)
        return found.error();
      const bool known = *found && (*found)->account.status == account_status::active;
      const auto& to = known ? (*found)->account : nobody();
      auto letter = send_token(same, to, purpose::reset_password, to.email, writing());
      if (!letter)
        return letter.error();
      // Asked of everybody, so that who is registered cannot be told by what is done.
      auto taken_back =
          same.execute("delete from message where id = $1 and person = $2", {*letter, nobody().id});
      if (!taken_back)
        return taken_back.error();
      return true;
    });
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::reset_password(std::string token, std::string password, std::string client,
                             std::optional<idempotency> repeat, callback<account> done) {
  if (auto checked = check_password(password, "/password"); !checked)
    return done(checked.error());
  if (auto counted = count("", client); !counted)
    return done(counted.error());
  auto settle = [this, token, repeat](const std::string& hash) {
    return [this, token, repeat, hash](sql::connection& c) -> result<account> {
      auto who = run_once(c, repeat, [&] { return take_reset(c, token, hash, writing()); });
      return who ? expect_account(user::find_by_id(c, *who)) : result<account>{who.error()};
    };
  };
  // A hash costs 60 ms: it is not made for tokens out of thin air, nor for a repeat.
  auto judge = [this, password = std::move(password), settle, done](result<bool> good) {
    if (!good)
      return done(good.error());
    auto job = [this, password, settle, done] { pool_.ask(settle(hash_password(password)), done); };
    if (!*good)
      return pool_.ask(settle({}), done);
    if (!passwords_(std::move(job)))
      done(too_many_passwords());
  };
  pool_.ask(
      [this, token, repeat](sql::connection& c) -> result<bool> {
        if (repeat) {
          auto known = is_remembered(c, *repeat);
          if (!known || *known)
            return known ? result<bool>{false} : known.error();
        }
        auto good = read_token(c, token, clock_.now());
        return good ? result<bool>{true} : good.error();
      },
      std::move(judge));
}

} // namespace souk::user
