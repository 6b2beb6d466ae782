// The packed form of journal rows and snapshots (proto/journal.proto), the same for every model.
#pragma once

#include "actors/entity/memory.hpp"

#include <span>
#include <string>
#include <vector>

namespace souk::entity {

/// What one command did, as it stands in a journal row.
struct journal_entry {
  command_memory::remembered command; ///< id empty: nothing to remember
  std::vector<std::string> events;
  std::string trace;
};

struct packed_snapshot {
  std::string state;
  std::vector<command_memory::remembered> commands;
  time_point at;
  int level = 1; ///< the feature level that reads it
};

std::string pack(const journal_entry& entry);
/// errc::corrupt when the bytes are not a commit.
result<std::vector<journal_entry>> unpack_commit(const std::string& payload);

std::string pack(packed_snapshot snapshot);
result<packed_snapshot> unpack_snapshot(const std::string& payload);

} // namespace souk::entity
