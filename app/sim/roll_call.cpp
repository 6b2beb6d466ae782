#include "app/sim/roll_call.hpp"

#include <algorithm>
#include <set>

namespace souk::sim {

using cluster::member;
using cluster::member_state;

namespace {

/// Whoever spoke within this time, and was not silent shortly before, counts for everybody: the
/// protocol takes him for gone only after 5 s.
constexpr std::chrono::seconds speaks{3};
/// Older votes do not count.
constexpr std::chrono::seconds vote_lasts{10};

std::set<cluster::node_ref> voters_of(const member& m) {
  std::set<cluster::node_ref> out;
  for (const auto& vote : m.suspicions)
    out.insert(vote.by);
  return out;
}

} // namespace

roll_call::roll_call(cluster::sim_membership_store& members, const clock& time, complaint complain)
    : members_(members), time_(time), complain_(std::move(complain)),
      watching_(std::make_shared<std::function<void()>>([this] { written(); })) {
  members.watch(watching_);
}

void roll_call::routes(const std::string& node, uint64_t generation, uint64_t version) {
  auto& known = views_[node];
  if (known.first == generation && version < known.second)
    complain_("cluster", node + " routes by view " + std::to_string(version) + " after " +
                             std::to_string(known.second));
  known = {generation, version};
}

void roll_call::written() {
  const auto& now = members_.rows();
  if (now.version < before_.version)
    complain_("cluster", "the membership's version fell");
  for (const auto& m : now.members)
    look_at(m, before_.find(m.who));
  before_ = now;
}

void roll_call::look_at(const member& now, const member* before) {
  const auto voters = voters_of(now);
  if (voters.size() != now.suspicions.size())
    complain_("cluster", "somebody votes twice against " + now.who.text());
  if (!before)
    return;
  if (now.state < before->state)
    complain_("cluster",
              now.who.text() + " came back from being " + std::string(to_string(before->state)));
  const bool died = now.state == member_state::dead && before->state != member_state::dead;
  if (!died || voters.empty())
    return;
  if (const auto votes = votes_that_count(now); votes < votes_needed())
    complain_("cluster", now.who.text() + " is dead by " + std::to_string(votes) + " votes of " +
                             std::to_string(votes_needed()));
}

/// The last one, and of the others those that are not too old by then, of members.
size_t roll_call::votes_that_count(const member& dead) const {
  const auto& last = dead.suspicions.back();
  return static_cast<size_t>(std::ranges::count_if(dead.suspicions, [&](const auto& vote) {
    const auto* voter = before_.find(vote.by);
    return vote == last ||
           (vote.at + vote_lasts >= last.at && voter && voter->state == member_state::active);
  }));
}

/// As docs/cluster.md has it, counting only members that nobody can have taken for gone.
size_t roll_call::votes_needed() const {
  const auto voters = std::ranges::count_if(before_.members, [&](const member& m) {
    const auto* row = members_.rows().find(m.who);
    return m.state == member_state::active && row && row->alive_at + speaks > time_.now() &&
           !members_.was_silent(m.who, time_.now() - speaks);
  });
  return std::clamp<size_t>((static_cast<size_t>(voters) + 1) / 2, 1, 2);
}

void roll_call::look_who_serves(const std::vector<node*>& running) {
  for (auto one = running.begin(); one != running.end(); ++one)
    for (auto other = std::next(one); other != running.end(); ++other) {
      if (!(*one)->route().reads_allowed() || !(*other)->route().reads_allowed())
        continue;
      const auto& open = (*one)->route().open_shards();
      if (const auto shard = open.first_in_both((*other)->route().open_shards()))
        return complain_("cluster", "shard " + std::to_string(*shard) + " is served by " +
                                        (*one)->name() + " and " + (*other)->name() + " at once");
    }
}

void roll_call::look_who_is_behind(const std::vector<node*>& all) {
  for (auto* n : all)
    if (const auto old = n->serves_behind())
      return complain_("cluster", n->name() + " serves " + old->text() +
                                      " as it was before somebody else wrote to it");
}

void roll_call::wrote(const persistence::sim_store::process& by, const entity_id& to,
                      const std::vector<node*>& all) {
  for (auto* n : all) {
    if (by == persistence::sim_store::process{n->name(), n->generation()})
      continue;
    if (n->route().reads_allowed() && n->route().serves(to))
      complain_("cluster",
                to.text() + " is written by " + by.first + " while " + n->name() + " serves it");
    n->fall_behind(to);
  }
}

void roll_call::finish(const std::vector<node*>& running, bool all_idle) {
  std::map<uint32_t, int> owners;
  for (auto* n : running) {
    if (!n->is_active())
      complain_("cluster", n->name() + " runs and is no member");
    if (n->route().version() != members_.rows().version)
      complain_("cluster", n->name() + " routes by an old view");
    if (const auto kept = n->entities(); all_idle && kept > 0)
      complain_("cluster", n->name() + " has " + std::to_string(kept) +
                               " entities in memory that nobody asks any more");
    for (const auto shard : n->route().open_shards().all())
      ++owners[shard];
  }
  for (uint32_t shard = 0; shard < shard_count; ++shard)
    if (owners[shard] != 1)
      return complain_("cluster", "shard " + std::to_string(shard) + " is served by " +
                                      std::to_string(owners[shard]) + " nodes");
}

} // namespace souk::sim
