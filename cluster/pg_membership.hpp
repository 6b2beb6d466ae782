// The membership table as rows of Postgres (migration 0050), on connections of its own: the pool of
// the row services may be full just when a member has to be declared dead.
#pragma once

#include "cluster/membership_table.hpp"
#include "persistence/pg_listener.hpp"
#include "persistence/pg_pool.hpp"

#include <memory>

namespace souk::cluster {

/// The pool for a pg_membership: few connections, short waits. `at` names the session.
persistence::pg_pool_options membership_pool(persistence::pg_options at);

class pg_membership final : public membership_table {
public:
  /// `rows` outlives this. A table that belongs to a cluster of another name answers every read and
  /// write with errc::conflict.
  pg_membership(persistence::sql::pool& rows, persistence::pg_options listening,
                std::string cluster);

  void read(callback<membership> done) override;
  void write(uint64_t expected, const member& row, callback<uint64_t> done) override;
  void confirm(const node_ref& who, callback<uint64_t> done) override;
  void fence(const std::set<node_ref>& also, callback<void> done) override;
  void farewell(const node_ref& who, callback<void> done) override;
  void forget_dead(time_point when, callback<void> done) override;
  /// Once. Calls on the listener's thread; also after each connect.
  void watch(std::function<void()> changed) override;

private:
  persistence::sql::pool& rows_;
  const persistence::pg_options listening_;
  const std::string cluster_;
  std::unique_ptr<persistence::pg_listener> listener_;
};

} // namespace souk::cluster
