// Shopify's product CSV as products: several rows a handle, the first with the product's columns,
// each with a variant or an image. What souk has no place for is kept beside the product.
#pragma once

#include "actors/catalogue/import.hpp"

namespace souk::catalogue {

struct shopify_options {
  souk::currency sold_in; ///< of every price in the file
  std::string warehouse;  ///< takes "Variant Inventory Qty"
};

/// The stream must be seekable and outlive the reader. Rows are lines of the file.
std::unique_ptr<product_reader> read_shopify(std::istream& in, shopify_options options);

} // namespace souk::catalogue
