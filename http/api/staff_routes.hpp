// How a domain adds its routes for the staff: each behind access::admin and one permission.
#pragma once

#include "http/api/context.hpp"
#include "http/router.hpp"

namespace souk::http {

/// Used as a function, once a route, while routes are made.
struct staff_routes {
  router& to;
  shop& at;
  user::permission what;
  route_options usual = {}; ///< for routes that name no options of their own

  void operator()(method verb, const char* pattern, const char* name, shop_handler handle) const {
    (*this)(verb, pattern, name, std::move(handle), usual);
  }
  void operator()(method verb, const char* pattern, const char* name, shop_handler handle,
                  route_options options) const {
    options.who = access::admin;
    to.add(verb, pattern, name, for_staff(at, what, std::move(handle)), options);
  }
};

} // namespace souk::http
