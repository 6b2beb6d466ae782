// The simulator as a process: the model behind our own HTTP server, with signed, retried webhooks
// and a log of calls that lets it come back after kill -9.
#pragma once

#include "app/psp/psp_model.hpp"
#include "base/ids.hpp"

#include <memory>

namespace souk::psp {

struct psp_options {
  std::string address = "127.0.0.1";
  int port = 8090;         ///< 0: any free one
  std::string api_key;     ///< empty: any key is right
  std::string webhook_url; ///< empty: no webhooks
  std::string webhook_secret;
  std::string data;       ///< directory for the log of calls; empty: state ends with the process
  std::string public_url; ///< in redirects; empty: http://address:port
  knobs first_knobs = {};
};

class psp_server {
public:
  psp_server(psp_options options, const clock& time, entropy& random);
  ~psp_server();
  psp_server(const psp_server&) = delete;
  psp_server& operator=(const psp_server&) = delete;

  /// Replays the log, then listens. errc::unavailable or errc::corrupt with the reason.
  result<void> start();
  void stop();
  int port() const;

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

/// Runs until SIGTERM or SIGINT: the subcommand `souk psp`. Returns the process's exit code.
int run_psp(const psp_options& options, const clock& time, entropy& random);

} // namespace souk::psp
