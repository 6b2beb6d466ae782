// The participant's watch over the others: probes, votes, what a refused connection proves, and
// what they say to each other.
#include "base/log.hpp"
#include "cluster/participant.hpp"
#include "cluster/participant_here.hpp"

#include <algorithm>

namespace souk::cluster {

void participant::beat() {
  if (phase_ == phase::ended)
    return;
  const auto now = around_.time->monotonic();
  const bool slept = now - beat_due_ > slept_when_late;
  beat_due_ = now + heartbeat;
  later(heartbeat, [this] { beat(); });
  confirm();
  confirm_by_members();
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
  tell_settled();
  open_ready();
}

/// Without the table: as long as every member shares this view nobody goes on without us; but one
/// that starts could, some time after our last word to the table.
void participant::confirm_by_members() {
  if (phase_ != phase::active || !confirmed_at_ || heard_ > table_.version)
    return;
  auto proof =
      std::min<std::chrono::nanoseconds>(around_.time->monotonic(), *confirmed_at_ + believed_for);
  for (const auto& m : table_.members) {
    if (m.who == self_.who || m.state == member_state::dead)
      continue;
    const auto it = sharing_.find(m.who);
    if (it == sharing_.end())
      return;
    proof = std::min(proof, it->second);
  }
  renew_reads(proof);
}

/// The view that we share with `peer`: it may answer reads by that for a while. 0, sharing none,
/// for whoever does not answer us: we may be about to take its place. And for whom we voted
/// against, until we have read what became of that: who joins then goes by the time of the last
/// vote.
uint64_t participant::vouch_for(const node_ref& peer) {
  const auto* row = table_.find(peer);
  const auto vote = voted_.find(peer);
  if (!row || row->state == member_state::dead || !probes_.answers(peer) ||
      suspecting_.contains(peer) || (vote != voted_.end() && vote->second >= table_.version))
    return 0;
  vouched_[peer] = around_.time->monotonic();
  return std::max(heard_, table_.version);
}

void participant::suspect(const node_ref& who) {
  if (!suspecting_.insert(who).second)
    return;
  log::warn("cluster.suspected", {{"node", who.text()}, {"by", self_.who.text()}});
  change(
      [this, who](const membership& seen) -> std::optional<member> {
        const auto* row = seen.find(who);
        if (!row || row->state == member_state::dead || is_outnumbered(seen))
          return {};
        voted_[who] = seen.version;
        return with_vote(seen, *row, self_.who);
      },
      [this, who] { suspecting_.erase(who); });
}

/// Of the members that tell the table that they live we miss more than we reach. Not for ever: when
/// nobody reaches anybody, somebody has to go on.
bool participant::is_outnumbered(const membership& seen) {
  size_t with_us = 1, without = 0;
  for (const auto& m : seen.members)
    if (m.who != self_.who && m.state == member_state::active &&
        m.alive_at + spoke_within > seen.at)
      ++(probes_.is_silent(m.who) ? without : with_us);
  if (with_us >= without) {
    outnumbered_since_.reset();
    return false;
  }
  const auto now = around_.time->monotonic();
  if (!outnumbered_since_)
    outnumbered_since_ = now;
  return now - *outnumbered_since_ < outnumbered_patience;
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
    refusing_.erase(peer);
    return tell_settled();
  }
  for (auto [it, last] = asked_for_.equal_range(peer); it != last; ++it)
    report(it->second.asker, peer, false);
  asked_for_.erase(peer);
  if (*lost == link_loss::refused)
    refused_by(peer);
}

void participant::refused_by(const node_ref& who) {
  const auto* row = table_.find(who);
  if (!row || row->state == member_state::dead || around_.ways->is_linked(who))
    return;
  const bool is_known = refusing_.contains(who);
  auto& asked = refusing_[who];
  // Who is joining knows nobody's word yet, and nobody needs one that is joining.
  if (phase_ != phase::joining && row->state != member_state::joining)
    for (const auto& helper : helpers())
      if (asked.size() < helpers_most && asked.insert(helper).second) {
        pb::item doubt;
        write(*doubt.mutable_probe_for_me()->mutable_whom(), who);
        around_.ways->tell(helper, std::move(doubt));
      }
  if (!is_known)
    look_whether_mute(who);
}

/// As long as it refuses connections: two that do not reach each other and have nobody else cannot
/// both stay, and who does not even tell the table that it lives is gone.
void participant::look_whether_mute(const node_ref& who) {
  change(
      [this, who](const membership& seen) -> std::optional<member> {
        const auto* row = seen.find(who);
        if (!row || row->state == member_state::dead || !refusing_.contains(who))
          return {};
        const bool has_others = std::ranges::any_of(seen.members, [&](const member& m) {
          return m.state == member_state::active && m.who != who && m.who != self_.who;
        });
        const bool alone = phase_ == phase::active && !has_others;
        if (!alone && row->alive_at + mute_after > seen.at)
          return {};
        return proven_dead(*row);
      },
      [this, who] {
        if (refusing_.contains(who))
          later(heartbeat / 5, [this, who] { look_whether_mute(who); });
      });
}

void participant::report(const node_ref& to, const node_ref& whom, bool alive) {
  pb::item item;
  write(*item.mutable_reached()->mutable_whom(), whom);
  item.mutable_reached()->set_alive(alive);
  around_.ways->tell(to, std::move(item));
}

void participant::heard_report(const node_ref& from, const node_ref& whom, bool alive) {
  probes_.reported(whom, alive);
  const auto refusal = refusing_.find(whom);
  if (alive) {
    if (refusal != refusing_.end())
      refusing_.erase(refusal);
    return around_.ways->relay(whom, from);
  }
  if (refusal == refusing_.end() || refusal->second.erase(from) == 0 || !refusal->second.empty())
    return;
  declare_dead(whom);
}

void participant::asked_to_probe(const node_ref& asker, const node_ref& whom) {
  if (!around_.ways->is_linked(whom))
    return report(asker, whom, false);
  asked_for_.emplace(whom, question{asker, around_.time->monotonic() + heartbeat});
  pb::item probe;
  probe.set_probe(probes_.round());
  around_.ways->tell(whom, std::move(probe));
}

void participant::control(const node_ref& from, const pb::item& what) {
  const auto now = around_.time->monotonic();
  const auto answer_probe = [&](uint64_t round) {
    pb::item life;
    life.mutable_alive()->set_round(round);
    life.mutable_alive()->set_view(vouch_for(from));
    around_.ways->tell(from, std::move(life));
  };
  switch (what.what_case()) {
  case pb::item::kProbe:
    return answer_probe(what.probe());
  case pb::item::kAlive: {
    probes_.answered(from, what.alive().round());
    if (const auto it = rounds_.find(what.alive().round());
        it != rounds_.end() && what.alive().view() == table_.version)
      sharing_[from] = it->second;
    for (auto [it, last] = asked_for_.equal_range(from); it != last; ++it)
      report(it->second.asker, from, true);
    asked_for_.erase(from);
    return;
  }
  case pb::item::kProbeForMe:
    return asked_to_probe(from, read(what.probe_for_me().whom()));
  case pb::item::kReached:
    return heard_report(from, read(what.reached().whom()), what.reached().alive());
  case pb::item::kReleased:
    incoming_.released(what.released().shard(), what.released().owned_by());
    return open_soon();
  case pb::item::kSettled:
    incoming_.settled(from, what.settled());
    return open_soon();
  default:
    return;
  }
}

} // namespace souk::cluster
