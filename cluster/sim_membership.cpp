#include "cluster/sim_membership.hpp"

#include <algorithm>

namespace souk::cluster {

namespace {

failure of_another(const std::string& cluster) {
  return fail(errc::conflict, "this database belongs to the cluster '" + cluster + "'");
}

/// Of those that live.
std::optional<int> least_level(const membership& table) {
  std::optional<int> least;
  for (const auto& m : table.members)
    if (m.state != member_state::dead)
      least = std::min(least.value_or(m.feature_level), m.feature_level);
  return least;
}

} // namespace

member* sim_membership_store::find(const node_ref& who) {
  const auto it = std::ranges::find(rows_.members, who, &member::who);
  return it == rows_.members.end() ? nullptr : &*it;
}

bool sim_membership_store::is_dead(const node_ref& who) const {
  const auto* known = rows_.find(who);
  return known ? known->state == member_state::dead : who.generation <= forgotten_;
}

bool sim_membership_store::lives(const node_ref& who) const {
  const auto* known = rows_.find(who);
  return known && known->state != member_state::dead;
}

result<uint64_t> sim_membership_store::write(const std::string& cluster, uint64_t expected,
                                             const member& row) {
  if (cluster_ && *cluster_ != cluster)
    return of_another(*cluster_);
  if (rows_.version != expected)
    return fail(errc::conflict, "another change was first");
  if (is_dead(row.who))
    return fail(errc::conflict, row.who.text() + " is dead for ever");
  cluster_ = cluster;
  auto* place = find(row.who);
  if (!place) {
    rows_.members.push_back(row);
    std::ranges::sort(rows_.members, {}, &member::who);
    place = find(row.who);
  }
  const bool by_others = row.state == member_state::dead || !row.suspicions.empty();
  const auto last_word = by_others ? place->alive_at : time_.now();
  *place = row;
  place->alive_at = last_word;
  if (!row.suspicions.empty())
    happened().note(row.state == member_state::dead ? "a member is voted out" : "a vote");
  if (row.state == member_state::dead)
    journals_.declare_dead({row.who.node, row.who.generation});
  if (const auto least = least_level(rows_))
    rows_.feature_level = std::max(rows_.feature_level, *least);
  ++rows_.version;
  tell_watchers();
  return rows_.version;
}

bool sim_membership_store::ask_to_leave(const node_ref& who) {
  const auto* known = rows_.find(who);
  if (is_away() || !known || known->state != member_state::active)
    return false;
  auto row = *known;
  row.state = member_state::leaving;
  return write(*cluster_, rows_.version, row).has_value();
}

void sim_membership_store::tell_watchers() {
  std::erase_if(watchers_, [](const auto& w) { return w.expired(); });
  for (const auto& w : watchers_)
    if (const auto changed = w.lock())
      (*changed)();
}

result<membership> sim_membership_store::read(const std::string& cluster) const {
  if (cluster_ && *cluster_ != cluster)
    return of_another(*cluster_);
  auto all = rows_;
  all.at = time_.now();
  return all;
}

result<uint64_t> sim_membership_store::confirm(const node_ref& who) {
  auto* known = find(who);
  if (!known || known->state == member_state::dead)
    return fail(errc::superseded, who.text() + " is dead or unknown");
  if (known->alive_at + 3s < time_.now())
    spoke_again_[who] = time_.now();
  known->alive_at = time_.now();
  return rows_.version;
}

bool sim_membership_store::was_silent(const node_ref& who, time_point since) const {
  const auto it = spoke_again_.find(who);
  return it != spoke_again_.end() && it->second >= since;
}

void sim_membership_store::fence(const std::set<node_ref>& also) {
  if (!also.empty())
    happened().note("laggards are fenced");
  journals_.end_sessions_of([&](const std::string& node, uint64_t generation) {
    return also.contains({node, generation}) || is_dead({node, generation});
  });
}

void sim_membership_store::farewell(const node_ref& who) {
  auto* known = find(who);
  if (!known || known->state != member_state::dead)
    return;
  known->suspicions.clear();
  tell_watchers();
}

void sim_membership_store::forget_dead(time_point when) {
  std::erase_if(rows_.members, [&](const member& m) {
    const bool goes = m.state == member_state::dead && m.alive_at < when;
    if (goes)
      forgotten_ = std::max(forgotten_, m.who.generation);
    return goes;
  });
}

void sim_membership_store::watch(std::weak_ptr<std::function<void()>> changed) {
  watchers_.push_back(std::move(changed));
}

sim_membership::sim_membership(sim_membership_store& store, persistence::run_later later,
                               std::string cluster, uint64_t seed, sim_membership_faults faults)
    : state_(std::make_shared<state>(state{.store = store,
                                           .later = std::move(later),
                                           .cluster = std::move(cluster),
                                           .random = std::mt19937_64{seed},
                                           .faults = faults})) {}

std::chrono::nanoseconds sim_membership::state::latency() {
  const auto range = (faults.latency_most + store.slow() - faults.latency_least).count() + 1;
  return faults.latency_least + std::chrono::nanoseconds{random() % static_cast<uint64_t>(range)};
}

std::chrono::nanoseconds sim_membership::state::delay_of_fence() {
  return faults.fence_most == 0ns
             ? 0ns
             : std::chrono::nanoseconds{random() %
                                        static_cast<uint64_t>(faults.fence_most.count())};
}

std::chrono::nanoseconds sim_membership::state::delay_of_answer() {
  if (faults.answered_late == 0 || !strikes(faults.answered_late))
    return 0ns;
  return std::chrono::nanoseconds{random() % static_cast<uint64_t>(faults.patience.count())};
}

/// Half the latency there, half back; the node may be gone by either. `longer`: until it happens.
template <class T, class Work>
void sim_membership::call(Work work, callback<T> done, std::chrono::nanoseconds longer) {
  auto& s = *state_;
  const auto way = s.latency() / 2;
  const bool lost_before = s.strikes(s.faults.lost_before);
  const bool lost_after = s.strikes(s.faults.lost_after);
  const auto answer = [weak = std::weak_ptr{state_},
                       done = std::move(done)](std::chrono::nanoseconds delay, result<T> r) {
    if (const auto alive = weak.lock())
      alive->later(delay, [weak, done, r = std::move(r)] {
        if (!weak.expired())
          done(r);
      });
  };
  const auto back = way + s.delay_of_answer();
  const auto unheard = fail(errc::unavailable, "the membership table is away");
  if (s.is_cut() || lost_before) {
    s.store.happened().note(lost_before ? "a call of the table is lost" : "the table is away");
    return answer(s.is_cut() ? s.faults.patience : way, unheard);
  }
  const bool too_slow = way + longer + back > s.faults.patience;
  if (back > way)
    s.store.happened().note("an answer of the table is late");
  if (too_slow) {
    s.store.happened().note("an answer of the table is too late");
    answer(s.faults.patience, unheard);
  }
  // What was sent arrives whether this node lives or not.
  s.later(way + longer, [&store = s.store, cluster = s.cluster, weak = std::weak_ptr{state_}, work,
                         answer, back, lost_after, too_slow, unheard] {
    if (store.is_away())
      return too_slow ? void() : answer(back, unheard);
    auto r = work(store, cluster);
    const auto alive = weak.lock();
    const bool unknown = lost_after || (alive && !alive->reachable);
    if (unknown)
      store.happened().note("an answer of the table is lost");
    if (too_slow)
      return;
    if (alive && !unknown)
      alive->later(back, [weak, timeline = store.timeline(), host = store.host()] {
        if (const auto still = weak.lock())
          still->reached(timeline, host);
      });
    answer(back, unknown ? result<T>{unheard} : std::move(r));
  });
}

void sim_membership::read(callback<membership> done) {
  call<membership>([](const auto& store, const auto& cluster) { return store.read(cluster); },
                   std::move(done));
}

void sim_membership::write(uint64_t expected, const member& row, callback<uint64_t> done) {
  call<uint64_t>(
      [=](auto& store, const auto& cluster) { return store.write(cluster, expected, row); },
      std::move(done));
}

void sim_membership::confirm(const node_ref& who, callback<uint64_t> done) {
  call<uint64_t>([who](auto& store, const auto&) { return store.confirm(who); }, std::move(done));
}

void sim_membership::fence(const std::set<node_ref>& also, callback<void> done) {
  call<void>(
      [also](auto& store, const auto&) -> result<void> {
        store.fence(also);
        return {};
      },
      std::move(done), state_->delay_of_fence());
}

void sim_membership::farewell(const node_ref& who, callback<void> done) {
  call<void>(
      [who](auto& store, const auto&) -> result<void> {
        store.farewell(who);
        return {};
      },
      std::move(done));
}

void sim_membership::forget_dead(time_point when, callback<void> done) {
  call<void>(
      [when](auto& store, const auto&) -> result<void> {
        store.forget_dead(when);
        return {};
      },
      std::move(done));
}

void sim_membership::watch(std::function<void()> changed) {
  SOUK_ASSERT(!watching_, "a table is watched once");
  watching_ = std::make_shared<std::function<void()>>(
      [weak = std::weak_ptr{state_}, changed = std::move(changed)] {
        const auto s = weak.lock();
        if (!s || s->is_cut())
          return;
        if (s->strikes(s->faults.unheard))
          return s->store.happened().note("a change of the table is not heard of");
        s->later(s->latency(), [weak, changed] {
          if (!weak.expired())
            changed();
        });
      });
  state_->store.watch(watching_);
}

} // namespace souk::cluster
