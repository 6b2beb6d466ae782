// The journal's statements: one call of append() for a batch, the fence at a takeover, the read of
// an entity's history.
#pragma once

#include "persistence/batch.hpp"
#include "persistence/pg_connection.hpp"
#include "persistence/recovery.hpp"

namespace souk::persistence {

/// Commits the batch; answers a log position (bytes) at or before the commit. When refused,
/// last_error() has SQLSTATE SK001 (superseded) or SK002 (unbalanced) and the entities' names, one
/// a line, as detail.
result<int64_t> append(pg_connection& c, const batch& b);

/// Journal sessions are named souk/<node>/<generation>/<writer>; Postgres keeps 63 bytes of a name.
std::string session_name(std::string_view node, uint64_t generation, int writer);

/// Ends all journal sessions of `node` of generations before `before`, and those named `also` but
/// this one; waits until they are gone (`within` at most, then errc::timed_out), then commits: what
/// is read afterwards is final, on the synchronous standby too. Answers the log position of that
/// commit. A node that declares another dead calls it with the dead one's generation + 1.
result<int64_t> end_sessions(sql::connection& c, std::string_view node, uint64_t before,
                             const std::string& also = {},
                             std::chrono::milliseconds within = std::chrono::seconds{10});

/// Snapshot, tail and wakeup of one moment.
result<stored_history> read_history(sql::connection& c, const entity_id& entity);

} // namespace souk::persistence
