// From a cart to an order: prices it afresh, refuses when that is not what was shown, seals who it
// is for, and lets the cart give birth to the order. The sagas do the rest.
#pragma once

#include "actors/cart/service.hpp"
#include "actors/order/messages.hpp"
#include "actors/pricing/service.hpp"
#include "actors/user/service.hpp"
#include "actors/warehouse/service.hpp"

namespace souk::checkout {

struct address {
  std::string name, line1, line2, city, postal_code, country;
  std::string state = {}; ///< or province, where addresses have one
};

struct order_request {
  std::string cart_id;
  std::string email;
  address to;
  std::string shipping_option;
  std::optional<money> expected_total;
  std::optional<uint64_t> expected_version; ///< of the cart (If-Match)
  std::string provider;
  std::string payment_method;
  std::string locale = {}; ///< "de": the order's titles and mails; empty: the shop's own titles
};

/// An order and the secret that lets a guest see it.
struct placed_order {
  order::order_view view;
  std::string access_token;
  bool settled = false; ///< false: the answer is not in yet
};

struct options {
  std::string secret; ///< derives access tokens
  std::chrono::seconds hold{600};
  std::chrono::milliseconds wait{8'000}; ///< for the saga's outcome
};

/// Thread-safe; answers on any thread.
class service {
public:
  service(cluster::router& route, cart::service& carts, catalogue::service& goods,
          pricing::service& prices, warehouse::service& warehouses, user::service& people,
          persistence::sql::pool& rows, const clock& time, entropy& random, options how);

  /// errc::invalid for an option that does not serve the address, errc::conflict with problems[]
  /// for lines that are not sold any more.
  void quote(cart::caller who, std::string cart_id, address to, std::string shipping_option,
             cluster::command_meta how, callback<pricing::quote> done);

  /// errc::quote_changed (extra: the new quote) when the total is not the expected one, or, where
  /// none was sent, not the one of the prices the cart showed. A cart that has an order answers
  /// that one.
  void place(cart::caller who, order_request what, cluster::command_meta how,
             callback<placed_order> done);

  /// What GET /v1/orders/{id} needs from a guest.
  std::string access_token(const std::string& order_id) const;

  /// The order when it no longer works by itself, or as it is after options.wait.
  /// errc::unavailable when its cart has not handed it over by then.
  void await(std::string order_id, cluster::command_meta how, callback<placed_order> done);

private:
  struct session;
  using session_ptr = std::shared_ptr<session>;
  void translate(const session_ptr& s);
  void price(const session_ptr& s);
  void check_total(const session_ptr& s);
  void source(const session_ptr& s);
  void seal(const session_ptr& s);
  void number(const session_ptr& s);
  void check_out(const session_ptr& s, order::placement placed);

  cluster::router& route_;
  cart::service& carts_;
  catalogue::service& goods_;
  pricing::service& prices_;
  warehouse::service& warehouses_;
  user::service& people_;
  persistence::sql::pool& rows_;
  const clock& time_;
  entropy& random_;
  const options options_;
};

/// The quote as JSON: what POST …/quote answers and what quote_changed carries.
std::string to_json(const pricing::quote& q);

} // namespace souk::checkout
