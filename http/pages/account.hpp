// What the account's pages share: being signed in, proving it once more, and the notes that a
// redirect carries.
#pragma once

#include "http/pages/pages.hpp"

namespace souk::http {

/// A page or form for people who are signed in; others are sent to the login and come back.
page_handler for_members(page_handler handle);

/// `?note=name` of the address, where messages.tsv has "note.name": {text, good}. Else null.
boost::json::value note_of(const visit& v);

/// "/account?note=profile_done"
std::string noted(const std::string& page, const std::string& note);

/// The answer to a form that failed: its page with a note, named after the failure where it was not
/// a form's own (`note`), or the error page for what passes.
void go_back(const visit_ptr& v, const std::string& page, const failure& why, const char* note);

/// The answer to a form: its page with a note about what came of it.
template <class T>
callback<T> noting(const visit_ptr& v, std::string page, std::string done, const char* refused) {
  return [=](result<T> r) { r ? v->go(noted(page, done)) : go_back(v, page, r.error(), refused); };
}

/// Runs `then` with the visitor's account, as it is now.
void with_account(const visit_ptr& v, std::function<void(const user::account&)> then);
/// Shows a page of the account; `section` is the one that its menu marks.
void show_section(const visit_ptr& v, const user::account& me, const char* section,
                  boost::json::object model, int status = 200);

/// The field `code` as it was typed: six digits, or else a recovery code.
user::given_code code_of(const visit& v);
/// Runs `then` once the form's `password` is the visitor's own and, where there is a second factor,
/// its `code` is right; else goes back to `page` with a note.
void with_proof(const visit_ptr& v, std::string page,
                std::function<void(const user::account&)> then);
/// The same without the code, for what judges it itself.
void with_password(const visit_ptr& v, std::string page,
                   std::function<void(const user::account&)> then);

/// "Firefox on Linux" for what a browser calls itself; empty for what is none we know.
std::string device_name(std::string_view user_agent, std::string_view locale);

void add_sign_in_pages(router& to, shop& at);
void add_recovery_pages(router& to, shop& at);
void add_address_pages(router& to, shop& at);
void add_security_pages(router& to, shop& at);
void add_code_pages(router& to, shop& at);
void add_privacy_pages(router& to, shop& at);

} // namespace souk::http
