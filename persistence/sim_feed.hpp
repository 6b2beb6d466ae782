// What consumers of the change feed are handed in the simulation: committed rows as the feed
// carries them, and histories as a connection answers them. The bytes are those of Postgres.
#pragma once

#include "persistence/feed_change.hpp"
#include "persistence/recovery.hpp"

namespace souk::persistence {

/// The insert of a journal row.
feed_change journal_insert(const std::string& entity, const stored_row& what);
/// The answer to read_history() (pg_append.hpp).
sql::rows history_rows(const stored_history& history);
/// Of a statement that answers nothing.
sql::rows no_rows();

} // namespace souk::persistence
