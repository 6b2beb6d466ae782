// Products as rows of Shopify's CSV: what souk knows, and beside it what an import of such a file
// kept.
#pragma once

#include "actors/catalogue/export_scan.hpp"

namespace souk::catalogue {

struct shopify_export {
  souk::currency currency;
  /// Beyond the documented columns, such as a market's prices.
  std::vector<std::string> more_columns = {};
};

/// The further columns that kept data has, in order.
result<std::vector<std::string>> kept_columns(persistence::sql::connection& c);

std::string shopify_header(const shopify_export& how);
/// A row for each variant and further image.
std::string shopify_rows(const stored_product& stored, const shopify_export& how);

} // namespace souk::catalogue
