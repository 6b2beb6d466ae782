// Links over CAF's BASP, in an actor system of their own. CAF moves bytes, keeps their order and
// finds silent peers; who may talk, when to connect and how large a message may be is decided here.
//
// Each node publishes one endpoint. Whoever dials says hello to the endpoint it found, which
// answers with its own and "agreed", and is told "agreed" in turn. A link is up on a side that has
// heard the other's hello and "agreed"; until then every message is dropped and counted.
//
//   dialled ──► hello ──► agreed ──► up ──► down       refused: logged as link.refused, counted by
//   accepted ──┘  │ refused                            reason, cut
//                 ▼
//               cut
//
// CAF makes its node id of MAC addresses, PID and a counter, so two containers may have the same
// and take each other for themselves; then the hello comes back with our own name and is refused as
// "self". A random start of the counter makes that rare.
#pragma once

#include "adapters/basp_hello.hpp"
#include "base/ids.hpp"
#include "cluster/links.hpp"

#include <map>
#include <memory>

namespace souk::adapters {

struct basp_address {
  std::string host;
  int port = 0;
  bool operator==(const basp_address&) const = default;
};
using basp_detours = std::map<std::string, basp_address>; ///< by node name

/// "n2=host:port,n3=host:port"; empty is none. errc::invalid names what is wrong.
result<basp_detours> parse_detours(const std::string& text);

struct basp_options {
  basp_hello hello;                  ///< who we are and what we speak
  std::string address = "127.0.0.1"; ///< listens here
  int port = 0;                      ///< 0: any
  basp_detours via;                  ///< reached here instead of where they say
  /// PEM files. All empty: no TLS, and then only addresses of this machine.
  std::string ca;
  std::string certificate;
  std::string key;

  std::chrono::milliseconds connect{1'000}; ///< to resolve a name, and again to connect
  std::chrono::milliseconds agree{2'000};   ///< from a connection to a link, else it is cut
  std::chrono::milliseconds pause_least{20};
  std::chrono::milliseconds pause_most{1'000};
  std::chrono::milliseconds heartbeat{500};
  /// Without a byte for so long a link is down; found at a heartbeat, so up to one later.
  std::chrono::milliseconds silence{3'000};
};

/// Events come one after another, on CAF's network thread. A link that comes up by itself, because
/// the other side dialled, counts as one of open(). After close() nothing more is said of that
/// peer, unless it dials and knows() still knows it. stop() must not be called from an event.
class basp_links final : public cluster::links {
public:
  basp_links(basp_options options, entropy& random);
  ~basp_links() override;

  /// errc::unavailable: the address is taken. errc::invalid: unusable certificate, key or
  /// authority, or an address of other machines without TLS.
  result<void> listen(cluster::link_events heard) override;
  void open(const cluster::peer& to) override;
  void close(const cluster::node_ref& to) override;
  bool send(const cluster::node_ref& to, std::string message) override;
  void stop() override;

  /// Where it listens; 0 before listen().
  int port() const;
  /// Actors alive in its system, CAF's own included: stays the same however often links break.
  size_t actors() const;

private:
  class inside;
  const basp_options options_;
  entropy& random_;
  std::unique_ptr<inside> inside_;
};

} // namespace souk::adapters
