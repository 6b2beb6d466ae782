// What the handlers of all domains share: the services they call, who is calling them, and how a
// request becomes a command and a result becomes a response.
#pragma once

#include "actors/catalogue/office.hpp"
#include "actors/checkout/service.hpp"
#include "actors/notification/repost.hpp"
#include "actors/operators/queue.hpp"
#include "actors/order/history.hpp"
#include "actors/order/service.hpp"
#include "actors/session/service.hpp"
#include "actors/user/trail.hpp"
#include "http/edge.hpp"
#include "http/problem.hpp"

#include <boost/json/fwd.hpp>

namespace souk::live {
class service;
}
namespace souk::catalogue {
class import_desk;
}

namespace souk::http {

inline constexpr std::string_view session_cookie = "souk_session";
/// Followed by an order's id: the cookie that holds a guest's access token for that order.
inline constexpr std::string_view order_cookie_prefix = "souk_order_";

/// Verifies and reads a payment provider's webhook: the fact it carries, nothing for events without
/// one, errc::not_found for an unknown provider, errc::forbidden for a forged one, errc::malformed.
using webhook_reader = std::function<result<std::optional<payment::intent>>(
    std::string_view provider, const request&)>;

/// Everything handlers need; made once by the program, outlives the edge. Services are thread-safe.
struct shop {
  cluster::router& route;
  catalogue::service& goods;
  catalogue::office& office;
  catalogue::picture_store& pictures;
  cart::service& carts;
  checkout::service& checkouts;
  order::service& orders;
  order::history& history;
  session::service& sessions;
  user::service& people;
  user::second_factor& codes;
  user::trail& trail;
  pricing::service& prices;
  warehouse::service& warehouses;
  operators::queue& operators;
  notification::repost& letters;
  webhook_reader webhooks;
  const clock& time;
  entropy& random;
  std::string public_url = {};                ///< "https://shop.example": cookies are Secure then
  std::chrono::milliseconds deadline{10'000}; ///< of requests whose route names none
  catalogue::market home = {};                ///< for requests that name no market
  std::string secret = {};                    ///< the node's: signs forms, seals what they carry on
  catalogue::import_desk* imports = nullptr;  ///< none: files are refused
  live::service* live = nullptr;              ///< none: GET /v1/live is not to be had
  std::string time_zone = "UTC";              ///< IANA name: of the times on pages
  bool test_cards = false; ///< payments go to our simulator: checkout offers its cards
};

/// Who calls. A guest has nothing of all this.
struct identity {
  std::string user_id = {};    ///< of a session
  std::string session_id = {}; ///< empty for an API key
  std::string key_id = {};     ///< of an API key
  std::vector<user::role> roles = {};
  std::vector<user::permission> scopes = {}; ///< of an API key; empty: all that its roles may
  bool may(user::permission what) const { return user::allows(roles, scopes, what); }
};

/// One request at its handler.
struct call {
  shop& at;
  request_ptr in;
  responder done;

  const identity& who() const { return *in->who; }
  cart::caller shopper() const { return {who().user_id}; }
  void refuse(const failure& why) const { done(to_response(why, *in)); }
  bool keyed() const { return !in->idempotency_key.empty(); }
  /// The command's id is hash(caller, method, pattern, path, key), so that a repeat is recognised;
  /// without a key it is a fresh one. `guest` stands for a caller nobody knows: the id of the cart
  /// or order that is the guest's credential. The fingerprint is of method, path and body.
  cluster::command_meta meta(std::string_view guest) const;
  /// For row services: nothing when the client sent no key.
  std::optional<idempotency> repeat(const cluster::command_meta& how) const;
};

using shop_handler = std::function<void(const call&)>;

/// A session token has to be right where there is one, and none is a guest. `fresh` asks the
/// session itself, for actions that move money.
handler for_guests(shop& at, shop_handler handle, bool fresh = false);
/// As for_guests, but a bearer token that is no session's is left to the handler (orders'
/// access tokens), and API keys of the staff are taken too; what those change is on record.
handler for_owners(shop& at, shop_handler handle, bool fresh = false);
/// Behind access::user.
handler for_users(shop& at, shop_handler handle);
/// Behind access::admin: an API key or a session with a role that may do `what`. A write is on the
/// audit trail before it begins; where that cannot be written it is not done.
handler for_staff(shop& at, user::permission what, shop_handler handle);

/// For edge_options.authorise: sets request.who and request.caller.
authoriser make_authoriser(shop& at);

/// Renders a service's answer, or its failure as problem details.
template <class T, class Render>
callback<T> answering(const call& c, Render render) {
  return [c, render = std::move(render)](result<T> r) {
    c.done(r ? render(std::move(*r)) : to_response(r.error(), *c.in));
  };
}

} // namespace souk::http
