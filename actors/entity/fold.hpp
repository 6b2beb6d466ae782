// The fold of a journal: an entity's state and what it remembers, after so many events. Recovery,
// projections and tests replay through here.
#pragma once

#include "actors/entity/codec.hpp"
#include "actors/entity/model.hpp"
#include "persistence/journal.hpp"

namespace souk::entity {

template <model M>
struct fold {
  typename M::state state{};
  command_memory memory{M::memory};
  uint64_t seq = 0;          ///< events in `state`
  time_point last_at{};      ///< of the last event
  int level = 1;             ///< the feature level that reads `state`
  size_t tail_bytes = 0;     ///< of journal behind the last snapshot
  size_t snapshot_bytes = 0; ///< of that snapshot

  persistence::snapshot_row snapshot() const {
    return {seq, M::state_version,
            pack(packed_snapshot{.state = M::encode(state),
                                 .commands = {memory.commands().begin(), memory.commands().end()},
                                 .at = last_at,
                                 .level = level})};
  }

  /// Starts from a snapshot. errc::corrupt when it is not one of M's, or of a newer version's.
  result<void> restore(const persistence::snapshot_row& row) {
    auto unpacked = unpack_snapshot(row.payload);
    if (!unpacked)
      return unpacked.error();
    if (unpacked->level > newest_level<M>())
      return fail(errc::corrupt, "a snapshot of a newer version");
    level = unpacked->level;
    auto decoded = M::decode_state(unpacked->state, row.version);
    if (!decoded)
      return decoded.error();
    state = std::move(*decoded);
    last_at = unpacked->at;
    for (const auto& command : unpacked->commands)
      memory.remember(command);
    seq = row.seq;
    snapshot_bytes = row.payload.size();
    return {};
  }

  /// Applies one journal row. A packed row may begin before the snapshot it follows: what is in the
  /// state already is skipped. errc::corrupt for a gap or an unknown event.
  result<void> replay(uint64_t first_seq, const std::string& payload) {
    if (first_seq > seq + 1)
      return fail(errc::corrupt, "events are missing before " + std::to_string(first_seq));
    auto entries = unpack_commit(payload);
    if (!entries)
      return entries.error();
    uint64_t next = first_seq;
    for (const auto& entry : *entries) {
      for (const auto& bytes : entry.events) {
        if (next++ <= seq)
          continue;
        auto event = M::decode_event(bytes);
        if (!event)
          return event.error();
        M::apply(state, *event, entry.command.at);
        level = std::max(level, level_of<M>(*event));
        ++seq;
      }
      last_at = std::max(last_at, entry.command.at);
      memory.remember(entry.command);
    }
    tail_bytes += payload.size();
    return {};
  }
};

/// Everything that was recovered, folded; its end must be where the journal says it is.
template <model M>
result<fold<M>> replay(const persistence::recovered& found) {
  fold<M> out;
  if (found.snapshot)
    if (auto restored = out.restore(*found.snapshot); !restored)
      return restored.error();
  for (const auto& row : found.tail)
    if (auto replayed = out.replay(row.first_seq, row.payload); !replayed)
      return replayed.error();
  if (out.seq != found.seq)
    return fail(errc::corrupt, "the journal says " + std::to_string(found.seq) +
                                   " events, replay found " + std::to_string(out.seq));
  return out;
}

} // namespace souk::entity
