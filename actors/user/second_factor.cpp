#include "actors/user/second_factor.hpp"

#include "actors/user/store.hpp"
#include "actors/user/totp.hpp"
#include "base/crypto.hpp"

#include <algorithm>
#include <array>

namespace souk::user {

namespace sql = persistence::sql;

namespace {

constexpr size_t recovery_secret_bytes = 10;

struct factor {
  std::string secret; ///< sealed
  bool on = false;
  int64_t last_step = 0;
};

failure code_needed(bool was_given) {
  auto why = fail(errc::second_factor_required, was_given ? "this code is not right, or was used"
                                                          : "a code or recovery code is needed");
  why.problems = {{was_given ? "wrong" : "required", "/code", why.detail, {}}};
  return why;
}

/// Locked, so that of two confirmations at once the second sees the first's.
result<std::optional<factor>> load_factor(sql::connection& c, const std::string& user) {
  auto found = c.execute("select secret, confirmed_at is not null, last_step from second_factor "
                         "where user_id = $1 for update",
                         {user});
  if (!found)
    return found.error();
  if (found->empty())
    return std::optional<factor>{};
  return std::optional{factor{found->bytea(0, 0), found->boolean(0, 1), found->integer(0, 2)}};
}

result<std::optional<int64_t>> matching_step(sql::connection& c, const std::string& user,
                                             const factor& f, const std::string& code,
                                             time_point now) {
  auto key = find_seal_key(c, user);
  if (!key)
    return key.error();
  auto secret = unseal(f.secret, *key);
  if (!secret)
    return secret.error();
  return totp_match(*secret, code, now, f.last_step);
}

/// Two at once with the same code: the second finds the step used.
result<bool> use_step(sql::connection& c, const std::string& user, int64_t step) {
  auto done = c.execute("update second_factor set last_step = $2, "
                        "confirmed_at = coalesce(confirmed_at, now()) "
                        "where user_id = $1 and last_step < $2",
                        {user, step});
  if (!done)
    return done.error();
  return done->affected() == 1;
}

/// As typed: capitals, dashes and blanks do not matter.
std::string recovery_hash(const std::string& user, std::string_view typed) {
  std::string plain;
  for (const char c : typed)
    if (c != '-' && c != ' ')
      plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return sha256(user + "/" + plain);
}

result<bool> use_recovery_code(sql::connection& c, const std::string& user,
                               const std::string& typed) {
  const auto hash = recovery_hash(user, typed);
  auto done = c.execute("delete from recovery_code where user_id = $1 and hash = $2",
                        {user, sql::bytes{hash}});
  if (!done)
    return done.error();
  return done->affected() == 1;
}

/// 80 bits as four groups of four letters.
std::string recovery_code_of(std::string_view secret) {
  auto code = base32(secret);
  std::ranges::transform(code, code.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const size_t at : {12u, 8u, 4u})
    code.insert(at, 1, '-');
  return code;
}

std::vector<std::string> fresh_codes(entropy& random) {
  std::vector<std::string> codes;
  while (codes.size() < recovery_codes) {
    std::string secret(recovery_secret_bytes, '\0');
    random.fill({reinterpret_cast<unsigned char*>(secret.data()), secret.size()});
    codes.push_back(recovery_code_of(secret));
  }
  return codes;
}

/// Those a command with this id shows, whenever it is asked.
std::vector<std::string> derived_codes(const std::string& node_secret, const command_id& id) {
  std::vector<std::string> codes;
  while (codes.size() < recovery_codes)
    codes.push_back(
        recovery_code_of(hmac_sha256(node_secret, "recovery-codes/" + to_hex(id.bytes) + "/" +
                                                      std::to_string(codes.size()))
                             .substr(0, recovery_secret_bytes)));
  return codes;
}

result<void> replace_codes(sql::connection& c, const std::string& user,
                           const std::vector<std::string>& codes) {
  if (auto gone = c.execute("delete from recovery_code where user_id = $1", {user}); !gone)
    return gone.error();
  for (const auto& code : codes) {
    const auto hash = recovery_hash(user, code);
    auto kept = c.execute("insert into recovery_code (user_id, hash) values ($1, $2)",
                          {user, sql::bytes{hash}});
    if (!kept)
      return kept.error();
  }
  return {};
}

/// The first code turns an enrolled factor on.
result<void> turn_on(sql::connection& c, const std::string& user, const std::string& code,
                     time_point now) {
  auto f = load_factor(c, user);
  if (!f)
    return f.error();
  if (!*f || (*f)->on)
    return fail(errc::conflict, *f ? "the second factor is on" : "enrol first");
  auto step = matching_step(c, user, **f, code, now);
  if (!step)
    return step.error();
  auto used = *step ? use_step(c, user, **step) : result<bool>{false};
  if (!used)
    return used.error();
  return *used ? result<void>{} : fail(errc::forbidden, "this code is not right");
}

result<bool> check_code(sql::connection& c, const std::string& user, const given_code& with,
                        time_point now) {
  auto f = load_factor(c, user);
  if (!f)
    return f.error();
  if (!*f || !(*f)->on)
    return true;
  if (with.empty())
    return code_needed(false);
  if (!with.recovery_code.empty()) {
    auto used = use_recovery_code(c, user, with.recovery_code);
    return used && !*used ? code_needed(true) : used;
  }
  auto step = matching_step(c, user, **f, with.code, now);
  if (!step)
    return step.error();
  if (!*step)
    return code_needed(true);
  auto used = use_step(c, user, **step);
  return used && !*used ? code_needed(true) : used;
}

result<bool> has_session(sql::connection& c, const std::string& user, const std::string& session) {
  auto found = c.execute("select 1 from user_session where session_id = $1 and user_id = $2",
                         {session, user});
  if (!found)
    return found.error();
  return !found->empty();
}

} // namespace

result<void> second_factor::count(const std::string& user) {
  if (auto wait = by_account_.count(user, time_.monotonic()))
    return failure{
        .code = errc::rate_limited, .detail = "too many codes were tried", .retry_after = *wait};
  return {};
}

void second_factor::status(std::string user, callback<factor_status> done) {
  auto work = [user = std::move(user)](sql::connection& c) -> result<factor_status> {
    auto found = c.execute("select count(r.hash) from second_factor f left join recovery_code r "
                           "using (user_id) where f.user_id = $1 and f.confirmed_at is not null "
                           "group by f.user_id",
                           {user});
    if (!found)
      return found.error();
    return found->empty() ? factor_status{} : factor_status{true, found->integer(0, 0)};
  };
  rows_.ask(std::move(work), std::move(done));
}

void second_factor::enrol(account who, callback<enrolment> done) {
  auto work = [this, who = std::move(who)](sql::connection& c) -> result<enrolment> {
    auto key = seal_key(c, who.id, random_);
    if (!key)
      return key.error();
    std::string secret(totp_secret_bytes, '\0');
    random_.fill({reinterpret_cast<unsigned char*>(secret.data()), secret.size()});
    const auto sealed = seal(secret, *key, random_);
    auto kept = c.execute("insert into second_factor as f (user_id, secret) values ($1, $2) "
                          "on conflict (user_id) do update set secret = excluded.secret, "
                          "last_step = 0 where f.confirmed_at is null",
                          {who.id, sql::bytes{sealed}});
    if (!kept)
      return kept.error();
    if (kept->affected() == 0)
      return fail(errc::conflict, "the second factor is on; disable it first");
    return enrolment{base32(secret), totp_uri(secret, options_.issuer, who.email)};
  };
  rows_.ask(std::move(work), std::move(done));
}

void second_factor::confirm(std::string user, std::string code, std::optional<idempotency> repeat,
                            callback<std::vector<std::string>> done) {
  if (auto counted = count(user); !counted)
    return done(counted.error());
  using codes = std::vector<std::string>;
  auto work = [this, user = std::move(user), code = std::move(code),
               repeat](sql::connection& c) -> result<codes> {
    const auto fresh = repeat ? derived_codes(options_.secret, repeat->key) : fresh_codes(random_);
    auto confirmed = run_once(c, repeat, [&]() -> result<std::string> {
      if (auto on = turn_on(c, user, code, time_.now()); !on)
        return on.error();
      auto kept = replace_codes(c, user, fresh);
      return kept ? result<std::string>{user} : kept.error();
    });
    if (!confirmed)
      return confirmed.error();
    by_account_.forget(user);
    return fresh;
  };
  rows_.ask(std::move(work), std::move(done));
}

void second_factor::renew_codes(std::string user, given_code with,
                                callback<std::vector<std::string>> done) {
  if (auto counted = count(user); !counted)
    return done(counted.error());
  using codes = std::vector<std::string>;
  auto work = [this, user = std::move(user), with = std::move(with)](sql::connection& c) {
    return sql::in_transaction(c, [&](sql::connection& same) -> result<codes> {
      auto f = load_factor(same, user);
      if (!f)
        return f.error();
      if (!*f || !(*f)->on)
        return fail(errc::conflict, "the second factor is off");
      auto right = check_code(same, user, with, time_.now());
      if (!right)
        return right.error();
      by_account_.forget(user);
      auto fresh = fresh_codes(random_);
      auto kept = replace_codes(same, user, fresh);
      return kept ? result<codes>{std::move(fresh)} : kept.error();
    });
  };
  rows_.ask(std::move(work), std::move(done));
}

void second_factor::disable(std::string user, given_code with, callback<bool> done) {
  if (auto counted = count(user); !counted)
    return done(counted.error());
  auto work = [this, user = std::move(user), with = std::move(with)](sql::connection& c) {
    return sql::in_transaction(c, [&](sql::connection& same) -> result<bool> {
      auto right = check_code(same, user, with, time_.now());
      if (!right)
        return right;
      by_account_.forget(user);
      auto gone = same.execute("delete from second_factor where user_id = $1", {user});
      if (!gone)
        return gone.error();
      return gone->affected() == 1;
    });
  };
  rows_.ask(std::move(work), std::move(done));
}

void second_factor::check(std::string user, given_code with, std::string session,
                          callback<bool> done) {
  if (!with.empty())
    if (auto counted = count(user); !counted)
      return done(counted.error());
  auto work = [this, user = std::move(user), with = std::move(with),
               session = std::move(session)](sql::connection& c) -> result<bool> {
    if (!session.empty()) {
      auto known = has_session(c, user, session);
      if (!known || *known)
        return known;
    }
    auto right = check_code(c, user, with, time_.now());
    if (right && !with.empty())
      by_account_.forget(user);
    return right;
  };
  rows_.ask(std::move(work), std::move(done));
}

} // namespace souk::user
