// The generic shell: one actor around one model. It recovers, decides on the state with all its
// events applied, and says nothing before the journal has what it is based on (law 2).
//
//   recovering ──► serving ──(idle, nothing owed in memory; or its shard moved)──► gone
//        │            │
//        └────────────┴──(journal failed)──► failed: hands every request back to the router, then
//        gone
//
// One command: repeat? ─► expired? ─► decide ─► apply at once ─► append ─► hold the answer until
// the commit. Effects leave the same way: computed from a state, held until that state is durable.
#pragma once

#include "actors/entity/ask.hpp"
#include "actors/entity/environment.hpp"
#include "actors/entity/fold.hpp"
#include "actors/entity/performer.hpp"
#include "base/log.hpp"
#include "cluster/waker.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace souk::entity {

/// Timers are no finer than this.
inline constexpr std::chrono::milliseconds look_again{1};
/// How long an activation that lost its journal waits before it hands its requests on.
inline constexpr std::chrono::milliseconds unavailable_pause{200};

template <model M>
class shell final : public cluster::entity_actor::base {
public:
  using request = command_request<typename M::command, typename M::reply>;
  using request_ptr = caf::intrusive_ptr<request>;

  shell(caf::actor_config& cfg, environment* env, const performer<M>* perform,
        cluster::router* route, cluster::activation_ptr me)
      : cluster::entity_actor::base(cfg), env_(*env), perform_(*perform), route_(*route),
        me_(std::move(me)), effects_(me_->entity, env->breakers, env->people, env->effects),
        metrics_(kind_metrics()) {}

  const char* name() const override { return M::kind.data(); }

  behavior_type make_behavior() override {
    recover();
    return {[this](const cluster::delivery& d) { take(d.what); },
            [this](const cluster::commit_note& note) { committed(note.seq); },
            [this](const cluster::idle_note& n) { n.to_another_node ? move_away() : go_if_idle(); },
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
    bool proven = false;
    std::vector<typename M::effect> owed = {};
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
  void recover();
  void recovered(const result<persistence::recovered>& found);

  // --- commands
  void take(const cluster::request_ptr& what);
  time_point now() const { return std::max(env_.time.now(), fold_.last_at); }
  void execute(request_ptr rq);
  static failure busy();
  static failure unproven();
  static failure being_upgraded();
  /// False while a member is too old to read what these events are (rolling upgrade).
  bool is_readable(const std::vector<typename M::event>& events) const;
  /// Applies the events at once and queues them for the journal.
  void record(const typename M::command& command, const cluster::command_meta& meta,
              const std::vector<typename M::event>& events, time_point at);
  persistence::snapshot_row take_snapshot();
  /// A row never later than what is owed. While this activation works, what is owed at once waits a
  /// grace: the row is for whoever comes after a crash.
  std::optional<persistence::wakeup_change> wakeup_after(time_point at);

  // --- law 2
  /// `proven`: the commit it waits for proves that no other activation knows better.
  void hold(request_ptr rq, result<typename M::reply> answer, bool proven = false);
  void say(const request_ptr& rq, result<typename M::reply> answer, bool proven);
  void committed(uint64_t seq);
  void release();
  void revisit_parked();

  // --- effects
  /// Computes what is owed, once at a time, and holds it until the state it follows from is
  /// durable.
  void turn();
  void start_effects(const std::vector<typename M::effect>& owed);
  void perform(const typename M::effect& e);
  void outcome_of(const std::string& step, const result<typename M::command>& outcome);
  /// The row that fired was early, or what it stood for is done.
  void correct_wakeup();
  void arm_timer();
  void timer_fired(std::chrono::nanoseconds at);

  // --- leaving
  void go_if_idle();
  /// The shard has a new owner: as soon as all that was done here is said.
  void move_away();
  void go_if_moved();
  /// The journal refused us or its outcome is unknown: whatever was not said is asked again
  /// elsewhere.
  void fail_activation(const failure& why);
  void refuse_all(const std::vector<request_ptr>& all);
  void drop_expired();
  /// Requests admitted before the closing may still be in the mailbox; they are handed back first.
  void leave_when_empty();

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
  /// Until our first row an earlier activation may still correct its own, which nobody waits for.
  bool row_is_ours_ = false;

  std::vector<request_ptr> waiting_; ///< for the end of recovery
  std::deque<held_answer> held_;     ///< for their commit
  std::vector<request_ptr> parked_;  ///< for a state that is ready

  supervision::effect_runner effects_;
  bool effects_due_ = false;  ///< the state moved since pending was asked
  bool effects_held_ = false; ///< one computation waits in held_
  bool woken_ = false;
  bool moving_ = false; ///< the shard has a new owner
  std::optional<std::chrono::nanoseconds> timer_at_;
  const entity_metrics& metrics_;
};

/// How the router makes M's entities. `env` and `perform` outlive the actor system.
template <model M>
cluster::spawn_entity spawner(environment& env, const performer<M>& perform) {
  return [&env, &perform](caf::actor_system& system, cluster::router& route,
                          cluster::activation_ptr me) {
    return cluster::entity_actor{system.spawn<shell<M>>(&env, &perform, &route, std::move(me))};
  };
}

} // namespace souk::entity

#include "actors/entity/entity_commands.hpp"
#include "actors/entity/entity_effects.hpp"
