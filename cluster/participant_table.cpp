// The participant's way with the membership table: reading, changing one row, proving that it
// lives, and ending what the dead may still be writing.
#include "base/log.hpp"
#include "cluster/participant.hpp"
#include "cluster/participant_here.hpp"

#include <algorithm>

namespace souk::cluster {

void participant::refresh(std::function<void()> then) {
  after_read_.push_back(std::move(then));
  read_table();
}

void participant::heard_of(uint64_t version) {
  heard_ = std::max(heard_, version);
  if (version > table_.version)
    read_table();
}

void participant::read_table() {
  if (phase_ == phase::ended)
    return;
  if (std::exchange(reading_, true)) {
    read_again_ = true; // what is being read now may be older than the question
    return;
  }
  around_.table->read(here([this](const result<membership>& now) {
    if (now) {
      reading_ = false;
      adopt(*now);
      if (std::exchange(read_again_, false))
        return read_table();
    } else { // while joining nobody else would ask; who asks meanwhile waits for the same attempt
      later(table_pause, [this] {
        reading_ = read_again_ = false;
        read_table();
      });
    }
    for (auto& then : std::exchange(after_read_, {}))
      then();
  }));
}

void participant::adopt(const membership& now) {
  if (phase_ == phase::ended || now.version < table_.version)
    return;
  const bool is_newer = now.version > table_.version;
  if (phase_ != phase::arriving) {
    const auto* me = now.find(self_.who);
    listed_ = listed_ || me != nullptr;
    if (listed_ && !ending_ && (!me || me->state == member_state::dead)) {
      log::error("cluster.expelled",
                 {{"node", self_.who.text()}, {"version", std::to_string(now.version)}});
      return expire();
    }
    if (me && me->state == member_state::leaving && phase_ == phase::active &&
        !std::exchange(asked_to_leave_, true))
      around_.events.asked_to_leave();
  }
  const auto before = std::exchange(table_, now);
  if (phase_ == phase::arriving)
    return;
  note_deaths(before);
  if (!is_newer)
    return fence_needed_ ? fence_dead() : void(); // a last word may have come
  meet(now);
  install(before);
  for (const auto& m : before.members)
    if (const auto* row = now.find(m.who); !row || row->state == member_state::dead) {
      probes_.forget(m.who);
      sharing_.erase(m.who);
      suspecting_.erase(m.who);
      refusing_.erase(m.who);
      voted_.erase(m.who);
      around_.ways->close(m.who);
    }
  tell_settled();
  fence_dead();
  look_whether_left();
  if (phase_ == phase::active)
    confirm(); // of this version: what came before says nothing about it
}

void participant::note_deaths(const membership& before) {
  for (const auto& m : before.members) {
    const auto* row = table_.find(m.who);
    if (m.state == member_state::dead || (row && row->state != member_state::dead))
      continue;
    log::info("cluster.died",
              {{"node", m.who.text()}, {"version", std::to_string(table_.version)}});
    fence_needed_ = true;
    if (phase_ == phase::active) // whoever knows of us needs our word
      vouched_.try_emplace(m.who, active_since_);
  }
  std::erase_if(vouched_, [&](const auto& v) { return !table_.find(v.first); });
  fence_not_before_ = 0ns;
  for (const auto& m : table_.members) {
    if (!was_voted_out(m))
      continue;
    // It may still answer reads: because the table confirmed it, or because all members vouched for
    // it, we as well; or, if we were none of them, no later than they voted.
    const auto now = around_.time->monotonic();
    auto proved = now + (m.alive_at - table_.at);
    if (const auto v = vouched_.find(m.who); v != vouched_.end())
      proved = std::max(proved, v->second);
    else
      for (const auto& vote : m.suspicions)
        proved = std::max(proved, now + (vote.at - table_.at));
    fence_not_before_ =
        std::max<std::chrono::nanoseconds>(fence_not_before_, proved + fresh_for + fresh_margin);
  }
}

/// From now on nothing is answered here that others might know better, and they need not wait.
void participant::expire() {
  phase_ = phase::ended;
  around_.route->end_reads();
  around_.table->farewell(self_.who,
                          here([this](const result<void>&) { around_.events.expelled(); }));
  later(last_word_patience, [this] { around_.events.expelled(); });
}

void participant::meet(const membership& now) {
  for (const auto& m : now.members)
    if (m.who != self_.who && m.state != member_state::dead)
      around_.ways->open({m.who, m.host, m.port});
}

void participant::install(const membership& before) {
  auto next = std::make_shared<view>();
  next->version = table_.version;
  next->feature_level = table_.feature_level;
  std::vector<share> shares;
  auto members = table_.members;
  std::ranges::sort(members, {}, &member::who);
  for (const auto& m : members) {
    if (m.state == member_state::dead)
      continue;
    if (m.state != member_state::active)
      continue;
    next->owners.push_back(
        {m.who, m.who == self_.who ? gateway_actor{} : around_.ways->gate(m.who)});
    shares.push_back({m.who.node, m.weight});
  }
  next->shards = place(shares);
  const auto between = without_doubtful(before, *next);
  auto moved = between ? around_.route->install(between) : router::moved_shards{};
  const auto rest = around_.route->install(next);
  moved.gained.insert(moved.gained.end(), rest.gained.begin(), rest.gained.end());
  moved.lost.insert(moved.lost.end(), rest.lost.begin(), rest.lost.end());

  for (const auto shard : moved.lost) {
    if (incoming_.lost(shard))
      continue; // not ours to release: the next owner waits until everybody has settled
    // Perhaps nobody's yet, or ours again: we are not settled while it has what has to go first.
    const auto* owner = next->owner_of(shard);
    outgoing_[shard] = {owner ? std::optional{owner->who} : std::nullopt, before.version};
  }
  incoming_.gained(before.version, table_.version, moved.gained, others(),
                   around_.time->monotonic());
  for (auto& [shard, leaves] : outgoing_)
    if (const auto* owner = next->owner_of(shard))
      leaves.to = owner->who; // or we again: it is not empty yet all the same
  log::info("cluster.view", {{"version", std::to_string(table_.version)},
                             {"active", std::to_string(shares.size())},
                             {"gained", std::to_string(moved.gained.size())},
                             {"lost", std::to_string(moved.lost.size())}});
}

/// A view right before `next`, for when we have missed some: without those of our shards that
/// somebody may have had meanwhile who came and went. They are lost, and gained anew by `next`.
view_ptr participant::without_doubtful(const membership& before, const view& next) const {
  if (before.version + 1 >= next.version)
    return nullptr;
  const auto shares = shares_between(before, table_);
  const auto owners = place(shares);
  auto between = std::make_shared<view>(next);
  between->version = next.version - 1;
  bool doubts = false;
  for (uint32_t shard = 0; shard < shard_count; ++shard)
    if (next.is_ours(shard) && shares[owners[shard]].node != self_.who.node) {
      between->shards[shard] = no_owner;
      doubts = true;
    }
  return doubts ? between : nullptr;
}

// --- changing a row

void participant::change(edit how, std::function<void()> then) {
  around_.table->read(
      here([this, how = std::move(how), then = std::move(then)](const result<membership>& now) {
        if (phase_ == phase::ended)
          return;
        if (!now) {
          if (phase_ == phase::active) // whoever is suspected will be so again
            return then ? then() : void();
          return later(table_pause, [this, how, then] { change(how, then); });
        }
        adopt(*now);
        if (phase_ == phase::ended)
          return; // the dead change nothing: without them one vote may be enough
        auto row = how(*now);
        // Who leaves hears nobody any more: that proves nothing, and it is no member whose silence
        // would keep the others from believing each other.
        if (!row || (ending_ && row->who != self_.who))
          return then ? then() : void();
        write_row(*now, *row, how, then);
      }));
}

void participant::write_row(const membership& seen, const member& row, const edit& how,
                            const std::function<void()>& then) {
  around_.table->write(seen.version, row, here([this, how, then](const result<uint64_t>& written) {
                         if (written) {
                           read_table();
                           return then ? then() : void();
                         }
                         if (phase_ == phase::active && written.error().code != errc::conflict)
                           return then ? then() : void();
                         // Nodes that lost the race at the same time should not meet again.
                         const auto jitter = entity_hash(self_.who.text()) % 20;
                         later(std::chrono::milliseconds{2 + static_cast<int64_t>(jitter)},
                               [this, how, then] { change(how, then); });
                       }));
}

// --- the proof that we live

void participant::confirm() {
  if (std::exchange(confirming_, true))
    return;
  const auto asked_at = around_.time->monotonic();
  around_.table->confirm(self_.who, here([this, asked_at](const result<uint64_t>& version) {
                           confirming_ = false;
                           confirmed(version, asked_at);
                         }));
}

void participant::confirmed(const result<uint64_t>& version, std::chrono::nanoseconds asked_at) {
  if (phase_ == phase::ended)
    return;
  if (!version) {
    if (version.error().code == errc::superseded)
      read_table(); // adopt() sees whether we are dead
    return;
  }
  if (*version != table_.version)
    return read_table();
  confirmed_at_ = asked_at;
  renew_reads(asked_at);
  open_ready();
}

void participant::renew_reads(std::chrono::nanoseconds proof) {
  if (!ending_)
    around_.route->renew_reads(proof + fresh_for);
}

// --- what the dead may still be writing

void participant::fence_dead() {
  if (phase_ == phase::arriving || phase_ == phase::ended || fencing_)
    return;
  if (!fence_needed_) {
    incoming_.fenced(table_.version);
    return open_ready();
  }
  const auto now = around_.time->monotonic();
  if (now < fence_not_before_)
    return later(fence_not_before_ - now, [this] { fence_dead(); });
  fencing_ = true;
  fence_needed_ = false;
  around_.table->fence({}, here([this, version = table_.version](const result<void>& ended) {
                         fencing_ = false;
                         if (!ended) {
                           log::warn("cluster.fence_failed", {{"why", ended.error().detail}});
                           fence_needed_ = true;
                           return later(table_pause, [this] { fence_dead(); });
                         }
                         incoming_.fenced(version);
                         open_ready();
                         if (table_.version > version)
                           fence_dead();
                       }));
}

} // namespace souk::cluster
