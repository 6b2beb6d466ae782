// Which node owns which shard: weighted rendezvous hashing. Every node computes the same from the
// same members; a node that comes or goes moves only its own share.
#pragma once

#include "base/entity_id.hpp"

#include <array>
#include <vector>

namespace souk::cluster {

/// A node that takes shards; `weight` 1 to 100.
struct share {
  std::string node;
  int weight = 1;
};

inline constexpr uint16_t no_owner = 0xffff;
/// For each shard the index of its owner among the nodes it was computed for.
using placement = std::array<uint16_t, shard_count>;

/// The node with the highest of its `weight` draws entity_hash("node#draw/shard") owns a shard, so
/// that node n owns one with chance weight(n) / sum of weights, without floating point. `nodes` are
/// distinct; none gives no_owner everywhere.
placement place(const std::vector<share>& nodes);

} // namespace souk::cluster
