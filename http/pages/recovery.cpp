// What a letter's link leads to: confirming an e-mail address, and a new password. A link alone
// changes nothing, because mail scanners follow it too: its page has a button.
#include "http/headers.hpp"
#include "http/pages/account.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t token_bytes_max = 300;

/// Of the address or the form; empty where there is none that could be one.
std::string token_of(const visit& v) {
  auto token = v.c.in->verb == method::post
                   ? v.field("letter")
                   : std::string{v.c.in->query_value("token").value_or("")};
  return token.size() <= token_bytes_max ? token : std::string{};
}

void show_form(const visit_ptr& v, const char* page, const char* title) {
  v->show(page, {.title = v->say(title)},
          {{"letter", token_of(*v)}, {"asks", token_of(*v).empty()}, {"note", note_of(*v)}});
}

void confirm(const visit_ptr& v) {
  const auto page = v->signed_in() ? "/account" : "/account/login";
  v->c.at.people.confirm(token_of(*v), v->c.in->peer,
                         noting<user::account>(v, page, "confirmation_done", "letter_refused"));
}

void send_confirmation(const visit_ptr& v) {
  v->c.at.people.send_confirmation(
      v->user(), noting<user::account>(v, "/account", "letter_sent_done", "letter_refused"));
}

void ask_reset(const visit_ptr& v) {
  const auto email = user::normalise_email(v->field("email"));
  if (!email)
    return v->go("/account/reset?note=email_refused");
  v->c.at.people.request_reset(
      *email, v->c.in->peer,
      noting<bool>(v, "/account/reset", "reset_sent_done", "letter_refused"));
}

void reset(const visit_ptr& v) {
  const auto password = v->raw_field("password");
  if (!user::check_password(password, "/password"))
    return v->go("/account/reset?note=password_refused&token=" + token_of(*v));
  v->c.at.people.reset_password(
      token_of(*v), password, v->c.in->peer, v->c.repeat(v->meta(token_of(*v))),
      [v](result<user::account> r) {
        if (!r)
          return go_back(v, "/account/reset", r.error(), "letter_refused");
        // Whoever knew the old password is out.
        v->c.at.sessions.end_others(r->id, "", false, [v](result<int64_t>) {
          v->drop_cookie(session_cookie);
          v->go("/account/login?note=password_done");
        });
      });
}

} // namespace

void add_recovery_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(
      to, at, "/account/confirm",
      [](const visit_ptr& v) { show_form(v, "confirm.html", "confirm.title"); }, personal);
  add_page(
      to, at, "/account/reset",
      [](const visit_ptr& v) { show_form(v, "reset.html", "reset.title"); }, personal);
  add_form(to, at, "/account/confirm", confirm, form_guard::strict, "confirmations");
  add_form(to, at, "/account/confirm/send", for_members(send_confirmation), form_guard::strict,
           "confirmations");
  add_form(to, at, "/account/reset", ask_reset, form_guard::strict, "reset");
  add_form(to, at, "/account/reset/password", reset, form_guard::strict, "reset");
}

} // namespace souk::http
