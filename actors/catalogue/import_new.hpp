// New products by the thousand: COPY instead of statements, and references looked up once a batch
// instead of once a row. What is there already goes the way of write.hpp.
#pragma once

#include "actors/catalogue/write.hpp"
#include "persistence/pg_connection.hpp"

namespace souk::catalogue {

/// Whether none of the handles and SKUs is in the catalogue.
result<bool> are_new(persistence::pg_connection& c, const std::vector<product_input>& products);

/// Inside the caller's transaction; `products` passed check_product, no handle or SKU occurs twice,
/// their categories exist; ids of products are filled in. errc::conflict when anything of them is
/// there already: the transaction has failed then.
result<void> copy_products(persistence::pg_connection& c, std::vector<product_input>& products,
                           const id_source& ids);

} // namespace souk::catalogue
