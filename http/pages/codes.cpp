// The second factor: enrolled with a QR code, confirmed by a first code, recovery codes to keep.
// The new secret and the fresh recovery codes are in no address and on no page that can be cached:
// the browser carries them sealed until they are done with.
//
//   off ── password ──► secret and QR ── first code ──► recovery codes ── "kept" ──► on
#include "http/pages/account.hpp"
#include "http/pages/qr.hpp"
#include "http/pages/sealed.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* page = "/account/codes";
constexpr std::string_view enrolment_cookie = "souk_codes";
constexpr std::chrono::minutes enrolment_age{15};

/// What the browser carries of this user's enrolment; empty when there is none.
bj::object carried(const visit& v) {
  auto out = read_sealed(v, enrolment_cookie);
  return text_in(out, "user") == v.user() ? out : bj::object{};
}

void carry(const visit& v, bj::object what) {
  what["user"] = v.user();
  keep_sealed(v, enrolment_cookie, std::move(what), enrolment_age);
}

/// "ABCDEFGH" as "ABCD EFGH", for those who type it.
std::string in_fours(const std::string& secret) {
  std::string out;
  for (size_t at = 0; at < secret.size(); at += 4)
    out += (at ? " " : "") + secret.substr(at, 4);
  return out;
}

/// As it may stand in an attribute: the rest of it is percent-encoded.
std::string link_html(const std::string& uri) {
  std::string out;
  for (const char c : uri)
    out += c == '&' ? std::string{"&amp;"} : std::string{c};
  return out;
}

void show_codes(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) {
    v->c.at.codes.status(me.id, [v, me](result<user::factor_status> now) {
      if (!now)
        return v->refuse(now.error());
      auto what = carried(*v);
      bj::object model{{"left", now->recovery_codes_left},
                       {"renew_proof", {{"what", "renew"}, {"code_too", me.second_factor}}},
                       {"disable_proof", {{"what", "disable"}, {"code_too", me.second_factor}}}};
      const auto* fresh = what.if_contains("recovery");
      if (now->on && fresh)
        model["recovery"] = *fresh;
      else if (!now->on && what.if_contains("secret")) {
        model["secret"] = in_fours(text_in(what, "secret"));
        model["link_html"] = link_html(text_in(what, "uri"));
      }
      const bool busy = model.if_contains("recovery") || model.if_contains("secret");
      model["on"] = now->on && !busy;
      model["off"] = !now->on && !busy;
      show_section(v, me, "codes", std::move(model));
    });
  });
}

void draw_secret(const visit_ptr& v) {
  const auto uri = text_in(carried(*v), "uri");
  if (uri.empty())
    return v->refuse(fail(errc::not_found, "nothing is being enrolled"));
  const auto svg = qr_svg(uri);
  if (!svg)
    return v->refuse(svg.error());
  v->c.done(response::text(200, *svg, "image/svg+xml")
                .with("Cache-Control", "no-store")
                .with("Content-Security-Policy", "default-src 'none'"));
}

void enrol(const visit_ptr& v) {
  with_password(v, page, [v](const user::account& me) {
    v->c.at.codes.enrol(me, [v](result<user::enrolment> made) {
      if (made)
        carry(*v, {{"secret", made->secret}, {"uri", made->uri}});
      else if (made.error().code != errc::conflict) // it is on: the page says so
        return go_back(v, page, made.error(), "code_refused");
      v->go(page);
    });
  });
}

/// Shows fresh recovery codes.
callback<std::vector<std::string>> showing_codes(const visit_ptr& v) {
  return [v](result<std::vector<std::string>> codes) {
    if (!codes && codes.error().code != errc::conflict)
      return go_back(v, page, codes.error(), "code_refused");
    if (codes)
      carry(*v, {{"recovery", bj::array(codes->begin(), codes->end())}});
    v->go(page);
  };
}

void confirm(const visit_ptr& v) {
  auto code = code_of(*v).code;
  code.empty() ? v->go(noted(page, "code_refused"))
               : v->c.at.codes.confirm(v->user(), std::move(code), v->c.repeat(v->meta(v->user())),
                                       showing_codes(v));
}

void renew(const visit_ptr& v) {
  with_password(v, page, [v](const user::account& me) {
    v->c.at.codes.renew_codes(me.id, code_of(*v), showing_codes(v));
  });
}

void forget(const visit_ptr& v) {
  v->drop_cookie(enrolment_cookie);
  v->go(page);
}

void disable(const visit_ptr& v) {
  with_password(v, page, [v](const user::account& me) {
    v->drop_cookie(enrolment_cookie);
    v->c.at.codes.disable(me.id, code_of(*v),
                          noting<bool>(v, page, "codes_off_done", "code_refused"));
  });
}

} // namespace

void add_code_pages(router& to, shop& at) {
  constexpr bool personal = true;
  constexpr auto strict = form_guard::strict;
  add_page(to, at, page, for_members(show_codes), personal);
  add_page(to, at, "/account/codes/qr.svg", for_members(draw_secret));
  add_form(to, at, "/account/codes/enrol", for_members(enrol), strict, "login");
  add_form(to, at, "/account/codes/confirm", for_members(confirm), strict, "confirmations");
  add_form(to, at, "/account/codes/renew", for_members(renew), strict, "login");
  add_form(to, at, "/account/codes/disable", for_members(disable), strict, "login");
  add_form(to, at, "/account/codes/forget", for_members(forget));
}

} // namespace souk::http
