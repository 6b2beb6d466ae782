// A Postgres cluster of a test's own, for what a test does to a server: kill it, make a standby of
// it, promote that. Ends with the object, and with the test's process should that die first.
#pragma once

#include "persistence/pg_connection.hpp"
#include "tests/kit/shop_process.hpp"

#include <string>

namespace souk::tests {

/// Not thread-safe. Throws std::runtime_error with the server's log when it does not start.
class postgres_server {
public:
  static bool available();
  static constexpr const char* missing =
      "no Postgres server is installed below /usr/lib/postgresql: apt install postgresql";

  /// A new cluster, running, with durable settings. `name` is what a primary calls it as a standby.
  explicit postgres_server(std::string name);
  /// A running standby of `primary`, asynchronous until that is told otherwise.
  postgres_server(std::string name, const postgres_server& primary);
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  /// `settings` as "name=value", on top of the files'.
  void start(const std::vector<std::string>& settings = {});
  /// SIGKILL; the server's processes end as they notice.
  void kill();
  /// Returns when it takes writes.
  void promote();
  /// Until the standby of that name follows this primary.
  void wait_for_standby(const std::string& name);

  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "postgresql://souk@" + host() + "/postgres"; }
  /// To this server alone, whatever it is now.
  std::unique_ptr<persistence::pg_connection> connect() const;

private:
  void run(const std::vector<std::string>& command) const;
  std::string server_log() const;
  bool answers() const;

  const std::string name_;
  const std::string directory_;
  const int port_;
  child_process process_;
};

} // namespace souk::tests
