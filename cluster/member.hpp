// Who belongs to the cluster, as it stands in the membership table: the shape of the Orleans
// protocol (rows under one version, suspicions, death is final).
//
//   joining ──► active ──► leaving ──► dead        a node that starts again is a new generation
//      └──────────┴────(votes, proof)───▲
#pragma once

#include "base/time.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace souk::cluster {

/// One process for as long as it lives. `generation` rises with every start of the node.
struct node_ref {
  std::string node;
  uint64_t generation = 0;
  auto operator<=>(const node_ref&) const = default;
  std::string text() const { return node + "/" + std::to_string(generation); }
};

enum class member_state : uint8_t { joining, active, leaving, dead };
std::string_view to_string(member_state s);

/// Somebody could not reach a member, and could not by way of another either.
struct suspicion {
  node_ref by;
  time_point at;
  bool operator==(const suspicion&) const = default;
};

struct member {
  node_ref who;
  member_state state = member_state::joining;
  std::string host; ///< where its links listen
  int port = 0;
  std::string region;    ///< a label, for people and placement
  int weight = 1;        ///< its share of the shards, 1 to 100
  int feature_level = 1; ///< the newest formats it reads
  time_point started;    ///< database time
  time_point alive_at;   ///< its last word to the table, database time
  std::vector<suspicion> suspicions;
  bool operator==(const member&) const = default;
};

/// The whole table at one version.
struct membership {
  uint64_t version = 0;
  /// The highest that all who lived by some version had: what only it reads may be in the journal.
  /// No node of a lower one is taken in any more. 0 before the first node.
  int feature_level = 0;
  time_point at; ///< when it was read, database time
  std::vector<member> members;

  const member* find(const node_ref& who) const;
};

} // namespace souk::cluster
