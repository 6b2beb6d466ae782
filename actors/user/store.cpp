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

template <class Each>
void for_each_word(std::string_view joined, Each each) {
  for (size_t from = 0; from < joined.size();) {
    const auto comma = std::min(joined.find(',', from), joined.size());
    each(joined.substr(from, comma - from));
    from = comma + 1;
  }
}

/// "customer,seller"; a role that this build does not know grants nothing.
std::vector<role> roles_of(std::string_view joined) {
  std::vector<role> roles;
  for_each_word(joined, [&](std::string_view word) {
    if (auto r = parse_role(word))
      roles.push_back(*r);
  });
  return roles;
}

/// A scope that this build does not know must not turn into "everything": it stays as one that
/// nothing asks for.
std::vector<permission> scopes_of(std::string_view joined) {
  std::vector<permission> scopes;
  for_each_word(joined, [&](std::string_view word) {
    const auto known = parse_permission(word);
    scopes.push_back(known ? *known : unknown_permission);
  });
  return scopes;
}

constexpr std::string_view account_columns =
    "select id, email, name, status, array_to_string(roles, ','), created_at, locale, "
    "email_confirmed_at is not null, session_epoch, exists (select from second_factor f "
    "where f.user_id = users.id and f.confirmed_at is not null), password_hash from users ";

stored_account account_of(const sql::rows& r, size_t i) {
  stored_account a;
  a.account.id = r.text(i, 0);
  a.account.email = r.text(i, 1);
  a.account.name = r.text(i, 2);
  a.account.status = r.text(i, 3) == "active" ? account_status::active : account_status::blocked;
  a.account.roles = roles_of(r.text(i, 4));
  a.account.created_at = r.time(i, 5);
  a.account.locale = r.text(i, 6);
  a.account.email_confirmed = r.boolean(i, 7);
  a.account.session_epoch = r.integer(i, 8);
  a.account.second_factor = r.boolean(i, 9);
  a.password_hash = r.text(i, 10);
  return a;
}

result<std::optional<stored_account>> find_account(sql::connection& c, std::string_view condition,
                                                   const std::string& value) {
  auto found = c.execute(std::string{account_columns}.append(condition), {value});
  if (!found)
    return found.error();
  return found->empty() ? std::optional<stored_account>{} : account_of(*found, 0);
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
  return {.id = std::string{r.text(i, 0)},
          .name = std::string{r.text(i, 1)},
          .roles = roles_of(r.text(i, 2)),
          .created_at = r.time(i, 3),
          .revoked = r.boolean(i, 4),
          .scopes = scopes_of(r.text(i, 5)),
          .expires_at = r.is_null(i, 6) ? never : r.time(i, 6),
          .last_used_at = r.is_null(i, 7) ? std::optional<time_point>{} : r.time(i, 7)};
}

constexpr std::string_view key_columns =
    "select id, name, array_to_string(roles, ','), created_at, revoked_at is not null, "
    "array_to_string(scopes, ','), expires_at, last_used_at from api_key ";

/// Appended, not added: GCC 12 sees an overflow in the sum of two literals.
std::string select_keys(std::string_view rest) {
  std::string text{key_columns};
  text.append(rest);
  return text;
}

} // namespace

result<void> insert_user(sql::connection& c, const account& a, const std::string& password_hash) {
  auto done = c.execute("insert into users (id, email, password_hash, name, roles, locale) "
                        "values ($1, $2, $3, $4, $5, $6) on conflict (email) do nothing",
                        {a.id, a.email, password_hash, a.name, texts_of(a.roles), a.locale});
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

result<account> expect_account(result<std::optional<stored_account>> found) {
  if (!found)
    return found.error();
  if (!*found)
    return fail(errc::not_found, "no such user");
  return std::move((*found)->account);
}

result<account> changed_account(sql::connection& c, const result<void>& done,
                                const std::string& id) {
  if (!done)
    return done.error();
  return expect_account(find_by_id(c, id));
}

result<void> replace_password(sql::connection& c, const std::string& id, const std::string& before,
                              const std::string& after) {
  auto done = any_affected(
      c.execute("update users set password_hash = $3, session_epoch = session_epoch + 1 "
                "where id = $1 and password_hash = $2",
                {id, before, after}));
  if (!done)
    return done.error();
  if (!*done)
    return fail(errc::conflict, "the password was changed meanwhile");
  return {};
}

result<void> set_roles(sql::connection& c, const std::string& id, const std::vector<role>& roles) {
  return expect_one(
      execute_for(c, id,
                  "update users set roles = $2, session_epoch = session_epoch + 1 where id = $1",
                  {id, texts_of(roles)}),
      "no such user");
}

result<void> set_status(sql::connection& c, const std::string& id, account_status status) {
  const std::string text = status == account_status::active ? "active" : "blocked";
  return expect_one(
      execute_for(c, id,
                  "update users set status = $2, session_epoch = session_epoch + 1 where id = $1",
                  {id, text}),
      "no such user");
}

result<void> set_profile(sql::connection& c, const std::string& id,
                         const std::optional<std::string>& name,
                         const std::optional<std::string>& locale) {
  const auto or_null = [](const std::optional<std::string>& text) {
    return text ? sql::parameter{*text} : sql::parameter{nullptr};
  };
  return expect_one(execute_for(c, id,
                                "update users set name = coalesce($2, name), "
                                "locale = coalesce($3, locale) where id = $1",
                                {id, or_null(name), or_null(locale)}),
                    "no such user");
}

result<void> confirm_address(sql::connection& c, const std::string& id, time_point now) {
  return expect_one(
      c.execute("update users set email_confirmed_at = coalesce(email_confirmed_at, $2) "
                "where id = $1",
                {id, now}),
      "no such user");
}

result<void> replace_email(sql::connection& c, const std::string& id, const std::string& email,
                           time_point now) {
  return expect_one(c.execute("update users set email = $2, email_confirmed_at = $3 where id = $1",
                              {id, email, now}),
                    "no such user");
}

result<account_page> find_accounts(sql::connection& c, const std::string& prefix, size_t limit,
                                   const std::string& cursor) {
  if (!cursor.empty() && !is_plausible_id(cursor))
    return fail_field("cursor", "invalid", "not a cursor of this list");
  auto found =
      c.execute(std::string{account_columns}.append(
                    "where starts_with(email, $1) and email > coalesce((select email from users p "
                    "where p.id = $2), '') order by email limit $3"),
                {prefix, cursor, static_cast<int64_t>(limit) + 1});
  if (!found)
    return found.error();
  account_page page;
  for (size_t i = 0; i < std::min(found->size(), limit); ++i)
    page.items.push_back(account_of(*found, i).account);
  if (found->size() > limit)
    page.next_cursor = page.items.back().id;
  return page;
}

result<bool> remove_user(sql::connection& c, const std::string& id) {
  if (!is_plausible_id(id))
    return false;
  return any_affected(c.execute("delete from users where id = $1", {id}));
}

result<std::vector<address>> load_addresses(sql::connection& c, const std::string& user) {
  auto found = c.execute(
      "select id, name, line1, line2, city, postal_code, country::text, state from address "
      "where user_id = $1 order by created_at, id",
      {user});
  if (!found)
    return found.error();
  std::vector<address> all;
  for (size_t i = 0; i < found->size(); ++i) {
    const auto text = [&](size_t column) { return std::string{found->text(i, column)}; };
    all.push_back({text(0), text(1), text(2), text(3), text(4), text(5), text(6), text(7)});
  }
  return all;
}

result<void> put_address(sql::connection& c, const std::string& user, const address& a) {
  if (!is_plausible_id(a.id))
    return fail_field("/id", "invalid", "is no address of this user");
  auto done = any_affected(c.execute(
      "insert into address as old (id, user_id, name, line1, line2, city, postal_code, country, "
      "state) select $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, "
      "$8::text, $9::text "
      "where (select count(*) from address where user_id = $2::text and id <> $1::text) < "
      "$10::bigint "
      "on conflict (id) do update set name = excluded.name, line1 = excluded.line1, "
      "line2 = excluded.line2, city = excluded.city, postal_code = excluded.postal_code, "
      "country = excluded.country, state = excluded.state where old.user_id = excluded.user_id",
      {a.id, user, a.name, a.line1, a.line2, a.city, a.postal_code, a.country, a.state,
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
  std::vector<std::string> scopes;
  for (auto p : key.scopes)
    scopes.emplace_back(to_string(p));
  auto done = c.execute("insert into api_key (id, hash, name, roles, scopes, expires_at) "
                        "values ($1, $2, $3, $4, $5, $6)",
                        {key.id, sql::bytes{hash}, key.name, texts_of(key.roles), scopes,
                         key.expires_at == never ? sql::parameter{nullptr} : key.expires_at});
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

result<api_key> find_api_key(sql::connection& c, const std::string& hash, time_point now) {
  auto found = c.execute(
      select_keys("where hash = $1 and revoked_at is null and coalesce(expires_at > $2, true)"),
      {sql::bytes{hash}, now});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::unauthenticated, "unknown, expired or revoked API key");
  return key_of(*found, 0);
}

result<void> note_key_use(sql::connection& c, const std::string& id, time_point now) {
  auto done = c.execute("update api_key set last_used_at = $2 where id = $1", {id, now});
  return done ? result<void>{} : done.error();
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
