// The journal's statements: one call of append() for a batch, COPY for histories that begin in
// bulk, the read of an entity's history.
#pragma once

#include "persistence/batch.hpp"
#include "persistence/pg_connection.hpp"
#include "persistence/recovery.hpp"

namespace souk::persistence {

/// Commits the batch; answers a log position (bytes) at or before the commit. When refused,
/// last_error() has SQLSTATE SK001 (superseded) or SK002 (unbalanced) and the entities' names, one
/// a line, as detail.
result<int64_t> append(pg_connection& c, const batch& b);

/// A history's first row.
struct first_row {
  entity_id entity;
  uint32_t events = 0; ///< ≥ 1
  std::string payload;
};

/// Begins histories in bulk, by COPY; all or none. Nothing is looked up: the primary key says that
/// there is no other row. errc::conflict: an entity, whichever, has a history. errc::invalid: it is
/// there twice.
result<void> append_first_rows(pg_connection& c, std::vector<first_row> rows);

/// Snapshot, tail and wakeup of one moment.
result<stored_history> read_history(sql::connection& c, const entity_id& entity);

} // namespace souk::persistence
