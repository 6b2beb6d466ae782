// One request of a browser at a page: who visits, in which language and market, with which cart,
// and what every page does with its answer.
//
// Cookies, all HttpOnly and SameSite=Lax:
//   souk_session     as the API's
//   souk_cart        the id of a guest's cart, which is the right to it
//   souk_visitor     random; forms carry an HMAC of it, so that no other site can make one
//   souk_order_<id>  a guest's access token for one order
//   souk_checkout    sealed: what was filled in at checkout so far
//   souk_market, souk_locale   "GB-GBP", "de": what was chosen at the foot of a page
#pragma once

#include "http/api/context.hpp"

#include <boost/json/object.hpp>

namespace souk::http {

inline constexpr std::string_view cart_cookie = "souk_cart";
inline constexpr std::string_view visitor_cookie = "souk_visitor";
inline constexpr std::string_view market_cookie = "souk_market";
inline constexpr std::string_view locale_cookie = "souk_locale";
inline constexpr std::string_view checkout_cookie = "souk_checkout";
/// Of country and language.
inline constexpr std::chrono::hours choice_age{24 * 365};

using form_fields = std::vector<std::pair<std::string, std::string>>;

class visit;
using visit_ptr = std::shared_ptr<visit>;
using page_handler = std::function<void(const visit_ptr&)>;

/// What a page says of itself to the layout.
struct page_head {
  std::string title = {};
  std::string description = {};
  std::string json_ld = {}; ///< of script_json()
  std::string canonical = {};
  bool refresh = false; ///< without JavaScript the page loads itself again every few seconds
};

/// Lives as long as its request; one thread at a time.
class visit {
public:
  explicit visit(call in) : c(std::move(in)) {}

  call c;
  std::string locale;
  catalogue::market market;
  std::string cart_id;                 ///< empty: none that can be used
  std::optional<cart::cart_view> cart; ///< open, or being ordered
  std::string visitor;                 ///< of the cookie; empty: none yet
  form_fields form;                    ///< of a POST

  bool signed_in() const { return !c.who().user_id.empty(); }
  const std::string& user() const { return c.who().user_id; }
  /// A field of the form, without white space around it; empty when it is not there.
  std::string field(std::string_view name) const;
  /// The same as it was typed: for passwords.
  std::string raw_field(std::string_view name) const;
  std::string say(std::string_view key) const;

  /// Command meta with the key that the form carried; `what` tells several commands of a form
  /// apart.
  cluster::command_meta meta(std::string_view guest, std::string_view what = {}) const;
  /// Of a command with no key: a fresh one each time.
  cluster::command_meta fresh_meta() const;

  /// The answer: a whole page.
  void show(std::string_view name, const page_head& head, boost::json::object body,
            int status = 200);
  /// The answer to a POST: 303.
  void go(const std::string& path) const;
  /// The answer when something failed: a page that says what to do.
  void refuse(const failure& why) { show_problem(to_response(why, *c.in)); }
  void show_problem(const response& problem);

  void keep_cookie(std::string_view name, std::string_view value, std::chrono::seconds age) const;
  void drop_cookie(std::string_view name) const { keep_cookie(name, "", {}); }
  /// Whoever uses this browser next finds nothing of them: session, cart, checkout, orders.
  void forget_person() const;
  void use_cart(const std::string& id);
  void forget_cart();

private:
  boost::json::object layout(const page_head& head) const;
  bool is_secure() const { return c.at.public_url.starts_with("https://"); }
};

/// Who may post a form without a visitor's cookie: nobody, or whoever is on our pages. `light` is
/// for what does no harm (a line in a cart, a language), so that catalogue pages need no cookie.
enum class form_guard : uint8_t { strict, light };

/// A GET page. `personal` pages have strict forms: the visitor gets a cookie with them.
void add_page(router& to, shop& at, const char* pattern, page_handler handle,
              bool personal = false);
/// A POST of a form (application/x-www-form-urlencoded), after its guard.
void add_form(router& to, shop& at, const char* pattern, page_handler handle,
              form_guard guard = form_guard::strict, const char* limit = "",
              std::chrono::milliseconds deadline = {});
/// For edge_options.page_of: the shop's page about what the edge refused.
response error_page(shop& at, const request& in, const response& problem);

/// What a form of this visitor carries as `token`.
std::string form_token(const std::string& secret, std::string_view visitor);
/// errc::forbidden.
result<void> check_form(const visit& v, form_guard guard);

/// A local path to go back to: "/" for anything else.
std::string local_path(std::string_view text);

} // namespace souk::http
