// Decodes Postgres' logical replication messages (pgoutput, protocol 1, binary values). Pure.
#pragma once

#include "persistence/feed_change.hpp"

#include <map>

namespace souk::persistence {

/// A committed transaction, in commit order.
struct feed_transaction {
  uint64_t end = 0; ///< log position behind its commit
  time_point at;
  std::vector<feed_change> changes;
};

/// Fed one message at a time.
class pgoutput_decoder {
public:
  /// The whole transaction when `message` is its commit. errc::corrupt for what it cannot read.
  result<std::optional<feed_transaction>> take(std::string_view message);

private:
  class reader;
  void read_relation(reader& in);
  void read_change(reader& in, feed_change::kind what);

  std::map<uint32_t, std::shared_ptr<const feed_table>> tables_;
  feed_transaction open_;
};

} // namespace souk::persistence
