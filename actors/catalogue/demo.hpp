// A believable shop out of nothing: products from word lists, the same for a seed and index for
// ever, so that a larger shop begins with the smaller one. Shops of different seeds do not go into
// one database: their SKUs are the same.
#pragma once

#include "actors/catalogue/import.hpp"

namespace souk::catalogue {

inline constexpr size_t demo_products_default = 200;
inline constexpr uint64_t demo_seed_default = 1;

/// Pure. Prices in EUR, USD and GBP, 1 to 6 variants, stock in none to three of berlin, lyon and
/// leeds; the id too is derived, so that two databases filled alike are alike.
product_input demo_product(uint64_t seed, size_t index);
/// Its id alone, a hundred times faster.
std::string demo_id(uint64_t seed, size_t index);

/// The whole tree, parents first, with the attribute schemas that the products keep to.
std::vector<category> demo_categories();

/// Products 0 to `count` − 1.
std::unique_ptr<product_reader> read_demo(uint64_t seed, size_t count);

} // namespace souk::catalogue
