// stock_level: what shoppers see of stock, a projection of the stock journal. Never decides
// anything.
#pragma once

#include "persistence/feed.hpp"

namespace souk::stock {

/// Cells folded in memory; beyond it the coldest are read again when they move.
inline constexpr size_t projected_cells_max = 200'000;

std::shared_ptr<persistence::feed_consumer> make_projection();

} // namespace souk::stock
