// A cart as JSON; shared by the cart's routes and the pages.
#pragma once

#include "http/api/fields.hpp"

namespace souk::http {

boost::json::object json_of(const std::string& id, const cart::cart_view& cart);

} // namespace souk::http
