// The TCP connections under CAF's BASP. CAF's own would allocate whatever a header announces, keep
// strangers who never speak for ever, and count a large message on its way as silence; these have
// limits, and tell why they ended. TLS is OpenSSL's directly: caf_openssl connects without a
// deadline, checks no name, spins while a handshake waits and lets one failed handshake end other
// connections.
#pragma once

#include "adapters/basp_hello.hpp"
#include "cluster/links.hpp"

#include <caf/io/basp_broker.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/scribe.hpp>
#include <openssl/ssl.h>

#include <map>

namespace souk::adapters {

/// One TCP connection, known by CAF's handle.
struct basp_connection {
  int64_t id = 0;
  int socket = -1;
  bool dialled = false; ///< by us
  std::string with;     ///< address and port of the other end
  std::chrono::steady_clock::time_point since;
  bool agreed = false; ///< a link stands on it
  bool ended = false;  ///< by the other side, the kernel or us; else CAF found it silent
  bool refused = false;
  uint64_t bytes = 0;      ///< read
  uint64_t bytes_seen = 0; ///< read when the last sweep came by
  std::unique_ptr<SSL, decltype(&SSL_free)> tls{nullptr, SSL_free};
};
using basp_connection_ptr = std::shared_ptr<basp_connection>;

struct basp_socket_options {
  size_t greeting_max = 64 << 10; ///< bytes of a message before a link is agreed
  size_t message_max = cluster::link_message_max + 4096;
  size_t strangers_max = 64; ///< connections accepted and not yet agreed
  std::chrono::milliseconds agree{2'000};
};

/// Lives on CAF's network thread, except for the constructor. Outlives the actor system.
class basp_sockets {
public:
  /// `tls` may be null: plain TCP.
  basp_sockets(
      basp_socket_options options, SSL_CTX* tls,
      std::function<void(link_refusal, const basp_connection&, const std::string&)> refused)
      : options_(options), tls_(tls), refused_(std::move(refused)) {}

  /// These take over the socket.
  caf::io::scribe_ptr dialled(caf::io::network::default_multiplexer& on, int socket);
  caf::io::scribe_ptr accepted(caf::io::network::default_multiplexer& on, int socket);
  caf::io::doorman_ptr listening(caf::io::network::default_multiplexer& on, int socket);

  /// Null when there is none.
  basp_connection_ptr find(int64_t id) const;
  /// Logs and counts it, once a connection.
  void refuse(basp_connection& c, link_refusal why, const std::string& detail = {});
  void cut(basp_connection& c);
  /// Cuts what agreed to nothing in time; tells CAF which connections are not silent.
  void sweep(caf::io::basp_broker& broker);
  /// Cuts everything and accepts nothing any more.
  void close();

private:
  friend class basp_stream_policy;
  friend class basp_scribe;
  friend class basp_doorman;
  caf::io::scribe_ptr adopt(caf::io::network::default_multiplexer& on, int socket, bool dialled);
  size_t strangers() const;

  const basp_socket_options options_;
  SSL_CTX* const tls_;
  const std::function<void(link_refusal, const basp_connection&, const std::string&)> refused_;
  std::map<int64_t, basp_connection_ptr> all_;
  bool closed_ = false;
};

} // namespace souk::adapters
