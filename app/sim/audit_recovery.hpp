// Does an entity that comes back from a snapshot know all that the whole of its journal says? Asked
// of the snapshot that stands in the store, and of the one that could have been taken behind each
// row: what a snapshot forgets would be missed only where its node crashes at the right moment.
#pragma once

#include "app/sim/audit_folds.hpp"

namespace souk::sim {

/// `entity` as "kind/key". O(rows × state).
void check_recovery(std::string_view entity, const persistence::stored_history& stored,
                    const complaint& complain);

} // namespace souk::sim
