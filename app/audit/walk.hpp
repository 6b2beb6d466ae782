// Reads the whole journal in the order of (shard, entity, seq), snapshots and wakeups beside it,
// and folds one entity after the other: laws 1 and 3, I5–I8 for each entity by itself.
#pragma once

#include "app/audit/audit.hpp"
#include "app/audit/entity_fold.hpp"
#include "persistence/sql.hpp"

namespace souk::audit {

/// Within one transaction. Fails only when the database does.
result<void> walk_journal(persistence::sql::connection& c, const fold_tools& tools,
                          const audit_options& options);

} // namespace souk::audit
