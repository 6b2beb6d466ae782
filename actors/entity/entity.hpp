// The generic shell: one actor around one model. It recovers, decides on the state with all its events
// applied, and says nothing before the journal has what it is based on (law 2).
//
//   recovering ──► serving ──(idle, nothing owed in memory)──► gone
//        │            │
//        └────────────┴──(journal failed)──► failed: hands every request back to the router, then gone
//
// One command: repeat? ─► expired? ─► decide ─► apply at once ─► append ─► hold the answer until the
// commit. Effects leave the same way: computed from a state, held until that state is durable.
#pragma once

#include "actors/entity/ask.hpp"
#include "actors/entity/environment.hpp"
#include "actors/entity/fold.hpp"
#include "base/log.hpp"
#include "cluster/waker.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace souk::entity {

/// Carries out one effect of a model and answers with the command that records its outcome; a failure
/// means "try again later". Called on the entity's actor; answers on any thread, once or never.
template <model M>
using performer = std::function<void(const entity_id& source, const typename M::effect& what,
                                     callback<typename M::command> done)>;

/// Timers are no finer than this.
inline constexpr std::chrono::milliseconds look_again{1};
/// How long an activation that lost its journal waits before it hands its requests on.
inline constexpr std::chrono::milliseconds unavailable_pause{200};
/// A snapshot is not worth it below this.
inline constexpr size_t snapshot_tail_least_bytes = 8 * 1024;

template <model M>
class shell final : public cluster::entity_actor::base {
public:
  using request = command_request<typename M::command, typename M::reply>;
  using request_ptr = caf::intrusive_ptr<request>;

  shell(caf::actor_config& cfg, environment* env, const performer<M>* perform, cluster::router* route,
        cluster::activation_ptr me)
      : cluster::entity_actor::base(cfg), env_(*env), perform_(*perform), route_(*route),
        me_(std::move(me)), effects_(me_->entity, env->breakers, env->people, env->effects), metrics_(kind_metrics()) {}

  const char* name() const override { return M::kind.data(); }

  behavior_type make_behavior() override {
    recover();
    return {[this](const cluster::delivery& d) { take(d.what); },
            [this](const cluster::commit_note& note) { committed(note.seq); },
            [this](const cluster::idle_note&) { go_if_idle(); },
            [this](const cluster::task& t) { (*t.run)(); }};
  }

  void on_exit() override {
    stream_.reset();
    observer_.reset();
    waiting_.clear();
    held_.clear();
    parked_.clear();
    me_.reset();
  }

private:
  enum class phase : uint8_t { recovering, serving, failed };

  /// Something that may be said once `seq` is committed.
  struct held_answer {
    uint64_t seq;
    request_ptr to; ///< nothing: the effects in `owed`
    std::optional<result<typename M::reply>> answer;
    std::vector<typename M::effect> owed;
  };

  /// Forwards the journal's word to the actor.
  class observer final : public persistence::journal_observer {
  public:
    explicit observer(cluster::entity_actor to, shell* of) : to_(std::move(to)), of_(of) {}
    void committed(uint64_t seq) override { caf::anon_send(to_, cluster::commit_note{seq}); }
    void failed(const failure& why) override {
      caf::anon_send(to_, cluster::make_task([of = of_, why] { of->fail_activation(why); }));
    }

  private:
    cluster::entity_actor to_;
    shell* of_;
  };

  static const entity_metrics& kind_metrics() {
    static const entity_metrics all{M::kind};
    return all;
  }

  // --- recovery

  void recover() {
    const auto self = caf::actor_cast<cluster::entity_actor>(this);
    env_.journal.recover(me_->entity, [this, self](result<persistence::recovered> found) {
      caf::anon_send(self, cluster::make_task([this, found = std::move(found)] { recovered(found); }));
    });
  }

  void recovered(const result<persistence::recovered>& found) {
    if (phase_ == phase::failed)
      return;
    auto replayed = found ? replay<M>(*found) : result<fold<M>>{found.error()};
    if (!replayed) {
      if (replayed.error().code == errc::corrupt)
        env_.people.stuck(me_->entity, "recover", 1, replayed.error());
      return fail_activation(replayed.error());
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
  }

  // --- commands

  void take(const cluster::request_ptr& what) {
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
  }

  time_point now() const { return std::max(env_.time.now(), fold_.last_at); }

  void execute(request_ptr rq) {
    if (phase_ != phase::serving)
      return route_.retry(rq, failure_);
    const auto& meta = rq->meta;
    if (!meta.id.empty()) {
      if (const auto known = fold_.memory.find(meta.id)) {
        metrics_.repeats.Increment();
        if (*known != meta.fingerprint)
          return hold(std::move(rq), fail(errc::idempotency_mismatch,
                                          "this key was used with another request"));
        auto again = M::answer(fold_.state, rq->command);
        return hold(std::move(rq), std::move(again));
      }
    }
    const auto at = now();
    if (meta.expires <= at)
      return hold(std::move(rq), fail(errc::expired, "the command is too old"));
    if (!stream_->accepts())
      return rq->refuse(busy());
    metrics_.commands.Increment();
    auto events = M::decide(fold_.state, rq->command, at);
    if (!events) {
      metrics_.refusals.Increment();
      return hold(std::move(rq), std::move(events.error()));
    }
    if (!events->empty())
      record(rq->command, meta, *events, at);
    else if (!M::is_ready(fold_.state, rq->command))
      return parked_.push_back(std::move(rq));
    auto answer = M::answer(fold_.state, rq->command);
    hold(std::move(rq), std::move(answer));
  }

  static failure busy() {
    auto why = fail(errc::overloaded, "the journal is at its limit");
    why.retry_after = 1s;
    return why;
  }

  /// Applies the events at once and queues them for the journal.
  void record(const typename M::command& command, const cluster::command_meta& meta,
              const std::vector<typename M::event>& events, time_point at) {
    journal_entry entry{.command = {M::is_natural(command) ? command_id{} : meta.id, meta.fingerprint, at},
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
    }
    fold_.memory.remember(entry.command);
    fold_.last_at = at;
    fold_.seq += events.size();
    piece.events = static_cast<uint32_t>(events.size());
    piece.payload = pack(entry);
    fold_.tail_bytes += piece.payload.size();
    piece.wakeup = wakeup_after(at);
    if (fold_.tail_bytes > std::max(fold_.snapshot_bytes, snapshot_tail_least_bytes))
      piece.snapshot = take_snapshot();
    metrics_.events.Increment(static_cast<double>(events.size()));
    stream_->append(std::move(piece));
    effects_due_ = true;
    revisit_parked();
  }

  persistence::snapshot_row take_snapshot() {
    packed_snapshot packed{.state = M::encode(fold_.state),
                           .commands = {fold_.memory.commands().begin(), fold_.memory.commands().end()},
                           .at = fold_.last_at};
    persistence::snapshot_row row{fold_.seq, M::state_version, pack(packed)};
    fold_.snapshot_bytes = row.payload.size();
    fold_.tail_bytes = 0;
    metrics_.snapshots.Increment();
    return row;
  }

  /// A row never later than what is owed. While this activation works, what is owed at once waits a
  /// grace: the row is for whoever comes after a crash.
  std::optional<persistence::wakeup_change> wakeup_after(time_point at) {
    const auto due = M::due(fold_.state);
    if (due == never) {
      if (!wakeup_row_)
        return {};
      wakeup_row_.reset();
      return persistence::wakeup_change{};
    }
    const auto row = std::max(due, at + cluster::wakeup_grace);
    if (wakeup_row_ && *wakeup_row_ <= row)
      return {};
    wakeup_row_ = row;
    return persistence::wakeup_change{row};
  }

  // --- law 2

  void hold(request_ptr rq, result<typename M::reply> answer) {
    if (fold_.seq == committed_ && held_.empty())
      return rq->complete(std::move(answer));
    held_.push_back({fold_.seq, std::move(rq), std::move(answer), {}});
  }

  void committed(uint64_t seq) {
    if (phase_ != phase::serving)
      return;
    SOUK_ASSERT(seq <= fold_.seq, "the journal commits what was appended");
    committed_ = std::max(committed_, seq);
    release();
    turn();
  }

  void release() {
    while (!held_.empty() && held_.front().seq <= committed_) {
      auto next = std::move(held_.front());
      held_.pop_front();
      if (next.to)
        next.to->complete(std::move(*next.answer));
      else
        start_effects(next.owed);
    }
  }

  void revisit_parked() {
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

  // --- effects

  /// Computes what is owed, once at a time, and holds it until the state it follows from is durable.
  void turn() {
    if (phase_ != phase::serving)
      return;
    if (effects_due_ && !effects_held_) {
      effects_due_ = false;
      const auto at = now();
      const bool owing = M::due(fold_.state) <= at;
      if (owing || woken_ || !effects_.idle()) {
        effects_held_ = true;
        held_.push_back({fold_.seq, nullptr, {},
                         owing ? M::pending(fold_.state, at) : std::vector<typename M::effect>{}});
      }
    }
    release();
    arm_timer();
  }

  void start_effects(const std::vector<typename M::effect>& owed) {
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

  void perform(const typename M::effect& e) {
    const auto self = caf::actor_cast<cluster::entity_actor>(this);
    perform_(me_->entity, e, [this, self, step = e.step](result<typename M::command> outcome) {
      caf::anon_send(self, cluster::make_task([this, step, outcome = std::move(outcome)] {
                       outcome_of(step, outcome);
                     }));
    });
  }

  void outcome_of(const std::string& step, const result<typename M::command>& outcome) {
    if (phase_ != phase::serving)
      return;
    const auto mono = env_.time.monotonic();
    if (!outcome) {
      effects_.failed(step, outcome.error(), mono);
      effects_due_ = true;
      return turn();
    }
    const auto at = now();
    auto events = M::decide(fold_.state, *outcome, at);
    if (events && !events->empty()) {
      effects_.succeeded(step);
      record(*outcome, {}, *events, at);
    } else {
      // Nothing moved: if it is still owed it is tried again, but not at once.
      effects_.failed(step, events ? fail(errc::conflict, "no progress") : events.error(), mono);
      effects_due_ = true;
    }
    turn();
  }

  /// The row that fired was early, or what it stood for is done.
  void correct_wakeup() {
    const auto due = M::due(fold_.state);
    if (!wakeup_row_ || (due != never && *wakeup_row_ > now()))
      return;
    wakeup_row_.reset();
    if (due != never)
      wakeup_row_ = std::max(due, now() + cluster::wakeup_grace);
    persistence::fragment lone;
    lone.wakeup = persistence::wakeup_change{wakeup_row_};
    stream_->append(std::move(lone));
  }

  void arm_timer() {
    const auto mono = env_.time.monotonic();
    auto next = std::chrono::nanoseconds::max();
    if (const auto due = M::due(fold_.state); due != never && effects_.idle() && !effects_held_)
      next = std::max<std::chrono::nanoseconds>(due - now(), look_again);
    if (const auto turn = effects_.next_turn())
      next = std::min(next, std::max(*turn - mono, std::chrono::nanoseconds{0}));
    for (const auto& rq : parked_)
      if (rq->meta.expires != never)
        next = std::min<std::chrono::nanoseconds>(next, std::max<microseconds>(rq->meta.expires - now(), look_again));
    if (next == std::chrono::nanoseconds::max() || next > 1h)
      return; // the wakeup row covers what is far away
    const auto at = mono + next;
    if (timer_at_ && *timer_at_ <= at)
      return;
    timer_at_ = at;
    this->delayed_send(this, std::max<std::chrono::nanoseconds>(next, look_again),
                       cluster::make_task([this, at] { timer_fired(at); }));
  }

  void timer_fired(std::chrono::nanoseconds at) {
    if (timer_at_ == at)
      timer_at_.reset();
    drop_expired();
    effects_.check_deadlines(env_.time.monotonic());
    effects_due_ = true;
    turn();
  }

  // --- leaving

  void go_if_idle() {
    drop_expired();
    if (phase_ != phase::serving || fold_.seq != committed_ || !held_.empty() || !parked_.empty() ||
        !effects_.idle() || !me_->try_close())
      return;
    route_.forget(me_);
    this->quit();
  }

  /// The journal refused us or its outcome is unknown: whatever was not said is asked again elsewhere.
  void fail_activation(const failure& why) {
    if (phase_ == phase::failed)
      return;
    phase_ = phase::failed;
    failure_ = why;
    failure_.retry_after = 1s;
    metrics_.failures.Increment();
    log::info("entity.failed", {{"entity", me_->entity.text()}, {"code", to_string(why.code)},
                                {"why", why.detail}});
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
    this->delayed_send(this, why.code == errc::superseded ? look_again : unavailable_pause,
                       cluster::make_task([this, unsaid] {
                         auto unknown = failure_;
                         unknown.code = errc::timed_out;
                         for (const auto& rq : unsaid)
                           route_.retry(rq, unknown);
                         leave_when_empty();
                       }));
  }

  void refuse_all(const std::vector<request_ptr>& all) {
    for (const auto& rq : all)
      rq->refuse(failure_);
    leave_when_empty();
  }

  void drop_expired() {
    std::erase_if(parked_, [&](const request_ptr& rq) {
      if (rq->meta.expires > now())
        return false;
      rq->refuse(fail(errc::timed_out, "not yet"));
      return true;
    });
  }

  /// Requests admitted before the closing may still be in the mailbox; they are handed back first.
  void leave_when_empty() {
    if (me_->under_way() == 0)
      return this->quit();
    this->delayed_send(this, 10ms, cluster::make_task([this] { leave_when_empty(); }));
  }

  environment& env_;
  const performer<M>& perform_;
  cluster::router& route_;
  cluster::activation_ptr me_;

  phase phase_ = phase::recovering;
  failure failure_;
  fold<M> fold_;
  uint64_t committed_ = 0; ///< of the events in fold_, durable
  std::unique_ptr<persistence::journal_stream> stream_;
  std::shared_ptr<observer> observer_;
  std::optional<time_point> wakeup_row_;

  std::vector<request_ptr> waiting_; ///< for the end of recovery
  std::deque<held_answer> held_;     ///< for their commit
  std::vector<request_ptr> parked_;  ///< for a state that is ready

  supervision::effect_runner effects_;
  bool effects_due_ = false;  ///< the state moved since pending was asked
  bool effects_held_ = false; ///< one computation waits in held_
  bool woken_ = false;
  std::optional<std::chrono::nanoseconds> timer_at_;
  const entity_metrics& metrics_;
};

/// How the router makes M's entities. `env` and `perform` outlive the actor system.
template <model M>
cluster::spawn_entity spawner(environment& env, const performer<M>& perform) {
  return [&env, &perform](caf::actor_system& system, cluster::router& route, cluster::activation_ptr me) {
    return cluster::entity_actor{system.spawn<shell<M>>(&env, &perform, &route, std::move(me))};
  };
}

} // namespace souk::entity
