#include "cluster/hand_off.hpp"

#include <algorithm>

namespace souk::cluster {

void hand_off::gained(uint64_t version, const std::vector<uint32_t>& shards,
                      const std::set<node_ref>& others, std::chrono::nanoseconds now) {
  others_ = others;
  std::erase_if(settled_, [&](const auto& s) { return !others_.contains(s.first); });
  for (auto& [shard, w] : waiting_)
    w.version = version;
  for (const auto shard : shards)
    waiting_[shard] = {version, version, false, now + hand_off_patience};
}

void hand_off::released(uint32_t shard, uint64_t version) {
  const auto it = waiting_.find(shard);
  if (it != waiting_.end() && version >= it->second.since)
    it->second.released = true;
}

void hand_off::settled(const node_ref& by, uint64_t version) {
  auto& known = settled_[by];
  known = std::max(known, version);
}

bool hand_off::all_settled(uint64_t version) const {
  return std::ranges::all_of(others_, [&](const node_ref& other) {
    const auto it = settled_.find(other);
    return it != settled_.end() && it->second >= version;
  });
}

std::vector<uint32_t> hand_off::take_ready(std::chrono::nanoseconds now) {
  std::vector<uint32_t> ready;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto& w = it->second;
    const bool let_go = w.released || all_settled(w.since) || now >= w.until;
    if (fenced_ < w.version || !let_go) {
      ++it;
      continue;
    }
    ready.push_back(it->first);
    it = waiting_.erase(it);
  }
  return ready;
}

} // namespace souk::cluster
