// What variants cost by which list, beyond what imports write. Blocking calls inside the caller's
// transaction.
#pragma once

#include "actors/catalogue/office_messages.hpp"
#include "persistence/sql.hpp"

#include <set>

namespace souk::catalogue {

struct own_price {
  std::string sku;
  listed_price price;
};

/// Takes out the prices that name a list; write_products knows only the lists of markets.
std::vector<own_price> take_own_prices(product_input& p);
/// The products in which anything changed. errc::invalid for an unknown list or an amount that is
/// none.
result<std::set<std::string>> put_own_prices(persistence::sql::connection& c,
                                             const std::vector<own_price>& prices);

/// errc::not_found for an unknown SKU.
result<variant_prices> find_prices(persistence::sql::connection& c, const std::string& sku);
/// These and no others; answers the SKU. errc::precondition_failed when the product's version is
/// not `expected`.
result<std::string> set_prices(persistence::sql::connection& c, const std::string& sku,
                               std::optional<int64_t> expected,
                               const std::vector<listed_price>& prices);

/// All prices of each variant, by its id.
result<std::map<std::string, std::vector<listed_price>>>
load_prices(persistence::sql::connection& c, const std::vector<std::string>& variants);

} // namespace souk::catalogue
