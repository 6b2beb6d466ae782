// How an account is kept: its password, its e-mail address, and where it is logged in.
#include "http/pages/account.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

#include <array>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* page = "/account/security";
using sessions = std::vector<session::listed_session>;

/// What a name is told by, the most telling first: everybody claims to be Safari and Mozilla.
struct sign {
  std::string_view in;
  std::string_view name;
};
constexpr std::array browsers{sign{"Edg", "Edge"},
                              sign{"OPR/", "Opera"},
                              sign{"SamsungBrowser", "Samsung Internet"},
                              sign{"Firefox/", "Firefox"},
                              sign{"FxiOS", "Firefox"},
                              sign{"CriOS", "Chrome"},
                              sign{"Chrome/", "Chrome"},
                              sign{"Safari/", "Safari"}};
constexpr std::array systems{sign{"iPhone", "iPhone"},   sign{"iPad", "iPad"},
                             sign{"Android", "Android"}, sign{"Windows", "Windows"},
                             sign{"Mac OS X", "Mac"},    sign{"CrOS", "ChromeOS"},
                             sign{"Linux", "Linux"}};

std::string_view find_sign(const auto& signs, std::string_view text) {
  for (const auto& one : signs)
    if (text.find(one.in) != std::string_view::npos)
      return one.name;
  return {};
}

std::string shown_device(const visit& v, const std::string& device) {
  const auto known = device_name(device, v.locale);
  if (!known.empty())
    return known;
  return device.empty() ? v.say("sessions.unknown") : device.substr(0, device.find(' '));
}

void show_security(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) {
    v->c.at.sessions.list(me.id, [v, me](result<sessions> all) {
      if (!all)
        return v->refuse(all.error());
      bj::array rows;
      for (const auto& s : *all)
        rows.push_back(bj::object{{"id", s.id},
                                  {"device", shown_device(*v, s.device)},
                                  {"begun_at", to_rfc3339(s.created_at)},
                                  {"last_seen_at", to_rfc3339(s.last_seen_at)},
                                  {"own", s.id == v->c.who().session_id}});
      const bool others = rows.size() > 1;
      show_section(v, me, "security",
                   {{"sessions", std::move(rows)},
                    {"others", others},
                    {"email_proof", {{"what", "email"}, {"code_too", me.second_factor}}}});
    });
  });
}

/// Both end every other session, whatever is left of them: whoever is after the account is out.
void end_others(const visit_ptr& v, bool renew, std::string note) {
  v->c.at.sessions.end_others(v->user(), v->c.who().session_id, renew,
                              noting<int64_t>(v, page, std::move(note), "sessions_refused"));
}

void change_password(const visit_ptr& v) {
  const auto before = v->raw_field("before"), after = v->raw_field("password");
  if (!user::check_password(after, "/password"))
    return v->go(noted(page, "password_refused"));
  if (before.empty() || before.size() > user::password_bytes_max)
    return v->go(noted(page, "password_wrong"));
  v->c.at.people.change_password(v->user(), before, after, [v](result<user::account> r) {
    r ? end_others(v, false, "password_done") : go_back(v, page, r.error(), "password_wrong");
  });
}

void change_email(const visit_ptr& v) {
  const auto email = user::normalise_email(v->field("email"));
  if (!email)
    return v->go(noted(page, "email_refused"));
  with_proof(v, page, [v, email = *email](const user::account& me) {
    v->c.at.people.change_email(me.id, email,
                                noting<bool>(v, page, "email_sent_done", "email_refused"));
  });
}

void end_session(const visit_ptr& v) {
  const auto id = v->field("session");
  if (!is_plausible_id(id) || id == v->c.who().session_id)
    return v->go(page);
  v->c.at.sessions.end(v->user(), id, [v](result<bool> r) {
    // One that is over already was ended by a first press.
    r || r.error().code == errc::not_found ? v->go(noted(page, "session_done"))
                                           : v->refuse(r.error());
  });
}

} // namespace

std::string device_name(std::string_view user_agent, std::string_view locale) {
  const auto browser = find_sign(browsers, user_agent);
  const auto system = find_sign(systems, user_agent);
  if (browser.empty() || system.empty())
    return std::string{browser.empty() ? system : browser};
  return std::string{browser} + " " + text(locale, "sessions.on") + " " + std::string{system};
}

void add_security_pages(router& to, shop& at) {
  constexpr bool personal = true;
  constexpr auto strict = form_guard::strict;
  add_page(to, at, page, for_members(show_security), personal);
  add_form(to, at, "/account/security/password", for_members(change_password), strict, "login");
  add_form(to, at, "/account/security/email", for_members(change_email), strict, "login");
  add_form(to, at, "/account/security/sessions/end", for_members(end_session));
  add_form(to, at, "/account/security/sessions/end-others",
           for_members([](const visit_ptr& v) { end_others(v, true, "sessions_done"); }));
}

} // namespace souk::http
