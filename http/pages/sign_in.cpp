// Login, registration and logout. At login the guest's cart becomes the user's, as with the API.
#include "http/pages/account.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t device_bytes_max = 200;

std::string device_of(const request& in) {
  std::string out;
  for (const char c : in.header_value("user-agent").substr(0, device_bytes_max))
    if (c >= 0x20 && c < 0x7f)
      out += c;
  return out;
}

/// The page of a form that has to be filled in again, with where it leads in the end.
std::string again(const visit& v, const std::string& page, const std::string& note) {
  return page + "?note=" + note +
         "&next=" + boost::urls::encode(local_path(v.field("next")), boost::urls::unreserved_chars);
}

std::string note_about(const failure& why) {
  switch (why.code) {
  case errc::rate_limited:
    return "too_often";
  case errc::conflict:
    return "registered_already";
  case errc::second_factor_required:
    return "code_needed";
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
  bj::object model{{"next", next},
                   {"note", note_of(*v)},
                   {"code_needed", v->c.in->query_value("note") == "code_needed"}};
  v->show(page, {.title = v->say(title)}, std::move(model));
}

void welcome(const visit_ptr& v, const session::login_answer& now) {
  const auto left =
      std::chrono::duration_cast<std::chrono::seconds>(now.expires - v->c.at.time.now());
  v->keep_cookie(session_cookie, now.token, std::max(left, std::chrono::seconds{0}));
  if (!now.cart_id.empty())
    v->use_cart(now.cart_id);
  const auto next = v->field("next");
  v->go(next.empty() ? "/account" : local_path(next));
}

void begin_session(const visit_ptr& v, user::login who, const std::string& page,
                   const cluster::command_meta& how) {
  const auto guest_cart = v->signed_in() ? std::string{} : v->cart_id;
  v->c.at.sessions.log_in(std::move(who), guest_cart, device_of(*v->c.in), v->c.keyed(), how,
                          [v, page](result<session::login_answer> r) {
                            if (r)
                              return welcome(v, *r);
                            if (is_transient(r.error().code))
                              return v->refuse(r.error());
                            v->go(again(*v, page, note_about(r.error())));
                          });
}

void log_in(const visit_ptr& v) {
  const auto email = user::normalise_email(v->field("email"));
  user::login who{
      .email = email ? *email : "", .password = v->raw_field("password"), .client = v->c.in->peer};
  who.code.code = v->field("code");
  if (!email || who.password.empty() || who.password.size() > user::password_bytes_max)
    return v->go(again(*v, "/account/login", "login_refused"));
  begin_session(v, std::move(who), "/account/login", v->meta(v->visitor));
}

void register_user(const visit_ptr& v) {
  const auto email = user::normalise_email(v->field("email"));
  user::registration r{.email = email ? *email : v->field("email"),
                       .password = v->raw_field("password"),
                       .name = v->field("name"),
                       .client = v->c.in->peer};
  r.locale = v->locale;
  if (!email || r.name.empty() || !user::check_registration(r).empty())
    return v->go(again(*v, "/account/register", "registration_refused"));
  const user::login who{.email = r.email, .password = r.password, .client = r.client};
  const auto how = v->meta(v->visitor);
  v->c.at.people.register_user(
      std::move(r), v->c.repeat(how), [v, who, how](result<user::account> made) {
        if (made)
          return begin_session(v, who, "/account/login", cart::step_meta(how, "log_in"));
        if (is_transient(made.error().code))
          return v->refuse(made.error());
        v->go(again(*v, "/account/register", note_about(made.error())));
      });
}

void log_out(const visit_ptr& v) {
  v->drop_cookie(session_cookie);
  v->drop_cookie(cart_cookie);
  v->drop_cookie(checkout_cookie);
  v->drop_cookie(visitor_cookie);
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
  add_form(to, at, "/account/register", register_user, form_guard::strict, "register");
  add_form(to, at, "/account/logout", log_out);
}

} // namespace souk::http
