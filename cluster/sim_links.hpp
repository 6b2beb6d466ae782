// Links between simulated nodes, on virtual time: delays, cuts in one direction or both, losses of
// a connection, and a peer that is gone.
#pragma once

#include "base/tally.hpp"
#include "cluster/links.hpp"
#include "persistence/sim_journal.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>

namespace souk::cluster {

class sim_links;

/// Chances are in parts per million of messages.
struct sim_link_faults {
  std::chrono::nanoseconds latency_least = 50us;
  std::chrono::nanoseconds latency_most = 500us;
  uint32_t reset = 0; ///< the connection ends, with what is on its way
  uint32_t twice = 0; ///< arrives again, right behind itself
  /// How long a connection bears a cut before heartbeats and TCP give up.
  std::chrono::nanoseconds silence = 3s;
};

/// The wires. Single-threaded; outlives the nodes.
class sim_network {
public:
  sim_network(persistence::run_later later, uint64_t seed)
      : later_(std::move(later)), random_(seed) {}

  void set_faults(const sim_link_faults& f) { faults_ = f; }
  /// What `from` sends does not arrive at `to` until it is healed; what waits longer than the
  /// connection bears is lost with it. A process that ends behind a cut ends without a word.
  void cut(const std::string& from, const std::string& to) { cuts_.insert({from, to}); }
  void heal(const std::string& from, const std::string& to);
  /// Their connections end and are refused both ways, as by a firewall that rejects.
  void reject(const std::string& one, const std::string& other);
  /// Both kinds.
  void heal_all();
  /// Everything from `from` to `to` takes so much longer; 0: as before.
  void slow_down(const std::string& from, const std::string& to, std::chrono::nanoseconds by);
  /// What went wrong on them.
  const tally& happened() const { return happened_; }
  bool is_cut(const std::string& from, const std::string& to) const {
    return !cuts_.empty() && cuts_.contains({from, to});
  }

private:
  friend class sim_links;
  using address = std::pair<std::string, int>;
  using ends = std::pair<node_ref, node_ref>;
  /// Which of the two ends sends.
  enum class side : uint8_t { first, second };
  /// One connection between two processes, as long as it is up: what was to happen on one that has
  /// ended does not find it any more.
  struct wire {
    ends between;
    std::array<std::deque<std::string>, 2> on_the_way = {}; ///< by sender, in order
    std::vector<std::pair<side, std::string>> held = {};    ///< by a cut, with its sender
    const node_ref& sender(side from) const {
      return from == side::first ? between.first : between.second;
    }
    const node_ref& receiver(side from) const {
      return from == side::first ? between.second : between.first;
    }
  };
  using wire_ptr = std::shared_ptr<wire>;

  static ends between(const node_ref& a, const node_ref& b) {
    return a < b ? ends{a, b} : ends{b, a};
  }
  std::chrono::nanoseconds latency();
  sim_links* find(const node_ref& who) const;
  void connect(const node_ref& from, const peer& to);
  void drop(const ends& which, link_loss why);
  void drop_later(const ends& which, link_loss why, std::chrono::nanoseconds delay);
  void deliver(const wire_ptr& over, side from, std::string message);
  void carry(const wire_ptr& over, side from, std::string message);
  bool is_up(const ends& which) const { return wires_.contains(which); }

  persistence::run_later later_;
  std::mt19937_64 random_;
  sim_link_faults faults_;
  std::set<std::pair<std::string, std::string>> cuts_; ///< from node, to node
  std::set<std::pair<std::string, std::string>> rejected_;
  std::map<std::pair<std::string, std::string>, std::chrono::nanoseconds> slow_;
  std::map<address, std::weak_ptr<sim_links*>> listening_;
  std::map<ends, wire_ptr> wires_;
  tally happened_;
};

/// One node's links. Destroying it is the node's crash: the others' connections to it end.
class sim_links final : public links {
public:
  sim_links(sim_network& net, node_ref self, std::string host, int port);
  ~sim_links() override;

  result<void> listen(link_events heard) override;
  void open(const peer& to) override;
  void close(const node_ref& to) override;
  bool send(const node_ref& to, std::string message) override;
  void stop() override;

private:
  friend class sim_network;

  sim_network& net_;
  const node_ref self_;
  const sim_network::address at_;
  link_events heard_;
  std::map<node_ref, peer> wanted_;
  std::shared_ptr<sim_links*> alive_;
};

} // namespace souk::cluster
