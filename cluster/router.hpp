// Finds the activation of an entity and hands it the request: a look-up on the caller's thread
// while the entity is in memory, otherwise its shard host activates it. One node is a cluster of
// one.
//
//   send ──► active? ──yes──► entity
//              │ no, or closed
//              ▼
//         shard host ──spawn──► entity (recovers, then serves what waited)
#pragma once

#include "base/metrics.hpp"
#include "cluster/activation.hpp"

#include <caf/actor_system.hpp>

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace souk::cluster {

struct router_limits {
  int64_t activations = 1'000'000;
  int64_t entity_commands = 4'096;
  int retries = 8; ///< how often a request moves on after a superseded activation
  std::chrono::seconds idle{120};
};

class router;

/// Makes the actor of one activation; the actor starts by recovering itself.
using spawn_entity = std::function<entity_actor(caf::actor_system&, router&, activation_ptr)>;

/// Thread-safe. Must outlive the actors; stop() first.
class router {
public:
  router(caf::actor_system& system, const clock& time, router_limits limits);
  ~router();

  /// Before start(): how entities of `kind` are made.
  void add_kind(std::string kind, spawn_entity spawn);
  /// Spawns the shard hosts and the sweeper.
  void start();
  /// Ends all actors; requests are refused from now on. Whoever can wait drains before.
  void stop();

  /// Hands the request over, or refuses it (not_found for an unknown kind, overloaded).
  void send(request_ptr what);
  /// Again, after an activation failed under it; refuses with `why` when it was tried too often.
  void retry(request_ptr what, const failure& why);
  /// Makes sure the entity is in memory: its wakeup came due.
  void wake(const entity_id& entity);

  /// The entity's actor is going; called by itself.
  void forget(const activation_ptr& gone);
  /// Asks idle entities to go; called by the sweeper.
  void sweep();

  int64_t active() const { return active_.load(); }
  const clock& time() const { return time_; }

private:
  struct stripe {
    std::mutex mutex;
    std::unordered_map<entity_id, activation_ptr> active;
  };
  stripe& stripe_of(const entity_id& id) { return stripes_[id.shard() % stripes_.size()]; }
  /// True when it was delivered or refused; false when there is no open activation.
  bool deliver(const request_ptr& what);
  void activate_and_deliver(const request_ptr& what);

  caf::actor_system& system_;
  const clock& time_;
  const router_limits limits_;
  std::map<std::string, spawn_entity, std::less<>> kinds_;
  std::array<stripe, 64> stripes_;
  std::vector<shard_actor> shards_;
  duty_actor sweeper_;
  std::atomic<int64_t> active_{0};
  std::atomic<bool> stopping_{false};
  metrics::counter& activated_;
  metrics::counter& refused_;
  metrics::gauge& active_gauge_;
};

} // namespace souk::cluster
