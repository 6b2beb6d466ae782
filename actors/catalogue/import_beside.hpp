// What a batch of an import says beside its products' rows: what only exports read, prices in the
// staff's lists, and which products nobody can buy. Inside the caller's transaction.
#pragma once

#include "actors/catalogue/import.hpp"
#include "actors/catalogue/prices.hpp"

namespace souk::catalogue {

/// A product of the batch and where it was read.
struct batch_entry {
  product_input product;
  read_place place;
  std::vector<own_price> own = {}; ///< prices in the staff's lists
};
using batch = std::vector<batch_entry>;

/// Keeps what souk has no place for beside each product; who says nothing of it changes nothing.
/// `products` are the written ones, in the order of the entries.
result<void> put_sources(persistence::sql::connection& c, const batch& entries,
                         const std::vector<product_input>& products);
/// Writes the prices in the staff's lists; answers how many products changed by them alone.
result<size_t> put_own(persistence::sql::connection& c, const batch& entries);
/// The active products that have no price by any list, by their places.
result<std::vector<size_t>> find_unpriced(persistence::sql::connection& c, const batch& entries,
                                          const std::vector<product_input>& products);

} // namespace souk::catalogue
