// The operators' queue in Postgres: what does not get done by itself, for people to see
// (stuck_effect).
#pragma once

#include "persistence/sql.hpp"
#include "supervision/effect_runner.hpp"

namespace souk::app {

/// Thread-safe; writes through the pool and drops nothing silently: what cannot be written is
/// logged.
class operators_table final : public supervision::operators_queue {
public:
  explicit operators_table(persistence::sql::pool& rows) : rows_(rows) {}
  void stuck(const entity_id& entity, const std::string& step, int attempts,
             const failure& last) override;
  void unstuck(const entity_id& entity, const std::string& step) override;

private:
  persistence::sql::pool& rows_;
};

} // namespace souk::app
