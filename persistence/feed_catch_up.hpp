// Reads the journal itself where the slot cannot help: for a new consumer, and after a lost slot.
#pragma once

#include "persistence/feed_change.hpp"

#include <functional>

namespace souk::persistence {

/// All journal rows written at or after `since`, shard by shard, each entity's in order, in pages
/// of `page` at most. Stops with the first failure of `take`.
result<void> read_journal(sql::connection& c, time_point since, int page,
                          const std::function<result<void>(const std::vector<feed_change>&)>& take);

} // namespace souk::persistence
