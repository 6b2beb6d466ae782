#include "http/api/routes.hpp"

#include "http/pages/pages.hpp"

namespace souk::http {

std::map<std::string, rate_policy> route_limits() {
  // By client. A login or registration costs a password hash; the user service throttles by account
  // on top, and by mailbox what sends letters.
  constexpr std::chrono::seconds minute{60};
  return {{"register", {.quota = 120, .window = minute}},
          {"login", {.quota = 120, .window = minute}},
          {"reset", {.quota = 20, .window = minute}},
          {"confirmations", {.quota = 30, .window = minute}}};
}

router make_routes(shop& at, std::function<readiness()> ready) {
  router to;
  add_operations_routes(to, std::move(ready));
  add_catalogue_routes(to, at);
  add_category_routes(to, at);
  add_brand_routes(to, at);
  add_price_list_routes(to, at);
  add_record_routes(to, at);
  add_picture_routes(to, at);
  add_import_routes(to, at);
  add_demo_picture_routes(to);
  add_cart_routes(to, at);
  add_order_routes(to, at);
  add_user_routes(to, at);
  add_account_routes(to, at);
  add_second_factor_routes(to, at);
  add_privacy_routes(to, at);
  add_admin_user_routes(to, at);
  add_api_key_routes(to, at);
  add_audit_trail_routes(to, at);
  add_stock_routes(to, at);
  add_admin_order_routes(to, at);
  add_webhook_routes(to, at);
  add_live_routes(to, at);
  add_storefront(to, at);
  return to;
}

} // namespace souk::http
