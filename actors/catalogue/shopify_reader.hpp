// Shopify's product CSV as products: several rows a handle, the first with the product's columns,
// each with a variant or an image. What souk has no place for is kept beside the product.
#pragma once

#include "actors/catalogue/import.hpp"
#include "actors/catalogue/shopify_options.hpp"

#include <boost/json/fwd.hpp>

namespace souk::catalogue {

/// The stream must be seekable and outlive the reader. Rows are lines of the file.
std::unique_ptr<product_reader> read_shopify(std::istream& in, shopify_options options);

/// As read_place has it: nothing when there is no column, variant or image in it.
std::string kept_beside(const boost::json::object& kept);

} // namespace souk::catalogue
