#include "cluster/mesh.hpp"

#include "base/log.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace souk::cluster {

mesh::mesh(caf::actor_system& system, node_ref self, links& net, router& route, const clock& time)
    : system_(system), self_(std::move(self)), net_(net), route_(route), time_(time) {}

result<void> mesh::start(control_sink control, link_watch watch) {
  around_ = std::make_shared<const gateway::surroundings>(
      gateway::surroundings{self_, &net_, &route_, &time_, std::move(control)});
  watch_ = std::move(watch);
  return net_.listen(
      {.knows = [this](const node_ref& from) { return gate(from) != nullptr; },
       .received = [this](const node_ref& from, std::string message) { received(from, message); },
       .up =
           [this](const node_ref& peer) {
             linked(peer, true);
             watch_(peer, {});
           },
       .down =
           [this](const node_ref& peer, link_loss why) {
             linked(peer, false);
             watch_(peer, why);
           }});
}

template <class What>
void mesh::run_on(const node_ref& who, What what) const {
  std::lock_guard lock(mutex_);
  const auto it = ways_.find(who);
  if (it != ways_.end())
    caf::anon_send(it->second.gate, make_task([what = std::move(what),
                                               to = it->second.behind]() mutable { what(*to); }));
}

void mesh::stop() {
  net_.stop();
  std::vector<gateway_actor> all;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [who, w] : std::exchange(ways_, {}))
      all.push_back(w.gate);
    for (const auto& c : std::exchange(closed_, {}))
      all.push_back(c.gate);
  }
  for (const auto& gate : all)
    caf::anon_send_exit(gate, caf::exit_reason::user_shutdown);
}

void mesh::open(const peer& to) {
  {
    std::lock_guard lock(mutex_);
    if (ways_.contains(to.who))
      return;
    auto gate = system_.spawn<gateway>(to.who, around_);
    ways_[to.who] = {gate, caf::actor_cast<gateway*>(gate), false};
  }
  net_.open(to);
}

void mesh::close(const node_ref& who) {
  if (!gate(who))
    return;
  net_.close(who);
  run_on(who, [](gateway& g) { g.close(); });
  const auto now = time_.monotonic();
  std::lock_guard lock(mutex_);
  std::erase_if(closed_, [&](const parting& p) { return p.since + 2 * gateway_lingers < now; });
  if (const auto gone = ways_.extract(who))
    closed_.push_back({gone.mapped().gate, now});
}

gateway_actor mesh::gate(const node_ref& who) const {
  std::lock_guard lock(mutex_);
  const auto it = ways_.find(who);
  return it == ways_.end() ? gateway_actor{} : it->second.gate;
}

bool mesh::is_linked(const node_ref& who) const {
  std::lock_guard lock(mutex_);
  const auto it = ways_.find(who);
  return it != ways_.end() && it->second.linked;
}

void mesh::tell(const node_ref& to, pb::item what) {
  run_on(to, [what = std::move(what)](gateway& g) mutable { g.tell(std::move(what)); });
}

void mesh::relay(const node_ref& who, const node_ref& via) {
  run_on(who, [via](gateway& g) { g.relay(via); });
}

void mesh::linked(const node_ref& peer, bool up) {
  {
    std::lock_guard lock(mutex_);
    if (const auto it = ways_.find(peer); it != ways_.end())
      it->second.linked = up;
  }
  run_on(peer, [up](gateway& g) { g.link(up); });
}

void mesh::refuse(const node_ref& from, const char* why) {
  metrics::make_counter("souk_cluster_envelopes_refused_total",
                        "Envelopes that were not read, by reason.", {{"reason", why}})
      .Increment();
  log::warn("mesh.envelope_refused", {{"from", from.text()}, {"why", why}});
}

void mesh::received(const node_ref& from, const std::string& message) {
  const auto parsed = parse_envelope(message);
  if (!parsed)
    return refuse(from, "garbled");
  const auto& envelope = *parsed;
  const auto sender = read(envelope->from());
  const auto addressee = read(envelope->to());
  if (addressee != self_) {
    if (sender != from || !is_linked(addressee))
      return refuse(from, "misdirected");
    (void)net_.send(addressee, message);
    return;
  }
  if (!gate(sender))
    return refuse(from, "stranger");
  route_.heard_of(envelope->view());
  if (sender != from) // it found that the direct way does not work; answers go back the same way
    run_on(sender, [from](gateway& g) { g.came_by(from); });
  run_on(sender, [envelope](gateway& g) { g.received(*envelope); });
}

} // namespace souk::cluster
