#include "app/sim/explain_table.hpp"

namespace souk::sim {

using cluster::member_state;

namespace {

std::vector<cluster::node_ref> owners_of(const cluster::view& v) {
  std::vector<cluster::node_ref> out(shard_count);
  for (uint32_t shard = 0; shard < shard_count; ++shard)
    if (const auto* owner = v.owner_of(shard))
      out[shard] = owner->who;
  return out;
}

} // namespace

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

void explained_table::installed(const cluster::node_ref& at, const cluster::view& what) {
  const auto seen = versions_.find(what.version);
  if (seen == versions_.end())
    return complain_("members",
                     at.text() + " has a version nobody wrote: " + std::to_string(what.version));
  auto owners = owners_of(what);
  auto& first = seen->second;
  for (const auto& owner : owners)
    if (owner.node.empty() ? !first.active.empty() : !first.active.contains(owner)) {
      complain_("members", at.text() + " gives a shard to " + owner.text() + " in version " +
                               std::to_string(what.version));
      break;
    }
  if (first.owners.empty())
    first.owners = std::move(owners);
  else if (first.owners != owners)
    complain_("members", at.text() + " shares the shards out otherwise than others in version " +
                             std::to_string(what.version));
}

} // namespace souk::sim
