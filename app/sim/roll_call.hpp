// The checker of the cluster itself: the membership table only goes forward, nobody dies by fewer
// votes than it takes, no node routes by an older view than before, no shard is served by two at
// once or written to by one while another serves it, no node serves what it has in memory since
// before another wrote to it, and once all is healed every node that runs is a member and every
// shard is served by one.
#pragma once

#include "app/sim/node.hpp"
#include "cluster/sim_membership.hpp"

#include <functional>
#include <map>
#include <memory>

namespace souk::sim {

/// Single-threaded. Looks at the table after each write.
class roll_call {
public:
  using complaint = std::function<void(const std::string& about, const std::string& what)>;

  roll_call(cluster::sim_membership_store& members, const clock& time, complaint complain);

  /// A node has just done something, and routes by this version.
  void routes(const std::string& node, uint64_t generation, uint64_t version);
  /// `running` are those that could answer somebody now.
  void look_who_serves(const std::vector<node*>& running);
  void look_who_is_behind(const std::vector<node*>& all);
  /// It has just been written to.
  void wrote(const persistence::sim_store::process& by, const entity_id& to,
             const std::vector<node*>& all);
  /// When nothing is wrong any more; `running` are all nodes there are.
  void finish(const std::vector<node*>& running, bool all_idle);

private:
  void written();
  void look_at(const cluster::member& now, const cluster::member* before);
  size_t votes_that_count(const cluster::member& dead) const;
  size_t votes_needed() const;

  const cluster::sim_membership_store& members_;
  const clock& time_;
  const complaint complain_;
  cluster::membership before_;                                 ///< the table at the last look
  std::map<std::string, std::pair<uint64_t, uint64_t>> views_; ///< by node: generation, version
  std::shared_ptr<std::function<void()>> watching_;
};

} // namespace souk::sim
