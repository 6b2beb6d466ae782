// Putting lines into a list of lines within the limits of a cart: for adding one and for absorbing
// many.
#pragma once

#include "actors/cart/cart.hpp"

namespace souk::cart {

line* find_line(std::vector<line>& lines, std::string_view id);
const line* find_line(const std::vector<line>& lines, std::string_view id);

/// Adds `more` to the line of the same SKU and options, or appends it. errc::invalid naming the
/// field when a limit does not allow it; then `lines` is as it was. Answers the line as it is now.
result<line> put_line(std::vector<line>& lines, const line& more);

/// The id of a line of another cart where its own is in use for something else: a command that was
/// given to both carts made both.
std::string other_line_id(const std::string& from_cart, const std::string& id);

/// Everything of `from` that `into` (in `unit`) can take, and a problem for each part it cannot.
absorbed absorb_lines(std::vector<line> into, currency unit, const absorb& from);

} // namespace souk::cart
