#include "http/api/routes.hpp"

namespace souk::http {

std::map<std::string, rate_policy> route_limits() {
  // Each sign-in costs a password hash; the user service throttles by account on top.
  return {{"sign_in", {.quota = 120, .window = std::chrono::seconds{60}}}};
}

router make_routes(shop& at, std::function<readiness()> ready) {
  router to;
  add_operations_routes(to, std::move(ready));
  add_catalogue_routes(to, at);
  add_cart_routes(to, at);
  add_order_routes(to, at);
  add_user_routes(to, at);
  add_stock_routes(to, at);
  add_admin_order_routes(to, at);
  add_webhook_routes(to, at);
  return to;
}

} // namespace souk::http
