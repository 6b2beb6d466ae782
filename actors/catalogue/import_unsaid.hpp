// What a file's format cannot say stays as it is: Shopify's CSV knows no attributes, tax
// categories or ratings, has categories by their names alone and descriptions as HTML.
#pragma once

#include "actors/catalogue/import.hpp"

namespace souk::catalogue {

struct partial_product {
  product_input* product;
  read_place* place;
};

/// Completes products that are in the catalogue already, and keeps nothing beside them that it has
/// a place for. Others are left as they are.
result<void> keep_unsaid(persistence::sql::connection& c,
                         const std::vector<partial_product>& products);

} // namespace souk::catalogue
