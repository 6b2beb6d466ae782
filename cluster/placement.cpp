#include "cluster/placement.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace souk::cluster {

namespace {

/// Of more nodes the draws are not remembered, 8 kB each.
constexpr size_t remembered_most = 256;

/// For each shard the highest of a node's draws.
using draws = std::array<uint64_t, shard_count>;

draws draw(const share& of) {
  draws highest{};
  for (int draw = 0; draw < of.weight; ++draw) {
    const auto prefix = of.node + "#" + std::to_string(draw) + "/";
    for (uint32_t shard = 0; shard < shard_count; ++shard)
      highest[shard] = std::max(highest[shard], entity_hash(prefix + std::to_string(shard)));
  }
  return highest;
}

/// A node draws the same each time. Until the next call.
const draws& draws_of(const share& of) {
  thread_local std::map<std::pair<std::string, int>, draws> known;
  if (known.size() >= remembered_most)
    known.clear();
  const auto [it, is_new] = known.try_emplace({of.node, of.weight});
  if (is_new)
    it->second = draw(of);
  return it->second;
}

} // namespace

placement place(const std::vector<share>& nodes) {
  placement owners;
  owners.fill(no_owner);
  draws highest{};
  for (uint16_t i = 0; i < nodes.size(); ++i) {
    const auto& drawn = draws_of(nodes[i]);
    for (uint32_t shard = 0; shard < shard_count; ++shard) {
      auto& owner = owners[shard];
      if (owner != no_owner &&
          std::tie(drawn[shard], nodes[i].node) <= std::tie(highest[shard], nodes[owner].node))
        continue;
      highest[shard] = drawn[shard];
      owner = i;
    }
  }
  return owners;
}

} // namespace souk::cluster
