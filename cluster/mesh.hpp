// All ways to other nodes: a gateway and a link for each living member, and what arrives sorted to
// them. An envelope for somebody else is passed on, once.
#pragma once

#include "cluster/gateway.hpp"

#include <mutex>

namespace souk::cluster {

/// Thread-safe. Must outlive the actors; stop() first.
class mesh {
public:
  /// Told on the links' threads.
  using link_watch = std::function<void(const node_ref& peer, std::optional<link_loss> lost)>;

  mesh(caf::actor_system& system, node_ref self, links& net, router& route, const clock& time);
  /// Listens. `control` gets what is not about entities, `watch` links that come (nothing) and go.
  result<void> start(control_sink control, link_watch watch);
  void stop();

  void open(const peer& to);
  /// It is dead: what was asked there is asked elsewhere.
  void close(const node_ref& who);
  /// Nothing when there is no way there.
  gateway_actor gate(const node_ref& who) const;
  bool is_linked(const node_ref& who) const;
  void tell(const node_ref& to, pb::item what);
  /// Envelopes for `who` go by way of another until the direct way is proved to work.
  void relay(const node_ref& who, const node_ref& via);

private:
  struct way {
    gateway_actor gate;
    gateway* behind = nullptr; ///< used on `gate` alone
    bool linked = false;
  };
  void received(const node_ref& from, const std::string& message);
  void linked(const node_ref& peer, bool up);
  /// `what(gateway&)` on the way's own actor; nothing when there is no way.
  template <class What>
  void run_on(const node_ref& who, What what) const;
  void refuse(const node_ref& from, const char* why);

  caf::actor_system& system_;
  const node_ref self_;
  links& net_;
  router& route_;
  const clock& time_;
  std::shared_ptr<const gateway::surroundings> around_;
  link_watch watch_;
  mutable std::mutex mutex_;
  std::map<node_ref, way> ways_;
  struct parting {
    gateway_actor gate;
    std::chrono::nanoseconds since;
  };
  std::vector<parting> closed_; ///< they linger, to hand on what still arrives
};

} // namespace souk::cluster
