// The shell's way of what is owed, its timers, and its leaving. Part of entity.hpp.
#pragma once

#include "actors/entity/entity.hpp"

namespace souk::entity {

// --- effects

template <model M>
void shell<M>::turn() {
  if (phase_ != phase::serving)
    return;
  if (effects_due_ && !effects_held_ && !moving_) {
    effects_due_ = false;
    const auto at = now();
    const bool owing = M::due(fold_.state) <= at;
    if (owing || woken_ || !effects_.idle()) {
      effects_held_ = true;
      held_.push_back(
          {.seq = fold_.seq,
           .to = nullptr,
           .answer = {},
           .owed = owing ? M::pending(fold_.state, at) : std::vector<typename M::effect>{}});
    }
  }
  release();
  arm_timer();
}

template <model M>
void shell<M>::start_effects(const std::vector<typename M::effect>& owed) {
  effects_held_ = false;
  std::set<std::string> steps;
  for (const auto& e : owed)
    steps.insert(e.step);
  effects_.keep_only(steps);
  const auto mono = env_.time.monotonic();
  for (const auto& e : owed)
    if (effects_.start(e.step, e.target, mono))
      perform(e);
  if (woken_) {
    woken_ = false;
    correct_wakeup();
  }
}

template <model M>
void shell<M>::perform(const typename M::effect& e) {
  const auto self = caf::actor_cast<cluster::entity_actor>(this);
  perform_(me_->entity, e, [this, self, step = e.step](result<typename M::command> outcome) {
    caf::anon_send(self, cluster::make_task([this, step, outcome = std::move(outcome)] {
                     outcome_of(step, outcome);
                   }));
  });
}

template <model M>
void shell<M>::outcome_of(const std::string& step, const result<typename M::command>& outcome) {
  if (phase_ != phase::serving)
    return;
  const auto mono = env_.time.monotonic();
  if (!outcome) {
    effects_.failed(step, outcome.error(), mono);
    effects_due_ = true;
    return turn();
  }
  const auto at = now();
  const bool accepted = stream_->accepts();
  auto events = M::decide(fold_.state, *outcome, at);
  if (events && !events->empty() && is_readable(*events) && accepted && route_.reads_allowed() &&
      route_.serves(me_->entity)) {
    effects_.succeeded(step);
    record(*outcome, {}, *events, at);
  } else {
    // Nothing moved, or it may not be written here and now, as with commands: if it is still owed
    // it is tried again, but not at once.
    effects_.failed(step, events ? fail(errc::conflict, "no progress") : events.error(), mono);
    effects_due_ = true;
  }
  turn();
}

template <model M>
void shell<M>::correct_wakeup() {
  const auto due = M::due(fold_.state);
  if (!wakeup_row_ || (due != never && *wakeup_row_ > now()) || !stream_->accepts())
    return;
  wakeup_row_.reset();
  if (due != never)
    wakeup_row_ = std::max(due, now() + cluster::wakeup_grace);
  persistence::fragment lone;
  lone.wakeup = persistence::wakeup_change{wakeup_row_};
  stream_->append(std::move(lone));
}

template <model M>
void shell<M>::arm_timer() {
  const auto mono = env_.time.monotonic();
  auto next = std::chrono::nanoseconds::max();
  if (effects_.idle() && !effects_held_)
    if (const auto due = M::due(fold_.state); due != never)
      next = std::max<std::chrono::nanoseconds>(due - now(), look_again);
  if (const auto turn = effects_.next_turn())
    next = std::min(next, std::max(*turn - mono, std::chrono::nanoseconds{0}));
  for (const auto& rq : parked_)
    if (rq->meta.expires != never)
      next = std::min<std::chrono::nanoseconds>(
          next, std::max<microseconds>(rq->meta.expires - now(), look_again));
  if (next == std::chrono::nanoseconds::max() || next > 1h)
    return; // the wakeup row covers what is far away
  const auto at = mono + next;
  if (timer_at_ && *timer_at_ <= at)
    return;
  timer_at_ = at;
  this->delayed_send(this, std::max<std::chrono::nanoseconds>(next, look_again),
                     cluster::make_task([this, at] { timer_fired(at); }));
}

template <model M>
void shell<M>::timer_fired(std::chrono::nanoseconds at) {
  if (timer_at_ == at)
    timer_at_.reset();
  drop_expired();
  effects_.check_deadlines(env_.time.monotonic());
  effects_due_ = true;
  turn();
}

// --- leaving

template <model M>
void shell<M>::go_if_idle() {
  drop_expired();
  if (phase_ != phase::serving || fold_.seq != committed_ || !held_.empty() || !parked_.empty() ||
      !effects_.idle() || !me_->try_close())
    return;
  route_.forget(me_);
  this->quit();
}

template <model M>
void shell<M>::move_away() {
  moving_ = true;
  for (auto& rq : std::exchange(parked_, {}))
    route_.retry(rq, busy());
  go_if_moved();
}

/// What is owed is computed and tried again by the activation on the new owner.
template <model M>
void shell<M>::go_if_moved() {
  if (!moving_ || phase_ != phase::serving || fold_.seq != committed_ || !held_.empty() ||
      !parked_.empty() || !me_ || !me_->try_close())
    return;
  route_.forget(me_);
  this->quit();
}

template <model M>
void shell<M>::fail_activation(const failure& why) {
  if (phase_ == phase::failed)
    return;
  phase_ = phase::failed;
  failure_ = why;
  failure_.retry_after = 1s;
  metrics_.failures.Increment();
  log::info("entity.failed",
            {{"entity", me_->entity.text()}, {"code", to_string(why.code)}, {"why", why.detail}});
  route_.forget(me_);
  stream_.reset();
  // What was executed here may have been committed: only a replay knows, so it is asked again.
  std::vector<request_ptr> unsaid;
  for (auto& item : std::exchange(held_, {}))
    if (item.to)
      unsaid.push_back(std::move(item.to));
  for (auto& rq : std::exchange(parked_, {}))
    unsaid.push_back(std::move(rq));
  for (auto& rq : std::exchange(waiting_, {}))
    rq->retries == 0 && why.code != errc::superseded ? rq->refuse(failure_)
                                                     : unsaid.push_back(std::move(rq));
  if (why.code == errc::corrupt || unsaid.empty())
    return refuse_all(unsaid);
  const auto hand_back = cluster::make_task([this, unsaid] {
    auto unknown = failure_;
    unknown.code = errc::timed_out;
    for (const auto& rq : unsaid)
      route_.retry(rq, unknown);
    leave_when_empty();
  });
  if (why.code != errc::superseded)
    return void(this->delayed_send(this, unavailable_pause, hand_back));
  // Another owner may have written: the newest view says who should go on.
  route_.refresh([self = caf::actor_cast<cluster::entity_actor>(this), hand_back] {
    caf::anon_send(self, hand_back);
  });
}

template <model M>
void shell<M>::refuse_all(const std::vector<request_ptr>& all) {
  for (const auto& rq : all)
    rq->refuse(failure_);
  leave_when_empty();
}

template <model M>
void shell<M>::drop_expired() {
  std::erase_if(parked_, [&](const request_ptr& rq) {
    if (rq->meta.expires > now())
      return false;
    rq->refuse(fail(errc::timed_out, "not yet"));
    return true;
  });
}

template <model M>
void shell<M>::leave_when_empty() {
  if (me_->under_way() == 0)
    return this->quit();
  this->delayed_send(this, 10ms, cluster::make_task([this] { leave_when_empty(); }));
}

} // namespace souk::entity
