// A replication connection: the slot, its stream of messages, and what is confirmed back.
#pragma once

#include "persistence/pg_server.hpp"
#include "persistence/pgoutput.hpp"

#include <chrono>

namespace souk::persistence {

/// Used by one thread.
class feed_stream {
public:
  /// errc::unavailable when Postgres is away, errc::conflict when another session holds the slot.
  /// `from`: log position everything before which is confirmed.
  static result<std::unique_ptr<feed_stream>> open(const std::string& url, const std::string& slot,
                                                   const std::string& publication, uint64_t from);
  feed_stream(const feed_stream&) = delete;
  feed_stream& operator=(const feed_stream&) = delete;

  /// The next transaction; nothing when none came within `patience`. errc::unavailable when the
  /// stream ended.
  result<std::optional<feed_transaction>> next(std::chrono::milliseconds patience);
  /// Every consumer is past `position`; told to the server by the next status.
  void confirm(uint64_t position) { confirmed_ = std::max(confirmed_, position); }
  /// Sends a status when the last one is older than a second. Call it at least that often.
  result<void> keep_alive(bool now = false);
  /// How far the server's log had got when it last spoke.
  uint64_t server_end() const { return server_end_; }
  /// Everything committed up to here has been handed out.
  uint64_t idle_end() const { return idle_end_; }

private:
  feed_stream(pg_session session, uint64_t from)
      : session_(std::move(session)), conn_(session_.conn.get()), confirmed_(from) {}
  result<std::optional<feed_transaction>> handle(std::string_view message);

  const pg_session session_;
  pg_conn* const conn_;
  pgoutput_decoder decoder_;
  uint64_t confirmed_;
  uint64_t server_end_ = 0;
  uint64_t idle_end_ = 0;
  bool asked_ = false; ///< the server wants a status at once
  std::chrono::steady_clock::time_point last_status_{};
};

/// Makes this database's slot unless it exists, anew when its log is gone, and returns its name:
/// `wanted`, followed by the database's number where another database of the server took that name.
result<std::string> ensure_slot(sql::connection& c, const std::string& wanted);

} // namespace souk::persistence
