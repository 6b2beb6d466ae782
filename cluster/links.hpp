// Links between nodes: whole messages to and from a peer, in order, at most once. What is on its
// way when a link goes down is lost without a word. Implementations: adapters/basp_links (CAF's
// BASP, TLS) and the simulated ones.
//
//   opened ──► connecting ──hello agreed──► up ──► down ──► connecting …     until close()
#pragma once

#include "cluster/member.hpp"

#include <functional>

namespace souk::cluster {

/// Larger messages are neither sent nor read.
inline constexpr size_t link_message_max = 8 << 20;

enum class link_loss : uint8_t {
  refused, ///< nobody listens there, or a process of another generation does: this one is gone
  lost,    ///< the connection ended; whether the peer lives is not known
  silent,  ///< the transport's heartbeats stopped
};

struct peer {
  node_ref who;
  std::string host;
  int port = 0;
};

/// Called on any thread; must not block.
struct link_events {
  /// Whether a process that greets us is one of ours; strangers are refused.
  std::function<bool(const node_ref& from)> knows;
  std::function<void(const node_ref& from, std::string message)> received;
  std::function<void(const node_ref& peer)> up;
  /// After each loss, and after each attempt to connect that was refused.
  std::function<void(const node_ref& peer, link_loss why)> down;
};

/// Thread-safe.
class links {
public:
  virtual ~links() = default;
  /// Before the first open(). `heard` outlives the links.
  virtual result<void> listen(link_events heard) = 0;
  /// Connects, and again after each loss (back-off with jitter), until close().
  virtual void open(const peer& to) = 0;
  /// The caller forgets the peer (`knows`), too: a connection that is half way up is refused then.
  virtual void close(const node_ref& to) = 0;
  /// False when there is no link now. Queues; the caller bounds what is unacknowledged.
  virtual bool send(const node_ref& to, std::string message) = 0;
  /// Closes everything and ends what listens; nothing is called afterwards.
  virtual void stop() = 0;
};

} // namespace souk::cluster
