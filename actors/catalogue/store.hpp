// Reading the catalogue's rows. Blocking calls on a pool thread's connection.
#pragma once

#include "actors/catalogue/messages.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

/// By id or by handle, in any status. errc::not_found. Availability is not filled in here.
result<product_view> find_product(persistence::sql::connection& c, const std::string& id_or_handle,
                                  const market& m);

/// Archived variants are for the back office.
enum class variant_scope : uint8_t { offered, all };

/// Those of `ids` that exist, in that order.
result<std::vector<product_view>> load_products(persistence::sql::connection& c,
                                                const std::vector<std::string>& ids,
                                                const market& m,
                                                variant_scope which = variant_scope::offered);

/// Active products. errc::invalid for a limit out of range or a cursor that is not ours.
result<product_page> list_products(persistence::sql::connection& c, const list_request& request);

/// Active products by relevance; when no whole words match, the last word counts as a beginning.
result<product_page> search_products(persistence::sql::connection& c,
                                     const search_request& request);

/// Unknown SKUs are left out. errc::invalid for more than skus_max.
result<std::vector<sellable>> variants_by_sku(persistence::sql::connection& c,
                                              const std::vector<std::string>& skus,
                                              const souk::currency& in, const std::string& country);

/// Titles of products by id, as service::titles.
result<std::map<std::string, std::string>> load_titles(persistence::sql::connection& c,
                                                       const std::vector<std::string>& ids,
                                                       const std::string& locale);

/// One answer for each SKU asked, 0 units where nothing is known.
result<std::vector<sku_availability>> availability_of(persistence::sql::connection& c,
                                                      const std::vector<std::string>& skus);

/// Fills in the availability of every variant.
result<void> add_availability(persistence::sql::connection& c, std::vector<product_view>& products);

} // namespace souk::catalogue
