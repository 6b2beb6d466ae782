// Where several have to agree: orders with stock cells, carts and shipments, and the journal with
// the tables that follow from it.
#pragma once

#include "app/audit/audit.hpp"
#include "app/audit/entity_fold.hpp"
#include "persistence/sql.hpp"

namespace souk::audit {

/// Units: what orders say they have is what cells say they gave, and the other way round (I1, I8).
void check_units(const fold_tools& tools);
/// Carts, orders and shipments name each other, and nobody twice (I4, I5, law 3).
void check_hand_overs(const fold_tools& tools);
/// Double entries: balanced, and exactly what orders captured and refunded (law 6, I2).
result<void> check_ledger(persistence::sql::connection& c, const fold_tools& tools);
/// stock_level and order_summary show what the journal says at their seq (law 5).
result<void> check_projections(persistence::sql::connection& c, const fold_tools& tools,
                               bool settled);
/// Reads the operators' queue into the book.
result<void> read_stuck(persistence::sql::connection& c, book& facts);

} // namespace souk::audit
