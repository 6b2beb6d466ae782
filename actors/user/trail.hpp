// The audit trail: who of the staff did what. An action is on record before it is done; how it
// ended follows as a row of its own. Nothing here is ever changed or removed.
#pragma once

#include "base/ids.hpp"
#include "persistence/sql.hpp"

#include <vector>

namespace souk::user {

struct action {
  std::string actor;     ///< "user:<id>" or "key:<id>"
  std::string operation; ///< operationId
  std::string target;    ///< path
  std::string trace_id;
  std::string client; ///< network address
};

struct recorded_action {
  std::string id;
  action what;
  time_point at{};
  std::optional<int64_t> status; ///< of the answer; nothing: it is not known how it ended
};

/// Empty texts match all.
struct trail_filter {
  std::string actor;
  std::string operation;
  std::string target; ///< how the path begins
  std::optional<time_point> from, until;
};

struct trail_page {
  std::vector<recorded_action> items;
  std::string next_cursor; ///< an action's id; empty: that was all
};

/// Thread-safe; answers on a pool thread, or refuses at once when the pool is full or away.
class trail {
public:
  trail(persistence::sql::pool& rows, const clock& time, entropy& random)
      : rows_(rows), time_(time), random_(random) {}

  /// Answers the action's id once it is durable. Whoever gets a failure does not act.
  void begin(action what, callback<std::string> done);
  void end(std::string id, int status, callback<bool> done);
  /// Newest first; `limit` 1 to 100. errc::invalid for a cursor that is not one.
  void list(trail_filter which, size_t limit, std::string cursor, callback<trail_page> done);

private:
  persistence::sql::pool& rows_;
  const clock& time_;
  entropy& random_;
};

} // namespace souk::user
