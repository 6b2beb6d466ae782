// What Shopify's product CSV does not say of itself and its reader and writer have to agree on.
#pragma once

#include "base/money.hpp"

#include <string>

namespace souk::catalogue {

struct shopify_options {
  souk::currency sold_in; ///< of every price in the file
  std::string warehouse;  ///< whose units "Variant Inventory Qty" has; all others are left out
};

} // namespace souk::catalogue
