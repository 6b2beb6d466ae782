// Products and categories as JSON, the way out; the way in is actors/catalogue/product_json.
#pragma once

#include "http/api/fields.hpp"

namespace souk::http {

boost::json::object json_of(const catalogue::product_view& product);
boost::json::object json_of(const catalogue::category& category);

/// A tag that changes with what is shown and begins with the version: "\"7-0a1b…\"". Availability
/// moves without a new version, and a client that shows it must not be told "not modified".
std::string product_etag(int64_t version, std::string_view body);
/// The version in an If-Match that product_etag made, or a bare version; empty when absent or "*";
/// errc::malformed for anything else.
result<std::optional<int64_t>> read_product_match(const request& in);

} // namespace souk::http
