#include "actors/user/letters.hpp"

#include "base/crypto.hpp"

#include <array>

namespace souk::user {

namespace sql = persistence::sql;

namespace {

constexpr size_t token_bytes = 32;
constexpr size_t token_text_max = 64;

std::string name_of(purpose why) {
  switch (why) {
  case purpose::confirm_email:
    return "confirm_email";
  case purpose::change_email:
    return "change_email";
  case purpose::reset_password:
    return "reset_password";
  }
  return {};
}

purpose purpose_of(std::string_view name) {
  for (auto why : {purpose::change_email, purpose::reset_password})
    if (name == name_of(why))
      return why;
  return purpose::confirm_email;
}

std::string make_token(entropy& random) {
  std::array<unsigned char, token_bytes> secret{};
  random.fill(secret);
  return base64url({reinterpret_cast<const char*>(secret.data()), secret.size()});
}

notification::message message_to(const account& to, notification::kind what,
                                 const std::string& mailbox, const desk& with) {
  return {.id = make_uuid7(with.now, with.random),
          .kind = what,
          .person = to.id,
          .to = mailbox,
          .name = to.name,
          .locale = to.locale,
          .values = {}};
}

result<void> done_or(const result<sql::rows>& done) { return done ? result<void>{} : done.error(); }

result<proof> proof_in(const result<sql::rows>& found) {
  if (!found)
    return found.error();
  if (found->empty())
    return stale_token();
  return proof{std::string{found->text(0, 0)}, purpose_of(found->text(0, 1)),
               std::string{found->text(0, 2)}};
}

} // namespace

failure stale_token() {
  return fail_field("/token", "stale_token", "this link is not valid, or not any more");
}

result<std::string> send_token(sql::connection& c, const account& to, purpose why,
                               const std::string& mailbox, const desk& with) {
  const bool is_reset = why == purpose::reset_password;
  const auto token = make_token(with.random);
  const auto hash = sha256(token); // parameters are views
  auto cleared = c.execute("delete from account_token where user_id = $1 and expires_at <= $2",
                           {to.id, with.now});
  if (!cleared)
    return cleared.error();
  auto kept = c.execute("insert into account_token (hash, user_id, purpose, email, expires_at) "
                        "select $1::bytea, id, $3::text, $4::text, $5::timestamptz from users "
                        "where id = $2::text",
                        {sql::bytes{hash}, to.id, name_of(why), mailbox,
                         with.now + (is_reset ? reset_age : check_age)});
  if (!kept)
    return kept.error();
  auto letter = message_to(
      to, is_reset ? notification::kind::reset_password : notification::kind::check_address,
      mailbox, with);
  letter.values.push_back(
      {"link",
       with.public_url + (is_reset ? "/account/reset?token=" : "/account/confirm?token=") + token});
  if (auto queued = notification::enqueue(c, letter); !queued)
    return queued.error();
  return letter.id;
}

result<void> send_notice(sql::connection& c, const account& to, notification::kind what,
                         const std::string& mailbox, const desk& with) {
  return notification::enqueue(c, message_to(to, what, mailbox, with));
}

result<proof> read_token(sql::connection& c, const std::string& token, time_point now) {
  if (token.size() > token_text_max)
    return stale_token();
  const auto hash = sha256(token);
  return proof_in(c.execute("select user_id, purpose, email from account_token "
                            "where hash = $1 and expires_at > $2",
                            {sql::bytes{hash}, now}));
}

result<proof> take_token(sql::connection& c, const std::string& token, time_point now) {
  if (token.size() > token_text_max)
    return stale_token();
  const auto hash = sha256(token);
  return proof_in(c.execute("delete from account_token where hash = $1 and expires_at > $2 "
                            "returning user_id, purpose, email",
                            {sql::bytes{hash}, now}));
}

result<void> drop_tokens(sql::connection& c, const std::string& user, purpose why) {
  return done_or(c.execute("delete from account_token where user_id = $1 and purpose = $2",
                           {user, name_of(why)}));
}

result<int64_t> forget_stale_tokens(sql::connection& c, time_point now) {
  const auto gone = c.execute("delete from account_token where expires_at <= $1", {now});
  return gone ? result<int64_t>{gone->affected()} : gone.error();
}

result<void> drop_tokens(sql::connection& c, const std::string& user) {
  return done_or(c.execute("delete from account_token where user_id = $1", {user}));
}

} // namespace souk::user
