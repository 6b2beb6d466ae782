#include "actors/user/service.hpp"

#include "actors/user/api_keys.hpp"
#include "actors/user/store.hpp"
#include "base/crypto.hpp"

namespace souk::user {

namespace sql = persistence::sql;

namespace {

failure wrong_login() { return fail(errc::unauthenticated, "wrong e-mail address or password"); }

failure all_wrong(std::vector<problem> problems) {
  auto detail = problems.front().field + " " + problems.front().detail;
  return failure{
      .code = errc::invalid, .detail = std::move(detail), .problems = std::move(problems)};
}

failure wait_for(std::chrono::seconds time) {
  return failure{.code = errc::rate_limited, .detail = "too many attempts", .retry_after = time};
}

} // namespace

service::service(sql::pool& pool, executor passwords, const clock& time, entropy& random,
                 service_options options)
    : pool_(pool), passwords_(std::move(passwords)), clock_(time), random_(random),
      options_(std::move(options)), decoy_hash_(hash_password("nobody has this password")),
      by_account_(options_.by_account), by_client_(options_.by_client), letters_(options_.letters),
      keys_(std::make_unique<key_cache>()) {}

service::~service() = default;

result<void> service::count(const std::string& account, const std::string& client) {
  const auto now = clock_.monotonic();
  if (!client.empty())
    if (auto wait = by_client_.count(client, now))
      return wait_for(*wait);
  if (!account.empty())
    if (auto wait = by_account_.count(account, now))
      return wait_for(*wait);
  return {};
}

template <class T>
void service::on_password_thread(std::function<void()> job, const callback<T>& done) {
  if (!passwords_(std::move(job)))
    done(fail(errc::overloaded, "too many passwords are being checked"));
}

void service::register_user(registration r, std::optional<idempotency> repeat,
                            callback<account> done) {
  if (auto problems = check_registration(r); !problems.empty())
    return done(all_wrong(std::move(problems)));
  if (auto counted = count("", r.client); !counted)
    return done(counted.error());
  auto job = [this, r = std::move(r), repeat, done] {
    auto work = [this, hash = hash_password(r.password), email = normalise_email(r.email).value(),
                 name = r.name, locale = r.locale, repeat](sql::connection& c) -> result<account> {
      auto id = run_once(c, repeat, [&]() -> result<std::string> {
        const account a{.id = make_uuid7(clock_.now(), random_),
                        .email = email,
                        .name = name,
                        .roles = {role::customer},
                        .locale = locale};
        if (auto inserted = insert_user(c, a, hash); !inserted)
          return inserted.error();
        if (auto sent = send_token(c, a, purpose::confirm_email, email, writing()); !sent)
          return sent.error();
        return a.id;
      });
      if (!id)
        return id.error();
      return expect_account(user::find_by_id(c, *id));
    };
    pool_.ask(std::move(work), done);
  };
  on_password_thread(std::move(job), done);
}

void service::verify_login(login l, callback<account> done) {
  auto email = normalise_email(l.email);
  if (!email || l.password.size() > password_bytes_max)
    return done(wrong_login());
  if (auto counted = count(*email, l.client); !counted)
    return done(counted.error());
  auto work = [email = *email](sql::connection& c) { return user::find_by_email(c, email); };
  auto judge = [this, password = std::move(l.password), email = *email,
                done](result<std::optional<stored_account>> found) {
    if (!found)
      return done(found.error());
    // Unknown accounts cost the same hash, so that time does not tell who is registered.
    auto job = [this, found = std::move(*found), password, email, done] {
      const bool right = verify_password(password, found ? found->password_hash : decoy_hash_);
      if (!right || !found || found->account.status != account_status::active)
        return done(wrong_login());
      by_account_.forget(email);
      done(found->account);
    };
    on_password_thread(std::move(job), done);
  };
  pool_.ask(std::move(work), std::move(judge));
}

void service::find(std::string id, callback<account> done) {
  pool_.ask(
      [id = std::move(id)](sql::connection& c) { return expect_account(user::find_by_id(c, id)); },
      std::move(done));
}

void service::find_by_email(std::string email, callback<account> done) {
  auto normal = normalise_email(email);
  if (!normal)
    return done(normal.error());
  pool_.ask([normal = std::move(*normal)](
                sql::connection& c) { return expect_account(user::find_by_email(c, normal)); },
            std::move(done));
}

void service::search(std::string prefix, size_t limit, std::string cursor,
                     callback<account_page> done) {
  pool_.ask([prefix = std::move(prefix), limit, cursor = std::move(cursor)](
                sql::connection& c) { return find_accounts(c, prefix, limit, cursor); },
            std::move(done));
}

void service::set_access(std::string id, access_change to, callback<account> done) {
  if (to.roles && to.roles->empty())
    return done(fail_field("/roles", "required", "at least one role"));
  pool_.ask(
      [id = std::move(id), to = std::move(to)](sql::connection& c) {
        return sql::in_transaction(c, [&](sql::connection& same) -> result<account> {
          if (to.roles)
            if (auto set = user::set_roles(same, id, *to.roles); !set)
              return set.error();
          if (to.status)
            if (auto set = user::set_status(same, id, *to.status); !set)
              return set.error();
          return expect_account(user::find_by_id(same, id));
        });
      },
      std::move(done));
}

void service::addresses(std::string user, callback<std::vector<address>> done) {
  pool_.ask([user = std::move(user)](sql::connection& c) { return load_addresses(c, user); },
            std::move(done));
}

void service::put_address(std::string user, address a, std::optional<idempotency> repeat,
                          callback<std::vector<address>> done) {
  if (auto problems = check_address(a); !problems.empty())
    return done(all_wrong(std::move(problems)));
  auto work = [this, user = std::move(user), a = std::move(a),
               repeat](sql::connection& c) -> result<std::vector<address>> {
    auto put = run_once(c, repeat, [&]() -> result<std::string> {
      auto row = a;
      if (row.id.empty())
        row.id = make_uuid7(clock_.now(), random_);
      if (auto written = souk::user::put_address(c, user, row); !written)
        return written.error();
      return row.id;
    });
    if (!put)
      return put.error();
    return load_addresses(c, user);
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::remove_address(std::string user, std::string id,
                             callback<std::vector<address>> done) {
  auto work = [user = std::move(user),
               id = std::move(id)](sql::connection& c) -> result<std::vector<address>> {
    if (auto removed = souk::user::remove_address(c, user, id); !removed)
      return removed.error();
    return load_addresses(c, user);
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::seal_key(std::string person, callback<std::string> done) {
  pool_.ask([this, person = std::move(person)](
                sql::connection& c) { return user::seal_key(c, person, random_); },
            std::move(done));
}

void service::find_seal_key(std::string person, callback<std::string> done) {
  pool_.ask(
      [person = std::move(person)](sql::connection& c) { return user::find_seal_key(c, person); },
      std::move(done));
}

} // namespace souk::user
