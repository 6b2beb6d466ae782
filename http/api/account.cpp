// What people do with their own account: confirming an address, passwords, another address, and
// their sessions.
#include "http/api/user_json.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t token_bytes_max = 200;

callback<user::account> as_account(const call& c) {
  return answering<user::account>(c, [](const user::account& account) {
    return response::json(200, json_of(account)).with("Cache-Control", "no-store");
  });
}

void confirm_address(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto token = body->root().text("token", {.min = 1, .max = token_bytes_max});
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.people.confirm(
      std::move(token), c.in->peer, answering<user::account>(c, [](const user::account& account) {
        // Whoever holds the letter need not be logged in: no more is said of it.
        return response::json(200, bj::object{{"email", account.email}, {"email_confirmed", true}})
            .with("Cache-Control", "no-store");
      }));
}

void send_confirmation(const call& c) {
  c.at.people.send_confirmation(
      c.who().user_id,
      answering<user::account>(c, [](const user::account&) { return accepted(); }));
}

void request_reset(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto email = read_email(body->root());
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.people.request_reset(std::move(email), c.in->peer,
                            answering<bool>(c, [](bool) { return accepted(); }));
}

void reset_password(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  auto token = in.text("token", {.min = 1, .max = token_bytes_max});
  auto password =
      in.text("password", {.min = user::password_bytes_min, .max = user::password_bytes_max});
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto repeat = c.repeat(c.meta(token)); // the letter's token is the guest's credential
  c.at.people.reset_password(
      std::move(token), std::move(password), c.in->peer, repeat, [c](result<user::account> who) {
        if (!who)
          return c.refuse(who.error());
        c.at.sessions.end_others(who->id, "", false,
                                 answering<int64_t>(c, [](int64_t) { return response::empty(); }));
      });
}

void change_password(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  auto before = in.text("current_password", {.min = 1, .max = user::password_bytes_max});
  auto after =
      in.text("password", {.min = user::password_bytes_min, .max = user::password_bytes_max});
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.people.change_password(
      c.who().user_id, std::move(before), std::move(after), [c](result<user::account> who) {
        if (!who)
          return c.refuse(who.error());
        c.at.sessions.end_others(who->id, c.who().session_id, false,
                                 answering<int64_t>(c, [](int64_t) { return response::empty(); }));
      });
}

void change_email(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  auto email = read_email(in);
  auto password = read_password(in);
  auto code = read_code(in);
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  with_proof(c, std::move(password), std::move(code),
             [c, email = std::move(email)](const user::account& who) {
               c.at.people.change_email(who.id, email,
                                        answering<bool>(c, [](bool) { return accepted(); }));
             });
}

void change_profile(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  auto name = in.optional_text("name", {.min = 1, .max = user::name_bytes_max});
  auto locale = read_locale(in);
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.people.change_profile(c.who().user_id, std::move(name), std::move(locale), as_account(c));
}

void list_sessions(const call& c) {
  using found = std::vector<session::listed_session>;
  c.at.sessions.list(c.who().user_id,
                     answering<found>(c, [own = c.who().session_id](const found& all) {
                       bj::array items;
                       for (const auto& s : all)
                         items.push_back(bj::object{{"id", s.id},
                                                    {"device", s.device},
                                                    {"created_at", to_rfc3339(s.created_at)},
                                                    {"last_seen_at", to_rfc3339(s.last_seen_at)},
                                                    {"expires_at", to_rfc3339(s.expires_at)},
                                                    {"current", s.id == own}});
                       return page_of(std::move(items)).with("Cache-Control", "no-store");
                     }));
}

void end_session(const call& c) {
  const auto& id = c.in->param("session");
  if (!is_plausible_id(id))
    return c.refuse(fail(errc::not_found, "no such session"));
  c.at.sessions.end(c.who().user_id, id,
                    answering<bool>(c, [](bool) { return response::empty(); }));
}

void end_other_sessions(const call& c) {
  c.at.sessions.end_others(c.who().user_id, c.who().session_id, true,
                           answering<int64_t>(c, [](int64_t) { return response::empty(); }));
}

} // namespace

void add_account_routes(router& to, shop& at) {
  constexpr size_t body_limit = 4 << 10;
  const auto add = [&](method verb, const char* pattern, const char* name, shop_handler handle,
                       access who, const char* limit) {
    to.add(verb, pattern, name, for_users(at, std::move(handle)),
           {.body_limit = body_limit, .who = who, .limit = limit});
  };
  constexpr auto anyone = access::anyone, user = access::user;
  add(method::post, "/v1/users/confirmations", "confirm_address", confirm_address, anyone,
      "confirmations");
  add(method::post, "/v1/users/password-resets", "request_password_reset", request_reset, anyone,
      "reset");
  add(method::put, "/v1/users/password-resets", "reset_password", reset_password, anyone, "reset");
  to.add(method::post, "/v1/me/confirmations", "send_confirmation",
         for_users(at, send_confirmation),
         {.body_limit = 0, .who = user, .limit = "confirmations"});
  add(method::patch, "/v1/me", "change_me", change_profile, user, "");
  add(method::put, "/v1/me/password", "change_password", change_password, user, "login");
  add(method::put, "/v1/me/email", "change_email", change_email, user, "login");
  add(method::get, "/v1/me/sessions", "list_sessions", list_sessions, user, "");
  add(method::del, "/v1/me/sessions", "end_other_sessions", end_other_sessions, user, "");
  add(method::del, "/v1/me/sessions/{session}", "end_session", end_session, user, "");
}

} // namespace souk::http
