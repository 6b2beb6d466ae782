// The HTTP/1.1 server of a node: sockets, deadlines and limits around an edge. Beast stays behind
// it.
#pragma once

#include "http/edge.hpp"

namespace souk::http {

struct server_options {
  std::string address = "127.0.0.1";
  int port = 0;                    ///< 0: any free one
  int threads = 1;                 ///< each with its own event loop
  size_t connections_max = 10'000; ///< beyond them 503 with Retry-After
  uint32_t header_max = 16 << 10;  ///< bytes of a request's head; beyond them 431
  std::chrono::milliseconds head_timeout{
      10'000}; ///< from a request's first byte to the end of its head
  std::chrono::milliseconds body_timeout{30'000}; ///< from there to the end of its body
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000}; ///< between requests
  std::function<void()> on_tick = {}; ///< called on the first thread every few milliseconds
};

class server {
public:
  server(server_options options, router routes, edge_options edge, const clock& time,
         entropy& random);
  /// Stops at once if stop() was not called.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens and starts the threads. errc::unavailable when the address cannot be had.
  result<void> start();
  /// Stops accepting, closes idle connections, lets requests under way finish until `deadline` has
  /// passed, then cuts the rest. Blocks.
  void stop(std::chrono::milliseconds deadline);
  /// The port it listens on; after start().
  int port() const;
  edge& inner();

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace souk::http
