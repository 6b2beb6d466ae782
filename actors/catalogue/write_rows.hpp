// The rows that hang on a product: variants, prices, images, translations, and those it refers to.
// A call is one multi-row statement for a whole batch and answers the products in which it changed
// anything.
#pragma once

#include "actors/catalogue/write.hpp"

#include <set>

namespace souk::catalogue {

using id_map = std::map<std::string, std::string, std::less<>>;
using id_set = std::set<std::string, std::less<>>;
/// Price lists of markets: id → currency, country (empty: everywhere).
using market_lists = std::map<std::string, std::pair<std::string, std::string>>;

/// "EUR" or "EUR/FR".
std::string market_list_of(const price_input& price);
/// Make what is missing.
result<void> add_brands(persistence::sql::connection& c, const id_set& names);
result<void> add_price_lists(persistence::sql::connection& c, const market_lists& lists);

/// `variants` is SKU → id of those that exist; new ones are added to it.
result<id_set> put_variants(persistence::sql::connection& c,
                            const std::vector<product_input>& products, id_map& variants,
                            const id_source& ids);
/// Makes missing price lists too.
result<id_set> put_prices(persistence::sql::connection& c,
                          const std::vector<product_input>& products, const id_map& variants);
/// Those given replace what was there; products that say nothing about images keep theirs.
result<id_set> put_images(persistence::sql::connection& c,
                          const std::vector<product_input>& products);
result<id_set> put_translations(persistence::sql::connection& c,
                                const std::vector<product_input>& products);

} // namespace souk::catalogue
