// Carts for the edge: finds prices and titles in the catalogue, then asks the cart's actor.
#pragma once

#include "actors/cart/messages.hpp"
#include "actors/catalogue/service.hpp"
#include "actors/entity/ask.hpp"
#include "base/crypto.hpp"

namespace souk::cart {

/// Who asks: a user's id, or empty for a guest who holds the cart's id.
struct caller {
  std::string user_id;
};

struct new_line {
  std::string sku;
  int64_t quantity = 0;
  std::optional<uint64_t> expected_version;
};

struct opened_cart {
  std::string id;
  cart_view view;
};

/// Thread-safe; answers on any thread. `how` carries the command's id (from the Idempotency-Key)
/// and deadline. A user's cart answers errc::forbidden to everyone else.
class service {
public:
  service(cluster::router& route, catalogue::service& goods, const clock& time, entropy& random,
          std::string secret)
      : route_(route), goods_(goods), time_(time), random_(random), secret_(std::move(secret)) {}

  /// With a client's key (`keyed`) the id is derived from it, so that a repeat finds the same cart.
  void open(caller who, souk::currency in, std::string country, bool keyed,
            cluster::command_meta how, callback<opened_cart> done);
  void get(caller who, std::string cart_id, cluster::command_meta how, callback<cart_view> done);
  /// errc::invalid names /sku when it is unknown or not sold in the cart's market.
  void add_line(caller who, std::string cart_id, new_line what, cluster::command_meta how,
                callback<cart_view> done);
  void change_line(caller who, std::string cart_id, change_line what, cluster::command_meta how,
                   callback<cart_view> done);
  void remove_line(caller who, std::string cart_id, remove_line what, cluster::command_meta how,
                   callback<cart_view> done);
  /// At login: the guest's cart becomes the user's, or hands its lines over to the user's own cart.
  /// Answers the cart the user goes on with.
  void join(std::string user_id, std::string guest_cart, std::string user_cart,
            cluster::command_meta how, callback<opened_cart> done);
  /// Its lines with the titles their products have in the first of `locale` (as market.locale) that
  /// has one; as they are where that is empty or the catalogue does not answer.
  void in_language(cart_view cart, std::string locale, callback<cart_view> done);

private:
  /// Runs `then` with the cart when `who` may use it.
  void with_access(const caller& who, const std::string& cart_id, const cluster::command_meta& how,
                   callback<cart_view> refused, std::function<void(cart_view)> then);

  cluster::router& route_;
  catalogue::service& goods_;
  const clock& time_;
  entropy& random_;
  const std::string secret_;
};

} // namespace souk::cart
