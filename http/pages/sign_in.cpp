// Login, registration and logout. At login the guest's cart becomes the user's, as with the API.
// Where there is a second factor, a page of its own asks for the code: the browser carries who
// proved the password, never the password itself, sealed and for a few minutes.
//
//   password ── right ─┬─ no second factor ─────────────────► session
//                      └─ half a login ── code is right ──► session
#include "http/headers.hpp"
#include "http/pages/account.hpp"
#include "http/pages/sealed.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* code_page = "/account/login/code";
constexpr std::string_view half_login_cookie = "souk_login";
constexpr std::chrono::minutes half_login_age{10};
/// What was typed into a form that has to be filled in again, without its password.
constexpr std::string_view typed_cookie = "souk_typed";
constexpr std::chrono::minutes typed_age{10};
constexpr size_t typed_bytes_max = 254;

using field_errors = std::vector<std::pair<std::string, std::string>>;

/// The page of a form that has to be filled in again, with where it leads in the end.
std::string again(const visit& v, const std::string& page, const std::string& note) {
  bj::object typed;
  for (const char* name : {"name", "email"})
    if (const auto text = v.field(name); text.size() <= typed_bytes_max)
      typed[name] = text;
  keep_sealed(v, typed_cookie, std::move(typed), typed_age);
  return page + "?note=" + note +
         "&next=" + boost::urls::encode(local_path(v.field("next")), boost::urls::unreserved_chars);
}

std::string note_about(const failure& why) {
  switch (why.code) {
  case errc::rate_limited:
    return "too_often";
  case errc::invalid:
    return "registration_refused";
  default:
    return "login_refused";
  }
}

void show_form(const visit_ptr& v, const char* page, const char* title) {
  if (v->signed_in())
    return v->go("/account");
  auto next = local_path(v->c.in->query_value("next").value_or("/account"));
  bj::object model{{"next", next}, {"note", note_of(*v)}};
  if (v->c.in->query_value("note")) {
    const auto typed = read_sealed(*v, typed_cookie);
    model["typed_name"] = text_in(typed, "name");
    model["typed_email"] = text_in(typed, "email");
  }
  v->show(page, {.title = v->say(title)}, std::move(model));
}

void welcome(const visit_ptr& v, const session::login_answer& now, const std::string& next) {
  const auto left =
      std::chrono::duration_cast<std::chrono::seconds>(now.expires - v->c.at.time.now());
  v->keep_cookie(session_cookie, now.token, std::max(left, std::chrono::seconds{0}));
  if (!now.cart_id.empty())
    v->use_cart(now.cart_id);
  v->drop_cookie(half_login_cookie);
  v->drop_cookie(typed_cookie);
  v->go(next.empty() ? "/account" : local_path(next));
}

/// The password was right: who it was, and until a new password which epoch that holds for.
void ask_for_code(const visit_ptr& v, const std::string& email) {
  v->c.at.people.find_by_email(email, [v](result<user::account> who) {
    if (!who)
      return v->refuse(who.error());
    keep_sealed(*v, half_login_cookie,
                {{"user", who->id}, {"epoch", who->session_epoch}, {"next", v->field("next")}},
                half_login_age);
    v->go(code_page);
  });
}

std::string guest_cart_of(const visit& v) { return v.signed_in() ? std::string{} : v.cart_id; }

void begin_session(const visit_ptr& v, user::login who, const std::string& page,
                   const cluster::command_meta& how) {
  const auto email = who.email;
  v->c.at.sessions.log_in(std::move(who), guest_cart_of(*v), device_of(*v->c.in), v->c.keyed(), how,
                          [v, page, email](result<session::login_answer> r) {
                            if (r)
                              return welcome(v, *r, v->field("next"));
                            if (r.error().code == errc::second_factor_required)
                              return ask_for_code(v, email);
                            if (is_transient(r.error().code))
                              return v->refuse(r.error());
                            v->go(again(*v, page, note_about(r.error())));
                          });
}

void show_code_form(const visit_ptr& v) {
  const auto half = read_sealed(*v, half_login_cookie);
  if (v->signed_in())
    return v->go("/account");
  if (half.empty())
    return v->go("/account/login?note=login_over");
  v->show("login_code.html", {.title = v->say("login.code.title")}, {{"note", note_of(*v)}});
}

void finish_login(const visit_ptr& v, const user::account& who, const bj::object& half) {
  const auto next = text_in(half, "next");
  v->c.at.sessions.log_in_proven(who, code_of(*v), guest_cart_of(*v), device_of(*v->c.in),
                                 v->c.keyed(), v->meta(v->visitor),
                                 [v, next](result<session::login_answer> r) {
                                   if (r)
                                     return welcome(v, *r, next);
                                   if (r.error().code == errc::rate_limited)
                                     return v->go(noted(code_page, "codes_too_often"));
                                   go_back(v, code_page, r.error(), "login_over");
                                 });
}

void take_code(const visit_ptr& v) {
  const auto half = read_sealed(*v, half_login_cookie);
  if (v->signed_in()) // a first press got in
    return v->go(half.empty() ? "/account" : local_path(text_in(half, "next")));
  if (half.empty())
    return v->go("/account/login?note=login_over");
  v->c.at.people.find(text_in(half, "user"), [v, half](result<user::account> who) {
    if (!who && is_transient(who.error().code))
      return v->refuse(who.error());
    // A new password since, or a blocked account: what was proved holds no longer.
    const auto* epoch = half.if_contains("epoch");
    if (!who || who->status != user::account_status::active || !epoch ||
        *epoch != bj::value(who->session_epoch)) {
      v->drop_cookie(half_login_cookie);
      return v->go("/account/login?note=login_over");
    }
    finish_login(v, *who, half);
  });
}

void log_in(const visit_ptr& v) {
  const auto email = user::normalise_email(v->field("email"));
  user::login who{
      .email = email ? *email : "", .password = v->raw_field("password"), .client = v->c.in->peer};
  if (!email || who.password.empty() || who.password.size() > user::password_bytes_max)
    return v->go(again(*v, "/account/login", "login_refused"));
  begin_session(v, std::move(who), "/account/login", v->meta(v->visitor));
}

/// What keeps somebody from being registered, field by field: {"email", "field.bad_email"}.
field_errors wrong_fields(const user::registration& r) {
  field_errors out;
  for (const auto& p : user::check_registration(r)) {
    const auto name = p.field.substr(1);
    const auto& value = name == "name" ? r.name : name == "email" ? r.email : r.password;
    out.emplace_back(name, value.empty()        ? "field.required"
                           : name == "email"    ? "field.bad_email"
                           : name == "password" ? "field.bad_password"
                                                : "field.bad_value");
  }
  return out;
}

/// The form again as it was filled in, with what is wrong beside the fields.
void show_wrong(const visit_ptr& v, const field_errors& wrong) {
  bj::object model{{"next", local_path(v->field("next"))},
                   {"note", nullptr},
                   {"typed_name", v->field("name").substr(0, typed_bytes_max)},
                   {"typed_email", v->field("email").substr(0, typed_bytes_max)}};
  for (const auto& [name, why] : wrong)
    model[name + "_wrong"] = v->say(why);
  v->show("register.html", {.title = v->say("register.title")}, std::move(model), 422);
}

void register_user(const visit_ptr& v) {
  const auto email = user::normalise_email(v->field("email"));
  user::registration r{.email = email ? *email : v->field("email"),
                       .password = v->raw_field("password"),
                       .name = v->field("name"),
                       .client = v->c.in->peer};
  r.locale = v->locale;
  if (const auto wrong = wrong_fields(r); !wrong.empty())
    return show_wrong(v, wrong);
  const user::login who{.email = r.email, .password = r.password, .client = r.client};
  const auto how = v->meta(v->visitor);
  v->c.at.people.register_user(
      std::move(r), v->c.repeat(how), [v, who, how](result<user::account> made) {
        if (made)
          return begin_session(v, who, "/account/login", entity::step_meta(how, "log_in"));
        if (is_transient(made.error().code))
          return v->refuse(made.error());
        if (made.error().code == errc::conflict)
          return show_wrong(v, {{"email", "field.registered"}});
        v->go(again(*v, "/account/register", note_about(made.error())));
      });
}

void log_out(const visit_ptr& v) {
  v->forget_person();
  v->drop_cookie(visitor_cookie);
  v->drop_cookie(half_login_cookie);
  if (!v->signed_in())
    return v->go("/");
  const auto& id = v->c.who().session_id;
  v->c.at.sessions.log_out(
      id, v->meta(id), [v](result<bool> ended) { ended ? v->go("/") : v->refuse(ended.error()); });
}

} // namespace

void add_sign_in_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(
      to, at, "/account/login",
      [](const visit_ptr& v) { show_form(v, "login.html", "login.title"); }, personal);
  add_page(
      to, at, "/account/register",
      [](const visit_ptr& v) { show_form(v, "register.html", "register.title"); }, personal);
  add_form(to, at, "/account/login", log_in, form_guard::strict, "login");
  add_page(to, at, code_page, show_code_form, personal);
  add_form(to, at, code_page, take_code, form_guard::strict, "login");
  add_form(to, at, "/account/register", register_user, form_guard::strict, "register");
  add_form(to, at, "/account/logout", log_out);
}

} // namespace souk::http
