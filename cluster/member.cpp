#include "cluster/member.hpp"

#include "base/result.hpp"

#include <algorithm>

namespace souk::cluster {

std::string_view to_string(member_state s) {
  switch (s) {
  case member_state::joining:
    return "joining";
  case member_state::active:
    return "active";
  case member_state::leaving:
    return "leaving";
  case member_state::dead:
    return "dead";
  }
  return "unknown";
}

const member* membership::find(const node_ref& who) const {
  const auto it = std::ranges::find(members, who, &member::who);
  return it == members.end() ? nullptr : &*it;
}

} // namespace souk::cluster
