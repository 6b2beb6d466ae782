#include "cluster/probing.hpp"

#include <utility>

namespace souk::cluster {

namespace {

std::vector<node_ref> others(const std::vector<node_ref>& helpers, const node_ref& but,
                             uint64_t round) {
  std::vector<node_ref> out;
  for (size_t i = 0; i < helpers.size() && out.size() < helpers_most; ++i)
    if (const auto& h = helpers[(i + round) % helpers.size()]; h != but)
      out.push_back(h);
  return out;
}

} // namespace

probing::turn probing::next(const std::set<node_ref>& peers, const std::vector<node_ref>& helpers,
                            bool we_slept) {
  turn out;
  out.round = ++round_;
  std::erase_if(peers_, [&](const auto& p) { return !peers.contains(p.first); });
  for (const auto& peer : peers) {
    auto& p = peers_[peer];
    const bool alive = std::exchange(p.heard, false) || p.sent == 0;
    p.sent = round_;
    if (!alive && we_slept)
      continue; // what was missed before still counts
    p.missed = alive ? 0 : p.missed + 1;
    if (p.missed < missed_most)
      p.doubted = false;
    else if (auto asked = others(helpers, peer, round_); !p.doubted && !asked.empty()) {
      p.doubted = true;
      out.doubts[peer] = std::move(asked);
    } else
      out.suspects.push_back(peer);
  }
  return out;
}

void probing::answered(const node_ref& peer, uint64_t round) {
  // An answer to an earlier probe says as well that the peer lives.
  if (const auto it = peers_.find(peer); it != peers_.end() && round <= it->second.sent)
    it->second.heard = true;
}

void probing::reported(const node_ref& peer, bool alive) {
  const auto it = peers_.find(peer);
  if (it == peers_.end() || !alive)
    return;
  it->second.heard = true;
  it->second.missed = 0;
  it->second.doubted = false;
}

} // namespace souk::cluster
