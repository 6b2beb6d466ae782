#include "cluster/placement.hpp"

#include <algorithm>
#include <tuple>

namespace souk::cluster {

namespace {

placement draw(const std::vector<share>& nodes) {
  placement owners;
  owners.fill(no_owner);
  std::array<uint64_t, shard_count> highest{};
  std::array<std::string, shard_count> names;
  for (uint32_t shard = 0; shard < shard_count; ++shard)
    names[shard] = std::to_string(shard);
  for (uint16_t i = 0; i < nodes.size(); ++i)
    for (int draw = 0; draw < nodes[i].weight; ++draw) {
      auto text = nodes[i].node + "#" + std::to_string(draw) + "/";
      const auto prefix = text.size();
      for (uint32_t shard = 0; shard < shard_count; ++shard) {
        text.resize(prefix);
        text += names[shard];
        const auto drawn = entity_hash(text);
        auto& owner = owners[shard];
        if (owner != no_owner &&
            std::tie(drawn, nodes[i].node) <= std::tie(highest[shard], nodes[owner].node))
          continue;
        highest[shard] = drawn;
        owner = i;
      }
    }
  return owners;
}

} // namespace

/// Most versions of the membership change nothing of the shares: somebody is suspected, or joins.
placement place(const std::vector<share>& nodes) {
  thread_local std::vector<share> last;
  thread_local placement owners = draw(last);
  const auto is_same = [](const share& a, const share& b) {
    return a.node == b.node && a.weight == b.weight;
  };
  if (!std::ranges::equal(nodes, last, is_same)) {
    owners = draw(nodes);
    last = nodes;
  }
  return owners;
}

} // namespace souk::cluster
