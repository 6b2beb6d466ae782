// When a shard that this node has been given may be served: not before who served it let go of it,
// and not before the sessions of the dead are ended. Nothing here is needed for safety (law 1); it
// spares conflicts and stale reads. That the former owner is dead proves nothing: when members come
// and go quickly it may never have got the shard from the one before, who does not know yet. And a
// release proves something only of who owned the shard by the view right before: who misses a view
// does not know to whom that one gave it. Nobody waits for ever: the sessions of who has not
// settled in time are ended, and what it decided for them is written no more. Pure: driven by the
// membership actor.
//
//   gained ──► waiting ──(the dead fenced, and released | everybody settled)──► ready
//                 └──patience over──► overdue ──(the dead and the laggards fenced)──► ready
#pragma once

#include "base/entity_id.hpp"
#include "cluster/member.hpp"
#include "cluster/placement.hpp"

#include <map>
#include <optional>
#include <set>

namespace souk::cluster {

/// The former owner gets this long. Longer than anything is answered or decided without a confirmed
/// membership (fresh_for), so that nobody reads old state there when the shard is served here.
inline constexpr std::chrono::milliseconds hand_off_patience{3'000};

/// The shares by which shards may have been owned in a view between two that this node has read: of
/// the active members of `now`, and of those that came after `before` and are on their way out
/// already. No state is entered twice, so that nobody else can have been active in between only.
std::vector<share> shares_between(const membership& before, const membership& now);

class hand_off {
public:
  /// At monotonic `now`, by view `version`, after view `before`; `others` are all other living
  /// members. What still waits since an earlier view waits for this one: who died meanwhile is
  /// fenced first, too. When views between were missed, nothing that came before counts.
  void gained(uint64_t before, uint64_t version, const std::vector<uint32_t>& shards,
              const std::set<node_ref>& others, std::chrono::nanoseconds now);
  /// True when it had not been served here yet: its former owner may still hold it.
  bool lost(uint32_t shard) { return waiting_.erase(shard) > 0; }
  /// The dead of view `version` write no more.
  void fenced(uint64_t version) { fenced_ = std::max(fenced_, version); }
  /// By a node that served it, and owned it by view `owned_by` at last.
  void released(uint32_t shard, uint64_t owned_by);
  void settled(const node_ref& by, uint64_t version);

  /// Who has not settled although a shard has waited for it long enough at `now`; nobody: none
  /// has.
  std::set<node_ref> laggards(std::chrono::nanoseconds now) const;
  /// Whatever the laggards of `then` had decided by then is committed, or never will be.
  void silenced(std::chrono::nanoseconds then) { silenced_at_ = std::max(silenced_at_, then); }

  /// Takes out the shards that may be served now.
  std::vector<uint32_t> take_ready();

private:
  struct awaited {
    uint64_t since = 0;   ///< the view that gave it to us
    uint64_t version = 0; ///< the view whose dead are fenced first
    bool released = false;
    std::chrono::nanoseconds until{0};
  };
  /// The newest view that all others have settled by; 0 while one of them knows a newer one than
  /// we: by that it may have kept what it had to let go by ours.
  uint64_t settled_by_all() const;

  std::map<uint32_t, awaited> waiting_;
  std::set<node_ref> others_;
  std::map<node_ref, uint64_t> settled_;
  uint64_t fenced_ = 0;
  std::chrono::nanoseconds silenced_at_{-1};
  uint64_t version_ = 0; ///< ours
};

} // namespace souk::cluster
