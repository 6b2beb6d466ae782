// How a request becomes a visit: session, cart, market and language are found out, a form is read
// and guarded, and only then does the page run.
#include "http/form.hpp"
#include "http/headers.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/texts.hpp"
#include "http/pages/visit.hpp"

namespace souk::http {

namespace {

constexpr std::chrono::hours visitor_age{24 * 365};
constexpr size_t form_bytes_max = 16 << 10;

void introduce(const visit_ptr& v, identity who) {
  v->c.in->caller = who.user_id;
  v->c.in->who = std::make_shared<const identity>(std::move(who));
}

/// Who it is; an old session is a guest's visit, not an error.
/// Ended elsewhere: a page is asked for again, without what the browser still says of them.
void leave_session(const visit_ptr& v, const std::function<void()>& then) {
  v->forget_person();
  v->c.in->verb == method::get ? v->go(v->c.in->target) : then();
}

void find_session(const visit_ptr& v, bool fresh, std::function<void()> then) {
  introduce(v, {});
  std::string token{cookie(*v->c.in, session_cookie)};
  if (token.empty())
    return then();
  v->c.at.sessions.check(std::move(token), fresh,
                         [v, then = std::move(then)](result<session::identity> r) {
                           if (r)
                             introduce(v, {r->user_id, r->session_id, "", std::move(r->roles)});
                           else if (r.error().code == errc::unauthenticated)
                             return leave_session(v, then);
                           else
                             return v->refuse(r.error());
                           then();
                         });
}

bool is_usable(const cart::cart_view& cart) {
  return cart.status == cart::status::open || cart.status == cart::status::ordering;
}

void read_cart(const visit_ptr& v, const std::string& id, std::function<void(bool found)> then) {
  v->c.at.carts.get(v->c.shopper(), id, entity::read_meta(v->fresh_meta()),
                    [v, id, then = std::move(then)](result<cart::cart_view> r) {
                      if (!r && is_transient(r.error().code))
                        return v->refuse(r.error());
                      if (!r || !is_usable(*r))
                        return then(false);
                      v->cart_id = id;
                      v->cart = std::move(*r);
                      then(true);
                    });
}

/// Prices are those of the market that the cart is in, also on a device that was in another.
void keep_to_market_of_cart(visit& v) {
  const auto& cart = *v.cart;
  const bool same = cart.currency == v.market.currency && cart.country == v.market.country;
  if (same || cart.lines.empty())
    return;
  v.market.currency = cart.currency;
  v.market.country = cart.country;
  v.keep_cookie(market_cookie, market_choice(v.market), choice_age);
}

void find_guests_cart(const visit_ptr& v, std::function<void()> then) {
  const std::string id{cookie(*v->c.in, cart_cookie)};
  if (!is_plausible_id(id))
    return then();
  read_cart(v, id, [v, then = std::move(then)](bool found) {
    if (!found)
      v->drop_cookie(cart_cookie);
    then();
  });
}

/// A user's is the one used last, on whichever device; a guest's that of the cookie.
void find_cart(const visit_ptr& v, std::function<void()> then) {
  if (!v->signed_in())
    return find_guests_cart(v, std::move(then));
  v->c.at.sessions.cart_of(v->user(), [v, then = std::move(then)](result<std::string> id) {
    if (!id || id->empty())
      return find_guests_cart(v, then);
    read_cart(v, *id, [v, then, id = *id](bool found) {
      if (!found)
        return find_guests_cart(v, then);
      if (cookie(*v->c.in, cart_cookie) != id)
        v->use_cart(id);
      keep_to_market_of_cart(*v);
      then();
    });
  });
}

void find_language(visit& v) {
  const auto& in = *v.c.in;
  const auto chosen = cookie(in, locale_cookie);
  v.locale = is_locale(chosen) ? chosen : choose_locale(in.header_value("accept-language"));
  v.market = parse_market_choice(cookie(in, market_cookie)).value_or(v.c.at.home);
  v.market.locale = v.locale;
}

void find_visitor(visit& v, bool make_one) {
  const auto known = cookie(*v.c.in, visitor_cookie);
  if (is_plausible_id(known))
    v.visitor = known;
  else if (make_one) {
    v.visitor = make_capability(v.c.at.time.now(), v.c.at.random);
    v.keep_cookie(visitor_cookie, v.visitor, visitor_age);
  }
}

visit_ptr begin(shop& at, const request_ptr& in, const responder& done, bool personal) {
  const auto v = std::make_shared<visit>(call{at, in, done});
  introduce(v, {});
  find_language(*v);
  find_visitor(*v, personal);
  return v;
}

result<void> read_form(visit& v) {
  auto& in = *v.c.in;
  if (!in.header_value("content-type").starts_with("application/x-www-form-urlencoded"))
    return fail(errc::unsupported_media_type, "a form is application/x-www-form-urlencoded");
  auto fields = parse_form(in.body);
  if (!fields)
    return fields.error();
  v.form = std::move(*fields);
  if (const auto key = v.field("key"); !key.empty() && key.size() <= 100)
    in.idempotency_key = key;
  return {};
}

} // namespace

void add_page(router& to, shop& at, const char* pattern, page_handler handle, bool personal) {
  to.add(method::get, pattern, "",
         [&at, handle = std::move(handle), personal](request_ptr in, responder done) {
           const auto v = begin(at, in, done, personal);
           find_session(v, false, [v, handle] { find_cart(v, [v, handle] { handle(v); }); });
         });
}

response error_page(shop& at, const request& in, const response& problem) {
  // A copy: it is the page's to write cookies and headers to, and pages need no body.
  const auto copy = std::make_shared<request>(in);
  copy->owed_headers.clear();
  response out;
  begin(
      at, copy, [&out](response page) { out = std::move(page); }, false)
      ->show_problem(problem);
  for (const auto& h : copy->owed_headers)
    out.with(h.name, h.value);
  out.problem = problem.problem;
  return out;
}

void add_form(router& to, shop& at, const char* pattern, page_handler handle, form_guard guard,
              const char* limit, std::chrono::milliseconds deadline) {
  to.add(method::post, pattern, "",
         [&at, handle = std::move(handle), guard](request_ptr in, responder done) {
           const auto v = begin(at, in, done, false);
           auto read = read_form(*v);
           if (read)
             read = check_form(*v, guard);
           if (!read)
             return v->refuse(read.error());
           find_session(v, true, [v, handle] { find_cart(v, [v, handle] { handle(v); }); });
         },
         {.body_limit = form_bytes_max, .limit = limit, .deadline = deadline});
}

} // namespace souk::http
