// Products as JSON, the way in: a line of an import file, the body of a create or a patch. The
// fields are documented in docs/import.md. Unknown fields are ignored, so that answers can be sent
// back.
#pragma once

#include "actors/catalogue/messages.hpp"

#include <boost/json/object.hpp>

namespace souk::catalogue {

/// errc::malformed when it is no JSON object, or one that is nested too deeply.
result<boost::json::object> parse_object(std::string_view json);

/// errc::malformed when it is no JSON object, errc::invalid with every problem of its types; what
/// the values mean is checked by check_product.
result<product_input> parse_product(std::string_view json);
result<product_input> parse_product(const boost::json::object& object);
/// Warnings of what parse_product passes over, by JSON pointer: `known_beside` are further fields.
std::vector<problem> unknown_fields(const boost::json::object& product,
                                    std::string_view known_beside);
result<product_patch> parse_product_patch(std::string_view json);
result<product_patch> parse_product_patch(const boost::json::object& object);

} // namespace souk::catalogue
