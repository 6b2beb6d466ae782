// One shard on this node: activates its entities while it is served here, and keeps what is asked
// while it is on its way here.
//
//              gain               open
//   foreign ─────────► awaiting ────────► open
//      ▲ ▲                │                │ lose: its entities are told to go
//      │ └──────lose──────┘                ▼
//      └───────(the last one went)───── leaving ──gain──► awaiting
//
// One that comes back while it empties opens when the last one went: somebody else may have served
// it meanwhile, and what lingers has not seen that.
#pragma once

#include "cluster/router.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace souk::cluster {

/// What waits for one shard at most while it changes its owner.
inline constexpr size_t shard_buffer_max = 1'024;

class shard_host final : public shard_actor::base {
public:
  shard_host(caf::actor_config& cfg, router* route, uint32_t shard, bool open);
  behavior_type make_behavior() override;
  void on_exit() override { waiting_.clear(); }
  const char* name() const override { return "shard"; }

  // By way of tasks: they run on this actor.
  void gain();
  void open();
  void lose();
  void look_whether_empty();

private:
  enum class phase : uint8_t { foreign, awaiting, open, leaving };

  void take(const request_ptr& what);
  void keep(const request_ptr& what);
  void pass_on();

  router& route_;
  const uint32_t shard_;
  phase phase_;
  bool may_open_ = false; ///< awaiting nothing but that the last one goes
  std::vector<request_ptr> waiting_;
};

} // namespace souk::cluster
