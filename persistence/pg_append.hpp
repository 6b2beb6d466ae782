// The journal's statements: one call of append() for a batch, the read of an entity's history.
#pragma once

#include "persistence/batch.hpp"
#include "persistence/pg_connection.hpp"
#include "persistence/recovery.hpp"

namespace souk::persistence {

/// Commits the batch; answers a log position (bytes) at or before the commit. When refused,
/// last_error() has SQLSTATE SK001 (superseded) or SK002 (unbalanced) and the entities' names, one
/// a line, as detail.
result<int64_t> append(pg_connection& c, const batch& b);

/// Snapshot, tail and wakeup of one moment.
result<stored_history> read_history(sql::connection& c, const entity_id& entity);

} // namespace souk::persistence
