#include "app/sim/explain_table.hpp"

#include <algorithm>

namespace souk::sim {

using cluster::member_state;

explained_table::explained_table(cluster::sim_membership_store& table, history::complaint complain)
    : table_(table), complain_(std::move(complain)),
      hears_(std::make_shared<std::function<void()>>([this] { changed(); })) {
  table.watch(hears_);
}

void explained_table::changed() {
  const auto& rows = table_.rows();
  if (rows.version == version_)
    return; // the last word of a dead one is no new version
  if (rows.version != version_ + 1)
    complain_("members",
              "version " + std::to_string(rows.version) + " follows " + std::to_string(version_));
  version_ = rows.version;
  auto& now = versions_[version_];
  for (const auto& m : rows.members) {
    if (members_.insert(m.who).second && !generations_.insert(m.who.generation).second)
      complain_("members", m.who.text() + " comes with a generation that was used before");
    if (m.state == member_state::active)
      now.active.insert(m.who);
  }
}

cluster::placement explained_table::shards_of(const cluster::view& v,
                                              std::vector<cluster::node_ref>& owners) {
  std::vector<uint16_t> places(v.owners.size(), cluster::no_owner);
  auto out = v.shards;
  for (auto& owner : out) {
    if (owner == cluster::no_owner)
      continue;
    auto& place = places.at(owner);
    if (place == cluster::no_owner) {
      const auto& who = v.owners[owner].who;
      const auto known = std::ranges::find(owners, who);
      place = static_cast<uint16_t>(known - owners.begin());
      if (known == owners.end())
        owners.push_back(who);
    }
    owner = place;
  }
  return out;
}

/// Nodes weigh the same here.
void explained_table::weigh(const cluster::view& what, const cluster::placement& shards,
                            const std::vector<cluster::node_ref>& owners) {
  const auto nodes = static_cast<int64_t>(versions_.at(what.version).active.size());
  for (size_t place = 0; place < owners.size(); ++place) {
    const auto part = std::ranges::count(shards, static_cast<uint16_t>(place)) * nodes;
    if (part < shard_count * 6 / 10 || part > shard_count * 14 / 10)
      complain_("members", owners[place].text() + " has not its share of the shards in version " +
                               std::to_string(what.version));
  }
}

void explained_table::installed(const cluster::node_ref& at, const cluster::view& what) {
  const auto seen = versions_.find(what.version);
  if (seen == versions_.end())
    return complain_("members",
                     at.text() + " has a version nobody wrote: " + std::to_string(what.version));
  auto& first = seen->second;
  const auto shards = shards_of(what, first.owners);
  const auto stranger = std::ranges::find_if_not(
      first.owners, [&](const auto& owner) { return first.active.contains(owner); });
  if (stranger != first.owners.end())
    complain_("members", at.text() + " gives a shard to " + stranger->text() + " in version " +
                             std::to_string(what.version));
  if (!first.active.empty() && std::ranges::find(shards, cluster::no_owner) != shards.end())
    complain_("members",
              at.text() + " gives a shard to nobody in version " + std::to_string(what.version));
  if (!first.shards) {
    first.shards = shards;
    weigh(what, shards, first.owners);
  } else if (*first.shards != shards)
    complain_("members", at.text() + " shares the shards out otherwise than others in version " +
                             std::to_string(what.version));
}

} // namespace souk::sim
