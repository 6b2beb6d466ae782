// What an address needs in the countries a shop here ships to: the shape of its postal code and
// which state it names. Elsewhere anything goes that a person would write.
#pragma once

#include <string_view>

namespace souk::user {

inline constexpr size_t state_bytes_max = 60;

/// True for a country whose codes are not known here. Capitals and small letters are the same.
bool is_postal_code(std::string_view country, std::string_view code);
/// One that fits, for people to see what is meant; empty for a country not known here.
std::string_view postal_code_example(std::string_view country);

/// Addresses there name a state or province: mail does not arrive without one.
bool has_states(std::string_view country);
/// "ON", "on" or "Ontario"; of a country without states anything short, nothing too.
bool is_state(std::string_view country, std::string_view text);
/// One that fits; empty for a country without states.
std::string_view state_example(std::string_view country);

} // namespace souk::user
