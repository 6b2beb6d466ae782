// The operators' queue in Postgres (stuck_effect): what does not get done by itself, and what
// people have to decide before a deadline.
#pragma once

#include "base/time.hpp"
#include "persistence/sql.hpp"
#include "supervision/effect_runner.hpp"

namespace souk::operators {

/// Entries of one answer.
inline constexpr int64_t listed_max = 500;
/// What fails is told of at each attempt; those behind an open breaker wait for theirs in turn. Of
/// what nobody tells for so long the last word was lost.
inline constexpr std::chrono::hours silence_max{24};

struct entry {
  std::string entity; ///< "order/0192…"
  std::string step;   ///< what of it: "capture/3", "authorisation"
  int64_t attempts = 0;
  time_point since{}, last_attempt{};
  std::string last_failure;
};

/// Thread-safe; writes through the pool and drops nothing silently: what cannot be written is
/// logged.
class queue final : public supervision::operators_queue {
public:
  explicit queue(persistence::sql::pool& rows) : rows_(rows) {}
  void stuck(const entity_id& entity, const std::string& step, int attempts,
             const failure& last) override;
  void unstuck(const entity_id& entity, const std::string& step) override;
  /// The oldest first, listed_max at most; answers on a pool thread.
  void list(callback<std::vector<entry>> done);

private:
  persistence::sql::pool& rows_;
};

/// The same within somebody's transaction, for projections. Blocking, on a pool thread.
result<void> put(persistence::sql::connection& c, const std::string& entity,
                 const std::string& step, int64_t attempts, const std::string& why);
result<void> remove(persistence::sql::connection& c, const std::string& entity,
                    const std::string& step);
/// Takes out effects that nobody has told of since `told_since`, and answers how many. Blocking.
result<int64_t> forget_silent(persistence::sql::connection& c, time_point told_since);

} // namespace souk::operators
