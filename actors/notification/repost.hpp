// Sending once more what was given up: an operator's decision, which closes the entry in their
// queue.
#pragma once

#include "persistence/sql.hpp"

namespace souk::notification {

/// Thread-safe; answers on a pool thread.
class repost {
public:
  explicit repost(persistence::sql::pool& rows) : rows_(rows) {}

  /// A given-up message is queued as if it were new; for one that waits already nothing changes.
  /// errc::not_found for an unknown one; errc::conflict for one that was sent, whose person was
  /// erased, or whose link has ended.
  void send_again(std::string id, callback<bool> done);

private:
  persistence::sql::pool& rows_;
};

} // namespace souk::notification
