// Finds the activation of an entity and hands it the request: by the newest view to the gateway of
// the node that owns its shard, or, here, a look-up on the caller's thread while the entity is in
// memory; otherwise its shard host activates it.
//
//   send ──► ours? ──no──► gateway ──► owner's node
//              │ yes
//              ▼
//           active? ──yes──► entity
//              │ no, or closed
//              ▼
//         shard host ──spawn──► entity (recovers, then serves what waited)
#pragma once

#include "base/metrics.hpp"
#include "cluster/activation.hpp"
#include "cluster/shard_set.hpp"
#include "cluster/view.hpp"

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
/// How the answer to another node's command goes back: packed, on any thread, once.
using respond = std::function<void(result<std::string>)>;
/// Makes a request of a command that came from another node; nullptr after it answered that the
/// bytes are none.
using receive_command =
    std::function<request_ptr(entity_id to, command_meta how, std::string_view bytes, respond)>;

/// What the router needs of the membership protocol; any thread.
struct membership_hooks {
  std::function<void(uint64_t version)> heard_of;          ///< somebody routes by this version
  std::function<void(std::function<void()> then)> refresh; ///< reads the table anew
  std::function<void(uint32_t shard)> emptied;             ///< a lost shard's last entity went
};

/// Thread-safe. Must outlive the actors; stop() first.
class router {
public:
  router(caf::actor_system& system, const clock& time, router_limits limits);
  ~router();

  /// Before start(): how entities of `kind` are made, and how their commands arrive from afar.
  void add_kind(std::string kind, spawn_entity spawn, receive_command receive = {});
  /// Alone: everything is ours.
  void start();
  /// As part of a cluster: nothing is ours before install().
  void start(membership_hooks hooks);
  /// Ends all actors; requests are refused from now on. Whoever can wait drains before.
  void stop();

  /// Hands the request over, or refuses it (not_found for an unknown kind, overloaded,
  /// unavailable while nobody owns its shard, superseded when it came from afar to the wrong node).
  void send(request_ptr what);
  /// Again, after an activation failed under it; refuses with `why` when it was tried too often.
  void retry(request_ptr what, const failure& why);
  /// A command of another node.
  void serve(entity_id to, command_meta how, std::string_view command, respond answer);
  /// Makes sure the entity is in memory, if it is ours: its wakeup came due.
  void wake(const entity_id& entity);

  // --- for the membership protocol, on its one actor
  struct moved_shards {
    std::vector<uint32_t> gained; ///< closed until open()
    std::vector<uint32_t> lost;   ///< emptied() is told for each
  };
  moved_shards install(view_ptr next);
  void open(uint32_t shard);
  /// Reads are answered until then (monotonic).
  void renew_reads(std::chrono::nanoseconds until) {
    reads_until_ = std::max(reads_until_.load(), until.count());
  }

  /// From now on, unless they are renewed.
  void end_reads() { reads_until_ = 0; }

  // --- for everybody
  view_ptr current() const { return view_.load(); }
  uint64_t version() const { return version_; }
  void heard_of(uint64_t version) const {
    if (version > version_ && hooks_.heard_of)
      hooks_.heard_of(version);
  }
  /// `then` runs, on any thread, once a newer view was looked for.
  void refresh(std::function<void()> then) const;
  bool reads_allowed() const { return time_.monotonic().count() < reads_until_; }
  /// False for one whose shard has been lost: it may still be here, to hear of its commits.
  bool serves(const entity_id& e) const { return open_.contains(e.shard()); }
  int feature_level() const { return view_.load()->feature_level; }
  /// The shards served here.
  const shard_set& open_shards() const { return open_; }
  int64_t active() const { return active_.load(); }
  const clock& time() const { return time_; }

  // --- for entities, shard hosts and the sweeper
  /// The entity's actor is going; called by itself.
  void forget(const activation_ptr& gone);
  /// Asks idle entities to go.
  void sweep();
  /// On the shard's host alone.
  void activate_and_deliver(const request_ptr& what);
  void opened(uint32_t shard);
  void closed(uint32_t shard); ///< again: opened() may just have met install()
  /// Tells the shard's entities to go; true when there are none (any more).
  bool empty_out(uint32_t shard, bool tell);
  void emptied(uint32_t shard) const;

private:
  struct shard_state {
    std::mutex mutex;
    std::unordered_map<entity_id, activation_ptr> active;
    bool leaving = false; ///< its host wants to know when the last one went
    shard_actor host;     ///< nobody before the shard is ours for the first time
  };
  struct kind_of_entity {
    spawn_entity spawn;
    receive_command receive;
  };
  shard_state& shard_of(const entity_id& id) { return shards_[id.shard()]; }
  void spawn_host(uint32_t shard, bool open);
  /// True when it was delivered or refused; false when there is no open activation.
  bool deliver(const request_ptr& what);
  void refuse_for_now(const request_ptr& what, errc code, const char* why);

  caf::actor_system& system_;
  const clock& time_;
  const router_limits limits_;
  membership_hooks hooks_;
  std::map<std::string, kind_of_entity, std::less<>> kinds_;
  std::array<shard_state, shard_count> shards_;
  shard_set open_;
  shard_set occupied_; ///< some of its entities are in memory; changed under the shard's mutex
  std::atomic<view_ptr> view_;
  std::atomic<uint64_t> version_{0};
  std::atomic<int64_t> reads_until_;
  duty_actor sweeper_;
  std::atomic<int64_t> active_{0};
  std::atomic<bool> stopping_{false};
  metrics::counter& activated_;
  metrics::counter& refused_;
  metrics::gauge& active_gauge_;
};

} // namespace souk::cluster
