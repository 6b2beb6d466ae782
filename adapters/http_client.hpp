// The outgoing HTTP/1.1 client all adapters share: its own thread, pooled connections, hard limits.
// What it fails with says whether the other side can have seen the request.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace souk::adapters {

struct http_call {
  std::string verb = "GET";
  std::string url; ///< "http://host:port/path?query" or https
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{10'000}; ///< for everything, waiting for a connection included
  /// Sending it twice does no harm (a read, or a write under an idempotency key): a kept connection
  /// that turns out to be dead is replaced once.
  bool repeatable = false;
};

struct http_answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct http_client_options {
  size_t calls_max = 256;    ///< under way; beyond them errc::overloaded
  size_t kept_max = 32;      ///< idle connections kept for one host
  size_t body_max = 4 << 20; ///< bytes of an answer
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds kept_for{20'000};
  std::string trusted_file = {}; ///< PEM file of further roots for https; empty: the system's
};

/// Thread-safe; answers on the client's own thread, refusals at once on the caller's. Any HTTP
/// status is an answer. Failures: errc::invalid (no such URL), errc::overloaded and
/// errc::unavailable (nothing was sent), errc::timed_out (it was sent, or part of it: the outcome
/// is unknown).
class http_client {
public:
  explicit http_client(http_client_options options = {});
  /// Answers what is under way with errc::timed_out or errc::unavailable, then joins the thread.
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  void send(http_call call, callback<http_answer> done);

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace souk::adapters
