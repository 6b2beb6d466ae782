// Products as rows of Shopify's CSV: what souk knows, and beside it what an import of such a file
// kept.
#pragma once

#include "actors/catalogue/export_scan.hpp"
#include "actors/catalogue/shopify_options.hpp"

#include <functional>

namespace souk::catalogue {

struct shopify_export {
  shopify_options file;
  /// Beyond the documented columns, such as a market's prices.
  std::vector<std::string> more_columns = {};
};

/// The further columns that kept data has, in order.
result<std::vector<std::string>> kept_columns(persistence::sql::connection& c);

/// The catalogue as it is at one moment, in pieces; answers how many products it has. As JSON Lines
/// without `as_shopify`. `put` takes each piece with the number of products so far.
result<size_t> export_catalogue(persistence::sql::connection& c,
                                const std::optional<shopify_options>& as_shopify,
                                const std::function<result<void>(const std::string&, size_t)>& put);

std::string shopify_header(const shopify_export& how);
/// A row for each variant and further image.
std::string shopify_rows(const stored_product& stored, const shopify_export& how);

} // namespace souk::catalogue
