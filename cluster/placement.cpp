#include "cluster/placement.hpp"

#include <algorithm>
#include <tuple>

namespace souk::cluster {

namespace {

uint64_t best_draw(const share& of, const std::string& shard) {
  uint64_t best = 0;
  for (int draw = 0; draw < of.weight; ++draw)
    best = std::max(best, entity_hash(of.node + "#" + std::to_string(draw) + "/" + shard));
  return best;
}

} // namespace

placement place(const std::vector<share>& nodes) {
  placement owners;
  owners.fill(no_owner);
  for (uint32_t shard = 0; shard < shard_count; ++shard) {
    const auto text = std::to_string(shard);
    uint64_t highest = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const auto drawn = best_draw(nodes[i], text);
      const bool wins =
          owners[shard] == no_owner ||
          std::tie(drawn, nodes[i].node) > std::tie(highest, nodes[owners[shard]].node);
      if (!wins)
        continue;
      highest = drawn;
      owners[shard] = static_cast<uint16_t>(i);
    }
  }
  return owners;
}

} // namespace souk::cluster
