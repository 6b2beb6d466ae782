// All routes of the HTTP API in one router.
#pragma once

#include "http/api/context.hpp"
#include "http/api/operations.hpp"

namespace souk::http {

// One file a domain.
void add_catalogue_routes(router& to, shop& at);
void add_category_routes(router& to, shop& at);
void add_brand_routes(router& to, shop& at);
void add_price_list_routes(router& to, shop& at);
void add_record_routes(router& to, shop& at);
void add_picture_routes(router& to, shop& at);
void add_import_routes(router& to, shop& at);
void add_demo_picture_routes(router& to);
void add_cart_routes(router& to, shop& at);
void add_order_routes(router& to, shop& at);
void add_user_routes(router& to, shop& at);
void add_account_routes(router& to, shop& at);
void add_second_factor_routes(router& to, shop& at);
void add_privacy_routes(router& to, shop& at);
void add_admin_user_routes(router& to, shop& at);
void add_api_key_routes(router& to, shop& at);
void add_audit_trail_routes(router& to, shop& at);
void add_stock_routes(router& to, shop& at);
void add_admin_order_routes(router& to, shop& at);
void add_webhook_routes(router& to, shop& at);
void add_live_routes(router& to, shop& at);

/// The policies the routes name, for edge_options.limits.
std::map<std::string, rate_policy> route_limits();

/// `at` outlives the router. `ready`: see add_operations_routes.
router make_routes(shop& at, std::function<readiness()> ready);

} // namespace souk::http
