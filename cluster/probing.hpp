// Who answers and who does not: a probe to every peer each heartbeat, and after two in a row
// without an answer the question to others whether they get one. Pure: driven by the participant.
//
//   answering ──2 missed──► doubted (others are asked) ──nobody gets an answer──► suspected
//       ▲                      │ somebody does: alive, by way of that one
//       └──────answered────────┘
#pragma once

#include "cluster/member.hpp"

#include <map>
#include <optional>
#include <set>

namespace souk::cluster {

inline constexpr int missed_most = 2;
/// So many others are asked.
inline constexpr size_t helpers_most = 2;

class probing {
public:
  struct turn {
    uint64_t round = 0;                               ///< every peer is sent a probe of this number
    std::map<node_ref, std::vector<node_ref>> doubts; ///< ask these whether that one answers them
    std::vector<node_ref> suspects;                   ///< nobody gets an answer
  };

  /// The next heartbeat. `we_slept`: this node itself was late, so that the silence since the last
  /// one proves nothing.
  /// `helpers`: linked active members.
  turn next(const std::set<node_ref>& peers, const std::vector<node_ref>& helpers, bool we_slept);
  void answered(const node_ref& peer, uint64_t round);
  /// A helper's word.
  void reported(const node_ref& peer, bool alive);
  void forget(const node_ref& peer) { peers_.erase(peer); }
  /// It owes no answer but the newest.
  bool answers(const node_ref& peer) const {
    const auto it = peers_.find(peer);
    return it != peers_.end() && it->second.missed == 0;
  }
  /// It owes more answers than one may.
  bool is_silent(const node_ref& peer) const {
    const auto it = peers_.find(peer);
    return it != peers_.end() && it->second.missed >= missed_most;
  }
  uint64_t round() const { return round_; }

private:
  struct state {
    uint64_t sent = 0;  ///< round of the last probe; 0: none
    bool heard = false; ///< since the last turn
    int missed = 0;
    bool doubted = false;
  };
  std::map<node_ref, state> peers_;
  uint64_t round_ = 0;
};

} // namespace souk::cluster
