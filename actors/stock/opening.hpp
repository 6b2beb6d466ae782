// The first count of many cells at once, for catalogues that arrive by the hundred thousand: the
// rows that each cell's entity would have written itself, in one commit of the journal.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "persistence/pg_connection.hpp"

#include <string>
#include <vector>

namespace souk::stock {

struct first_count {
  std::string sku;
  std::string warehouse;
  int64_t on_hand = 0;
  command_id command = {}; ///< empty: nobody will ask for this count again
};

/// Of counts: one command id stands for one count of one cell.
inline constexpr uint64_t count_fingerprint = 1;

/// Blocking, outside a transaction; all counts or none. Only a cell's first event is written, and
/// the journal's key says that there was none: two histories cannot begin. Answers those cells that
/// have a history already; they are counted by asking their entity. `now` is the database's time.
result<std::vector<first_count>> open_cells(persistence::pg_connection& c,
                                            std::vector<first_count> counts,
                                            const std::string& reason, time_point now);

} // namespace souk::stock
