// Keeps trying to connect to peers, each by itself, so that one that swallows packets or whose name
// takes for ever to resolve delays no other. What is connected is handed on as a bare socket.
//
//   open() ──► pause ──► resolve ──► connect ──► (let the other side go first) ──► connected()
//                ▲          │ no name  │ refused, no answer             │ link came up meanwhile
//                └──────────┴──────────┴──────── link down or never up ◄┘
#pragma once

#include "base/ids.hpp"
#include "cluster/links.hpp"

#include <memory>

namespace souk::adapters {

struct dial_options {
  std::string self;        ///< of two nodes the one whose name comes first dials first
  bool only_local = false; ///< never leaves this machine
  std::chrono::milliseconds connect{1'000}; ///< for the name, and again for the connection
  std::chrono::milliseconds agree{2'000};   ///< from a connection to a link
  std::chrono::milliseconds grace{150};     ///< the other side's, to come first
  std::chrono::milliseconds pause_least{20};
  std::chrono::milliseconds pause_most{1'000}; ///< doubles until then; half of it is chance
};

/// Called on the dialler's thread.
struct dial_events {
  std::function<bool(const cluster::node_ref&)> is_up;
  /// Every address of the peer answered that nobody listens there.
  std::function<void(const cluster::node_ref&)> refused;
  /// Takes over the socket.
  std::function<void(int socket, const cluster::peer&)> connected;
};

/// Thread-safe.
class dialler {
public:
  dialler(dial_options options, entropy& random, dial_events heard);
  ~dialler();
  dialler(const dialler&) = delete;
  dialler& operator=(const dialler&) = delete;

  void open(cluster::peer to);
  void close(const cluster::node_ref& to);
  /// Its link went up or down, or came to nothing.
  void look_again(const cluster::node_ref& at);
  /// Calls `f` on the dialler's thread again and again.
  void every(std::chrono::milliseconds period, std::function<void()> f);
  /// Nothing is called afterwards. Takes no longer than a call that is under way.
  void stop();

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace souk::adapters
