// Attributes against a category's schema; the form of schemas is described in check.hpp.
#pragma once

#include "base/result.hpp"

namespace souk::catalogue {

std::vector<problem> check_attributes(std::string_view attributes, std::string_view schema);
/// Whether `schema` is one itself.
std::vector<problem> check_attribute_schema(std::string_view schema);

} // namespace souk::catalogue
