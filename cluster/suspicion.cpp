#include "cluster/suspicion.hpp"

#include <algorithm>

namespace souk::cluster {

bool is_stale(const member& m, time_point now, std::chrono::milliseconds after) {
  return m.alive_at + after < now;
}

int votes_needed(const membership& table) {
  const auto voters = std::ranges::count_if(table.members, [&](const member& m) {
    return m.state == member_state::active && !is_stale(m, table.at);
  });
  return std::clamp(static_cast<int>(voters + 1) / 2, 1, votes_most);
}

member with_vote(const membership& table, const member& suspect, const node_ref& by) {
  auto out = suspect;
  std::erase_if(out.suspicions, [&](const suspicion& vote) {
    const auto* voter = table.find(vote.by);
    return vote.by == by || vote.at + vote_counts_for < table.at || !voter ||
           voter->state != member_state::active;
  });
  out.suspicions.push_back({by, table.at});
  if (static_cast<int>(out.suspicions.size()) >= votes_needed(table))
    out.state = member_state::dead;
  return out;
}

member proven_dead(member gone) {
  gone.state = member_state::dead;
  gone.suspicions.clear();
  return gone;
}

} // namespace souk::cluster
