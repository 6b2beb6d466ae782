#include "persistence/recovery.hpp"

#include <algorithm>

namespace souk::persistence {

result<recovered> verify(const entity_id& entity, stored_history history) {
  recovered out;
  if (history.snapshot) {
    out.seq = history.snapshot->seq;
    out.chain = history.snapshot_chain;
  }
  out.snapshot = std::move(history.snapshot);
  out.wakeup = history.wakeup;
  out.tail.reserve(history.rows.size());
  for (auto& [row, chain, committed] : history.rows) {
    const auto at = entity.text() + " at " + std::to_string(row.first_seq);
    if (row.first_seq != out.seq + 1)
      return fail(errc::corrupt,
                  (row.first_seq > out.seq + 1 ? "gap before " : "overlap in ") + at);
    if (chain != next_chain(out.chain, row.first_seq, row.payload))
      return fail(errc::corrupt, "broken chain in " + at);
    out.seq += row.events;
    out.chain = chain;
    out.tail.push_back(std::move(row));
  }
  return out;
}

result<chain_hash> to_chain(std::string_view bytes) {
  chain_hash out;
  if (bytes.size() != out.size())
    return fail(errc::corrupt, "a chain of the wrong length");
  std::ranges::copy(bytes, out.begin());
  return out;
}

} // namespace souk::persistence
