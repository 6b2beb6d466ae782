// An order as JSON and as the answer its status asks for; shared by buyers' and staff's routes.
#pragma once

#include "http/api/fields.hpp"
#include "http/api/routes.hpp"

namespace souk::http {

/// `access_token` is left out when empty: it is for the buyer alone.
boost::json::object json_of(const order::order_view& view, const std::string& access_token);

/// 200 with ETag.
response render_order(const request& in, int status, const order::order_view& view,
                      const std::string& access_token);

/// What a buyer gets who waited for an order: `success` when it is placed and paid, 202 while the
/// answer is not in, 402 payment_declined or authentication_required and 409 sold_out, held or
/// conflict as problems that carry order_id and the whole order. All with Location.
response render_outcome(const request& in, int success, const checkout::placed_order& placed);

/// [{id, number, status, total, created_at}]
boost::json::array json_of(const std::vector<order::order_row>& rows);

/// {"items": [{id, number, status, total, created_at}], "next_cursor"}
response render_orders(const order::order_page& page);

} // namespace souk::http
