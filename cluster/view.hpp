// What routing reads: who owns which shard, and the way there. Immutable; a new membership makes a
// new one.
#pragma once

#include "cluster/member.hpp"
#include "cluster/messages.hpp"
#include "cluster/placement.hpp"

#include <memory>

namespace souk::cluster {

struct view {
  struct owner {
    node_ref who;
    gateway_actor gate; ///< nothing: this node itself
  };

  uint64_t version = 0;
  /// Every member that lives reads formats up to this level.
  int feature_level = 1;
  std::vector<owner> owners;
  placement shards{};

  /// nullptr: nobody is active.
  const owner* owner_of(uint32_t shard) const {
    return shards[shard] == no_owner ? nullptr : &owners[shards[shard]];
  }
  bool is_ours(uint32_t shard) const {
    const auto* o = owner_of(shard);
    return o && !o->gate;
  }
};
using view_ptr = std::shared_ptr<const view>;

} // namespace souk::cluster
