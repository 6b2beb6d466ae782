// What a person may ask of whoever keeps their data: all of it, and that it be gone. The API's
// routes and the account's pages share it.
#pragma once

#include "http/api/context.hpp"

namespace souk::http {

inline constexpr std::chrono::seconds export_deadline{60}; ///< of a route that answers export_me

/// Answers all that is kept of the caller as a JSON file.
void export_me(const call& c);
/// Orders of the caller that could not be sent any more without the address they go to.
void orders_under_way(const call& c, callback<std::vector<order::order_row>> done);
/// Ends the caller's sessions and erases the account; errc::conflict names orders under way, unless
/// those are given up too.
void erase_caller(const call& c, bool despite_orders, callback<bool> done);

} // namespace souk::http
