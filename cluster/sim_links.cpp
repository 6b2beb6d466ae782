#include "cluster/sim_links.hpp"

namespace souk::cluster {

namespace {
constexpr std::chrono::milliseconds reconnect_pause{50};
} // namespace

// --- the network

std::chrono::nanoseconds sim_network::latency() {
  const auto span = static_cast<uint64_t>((faults_.latency_most - faults_.latency_least).count());
  return faults_.latency_least +
         std::chrono::nanoseconds{static_cast<int64_t>(span == 0 ? 0 : random_() % span)};
}

sim_links* sim_network::find(const node_ref& who) const {
  for (const auto& [at, there] : listening_)
    if (const auto alive = there.lock(); alive && (*alive)->self_ == who)
      return *alive;
  return nullptr;
}

void sim_network::connect(const node_ref& from, const peer& to) {
  later_(latency(), [this, from, to] {
    auto* dialler = find(from);
    if (!dialler || !dialler->wanted_.contains(to.who) || is_up(between(from, to.who)))
      return;
    const auto again = [&] { later_(reconnect_pause, [this, from, to] { connect(from, to); }); };
    if (is_cut(from.node, to.who.node) || is_cut(to.who.node, from.node))
      return again();
    const auto there = listening_.find({to.host, to.port});
    const auto alive = there == listening_.end() ? nullptr : there->second.lock();
    if (!alive || (*alive)->self_ != to.who || rejected_.contains({from.node, to.who.node})) {
      happened_.note("a connection is refused");
      again();
      return dialler->heard_.down(to.who, link_loss::refused);
    }
    auto* listener = *alive;
    if (!listener->heard_.knows(from) || !dialler->heard_.knows(to.who))
      return again();
    const auto which = between(from, to.who);
    wires_[which] = std::make_shared<wire>(wire{which});
    listener->heard_.up(from);
    dialler->heard_.up(to.who);
  });
}

void sim_network::drop(const ends& which, link_loss why) {
  if (wires_.erase(which) == 0)
    return;
  for (const auto& [here, there] : {which, ends{which.second, which.first}})
    if (auto* left = find(here)) {
      left->heard_.down(there, why);
      if (const auto wanted = left->wanted_.find(there); wanted != left->wanted_.end())
        connect(here, wanted->second);
    }
}

void sim_network::drop_later(const ends& which, link_loss why, std::chrono::nanoseconds delay) {
  const auto it = wires_.find(which);
  if (it != wires_.end())
    later_(delay, [this, why, weak = std::weak_ptr{it->second}] {
      if (const auto w = weak.lock())
        drop(w->between, why);
    });
}

void sim_network::slow_down(const std::string& from, const std::string& to,
                            std::chrono::nanoseconds by) {
  if (by == 0ns)
    slow_.erase({from, to});
  else
    slow_[{from, to}] = by;
}

void sim_network::deliver(const wire_ptr& over, side from, std::string message) {
  if (faults_.reset > 0 && random_() % 1'000'000 < faults_.reset) {
    happened_.note("a connection is reset");
    return drop_later(over->between, link_loss::lost, latency());
  }
  if (is_cut(over->sender(from).node, over->receiver(from).node)) {
    if (over->held.empty())
      later_(faults_.silence, [this, weak = std::weak_ptr{over}] {
        const auto w = weak.lock();
        if (!w || w->held.empty())
          return;
        happened_.note("a silent connection is given up");
        drop(w->between, link_loss::silent);
      });
    over->held.emplace_back(from, std::move(message));
    return;
  }
  if (faults_.twice > 0 && random_() % 1'000'000 < faults_.twice) {
    happened_.note("a message arrives twice");
    carry(over, from, message);
  }
  carry(over, from, std::move(message));
}

void sim_network::carry(const wire_ptr& over, side from, std::string message) {
  over->on_the_way[static_cast<size_t>(from)].push_back(std::move(message));
  auto delay = latency();
  if (!slow_.empty())
    if (const auto slower = slow_.find({over->sender(from).node, over->receiver(from).node});
        slower != slow_.end()) {
      happened_.note("a message takes long");
      delay += slower->second;
    }
  later_(delay, [this, from, weak = std::weak_ptr{over}] {
    const auto w = weak.lock();
    if (!w)
      return;
    auto& queue = w->on_the_way[static_cast<size_t>(from)];
    auto arrived = std::move(queue.front()); // whoever arrives first: a link keeps its order
    queue.pop_front();
    if (auto* there = find(w->receiver(from)))
      there->heard_.received(w->sender(from), std::move(arrived));
  });
}

void sim_network::heal(const std::string& from, const std::string& to) {
  cuts_.erase({from, to});
  for (auto& [which, w] : wires_) {
    if (is_cut(which.first.node, which.second.node) || is_cut(which.second.node, which.first.node))
      continue;
    if (!w->held.empty())
      happened_.note("a cut heals before anybody gives up");
    for (auto& [sender, message] : std::exchange(w->held, {}))
      deliver(w, sender, std::move(message));
  }
}

void sim_network::reject(const std::string& one, const std::string& other) {
  rejected_.insert({one, other});
  rejected_.insert({other, one});
  std::vector<ends> open;
  for (const auto& [which, w] : wires_)
    if (rejected_.contains({which.first.node, which.second.node}))
      open.push_back(which);
  for (const auto& which : open)
    drop(which, link_loss::lost);
}

void sim_network::heal_all() {
  rejected_.clear();
  slow_.clear();
  for (const auto& [from, to] : std::set{cuts_})
    heal(from, to);
}

// --- a node's end

sim_links::sim_links(sim_network& net, node_ref self, std::string host, int port)
    : net_(net), self_(std::move(self)), at_(std::move(host), port) {}

sim_links::~sim_links() { stop(); }

result<void> sim_links::listen(link_events heard) {
  heard_ = std::move(heard);
  alive_ = std::make_shared<sim_links*>(this);
  net_.listening_[at_] = alive_;
  return {};
}

void sim_links::open(const peer& to) {
  if (!wanted_.emplace(to.who, to).second)
    return;
  if (net_.is_up(sim_network::between(self_, to.who)))
    return;
  net_.connect(self_, to);
}

void sim_links::close(const node_ref& to) {
  wanted_.erase(to);
  net_.drop_later(sim_network::between(self_, to), link_loss::lost, net_.latency());
}

bool sim_links::send(const node_ref& to, std::string message) {
  const auto it = net_.wires_.find(sim_network::between(self_, to));
  if (it == net_.wires_.end() || !alive_)
    return false;
  using side = sim_network::side;
  net_.deliver(it->second, it->first.first == self_ ? side::first : side::second,
               std::move(message));
  return true;
}

void sim_links::stop() {
  if (!alive_)
    return;
  alive_.reset();
  wanted_.clear();
  std::vector<sim_network::ends> mine;
  for (const auto& [which, w] : net_.wires_)
    if (which.first == self_ || which.second == self_)
      mine.push_back(which);
  for (const auto& which : mine) {
    const auto& other = which.first == self_ ? which.second : which.first;
    if (net_.is_cut(self_.node, other.node))
      net_.drop_later(which, link_loss::silent, net_.faults_.silence);
    else
      net_.drop_later(which, link_loss::lost, net_.latency());
  }
}

} // namespace souk::cluster
