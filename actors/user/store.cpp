#include "actors/user/store.hpp"

#include <algorithm>
#include <array>

namespace souk::user {

namespace sql = persistence::sql;

namespace {

std::vector<std::string> texts_of(const std::vector<role>& roles) {
  std::vector<std::string> texts;
  for (auto r : roles)
    texts.emplace_back(to_string(r));
  return texts;
}

/// "customer,seller"; a role that this build does not know grants nothing.
std::vector<role> roles_of(std::string_view joined) {
  std::vector<role> roles;
  for (size_t from = 0; from < joined.size();) {
    const auto comma = std::min(joined.find(',', from), joined.size());
    if (auto r = parse_role(joined.substr(from, comma - from)))
      roles.push_back(*r);
    from = comma + 1;
  }
  return roles;
}

constexpr std::string_view account_columns =
    "select id, email, name, status, array_to_string(roles, ','), created_at, password_hash from "
    "users ";

result<std::optional<stored_account>> find_account(sql::connection& c, std::string_view condition,
                                                   const std::string& value) {
  auto found = c.execute(std::string{account_columns} + std::string{condition}, {value});
  if (!found)
    return found.error();
  if (found->empty())
    return std::optional<stored_account>{};
  stored_account a;
  a.account.id = found->text(0, 0);
  a.account.email = found->text(0, 1);
  a.account.name = found->text(0, 2);
  a.account.status =
      found->text(0, 3) == "active" ? account_status::active : account_status::blocked;
  a.account.roles = roles_of(found->text(0, 4));
  a.account.created_at = found->time(0, 5);
  a.password_hash = found->text(0, 6);
  return std::optional{std::move(a)};
}

/// Ids come from URLs: Postgres fails on texts that are not UTF-8, so those are not looked up.
result<sql::rows> execute_for(sql::connection& c, const std::string& id, std::string_view statement,
                              std::vector<sql::parameter> parameters) {
  if (!is_plausible_id(id))
    return fail(errc::not_found, "there is no such id");
  return c.execute(statement, std::move(parameters));
}

/// For statements that must meet exactly one row.
result<void> expect_one(result<sql::rows> done, const char* missing) {
  if (!done)
    return done.error();
  if (done->affected() == 0)
    return fail(errc::not_found, missing);
  return {};
}

result<bool> any_affected(result<sql::rows> done) {
  if (!done)
    return done.error();
  return done->affected() > 0;
}

api_key key_of(const sql::rows& r, size_t i) {
  return {std::string{r.text(i, 0)}, std::string{r.text(i, 1)}, roles_of(r.text(i, 2)),
          r.time(i, 3), r.boolean(i, 4)};
}

constexpr std::string_view key_columns = "select id, name, array_to_string(roles, ','), "
                                         "created_at, revoked_at is not null from api_key ";

/// Appended, not added: GCC 12 sees an overflow in the sum of two literals.
std::string select_keys(std::string_view rest) {
  std::string text{key_columns};
  text.append(rest);
  return text;
}

} // namespace

result<void> insert_user(sql::connection& c, const account& a, const std::string& password_hash) {
  auto done = c.execute("insert into users (id, email, password_hash, name, roles) "
                        "values ($1, $2, $3, $4, $5) on conflict (email) do nothing",
                        {a.id, a.email, password_hash, a.name, texts_of(a.roles)});
  if (!done)
    return done.error();
  if (done->affected() == 1)
    return {};
  auto why = fail(errc::conflict, "the e-mail address is registered already");
  why.problems = {{"taken", "/email", why.detail, {}}};
  return why;
}

result<std::optional<stored_account>> find_by_email(sql::connection& c, const std::string& email) {
  return find_account(c, "where email = $1", email);
}

result<std::optional<stored_account>> find_by_id(sql::connection& c, const std::string& id) {
  if (!is_plausible_id(id))
    return std::optional<stored_account>{};
  return find_account(c, "where id = $1", id);
}

result<void> replace_password(sql::connection& c, const std::string& id, const std::string& before,
                              const std::string& after) {
  auto done = any_affected(
      c.execute("update users set password_hash = $3 where id = $1 and password_hash = $2",
                {id, before, after}));
  if (!done)
    return done.error();
  if (!*done)
    return fail(errc::conflict, "the password was changed meanwhile");
  return {};
}

result<void> set_roles(sql::connection& c, const std::string& id, const std::vector<role>& roles) {
  return expect_one(
      execute_for(c, id, "update users set roles = $2 where id = $1", {id, texts_of(roles)}),
      "no such user");
}

result<void> set_status(sql::connection& c, const std::string& id, account_status status) {
  const std::string text = status == account_status::active ? "active" : "blocked";
  return expect_one(execute_for(c, id, "update users set status = $2 where id = $1", {id, text}),
                    "no such user");
}

result<bool> remove_user(sql::connection& c, const std::string& id) {
  if (!is_plausible_id(id))
    return false;
  return any_affected(c.execute("delete from users where id = $1", {id}));
}

result<std::vector<address>> load_addresses(sql::connection& c, const std::string& user) {
  auto found =
      c.execute("select id, name, line1, line2, city, postal_code, country::text from address "
                "where user_id = $1 order by created_at, id",
                {user});
  if (!found)
    return found.error();
  std::vector<address> all;
  for (size_t i = 0; i < found->size(); ++i) {
    const auto text = [&](size_t column) { return std::string{found->text(i, column)}; };
    all.push_back({text(0), text(1), text(2), text(3), text(4), text(5), text(6)});
  }
  return all;
}

result<void> put_address(sql::connection& c, const std::string& user, const address& a) {
  if (!is_plausible_id(a.id))
    return fail_field("/id", "invalid", "is no address of this user");
  auto done = any_affected(c.execute(
      "insert into address as old (id, user_id, name, line1, line2, city, postal_code, country) "
      "select $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text "
      "where (select count(*) from address where user_id = $2::text and id <> $1::text) < "
      "$9::bigint "
      "on conflict (id) do update set name = excluded.name, line1 = excluded.line1, "
      "line2 = excluded.line2, city = excluded.city, postal_code = excluded.postal_code, "
      "country = excluded.country where old.user_id = excluded.user_id",
      {a.id, user, a.name, a.line1, a.line2, a.city, a.postal_code, a.country,
       static_cast<int64_t>(addresses_max)}));
  if (!done)
    return done.error();
  if (!*done)
    return fail(errc::conflict, "at most 50 addresses");
  return {};
}

result<void> remove_address(sql::connection& c, const std::string& user, const std::string& id) {
  return expect_one(
      execute_for(c, id, "delete from address where user_id = $1 and id = $2", {user, id}),
      "no such address");
}

result<void> insert_api_key(sql::connection& c, const api_key& key, const std::string& hash) {
  auto done = c.execute("insert into api_key (id, hash, name, roles) values ($1, $2, $3, $4)",
                        {key.id, sql::bytes{hash}, key.name, texts_of(key.roles)});
  if (!done)
    return done.error();
  return {};
}

result<std::vector<api_key>> load_api_keys(sql::connection& c) {
  auto found = c.execute(select_keys("order by created_at, id"));
  if (!found)
    return found.error();
  std::vector<api_key> all;
  for (size_t i = 0; i < found->size(); ++i)
    all.push_back(key_of(*found, i));
  return all;
}

result<api_key> find_api_key(sql::connection& c, const std::string& hash) {
  auto found = c.execute(select_keys("where hash = $1 and revoked_at is null"), {sql::bytes{hash}});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::unauthenticated, "unknown or revoked API key");
  return key_of(*found, 0);
}

result<api_key> find_api_key_by_id(sql::connection& c, const std::string& id) {
  auto found = execute_for(c, id, select_keys("where id = $1"), {id});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such API key");
  return key_of(*found, 0);
}

result<void> revoke_api_key(sql::connection& c, const std::string& id) {
  return expect_one(
      execute_for(
          c, id, "update api_key set revoked_at = coalesce(revoked_at, now()) where id = $1", {id}),
      "no such API key");
}

result<std::string> find_seal_key(sql::connection& c, const std::string& person) {
  auto found = c.execute("select key from person_key where person = $1", {person});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "nothing is known of this person");
  return found->bytea(0, 0);
}

result<std::string> seal_key(sql::connection& c, const std::string& person, entropy& random) {
  auto known = find_seal_key(c, person);
  if (known || known.error().code != errc::not_found)
    return known;
  std::array<unsigned char, 32> fresh{};
  random.fill(fresh);
  const std::string_view key{reinterpret_cast<const char*>(fresh.data()), fresh.size()};
  auto done =
      c.execute("insert into person_key (person, key) values ($1, $2) on conflict do nothing",
                {person, sql::bytes{key}});
  if (!done)
    return done.error();
  return find_seal_key(c, person); // whoever was first made the key
}

result<bool> erase_seal_key(sql::connection& c, const std::string& person) {
  return any_affected(c.execute("delete from person_key where person = $1", {person}));
}

} // namespace souk::user
