#include "http/api/user_json.hpp"

#include "http/headers.hpp"

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t roles_max = 16;

} // namespace

bj::array json_of(const std::vector<user::role>& roles) {
  bj::array out;
  for (const auto role : roles)
    out.emplace_back(user::to_string(role));
  return out;
}

bj::object json_of(const user::account& account) {
  return {{"id", account.id},
          {"email", account.email},
          {"email_confirmed", account.email_confirmed},
          {"name", account.name},
          {"locale", account.locale},
          {"second_factor", account.second_factor},
          {"roles", json_of(account.roles)},
          {"created_at", to_rfc3339(account.created_at)}};
}

bool is_language_tag(std::string_view text) {
  return text.size() >= 2 && text.size() <= user::locale_bytes_max &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

std::optional<std::string> read_locale(object_reader& in) {
  auto text = in.optional_text("locale", {.min = 2, .max = user::locale_bytes_max});
  if (text && !text->empty() && !is_language_tag(*text))
    in.refuse("locale", "invalid", "must be a language tag, for example de or de-AT");
  return text;
}

user::given_code read_code(object_reader& in) {
  user::given_code out;
  out.code = in.optional_text("code", {.min = 1, .max = 16}).value_or("");
  out.recovery_code = in.optional_text("recovery_code", {.min = 1, .max = 40}).value_or("");
  return out;
}

std::string read_password(object_reader& in) {
  return in.text("password", {.min = 1, .max = user::password_bytes_max});
}

std::vector<user::role> read_roles(object_reader& in) {
  std::vector<user::role> roles;
  for (const auto& text : in.texts("roles", roles_max, {.min = 1, .max = 32})) {
    const auto role = user::parse_role(text);
    if (!role)
      in.refuse("roles", "invalid", "customer, seller, warehouse or admin");
    else if (std::ranges::find(roles, *role) == roles.end())
      roles.push_back(*role);
  }
  return roles;
}

response accepted() {
  return response::json(202, bj::object{{"accepted", true}}).with("Cache-Control", "no-store");
}

response without_session(const shop& at) {
  return response::empty().with(
      "Set-Cookie", set_cookie(session_cookie, "", {}, at.public_url.starts_with("https://")));
}

void with_proof(const call& c, std::string password, user::given_code code,
                std::function<void(const user::account&)> then) {
  c.at.people.prove(c.who().user_id, std::move(password),
                    [c, code = std::move(code), then = std::move(then)](result<user::account> who) {
                      if (!who)
                        return c.refuse(who.error());
                      c.at.codes.check(who->id, code, "",
                                       [c, who = *who, then](result<bool> right) {
                                         right ? then(who) : c.refuse(right.error());
                                       });
                    });
}

} // namespace souk::http
