#include "cluster/participant.hpp"

#include "base/log.hpp"
#include "cluster/participant_here.hpp"

#include <algorithm>

namespace souk::cluster {

namespace {

/// All that live know newer formats, and may have begun to write them.
bool is_too_old(const membership& table, const member& self) {
  bool is_alone = true;
  for (const auto& m : table.members) {
    if (m.who == self.who || m.state == member_state::dead)
      continue;
    if (m.feature_level <= self.feature_level)
      return false;
    is_alone = false;
  }
  return !is_alone;
}

} // namespace

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
      if (!is_too_old(seen, self_))
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
  if (we_took_its_port || refused_.contains(old.who) || is_stale(old, seen.at))
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
  const auto waited = around_.time->monotonic() - joining_since_;
  const bool in_table = table_.find(self_.who) != nullptr;
  bool linked = true;
  for (const auto& m : table_.members) {
    if (m.who == self_.who || m.state == member_state::dead || around_.ways->is_linked(m.who))
      continue;
    linked = false;
    if (is_stale(m, table_.at) && waited >= heartbeat)
      suspect(m.who); // nobody has heard of it for long, and it cannot be reached
  }
  if (!in_table || !around_.can_write() || (!linked && waited < join_patience))
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
        beat_due_ = around_.time->monotonic();
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
  const auto it = outgoing_.find(shard);
  if (it == outgoing_.end())
    return;
  pb::item item;
  item.mutable_released()->set_shard(shard);
  item.mutable_released()->set_view(table_.version);
  around_.ways->tell(it->second, std::move(item));
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

void participant::open_ready() {
  if (!around_.route->reads_allowed())
    return; // its first answers would be refused
  for (const auto shard : incoming_.take_ready(around_.time->monotonic()))
    around_.route->open(shard);
}

// --- the others

void participant::beat() {
  if (phase_ == phase::ended)
    return;
  const auto now = around_.time->monotonic();
  const bool slept = now - beat_due_ > slept_when_late;
  beat_due_ = now + heartbeat;
  later(heartbeat, [this] { beat(); });
  confirm();
  confirm_by_majority();
  const auto turn = probes_.next(others(), helpers(), slept);
  rounds_[turn.round] = now;
  while (rounds_.size() > 16)
    rounds_.erase(rounds_.begin());
  for (const auto& other : others()) {
    pb::item probe;
    probe.set_probe(turn.round);
    around_.ways->tell(other, std::move(probe));
  }
  for (const auto& [whom, asked] : turn.doubts)
    for (const auto& helper : asked) {
      pb::item doubt;
      write(*doubt.mutable_probe_for_me()->mutable_whom(), whom);
      around_.ways->tell(helper, std::move(doubt));
    }
  for (const auto& who : turn.suspects)
    suspect(who);
  for (const auto& m : table_.members)
    if (m.state == member_state::joining && m.who != self_.who && is_stale(m, table_.at) &&
        !around_.ways->is_linked(m.who))
      suspect(m.who);
  std::erase_if(asked_for_, [&](const auto& a) { return a.second.until < now; });
  std::erase_if(relayed_until_, [&](const auto& r) {
    if (r.second > now)
      return false;
    around_.ways->relay(r.first, {});
    return true;
  });
  tell_settled();
  open_ready();
}

/// Without the database, a majority that routes by the same view is proof enough for reads.
void participant::confirm_by_majority() {
  std::vector<std::chrono::nanoseconds> proofs;
  size_t active = 0;
  for (const auto& m : table_.members) {
    if (m.state != member_state::active)
      continue;
    ++active;
    if (m.who == self_.who)
      proofs.push_back(around_.time->monotonic());
    else if (const auto it = alive_.find(m.who); it != alive_.end())
      proofs.push_back(it->second);
  }
  const auto majority = active / 2 + 1;
  if (phase_ != phase::active || proofs.size() < majority)
    return;
  std::ranges::sort(proofs, std::greater{});
  around_.route->renew_reads(proofs[majority - 1] + fresh_for);
}

void participant::suspect(const node_ref& who) {
  if (!suspecting_.insert(who).second)
    return;
  log::warn("cluster.suspected", {{"node", who.text()}, {"by", self_.who.text()}});
  change(
      [this, who](const membership& seen) -> std::optional<member> {
        const auto* row = seen.find(who);
        if (!row || row->state == member_state::dead)
          return {};
        return with_vote(seen, *row, self_.who);
      },
      [this, who] { suspecting_.erase(who); });
}

void participant::declare_dead(const node_ref& who) {
  change([who](const membership& seen) -> std::optional<member> {
    const auto* row = seen.find(who);
    if (!row || row->state == member_state::dead)
      return {};
    return proven_dead(*row);
  });
}

void participant::link_changed(const node_ref& peer, std::optional<link_loss> lost) {
  if (phase_ == phase::arriving && lost == link_loss::refused)
    refused_.insert(peer);
  if (phase_ == phase::arriving || phase_ == phase::ended)
    return;
  if (!lost) {
    relayed_until_.erase(peer);
    return tell_settled();
  }
  const auto* row = table_.find(peer);
  if (*lost == link_loss::refused && row && row->state != member_state::dead)
    declare_dead(peer);
}

void participant::control(const node_ref& from, const pb::item& what) {
  const auto now = around_.time->monotonic();
  const auto answer_probe = [&](uint64_t round) {
    pb::item life;
    life.mutable_alive()->set_round(round);
    life.mutable_alive()->set_view(table_.version);
    around_.ways->tell(from, std::move(life));
  };
  switch (what.what_case()) {
  case pb::item::kProbe:
    return answer_probe(what.probe());
  case pb::item::kAlive: {
    probes_.answered(from, what.alive().round());
    if (const auto it = rounds_.find(what.alive().round());
        it != rounds_.end() && what.alive().view() == table_.version)
      alive_[from] = it->second;
    for (auto [it, last] = asked_for_.equal_range(from); it != last; ++it) {
      pb::item report;
      write(*report.mutable_reached()->mutable_whom(), from);
      report.mutable_reached()->set_alive(true);
      around_.ways->tell(it->second.asker, std::move(report));
    }
    asked_for_.erase(from);
    return;
  }
  case pb::item::kProbeForMe: {
    const auto whom = read(what.probe_for_me().whom());
    asked_for_.emplace(whom, question{from, now + heartbeat});
    pb::item probe;
    probe.set_probe(probes_.round());
    return around_.ways->tell(whom, std::move(probe));
  }
  case pb::item::kReached: {
    const auto whom = read(what.reached().whom());
    probes_.reported(whom, what.reached().alive());
    relayed_until_[whom] = now + relay_for;
    return around_.ways->relay(whom, from);
  }
  case pb::item::kReleased:
    incoming_.released(what.released().shard(), what.released().view());
    return open_ready();
  case pb::item::kSettled:
    incoming_.settled(from, what.settled());
    return open_ready();
  default:
    return;
  }
}

} // namespace souk::cluster
