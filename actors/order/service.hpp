// Orders for the edge: who may see and change them, and waiting for what the saga makes of a
// change.
#pragma once

#include "actors/checkout/service.hpp"

namespace souk::order {

/// How the caller proves a right to an order; one of the two for owners, `staff` for admins.
struct credentials {
  std::string user_id;
  std::string access_token;
  bool staff = false;
};

/// Thread-safe. Without the right: errc::not_found, so that ids cannot be tried.
class service {
public:
  service(cluster::router& route, checkout::service& checkouts)
      : route_(route), checkouts_(checkouts) {}

  void get(credentials who, std::string id, cluster::command_meta how, callback<order_view> done);
  /// Answers when the payment's outcome is in, or settled = false.
  void pay(credentials who, std::string id, std::string payment_method, cluster::command_meta how,
           callback<checkout::placed_order> done);
  void cancel(credentials who, std::string id, std::string reason, cluster::command_meta how,
              callback<checkout::placed_order> done);
  void ship(std::string id, std::vector<std::string> shipments, std::string tracking,
            cluster::command_meta how, callback<order_view> done);
  void refund(std::string id, int64_t amount, std::string reason, cluster::command_meta how,
              callback<order_view> done);
  /// A shipment arrived; answers the order as it is, which may hear of it a moment later.
  void deliver(std::string id, std::string shipment, cluster::command_meta how,
               callback<order_view> done);
  /// A verified webhook's fact.
  void hear(payment::intent fact, cluster::command_meta how, callback<accepted> done);

private:
  void with_access(const credentials& who, const std::string& id, const cluster::command_meta& how,
                   std::function<void(failure)> refused, std::function<void(order_view)> then);

  cluster::router& route_;
  checkout::service& checkouts_;
};

} // namespace souk::order
