// The visitor's cart as pages need it: opened when there is none yet, and moved to another one when
// the visitor buys from another country now, because a cart keeps its currency for life.
#pragma once

#include "http/pages/visit.hpp"

namespace souk::http {

/// Calls `then` with v->cart open and in v->market; answers the visit itself when that fails.
void with_cart(const visit_ptr& v, std::function<void()> then);

} // namespace souk::http
