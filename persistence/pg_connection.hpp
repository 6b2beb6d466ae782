// One Postgres session over libpq. Every wait has a deadline: a server that hangs breaks the
// session instead of its thread. Parameters and results travel in binary.
#pragma once

#include "persistence/pg_server.hpp"
#include "persistence/sql.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace souk::persistence {

struct pg_options {
  std::string url; ///< libpq connection string or URL; several hosts are fine
  std::string application_name = "souk";
  std::chrono::seconds connect_timeout{5};
  std::chrono::milliseconds statement_timeout{
      10'000}; ///< the server's; the client waits 2 s longer
  std::chrono::milliseconds lock_timeout{5'000};
};

/// What Postgres said about the last failure; empty after a success.
struct pg_error {
  std::string sqlstate; ///< empty when the connection itself was lost
  std::string message;
  std::string detail;
};

/// A parameter as it travels.
struct pg_value {
  unsigned type = 0; ///< 0: the server infers it
  bool binary = false;
  std::optional<std::string> bytes; ///< nothing: null
};

/// Used by one thread at a time.
class pg_connection final : public sql::connection {
public:
  /// Blocks for connect_timeout at most for each host. errc::unavailable when no host answers.
  static result<std::unique_ptr<pg_connection>> open(const pg_options& options);
  ~pg_connection() override;
  pg_connection(const pg_connection&) = delete;
  pg_connection& operator=(const pg_connection&) = delete;

  /// As in sql.hpp. A statement that ended a transaction while the server gave up waiting for its
  /// synchronous standby has an unknown outcome: errc::unavailable, and the session is broken.
  result<sql::rows> execute(std::string_view statement,
                            std::vector<sql::parameter> parameters = {}) override;
  /// The same with parameters encoded by the caller (pg_codec.hpp).
  result<sql::rows> call(std::string_view statement, const std::vector<pg_value>& parameters);
  result<void> script(std::string_view text) override;
  /// COPY … FROM STDIN with a message of pg_copy.hpp. Errors as those of execute.
  result<void> copy_in(std::string_view statement, std::string_view message);
  bool is_broken() const override;

  const pg_error& last_error() const { return error_; }
  /// Of the server's history; a standby that is promoted starts the next one.
  uint32_t timeline() const { return session_.timeline; }
  /// True when the server closed the session while it was idle, or is not the primary any more.
  /// Does not block.
  bool is_stale();
  /// Rolls back what its last user left open.
  void leave_transaction();
  /// Takes what NOTIFY has brought since the last call; true when there was something. Does not
  /// block. errc::unavailable when the session is lost.
  result<bool> take_notifications();
  /// Readable when the server has said something.
  int socket() const;

private:
  pg_connection(pg_session session, const pg_options& options);
  result<std::string> prepared(std::string_view statement, const std::vector<pg_value>& parameters);
  result<std::shared_ptr<void>> finish(bool sent, std::chrono::milliseconds within);
  bool wait(bool for_write, std::chrono::steady_clock::time_point until);
  failure failed(std::shared_ptr<void> result);
  failure lost(std::string why);

  const pg_session session_;
  pg_conn* const conn_;
  std::chrono::milliseconds patience_;
  std::map<std::string, std::string, std::less<>> statements_; ///< types and text → name
  int statement_count_ = 0;
  pg_error error_;
  bool unsure_ = false; ///< a warning says that a commit may not have reached its standby
  bool broken_ = false;
};

} // namespace souk::persistence
