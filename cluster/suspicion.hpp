// When a silent member is dead: by votes, as in the Orleans protocol. Pure.
#pragma once

#include "cluster/member.hpp"

namespace souk::cluster {

/// Nodes say that they live this often, to the table and to each other.
inline constexpr std::chrono::milliseconds heartbeat{500};
/// Who has not told the table for so long has no vote.
inline constexpr std::chrono::milliseconds stale_after{5'000};
/// Older votes do not count.
inline constexpr std::chrono::milliseconds vote_counts_for{10'000};
inline constexpr int votes_most = 2;

bool is_stale(const member& m, time_point now, std::chrono::milliseconds after = stale_after);
/// min(2, (n + 1) / 2) for n active members that are not stale.
int votes_needed(const membership& table);
/// `suspect` with the vote of `by` in it, and dead when that is enough; other votes are kept while
/// they count: not too old, and of members that are active.
member with_vote(const membership& table, const member& suspect, const node_ref& by);
/// `gone` as dead without votes: its process is known to have ended.
member proven_dead(member gone);
/// True when nobody saw its process end and it has not said so itself: it may still answer reads.
inline bool was_voted_out(const member& m) {
  return m.state == member_state::dead && !m.suspicions.empty();
}

} // namespace souk::cluster
