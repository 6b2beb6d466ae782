#include "http/pages/visit.hpp"

#include "http/form.hpp"
#include "http/headers.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/render.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr std::chrono::hours cart_age{24 * 30};
constexpr std::string_view policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string error_key(errc code) {
  switch (code) {
  case errc::not_found:
    return "error.not_found";
  case errc::forbidden:
  case errc::unauthenticated:
    return "error.forbidden";
  case errc::rate_limited:
    return "error.rate_limited";
  case errc::internal:
  case errc::corrupt:
    return "error.internal";
  case errc::malformed:
  case errc::invalid:
  case errc::too_large:
  case errc::unsupported_media_type:
  case errc::method_not_allowed:
  case errc::precondition_failed:
  case errc::idempotency_mismatch:
  case errc::conflict:
  case errc::cart_closed:
  case errc::sold_out:
  case errc::held:
  case errc::quote_changed:
  case errc::payment_declined:
  case errc::authentication_required:
  case errc::second_factor_required:
  case errc::not_cancellable:
    return "error.refused";
  case errc::overloaded:
  case errc::timed_out:
  case errc::unavailable:
  case errc::expired:
  case errc::superseded:
    return "error.unavailable";
  }
  return "error.internal";
}

int64_t units_of(const std::optional<cart::cart_view>& cart) {
  int64_t units = 0;
  if (cart && cart->status == cart::status::open)
    for (const auto& line : cart->lines)
      units += line.quantity;
  return units;
}

} // namespace

std::string visit::raw_field(std::string_view name) const {
  for (const auto& [key, value] : form)
    if (key == name)
      return value;
  return {};
}

std::string visit::field(std::string_view name) const {
  const auto value = raw_field(name);
  const auto first = std::min(value.find_first_not_of(" \t\r\n"), value.size());
  return value.substr(first, value.find_last_not_of(" \t\r\n") + 1 - first);
}

std::string visit::say(std::string_view key) const { return text(locale, key); }

cluster::command_meta visit::meta(std::string_view guest, std::string_view what) const {
  const auto how = c.meta(guest);
  return what.empty() ? how : entity::step_meta(how, what);
}

cluster::command_meta visit::fresh_meta() const {
  auto how = c.meta("");
  how.id = random_command_id(c.at.random);
  return how;
}

void visit::keep_cookie(std::string_view name, std::string_view value,
                        std::chrono::seconds age) const {
  c.in->owed_headers.push_back({"Set-Cookie", set_cookie(name, value, age, is_secure())});
}

void visit::forget_person() const {
  for (const auto name : {session_cookie, cart_cookie, checkout_cookie})
    drop_cookie(name);
  for (const auto& order : cookies_named(*c.in, order_cookie_prefix))
    drop_cookie(order);
}

void visit::use_cart(const std::string& id) {
  cart_id = id;
  keep_cookie(cart_cookie, id, cart_age);
}

void visit::forget_cart() {
  cart_id.clear();
  cart.reset();
  drop_cookie(cart_cookie);
}

bj::object visit::layout(const page_head& head) const {
  const auto& at = c.at;
  const auto name = say("shop.name");
  bj::array languages;
  for (const auto one : locales)
    languages.push_back(bj::object{
        {"id", one}, {"name", say("language." + std::string{one})}, {"chosen", one == locale}});
  const auto back = c.in->verb == method::get ? c.in->target : std::string{"/"};
  return {{"locale", locale},
          {"time_zone", at.time_zone},
          {"title", head.title.empty() ? name : head.title + " · " + name},
          {"description", head.description},
          {"json_ld", head.json_ld},
          {"canonical", head.canonical.empty() || at.public_url.empty()
                            ? std::string{}
                            : at.public_url + head.canonical},
          {"refresh", head.refresh},
          {"signed_in", signed_in()},
          {"cart_units", units_of(cart)},
          {"search_words", c.in->path == "/search" ? c.in->query_value("q").value_or("") : ""},
          {"form_token", form_token(at.secret, visitor)},
          {"form_key", make_uuid7(at.time.now(), at.random)},
          {"form_back", back},
          {"languages", std::move(languages)},
          {"countries", countries_of(market, locale)}};
}

void visit::show(std::string_view name, const page_head& head, bj::object body, int status) {
  auto out = response::text(status, render_page(locale, name, layout(head), body),
                            "text/html; charset=utf-8");
  out.with("Content-Security-Policy", std::string{policy});
  out.with("Cache-Control", "no-store");
  out.with("Content-Language", locale);
  out.with("Vary", "Cookie, Accept-Language");
  out.with("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
  out.with("Cross-Origin-Opener-Policy", "same-origin");
  c.done(std::move(out));
}

void visit::go(const std::string& path) const {
  c.done(response::empty(303).with("Location", path).with("Cache-Control", "no-store"));
}

void visit::show_problem(const response& problem) {
  const auto key = error_key(problem.problem);
  bj::object body{
      {"heading", say(key)}, {"advice", say(key + ".advice")}, {"trace", c.in->trace.trace_id}};
  for (const auto* name : {"Retry-After", "Allow"})
    if (const auto said = problem.header_value(name); !said.empty())
      c.in->owed_headers.push_back({name, std::string{said}});
  show("error.html", {.title = say(key)}, std::move(body), problem.status);
}

std::string form_token(const std::string& secret, std::string_view visitor) {
  return base64url(hmac_sha256(secret, "form/" + std::string{visitor})).substr(0, 32);
}

result<void> check_form(const visit& v, form_guard guard) {
  const auto& in = *v.c.in;
  // The edge has judged the Origin; here one has to be there, because a form always sends it.
  const bool ours =
      !in.header_value("origin").empty() || in.header_value("sec-fetch-site") == "same-origin";
  if (!ours)
    return fail(errc::forbidden, "the form does not say which site it comes from");
  const auto token = v.field("token");
  const auto& secret = v.c.at.secret;
  const bool by_visitor = !v.visitor.empty() && equal_secrets(token, form_token(secret, v.visitor));
  const bool by_anyone = guard == form_guard::light && equal_secrets(token, form_token(secret, {}));
  if (!by_visitor && !by_anyone)
    return fail(errc::forbidden, "the form is not one of this visitor's");
  return {};
}

std::string local_path(std::string_view text) {
  const bool local = text.starts_with('/') && !text.starts_with("//") &&
                     text.find_first_of("\\\r\n\t") == std::string_view::npos && text.size() < 1000;
  return local ? std::string{text} : "/";
}

} // namespace souk::http
