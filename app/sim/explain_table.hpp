// The nodes' views of the membership table: a version is written once and is one more than the one
// before, a generation is used once, and all who know a version agree on who owns what by it.
#pragma once

#include "app/sim/history.hpp"
#include "cluster/router.hpp"
#include "cluster/sim_membership.hpp"

#include <set>

namespace souk::sim {

/// Single-threaded.
class explained_table {
public:
  explained_table(cluster::sim_membership_store& table, history::complaint complain);

  /// A node routes by this view from now on.
  void installed(const cluster::node_ref& at, const cluster::view& what);

private:
  struct version {
    std::set<cluster::node_ref> active;
    /// As the first node saw them: who owns shards, and the place of each shard's owner there.
    std::vector<cluster::node_ref> owners;
    std::optional<cluster::placement> shards;
  };
  void changed();
  void weigh(const cluster::view& what, const cluster::placement& shards,
             const std::vector<cluster::node_ref>& owners);
  /// The view's shards by their owners' places in `owners`, which grows by those it lacks.
  static cluster::placement shards_of(const cluster::view& v,
                                      std::vector<cluster::node_ref>& owners);

  const cluster::sim_membership_store& table_;
  const history::complaint complain_;
  std::shared_ptr<std::function<void()>> hears_;
  uint64_t version_ = 0;
  std::set<cluster::node_ref> members_;
  std::set<uint64_t> generations_;
  std::map<uint64_t, version> versions_;
};

} // namespace souk::sim
