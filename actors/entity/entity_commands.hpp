// The shell's way of a command: recovery, deciding, recording, and saying nothing before the
// commit. Part of entity.hpp.
#pragma once

#include "actors/entity/entity.hpp"

namespace souk::entity {

// --- recovery

template <model M>
void shell<M>::recover() {
  const auto self = caf::actor_cast<cluster::entity_actor>(this);
  env_.journal.recover(me_->entity, [this, self](result<persistence::recovered> found) {
    caf::anon_send(self,
                   cluster::make_task([this, found = std::move(found)] { recovered(found); }));
  });
}

template <model M>
void shell<M>::recovered(const result<persistence::recovered>& found) {
  if (phase_ == phase::failed)
    return;
  auto replayed = found ? replay<M>(*found) : result<fold<M>>{found.error()};
  if (!replayed) {
    auto why = replayed.error();
    // The members may have gone on without this node, with events that only newer versions read.
    if (why.code == errc::corrupt && !route_.reads_allowed())
      why = unproven();
    if (why.code == errc::corrupt)
      env_.people.stuck(me_->entity, supervision::recover_step, 1, why);
    return fail_activation(why);
  }
  fold_ = std::move(*replayed);
  committed_ = fold_.seq;
  wakeup_row_ = found->wakeup;
  observer_ = std::make_shared<observer>(caf::actor_cast<cluster::entity_actor>(this), this);
  stream_ = env_.journal.open(me_->entity, found->seq, found->chain, observer_);
  phase_ = phase::serving;
  for (auto& rq : std::exchange(waiting_, {}))
    execute(rq);
  effects_due_ = true;
  turn();
  go_if_moved();
}

// --- commands

template <model M>
void shell<M>::take(const cluster::request_ptr& what) {
  me_->touch(env_.time.monotonic());
  auto* typed = dynamic_cast<request*>(what.get());
  if (phase_ == phase::failed)
    return typed ? route_.retry(what, failure_) : void();
  if (!typed) { // a wakeup
    effects_due_ = true;
    woken_ = true;
    what->leave();
    return phase_ == phase::serving ? turn() : void();
  }
  request_ptr rq{typed};
  if (phase_ == phase::recovering)
    return waiting_.push_back(std::move(rq));
  execute(std::move(rq));
  turn();
  go_if_moved();
}

template <model M>
void shell<M>::execute(request_ptr rq) {
  if (phase_ != phase::serving)
    return route_.retry(rq, failure_);
  const auto& meta = rq->meta;
  if (!meta.id.empty()) {
    if (const auto known = fold_.memory.find(meta.id)) {
      metrics_.repeats.Increment();
      if (*known != meta.fingerprint)
        return hold(std::move(rq),
                    fail(errc::idempotency_mismatch, "this key was used with another request"));
      auto again = M::answer(fold_.state, rq->command);
      return hold(std::move(rq), std::move(again));
    }
  }
  const auto at = now();
  if (meta.expires <= at) // not final: an earlier try may have been executed
    return hold(std::move(rq), fail(errc::timed_out, "the command is too old"));
  const bool accepted = stream_->accepts();
  metrics_.commands.Increment();
  auto events = M::decide(fold_.state, rq->command, at);
  if (!events) {
    metrics_.refusals.Increment();
    return hold(std::move(rq), std::move(events.error()));
  }
  if (!is_readable(*events))
    return rq->refuse(being_upgraded());
  // The journal would take it, and who was given the shard meanwhile would answer by older state.
  if (!events->empty() && !route_.reads_allowed())
    return rq->refuse(unproven());
  if (!events->empty() && !accepted)
    return rq->refuse(busy());
  if (!events->empty() && !route_.serves(me_->entity))
    return route_.retry(rq, unproven());
  if (!events->empty())
    record(rq->command, meta, *events, at);
  else if (!M::is_ready(fold_.state, rq->command))
    return moving_ ? route_.retry(rq, busy()) : parked_.push_back(std::move(rq));
  auto answer = M::answer(fold_.state, rq->command);
  hold(std::move(rq), std::move(answer), !events->empty());
}

template <model M>
bool shell<M>::is_readable(const std::vector<typename M::event>& events) const {
  return std::ranges::all_of(
      events, [&](const auto& event) { return level_of<M>(event) <= route_.feature_level(); });
}

template <model M>
failure shell<M>::being_upgraded() {
  auto why = fail(errc::unavailable, "the cluster is being upgraded");
  why.retry_after = cluster::upgrade_pause;
  return why;
}

template <model M>
failure shell<M>::busy() {
  auto why = fail(errc::overloaded, "the journal takes no more now");
  why.retry_after = 1s;
  return why;
}

template <model M>
void shell<M>::record(const typename M::command& command, const cluster::command_meta& meta,
                      const std::vector<typename M::event>& events, time_point at) {
  journal_entry entry{
      .command = {M::is_natural(command) ? command_id{} : meta.id, meta.fingerprint, at},
      .events = {},
      .trace = meta.trace};
  persistence::fragment piece;
  entry.events.reserve(events.size());
  for (const auto& event : events) {
    entry.events.push_back(M::encode(event));
    if constexpr (requires { M::postings(fold_.state, event, at); })
      for (auto& posting : M::postings(fold_.state, event, at))
        piece.postings.push_back(std::move(posting));
    M::apply(fold_.state, event, at);
    fold_.level = std::max(fold_.level, level_of<M>(event));
  }
  fold_.memory.remember(entry.command);
  fold_.last_at = at;
  fold_.seq += events.size();
  piece.events = static_cast<uint32_t>(events.size());
  piece.payload = pack(entry);
  fold_.tail_bytes += piece.payload.size();
  piece.wakeup = wakeup_after(at);
  if (fold_.tail_bytes > std::max(fold_.snapshot_bytes, env_.snapshot_tail_least))
    piece.snapshot = take_snapshot();
  metrics_.events.Increment(static_cast<double>(events.size()));
  stream_->append(std::move(piece));
  effects_due_ = true;
  revisit_parked();
}

template <model M>
persistence::snapshot_row shell<M>::take_snapshot() {
  auto row = fold_.snapshot();
  fold_.snapshot_bytes = row.payload.size();
  fold_.tail_bytes = 0;
  metrics_.snapshots.Increment();
  return row;
}

template <model M>
std::optional<persistence::wakeup_change> shell<M>::wakeup_after(time_point at) {
  const auto due = M::due(fold_.state);
  if (due == never) {
    if (!wakeup_row_)
      return {};
    wakeup_row_.reset();
    return persistence::wakeup_change{};
  }
  const auto row = std::max(due, at + cluster::wakeup_grace);
  if (row_is_ours_ && wakeup_row_ && *wakeup_row_ <= row)
    return {};
  row_is_ours_ = true;
  wakeup_row_ = row;
  return persistence::wakeup_change{row};
}

// --- law 2

template <model M>
void shell<M>::hold(request_ptr rq, result<typename M::reply> answer, bool proven) {
  if (fold_.seq == committed_ && held_.empty())
    return say(rq, std::move(answer), proven);
  held_.push_back({fold_.seq, std::move(rq), std::move(answer), proven});
}

/// A node that was cut off may not know that others went on without it.
template <model M>
void shell<M>::say(const request_ptr& rq, result<typename M::reply> answer, bool proven) {
  if (proven || route_.reads_allowed())
    return rq->complete(std::move(answer));
  rq->refuse(unproven());
}

template <model M>
failure shell<M>::unproven() {
  auto why = fail(errc::unavailable, "this node has not proved for a while that it is a member");
  why.retry_after = 1s;
  return why;
}

template <model M>
void shell<M>::committed(uint64_t seq) {
  if (phase_ != phase::serving)
    return;
  SOUK_ASSERT(seq <= fold_.seq, "the journal commits what was appended");
  committed_ = std::max(committed_, seq);
  release();
  turn();
  go_if_moved();
}

template <model M>
void shell<M>::release() {
  while (!held_.empty() && held_.front().seq <= committed_) {
    auto next = std::move(held_.front());
    held_.pop_front();
    if (next.to)
      say(next.to, std::move(*next.answer), next.proven);
    else
      start_effects(next.owed);
  }
}

template <model M>
void shell<M>::revisit_parked() {
  if (parked_.empty())
    return;
  std::vector<request_ptr> still;
  for (auto& rq : parked_) {
    if (!M::is_ready(fold_.state, rq->command)) {
      if (rq->meta.expires > fold_.last_at)
        still.push_back(std::move(rq));
      else
        hold(std::move(rq), fail(errc::timed_out, "not yet"));
      continue;
    }
    auto answer = M::answer(fold_.state, rq->command);
    hold(std::move(rq), std::move(answer));
  }
  parked_ = std::move(still);
}

} // namespace souk::entity
