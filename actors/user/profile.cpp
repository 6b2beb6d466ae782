// The part of the service that knows who somebody is: name, checked address, and leaving for good.
#include "actors/user/service.hpp"
#include "actors/user/store.hpp"

namespace souk::user {

namespace sql = persistence::sql;

namespace {

/// Takes the address it proves; another's that is registered meanwhile makes the token stale.
result<account> take_address(sql::connection& c, const proof& good, const desk& with) {
  auto before = expect_account(find_by_id(c, good.user_id));
  if (!before)
    return before.error();
  if (auto moved = replace_email(c, good.user_id, good.email, with.now); !moved)
    return moved.error().code == errc::conflict ? stale_token() : moved.error();
  // Links in the former mailbox lead nowhere any more.
  if (auto gone = drop_tokens(c, good.user_id); !gone)
    return gone.error();
  if (auto told = send_notice(c, *before, notification::kind::address_changed, before->email, with);
      !told)
    return told.error();
  return expect_account(find_by_id(c, good.user_id));
}

result<account> confirm_in(sql::connection& c, const std::string& token, const desk& with) {
  auto good = take_token(c, token, with.now);
  if (!good)
    return good.error();
  if (good->purpose == purpose::change_email)
    return take_address(c, *good, with);
  auto who = expect_account(find_by_id(c, good->user_id));
  if (!who)
    return who.error();
  if (good->purpose != purpose::confirm_email || who->email != good->email)
    return stale_token();
  if (auto done = confirm_address(c, who->id, with.now); !done)
    return done.error();
  if (auto gone = drop_tokens(c, who->id, purpose::confirm_email); !gone)
    return gone.error();
  return expect_account(find_by_id(c, who->id));
}

/// Letters not sent yet are gone, and what a developer's shop caught; of others stays that there
/// was one.
result<void> forget_letters(sql::connection& c, const std::string& id) {
  auto caught = c.execute(
      "delete from caught_mail where id in (select id from message where person = $1)", {id});
  if (!caught)
    return caught.error();
  auto gone =
      c.execute("delete from message where person = $1 and state in ('queued', 'failed')", {id});
  if (!gone)
    return gone.error();
  auto blank = c.execute("update message set content = null, last_error = '' where person = $1 "
                         "and (content is not null or last_error <> '')",
                         {id});
  return blank ? result<void>{} : blank.error();
}

/// {"table": [row, …]}: whatever domain keeps rows of a user has a column user_id there.
result<std::string> rows_naming(sql::connection& c, const std::string& id) {
  auto tables = c.execute("select quote_ident(table_name), string_agg(quote_ident(column_name), "
                          "', ' order by ordinal_position) from information_schema.columns "
                          "where table_schema = current_schema() and data_type <> 'bytea' "
                          "group by table_name having bool_or(column_name = 'user_id') order by 1");
  if (!tables)
    return tables.error();
  std::string all;
  for (size_t i = 0; i < tables->size(); ++i) {
    const std::string table{tables->text(i, 0)};
    auto found =
        c.execute("select coalesce(jsonb_agg(r), '[]')::text from (select " +
                      std::string{tables->text(i, 1)} + " from " + table + " where user_id = $1) r",
                  {id});
    if (!found)
      return found.error();
    all.append(all.empty() ? "{\"" : ",\"").append(table).append("\":").append(found->text(0, 0));
  }
  return all.empty() ? "{}" : all + "}";
}

} // namespace

result<void> service::count_letter(const std::string& mailbox, const std::string& client) {
  if (!client.empty())
    if (auto counted = count("", client); !counted)
      return counted;
  if (auto wait = letters_.count(mailbox, clock_.monotonic()))
    return failure{.code = errc::rate_limited,
                   .detail = "too many letters were asked for",
                   .retry_after = *wait};
  return {};
}

void service::change_profile(std::string id, std::optional<std::string> name,
                             std::optional<std::string> locale, callback<account> done) {
  auto work = [id = std::move(id), name = std::move(name),
               locale = std::move(locale)](sql::connection& c) {
    return changed_account(c, set_profile(c, id, name, locale), id);
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::send_confirmation(std::string id, callback<account> done) {
  if (auto counted = count_letter(id, ""); !counted)
    return done(counted.error());
  auto work = [this, id = std::move(id)](sql::connection& c) {
    return sql::in_transaction(c, [&](sql::connection& same) -> result<account> {
      auto who = expect_account(user::find_by_id(same, id));
      if (!who || who->email_confirmed)
        return who;
      if (auto sent = send_token(same, *who, purpose::confirm_email, who->email, writing()); !sent)
        return sent.error();
      return who;
    });
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::confirm(std::string token, std::string client, callback<account> done) {
  if (auto counted = count("", client); !counted)
    return done(counted.error());
  auto work = [this, token = std::move(token)](sql::connection& c) {
    return sql::in_transaction(
        c, [&](sql::connection& same) { return confirm_in(same, token, writing()); });
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::change_email(std::string id, std::string email, callback<bool> done) {
  if (auto counted = count_letter(id, ""); !counted)
    return done(counted.error());
  auto work = [this, id = std::move(id), email = std::move(email)](sql::connection& c) {
    return sql::in_transaction(c, [&](sql::connection& same) -> result<bool> {
      auto who = expect_account(user::find_by_id(same, id));
      if (!who)
        return who.error();
      auto taken = user::find_by_email(same, email);
      if (!taken)
        return taken.error();
      if (*taken)
        return true;
      auto sent = send_token(same, *who, purpose::change_email, email, writing());
      return sent ? result<bool>{true} : sent.error();
    });
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::erase(std::string id, callback<bool> done) {
  auto work = [id = std::move(id)](sql::connection& c) {
    return sql::in_transaction(c, [&](sql::connection& same) -> result<bool> {
      if (auto gone = forget_letters(same, id); !gone)
        return gone.error();
      auto key = user::erase_seal_key(same, id);
      if (!key)
        return key;
      auto account = remove_user(same, id);
      if (!account)
        return account;
      return *key || *account;
    });
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::rows_of(std::string id, callback<std::string> done) {
  pool_.ask([id = std::move(id)](sql::connection& c) { return rows_naming(c, id); },
            std::move(done));
}

} // namespace souk::user
