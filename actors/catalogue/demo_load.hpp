// Fills the catalogue with the demo, as fast as Postgres takes rows. Safe to repeat and to
// interrupt: a piece writes what is missing of it, shelves first, then its products in one
// transaction.
#pragma once

#include "actors/catalogue/demo.hpp"
#include "persistence/pg_connection.hpp"

namespace souk::catalogue {

inline constexpr size_t demo_piece_products = 5'000;

/// Products `first` to `first + count` − 1 of a seed.
struct demo_piece {
  uint64_t seed = demo_seed_default;
  size_t first = 0;
  size_t count = 0;
};

struct demo_loaded {
  size_t created = 0;
  size_t known = 0;   ///< were there already
  size_t counted = 0; ///< shelves
  std::vector<row_error> errors;
};

/// Writes units onto shelves that were never counted and leaves the others alone; blocking. Answers
/// how many it wrote.
using shelf_opener = std::function<result<size_t>(std::vector<stock_row>)>;

/// Categories with their schemas, brands and price lists, before the first piece: pieces that are
/// written at the same time do not wait for each other then.
result<void> prepare_demo(persistence::pg_connection& c);

result<demo_loaded> load_demo(persistence::pg_connection& c, const demo_piece& piece,
                              const id_source& ids, const shelf_opener& open_shelves);

} // namespace souk::catalogue
