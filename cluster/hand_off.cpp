#include "cluster/hand_off.hpp"

#include <algorithm>
#include <limits>

namespace souk::cluster {

std::vector<share> shares_between(const membership& before, const membership& now) {
  std::map<std::string, int> weights;
  for (const auto& m : now.members) {
    const auto* row = before.find(m.who);
    const bool is_new = !row || row->state == member_state::joining;
    const bool goes = m.state == member_state::leaving || m.state == member_state::dead;
    if (m.state == member_state::active || (is_new && goes))
      weights[m.who.node] = std::max(weights[m.who.node], m.weight);
  }
  std::vector<share> all;
  for (const auto& [node, weight] : weights)
    all.push_back({node, weight});
  return all;
}

void hand_off::gained(uint64_t before, uint64_t version, const std::vector<uint32_t>& shards,
                      const std::set<node_ref>& others, std::chrono::nanoseconds now) {
  others_ = others;
  version_ = version;
  std::erase_if(settled_, [&](const auto& s) { return !others_.contains(s.first); });
  const awaited anew{version, version, false, now + hand_off_patience};
  for (auto& [shard, w] : waiting_)
    if (before + 1 == version)
      w.version = version;
    else
      w = anew;
  for (const auto shard : shards)
    waiting_[shard] = anew;
}

void hand_off::released(uint32_t shard, uint64_t owned_by) {
  const auto it = waiting_.find(shard);
  if (it != waiting_.end() && owned_by + 1 == it->second.since)
    it->second.released = true;
}

void hand_off::settled(const node_ref& by, uint64_t version) {
  auto& known = settled_[by];
  known = std::max(known, version);
}

uint64_t hand_off::settled_by_all() const {
  auto least = std::numeric_limits<uint64_t>::max();
  for (const auto& other : others_) {
    const auto it = settled_.find(other);
    const bool counts = it != settled_.end() && it->second <= version_;
    least = std::min(least, counts ? it->second : 0);
  }
  return least;
}

std::set<node_ref> hand_off::laggards(std::chrono::nanoseconds now) const {
  std::set<node_ref> late;
  for (const auto& [shard, w] : waiting_)
    if (fenced_ >= w.version && now >= w.until && !w.released)
      for (const auto& other : others_) {
        const auto it = settled_.find(other);
        if (it == settled_.end() || it->second < w.since || it->second > version_)
          late.insert(other);
      }
  return late;
}

std::vector<uint32_t> hand_off::take_ready() {
  std::vector<uint32_t> ready;
  const auto settled = waiting_.empty() ? 0 : settled_by_all();
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto& w = it->second;
    const bool let_go = w.released || settled >= w.since || w.until <= silenced_at_;
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
