// The routes for whoever runs a node: health, readiness, metrics, and the contract itself.
#pragma once

#include "http/router.hpp"

namespace souk::http {

struct readiness {
  bool ready = true;
  std::vector<std::string> reasons; ///< why not
};

/// `ready` is called for each GET /readyz, on an I/O thread: it must not block.
void add_operations_routes(router& to, std::function<readiness()> ready);

} // namespace souk::http
