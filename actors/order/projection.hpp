// order_summary: what lists of orders show, a projection of the order journal.
#pragma once

#include "persistence/feed.hpp"

namespace souk::order {

std::shared_ptr<persistence::feed_consumer> make_projection();

} // namespace souk::order
