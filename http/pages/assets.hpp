// What browsers fetch beside pages: styles, scripts, icons. Their URLs carry a hash of their bytes,
// so they never change and are kept for ever.
#pragma once

#include "http/router.hpp"

namespace souk::http {

/// "/assets/shop.0a1b2c3d4e5f.css"; asserts that there is such a file.
std::string asset_url(std::string_view name);

/// GET /assets/{name}, /favicon.ico and /robots.txt.
void add_asset_routes(router& to);

} // namespace souk::http
