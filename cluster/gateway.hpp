// The way to one other node: an actor that packs asks and answers for it into envelopes, several
// when several wait, and keeps every ask until it is answered, was moved, or its deadline passed.
//
//   delivery ──► pending ──flush──► link ──► peer's gateway ──► its router ──► entity
//                   ▲ link up again: sent again      │
//   answered ◄──────┴────────────────────────────────┘     closed: asked again by the newest view
//
// A peer that is not reached directly is reached by way of another until a probe that went directly
// was answered:
//
//   direct ──relay(), or an envelope came that way──► by way of another ──probe answered──► direct
//
// Credit: what is pending at one peer is bounded, so what can come back is, too.
#pragma once

#include "base/metrics.hpp"
#include "cluster/envelope.hpp"
#include "cluster/links.hpp"
#include "cluster/router.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>

namespace souk::cluster {

inline constexpr size_t asks_pending_max = 65'536;
inline constexpr size_t ask_bytes_pending_max = 64 << 20;
/// However late its own deadline is, an ask is not kept longer.
inline constexpr std::chrono::seconds ask_kept_most{60};
inline constexpr std::chrono::milliseconds gateway_tick{100};
/// Between two attempts to find the owner of a shard that moves.
inline constexpr std::chrono::milliseconds moved_pause_least{2};
inline constexpr std::chrono::milliseconds moved_pause_most{100};
/// A closed gateway hands on what still arrives by an old view.
inline constexpr std::chrono::seconds gateway_lingers{30};
/// What goes by way of another is tried directly this often.
inline constexpr std::chrono::milliseconds direct_again{500};

/// Items that are not about entities (probes, hand-off), with who sent them.
using control_sink = std::function<void(const node_ref& from, const pb::item& what)>;

class gateway final : public gateway_actor::base {
public:
  /// All outlive the actor.
  struct surroundings {
    node_ref self;
    links* net;
    router* route;
    const souk::clock* time;
    control_sink control;
  };

  gateway(caf::actor_config& cfg, node_ref peer, std::shared_ptr<const surroundings> around);
  behavior_type make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "gateway"; }

  // For the mesh, by way of tasks: they run on this actor.
  void received(const pb::envelope& what);
  void tell(pb::item&& what);
  void link(bool up);
  /// Another node passes envelopes on: the peer is alive, but not reached directly.
  void relay(const node_ref& via);
  /// An envelope of the peer came that way, so that it was in doubt about the direct one.
  void came_by(const node_ref& via);
  void close();

private:
  struct pending {
    request_ptr what;
    size_t bytes = 0;
    time_point until;
  };

  void ask(const request_ptr& what);
  bool pack(uint64_t id, pending& p);
  void put(pb::item&& what); ///< any thread
  void flush();
  bool has_path() const { return up_ || via_; }
  void send_all_again();
  void try_direct();
  void direct_works();
  void serve(const pb::item& what);
  void answered(const pb::item& what);
  void moved(const request_ptr& what, uint64_t version);
  void tick();

  const node_ref peer_;
  const std::shared_ptr<const surroundings> around_;
  bool up_ = false;
  std::optional<node_ref> via_;
  bool trying_direct_ = false;
  std::chrono::nanoseconds direct_proven_until_{0};
  bool closed_ = false;
  bool ticking_ = false;
  uint64_t last_id_ = 0;
  std::map<uint64_t, pending> pending_;
  size_t pending_bytes_ = 0;
  outbox box_;
  const task flush_task_;
  metrics::counter& asks_;
  metrics::counter& envelopes_;
  metrics::counter& late_;
};

} // namespace souk::cluster
