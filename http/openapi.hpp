// The contract: docs/api/openapi.json, embedded at build time, and what holds a route table to it.
#pragma once

#include "http/router.hpp"

namespace souk::http {

/// The text of docs/api/openapi.json.
std::string_view openapi_document();

/// Every difference between the named routes and the document's operations, both ways: an operation
/// without a route, a route without an operation, another operationId, other path parameters.
/// Empty: they agree. Routes without a name are no part of the contract.
std::vector<std::string> openapi_mismatches(const router& routes, std::string_view document);

} // namespace souk::http
