// Writing products: one set of multi-row statements for imports, the demo and single changes alike.
#pragma once

#include "actors/catalogue/categories.hpp"
#include "base/ids.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

struct written {
  size_t created = 0;
  size_t changed = 0; ///< the rest was as it is already
};

/// Where ids of new rows come from.
struct id_source {
  entropy& random;
  time_point now;
};

/// Upserts by handle and SKU inside the caller's transaction. `products` passed check_product, no
/// handle or SKU occurs twice, their categories exist; ids of products are filled in. Versions rise
/// where anything visible changes. errc::conflict with a problem when a SKU belongs to another
/// product.
result<written> write_products(persistence::sql::connection& c,
                               std::vector<product_input>& products, const id_source& ids);

/// Inside the caller's transaction; answers the new id. errc::conflict when the handle is taken.
result<std::string> create_product(persistence::sql::connection& c, product_input p,
                                   const id_source& ids);

/// Inside the caller's transaction; answers the id. errc::not_found; errc::precondition_failed when
/// the version is not `expected`; errc::conflict for a variant to remove that was offered.
result<std::string> patch_product(persistence::sql::connection& c, const std::string& id,
                                  std::optional<int64_t> expected, const product_patch& patch,
                                  const id_source& ids);

/// The same; errc::conflict when one of its variants had a price or has stock: orders refer to it.
result<std::string> remove_product(persistence::sql::connection& c, const std::string& id,
                                   std::optional<int64_t> expected);

} // namespace souk::catalogue
