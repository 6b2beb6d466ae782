// The endpoint a node publishes over BASP, and what each process that talks to it has said so far.
// Everything but is_up() and send() happens on CAF's network thread, one thing after another.
#pragma once

#include "adapters/basp_hello.hpp"
#include "adapters/basp_sockets.hpp"
#include "adapters/refusal_log.hpp"
#include "base/ids.hpp"

#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <shared_mutex>
#include <unordered_map>

namespace souk::adapters {

struct basp_endpoint_options {
  basp_hello ours;
  basp_socket_options sockets;
  std::chrono::milliseconds heartbeat{500};
  std::chrono::milliseconds silence{3'000};
};

/// CAF's configuration for links and nothing else.
struct basp_config : caf::actor_system_config {
  basp_config(std::chrono::milliseconds heartbeat, std::chrono::milliseconds silence);
};

/// CAF tells processes of one PID and MAC address apart by a counter alone; once in a process this
/// starts it somewhere.
void scatter_node_ids(entropy& random);

class basp_endpoint {
public:
  /// `changed` is told of a dialled or linked peer whose link is not what it was.
  basp_endpoint(basp_endpoint_options options, SSL_CTX* tls, cluster::link_events heard,
                std::function<void(const cluster::node_ref&)> changed);
  ~basp_endpoint();

  /// Takes over a socket that listens.
  void listen(int socket, int port);
  /// Takes over a socket that was connected to `to`.
  void greet(int socket, const cluster::peer& to);
  /// Nobody listens where `who` was dialled.
  void nobody_there(const cluster::node_ref& who);
  void close(const cluster::node_ref& who);
  void sweep();
  /// No event after this.
  void stop();

  bool is_up(const cluster::node_ref& who) const;
  bool send(const cluster::node_ref& to, std::string message);
  size_t actors() { return system_.registry().running(); }

private:
  /// A welcome is a hello that answers one.
  enum class frame : uint8_t { hello, welcome, agreed, refusal, message };
  /// One process on the other side, by CAF's node id.
  struct link {
    caf::strong_actor_ptr there;
    cluster::node_ref who; ///< by its hello; empty until one was accepted
    bool greeted = false;  ///< we said hello
    bool agreed = false;   ///< it accepted ours
    bool up = false;
    basp_connection_ptr on = nullptr;
    std::optional<cluster::node_ref> dialled = {}; ///< whom we hoped to find there
  };
  using link_map = std::unordered_map<caf::node_id, link>;
  struct dial {
    cluster::peer to;
    int64_t connection = 0;
  };

  template <class F>
  void on_network(F f);
  void take(caf::mailbox_element_ptr what);
  void take_frame(const caf::strong_actor_ptr& from, caf::message& content);
  void take_outcome(uint64_t request, const caf::message& content);
  void take_loss(const caf::strong_actor_ptr& of);
  bool hear_hello(link& l, const std::string& bytes);
  link_refusal weigh(const link& l, const basp_hello& theirs) const;
  void check_dialled(const link& l, const cluster::node_ref& found);
  void rise(link& l);
  void fall(link& l, cluster::link_loss why);
  void reject(const link& l, link_refusal why, const std::string& detail);
  void say(const link& l, frame kind, std::string bytes) const;
  link& meet(const caf::strong_actor_ptr& there);
  basp_connection_ptr connection_of(const caf::node_id& node) const;
  std::vector<basp_connection_ptr> connections_of(const caf::node_id& node) const;
  void vouch_for(const caf::node_id& node);
  void cut_all_of(const caf::node_id& node);
  void log_refusal(link_refusal why, const basp_connection& c, const std::string& detail);

  const basp_endpoint_options options_;
  const cluster::link_events heard_;
  const std::function<void(const cluster::node_ref&)> changed_;
  basp_sockets sockets_;
  basp_config config_;
  caf::actor_system system_;
  caf::io::network::default_multiplexer& network_;
  caf::actor broker_actor_;
  caf::io::basp_broker* broker_;
  caf::strong_actor_ptr self_;
  caf::actor_companion* companion_;
  link_map links_;
  std::map<uint64_t, dial> dials_; ///< by the id of the answer
  uint64_t requests_ = 0;
  refusal_log refusals_;
  int port_ = 0;
  bool stopped_ = false;

  mutable std::shared_mutex guard_;
  std::map<cluster::node_ref, caf::strong_actor_ptr> up_;
};

} // namespace souk::adapters
