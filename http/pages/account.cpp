// The account's front page with the orders, its profile, and what all pages of the account share.
#include "http/pages/account.hpp"

#include "http/api/order_json.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t orders_shown = 10;
constexpr size_t cursor_max = 1024;
constexpr size_t code_bytes_max = 40;

void show_orders(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) {
    const auto cursor = read_query(*v->c.in, "cursor", cursor_max);
    v->c.at.history.of_user(
        v->user(), orders_shown, cursor ? *cursor : "", [v, me](result<order::order_page> page) {
          if (!page)
            return v->refuse(page.error());
          bj::object model{{"orders", json_of(page->items)},
                           {"later", v->c.in->query_value("cursor").has_value()}};
          if (!page->next_cursor.empty())
            model["next_url"] =
                "/account?cursor=" +
                boost::urls::encode(page->next_cursor, boost::urls::unreserved_chars);
          show_section(v, me, "orders", std::move(model));
        });
  });
}

/// The storefront's languages; another one that the letters have by the API stays until changed.
bj::array letter_languages(const visit& v, const user::account& me) {
  bj::array out;
  if (!me.locale.empty() && !is_locale(me.locale))
    out.push_back(bj::object{{"id", ""}, {"name", me.locale}, {"chosen", true}});
  const auto now = me.locale.empty() ? v.locale : me.locale;
  for (const auto one : locales)
    out.push_back(bj::object{
        {"id", one}, {"name", v.say("language." + std::string{one})}, {"chosen", one == now}});
  return out;
}

void show_profile(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) {
    show_section(v, me, "profile", {{"letters", letter_languages(*v, me)}});
  });
}

void save_profile(const visit_ptr& v) {
  constexpr const char* page = "/account/profile";
  const auto name = v->field("name"), locale = v->field("locale");
  const bool one_line =
      std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (name.empty() || name.size() > user::name_bytes_max || !one_line)
    return v->go(noted(page, "name_refused"));
  v->c.at.people.change_profile(v->user(), name,
                                is_locale(locale) ? std::optional{locale} : std::nullopt,
                                noting<user::account>(v, page, "profile_done", "name_refused"));
}

} // namespace

page_handler for_members(page_handler handle) {
  return [handle = std::move(handle)](const visit_ptr& v) {
    if (v->signed_in())
      return handle(v);
    const auto back = v->c.in->verb == method::get ? v->c.in->target : std::string{"/account"};
    v->go("/account/login?next=" +
          boost::urls::encode(local_path(back), boost::urls::unreserved_chars));
  };
}

bj::value note_of(const visit& v) {
  const auto name = v.c.in->query_value("note");
  if (!name)
    return nullptr;
  const auto said = find_text(v.locale, "note." + std::string{*name});
  if (!said)
    return nullptr;
  return bj::object{{"text", *said}, {"good", name->ends_with("_done")}};
}

std::string noted(const std::string& page, const std::string& note) {
  return page + "?note=" + note;
}

void go_back(const visit_ptr& v, const std::string& page, const failure& why, const char* note) {
  if (is_transient(why.code))
    return v->refuse(why);
  if (why.code == errc::rate_limited)
    note = "too_often";
  else if (why.code == errc::second_factor_required)
    note = "code_refused";
  v->go(noted(page, note));
}

void with_account(const visit_ptr& v, std::function<void(const user::account&)> then) {
  v->c.at.people.find(v->user(), [v, then = std::move(then)](result<user::account> me) {
    me ? then(*me) : v->refuse(me.error());
  });
}

void show_section(const visit_ptr& v, const user::account& me, const char* section,
                  bj::object model, int status) {
  model["owner"] = me.name;
  model["email"] = me.email;
  model["unconfirmed"] = !me.email_confirmed;
  model["second_factor"] = me.second_factor;
  model["note"] = note_of(*v);
  model[std::string{"at_"} + section] = true;
  const auto title = v->say(std::string{"account."} + section);
  v->show(std::string{"account_"} + section + ".html", {.title = title}, std::move(model), status);
}

user::given_code code_of(const visit& v) {
  auto typed = v.field("code").substr(0, code_bytes_max);
  std::erase(typed, ' ');
  const bool digits =
      typed.size() == 6 && std::ranges::all_of(typed, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? user::given_code{.code = typed} : user::given_code{.recovery_code = typed};
}

void with_password(const visit_ptr& v, std::string page,
                   std::function<void(const user::account&)> then) {
  const auto password = v->raw_field("password");
  if (password.empty() || password.size() > user::password_bytes_max)
    return v->go(noted(page, "password_wrong"));
  v->c.at.people.prove(v->user(), password, [=](result<user::account> me) {
    me ? then(*me) : go_back(v, page, me.error(), "password_wrong");
  });
}

void with_proof(const visit_ptr& v, std::string page,
                std::function<void(const user::account&)> then) {
  with_password(v, page, [=](const user::account& me) {
    v->c.at.codes.check(me.id, code_of(*v), "", [=](result<bool> right) {
      right ? then(me) : go_back(v, page, right.error(), "code_refused");
    });
  });
}

void add_account_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(to, at, "/account", for_members(show_orders), personal);
  add_page(to, at, "/account/profile", for_members(show_profile), personal);
  add_form(to, at, "/account/profile", for_members(save_profile));
  add_address_pages(to, at);
  add_security_pages(to, at);
  add_code_pages(to, at);
  add_privacy_pages(to, at);
  add_sign_in_pages(to, at);
  add_recovery_pages(to, at);
}

} // namespace souk::http
