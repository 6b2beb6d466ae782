// The second factor of one's own login.
#include "http/api/user_json.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

callback<std::vector<std::string>> as_codes(const call& c) {
  return answering<std::vector<std::string>>(c, [](const std::vector<std::string>& codes) {
    bj::array out;
    for (const auto& code : codes)
      out.emplace_back(code);
    return response::json(200, bj::object{{"recovery_codes", std::move(out)}})
        .with("Cache-Control", "no-store");
  });
}

void read_factor(const call& c) {
  c.at.codes.status(
      c.who().user_id, answering<user::factor_status>(c, [](const user::factor_status& now) {
        return response::json(200, bj::object{{"on", now.on},
                                              {"recovery_codes_left", now.recovery_codes_left}})
            .with("Cache-Control", "no-store");
      }));
}

void enrol(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto password = read_password(body->root());
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.people.prove(c.who().user_id, std::move(password), [c](result<user::account> who) {
    if (!who)
      return c.refuse(who.error());
    c.at.codes.enrol(
        std::move(*who), answering<user::enrolment>(c, [](const user::enrolment& made) {
          return response::json(201, bj::object{{"secret", made.secret}, {"uri", made.uri}})
              .with("Cache-Control", "no-store");
        }));
  });
}

void confirm(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto code = body->root().text("code", {.min = 6, .max = 6});
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.who().user_id;
  c.at.codes.confirm(id, std::move(code), c.repeat(c.meta(id)), as_codes(c));
}

/// Runs `then` once the password is right; the code is the factor's own to judge.
void with_password_and_code(const call& c, std::function<void(user::given_code)> then) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto password = read_password(body->root());
  auto code = read_code(body->root());
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.people.prove(c.who().user_id, std::move(password),
                    [c, code = std::move(code), then = std::move(then)](result<user::account> who) {
                      who ? then(code) : c.refuse(who.error());
                    });
}

void renew_codes(const call& c) {
  with_password_and_code(c, [c](user::given_code code) {
    c.at.codes.renew_codes(c.who().user_id, std::move(code), as_codes(c));
  });
}

void disable(const call& c) {
  with_password_and_code(c, [c](user::given_code code) {
    c.at.codes.disable(c.who().user_id, std::move(code),
                       answering<bool>(c, [](bool) { return response::empty(); }));
  });
}

} // namespace

void add_second_factor_routes(router& to, shop& at) {
  const auto add = [&](method verb, const char* pattern, const char* name, shop_handler handle,
                       const char* limit) {
    to.add(verb, pattern, name, for_users(at, std::move(handle)),
           {.body_limit = 4 << 10, .who = access::user, .limit = limit});
  };
  add(method::get, "/v1/me/second-factor", "read_second_factor", read_factor, "");
  add(method::post, "/v1/me/second-factor", "enrol_second_factor", enrol, "login");
  add(method::del, "/v1/me/second-factor", "disable_second_factor", disable, "login");
  add(method::post, "/v1/me/second-factor/confirmation", "confirm_second_factor", confirm,
      "confirmations");
  add(method::post, "/v1/me/second-factor/recovery-codes", "renew_recovery_codes", renew_codes,
      "login");
}

} // namespace souk::http
