// Which of the servers that a connection string names is the shop's Postgres: one that takes
// writes, of the same database system and on the newest timeline this process has met. A primary
// that was failed over from and comes back lacks what was committed since; it is refused wherever
// it stands in the list.
#pragma once

#include "persistence/right_server.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct pg_conn;

namespace souk::persistence {

struct pg_close {
  void operator()(pg_conn* conn) const;
};
using pg_handle = std::unique_ptr<pg_conn, pg_close>;

/// libpq's keywords and values; they win over those of the connection string.
using pg_settings = std::vector<std::pair<std::string, std::string>>;

/// A session with the right server; a promoted standby starts the next timeline.
struct pg_session {
  pg_handle conn;
  uint32_t timeline = 0;
  std::shared_ptr<server_acquaintance> servers; ///< of this connection string

  /// A newer timeline was met since, so that what this server says may be over.
  bool is_outdated() const;
  /// It answers reads perhaps, and is of no use: the next connect asks every host.
  void doubt() const;
};

/// Blocks for connect_timeout at most for each host, and as long again for its answer. Where this
/// process has not connected before, or is in doubt, it asks every host, otherwise the one that was
/// right the last time comes first. errc::unavailable says for each host why not.
result<pg_session> connect_primary(const std::string& url, const pg_settings& settings,
                                   std::chrono::seconds connect_timeout);

/// The log position at which the server left an older timeline for a newer one: what was written
/// to that timeline behind it is lost. The role needs REPLICATION. errc::unavailable.
result<int64_t> end_of_timeline(const std::string& url, uint32_t timeline,
                                std::chrono::seconds connect_timeout);

} // namespace souk::persistence
