#include "cluster/participant.hpp"

#include "base/log.hpp"
#include "cluster/participant_here.hpp"

#include <algorithm>

namespace souk::cluster {

participant::participant(caf::actor_config& cfg, member self, surroundings around)
    : duty_actor::base(cfg), self_(std::move(self)), around_(std::move(around)) {}

participant::behavior_type participant::make_behavior() {
  const auto self = caf::actor_cast<duty_actor>(this);
  around_.table->watch([this, self] { caf::anon_send(self, make_task([this] { read_table(); })); });
  send(this, make_task([this] { arrive(); }));
  return {[](const task& t) { (*t.run)(); }};
}

void participant::later(std::chrono::nanoseconds pause, std::function<void()> what) {
  delayed_send(this, pause, make_task(std::move(what)));
}

std::set<node_ref> participant::others() const {
  std::set<node_ref> all;
  for (const auto& m : table_.members)
    if (m.who != self_.who && (m.state == member_state::active || m.state == member_state::leaving))
      all.insert(m.who);
  return all;
}

std::vector<node_ref> participant::helpers() const {
  std::vector<node_ref> all;
  for (const auto& m : table_.members)
    if (m.who != self_.who && m.state == member_state::active && around_.ways->is_linked(m.who))
      all.push_back(m.who);
  return all;
}

// --- joining

void participant::arrive() {
  around_.table->read(here([this](const result<membership>& now) {
    if (phase_ != phase::arriving)
      return;
    if (!now && now.error().code == errc::conflict)
      return around_.events.refused(now.error()); // another cluster's database
    if (!now)
      return later(table_pause, [this] { arrive(); });
    table_ = *now;
    for (const auto& m : now->members)
      if (m.who.node == self_.who.node && m.state != member_state::dead)
        return replace_predecessor(m, *now);
    phase_ = phase::joining;
    joining_since_ = around_.time->monotonic();
    // adopt() must find our row before it looks for it
    change([this](const membership& seen) -> std::optional<member> {
      if (seen.find(self_.who))
        return {};
      if (self_.feature_level >= seen.feature_level)
        return self_;
      phase_ = phase::ended;
      around_.events.refused(fail(errc::conflict, "the cluster has been upgraded since: " +
                                                      self_.who.node + " needs the newer version"));
      return {};
    });
    look_whether_linked();
  }));
}

/// A row of our own name: of our last life, or of somebody who took the name.
void participant::replace_predecessor(const member& old, const membership& seen) {
  const bool we_took_its_port = old.host == self_.host && old.port == self_.port;
  if (old.who.generation > self_.who.generation)
    return around_.events.refused(
        fail(errc::conflict, "the node " + self_.who.node + " has been started again since"));
  if (we_took_its_port || refused_.contains(old.who) || is_stale(old, seen.at, gone_after))
    return around_.table->write(seen.version, proven_dead(old),
                                here([this](const result<uint64_t>&) { arrive(); }));
  if (around_.ways->is_linked(old.who))
    return around_.events.refused(fail(errc::conflict, "the node " + self_.who.node +
                                                           " runs already at " + old.host + ":" +
                                                           std::to_string(old.port)));
  around_.ways->open({old.who, old.host, old.port});
  later(heartbeat / 5, [this] { arrive(); });
}

void participant::look_whether_linked() {
  if (phase_ != phase::joining)
    return;
  const auto now = around_.time->monotonic();
  const auto waited = now - joining_since_;
  if (now >= beat_due_) {
    beat_due_ = now + heartbeat;
    confirm();
    read_table(); // who has fallen silent does not change its version
  }
  const bool in_table = table_.find(self_.who) != nullptr;
  bool linked = true;
  size_t with_us = 1, without = 0;
  for (const auto& m : table_.members) {
    if (m.who == self_.who || m.state == member_state::dead)
      continue;
    // Only members share views, or cease to; one that is to leave may not have heard of it.
    const bool answers_reads = m.state != member_state::joining;
    if (around_.ways->is_linked(m.who)) {
      with_us += answers_reads;
      continue;
    }
    linked = false;
    const bool stale = is_stale(m, table_.at, gone_after);
    without += answers_reads && !stale;
    if (stale && waited >= heartbeat)
      suspect(m.who); // nobody has heard of it for long, and it cannot be reached
  }
  // What we would own, those we miss could not ask us for.
  const bool cut_off = with_us <= without;
  if (!in_table || !around_.can_write() || cut_off || (!linked && waited < join_patience))
    return later(table_pause, [this] { look_whether_linked(); });
  if (!linked)
    log::warn("cluster.joined_without_all_links", {{"node", self_.who.text()}});
  change(
      [this](const membership& seen) -> std::optional<member> {
        const auto* me = seen.find(self_.who);
        if (!me || me->state != member_state::joining)
          return {};
        auto row = *me;
        row.state = member_state::active;
        return row;
      },
      [this] {
        if (phase_ != phase::joining)
          return;
        phase_ = phase::active;
        read_table();
        beat_due_ = active_since_ = around_.time->monotonic();
        beat();
        around_.events.joined();
        around_.table->forget_dead(around_.time->now() - dead_kept, [](const result<void>&) {});
      });
}

// --- leaving

void participant::leave() {
  if (phase_ != phase::active)
    return;
  const bool alone = std::ranges::none_of(table_.members, [&](const member& m) {
    return m.who != self_.who && m.state == member_state::active;
  });
  phase_ = phase::leaving;
  if (alone) // nobody could take the shards
    return around_.events.left();
  change(
      [this](const membership& seen) -> std::optional<member> {
        const auto* me = seen.find(self_.who);
        if (!me || me->state != member_state::active)
          return {};
        auto row = *me;
        row.state = member_state::leaving;
        return row;
      },
      [this] { refresh([this] { look_whether_left(); }); });
}

void participant::look_whether_left() {
  const auto* me = table_.find(self_.who);
  if (phase_ == phase::leaving && me && me->state == member_state::leaving && outgoing_.empty())
    around_.events.left();
}

void participant::end(std::function<void()> then) {
  ending_ = true;
  around_.route->end_reads(); // others may have our shards long before we hear that we are gone
  change(
      [this](const membership& seen) -> std::optional<member> {
        const auto* me = seen.find(self_.who);
        if (!me || me->state == member_state::dead)
          return {};
        return proven_dead(*me);
      },
      std::move(then));
}

void participant::emptied(uint32_t shard) {
  if (const auto it = outgoing_.find(shard); it != outgoing_.end())
    let_go(shard, it->second.owned_by);
}

/// Not while a connection is lost: what it had sent may still be committed until the next one has
/// ended it.
void participant::let_go(uint32_t shard, uint64_t owned_by) {
  const auto it = outgoing_.find(shard);
  if (it == outgoing_.end() || it->second.owned_by != owned_by)
    return; // it came back and was lost again meanwhile
  if (!around_.can_write())
    return later(table_pause, [this, shard, owned_by] { let_go(shard, owned_by); });
  if (it->second.to && *it->second.to != self_.who) {
    pb::item item;
    item.mutable_released()->set_shard(shard);
    item.mutable_released()->set_view(table_.version);
    item.mutable_released()->set_owned_by(it->second.owned_by);
    around_.ways->tell(*it->second.to, std::move(item));
  }
  outgoing_.erase(it);
  tell_settled();
  look_whether_left();
}

void participant::tell_settled() {
  if (!outgoing_.empty() || phase_ == phase::arriving)
    return;
  for (const auto& other : others()) {
    pb::item item;
    item.set_settled(table_.version);
    around_.ways->tell(other, std::move(item));
  }
}

/// Once for all that has come by then: shards are let go of by the hundred.
void participant::open_soon() {
  if (!std::exchange(opens_soon_, true))
    send(this, make_task([this] {
           opens_soon_ = false;
           open_ready();
         }));
}

void participant::open_ready() {
  if (!around_.route->reads_allowed())
    return; // its first answers would be refused
  for (const auto shard : incoming_.take_ready())
    around_.route->open(shard);
  silence_laggards();
}

/// Who did not let go in time may have decided something that is still on its way to the journal.
void participant::silence_laggards() {
  const auto now = around_.time->monotonic();
  const auto late = silencing_ ? std::set<node_ref>{} : incoming_.laggards(now);
  if (late.empty())
    return;
  silencing_ = true;
  for (const auto& who : late)
    log::warn("cluster.laggard", {{"node", who.text()}});
  around_.table->fence(
      late, here([this, now](const result<void>& ended) {
        silencing_ = false;
        if (!ended) // the next beat tries again
          return log::warn("cluster.fence_failed", {{"why", ended.error().detail}});
        incoming_.silenced(now);
        open_ready();
      }));
}

} // namespace souk::cluster
