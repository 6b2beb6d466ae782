// The small JSON texts inside catalogue rows: lists of names and a variant's options. Rows were
// checked when they were written, so reading them cannot fail.
#pragma once

#include "actors/catalogue/messages.hpp"

namespace souk::catalogue {

/// ["size","colour"]
std::vector<std::string> parse_names(std::string_view json);
/// {"colour":"red","size":"M"}, in the order of `names`, others behind.
std::vector<option_value> parse_options(std::string_view json,
                                        const std::vector<std::string>& names);
std::string render_options(const std::vector<option_value>& options);

} // namespace souk::catalogue
