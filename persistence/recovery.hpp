// Verifies what is read back before anyone replays it: no gap, no overlap, an unbroken chain.
#pragma once

#include "persistence/journal.hpp"

namespace souk::persistence {

struct stored_row {
  journal_row row;
  chain_hash chain{};
  time_point at{}; ///< of its commit, by the database; where somebody asks for it
};

/// An entity as it stands in the store: the newest snapshot with the chain of the row it ends with,
/// the rows behind it in order, the wakeup.
struct stored_history {
  std::optional<snapshot_row> snapshot;
  chain_hash snapshot_chain{};
  std::vector<stored_row> rows;
  std::optional<time_point> wakeup;
};

/// errc::corrupt names the first seq that is wrong.
result<recovered> verify(const entity_id& entity, stored_history history);

/// errc::corrupt unless `bytes` has the length of a chain.
result<chain_hash> to_chain(std::string_view bytes);

} // namespace souk::persistence
