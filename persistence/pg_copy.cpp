// pg_connection::copy_in, apart from the session's other calls because COPY has a protocol of its
// own: the server asks for data, and the client says when it ends.
#include "persistence/pg_copy.hpp"

#include "persistence/pg_connection.hpp"

#include <libpq-fe.h>

#include <algorithm>

namespace souk::persistence {

namespace {
constexpr size_t piece_bytes = 64 << 10; ///< at a time, so that answers are read in between
} // namespace

result<void> pg_connection::copy_in(std::string_view statement, std::string_view message) {
  if (broken_)
    return fail(errc::unavailable, "the connection is lost");
  const auto until = std::chrono::steady_clock::now() + patience_;
  if (PQsendQuery(conn_, std::string{statement}.c_str()) != 1)
    return lost(PQerrorMessage(conn_));
  for (int left = PQflush(conn_); left != 0; left = PQflush(conn_))
    if (left < 0 || !wait(true, until) || PQconsumeInput(conn_) == 0)
      return lost(PQerrorMessage(conn_));
  while (PQisBusy(conn_))
    if (!wait(false, until) || PQconsumeInput(conn_) == 0)
      return lost(PQerrorMessage(conn_));
  std::shared_ptr<PGresult> asked{PQgetResult(conn_), PQclear};
  if (!asked || PQresultStatus(asked.get()) != PGRES_COPY_IN)
    return asked ? failed(asked) : lost("no answer to COPY");
  for (size_t at = 0; at < message.size();) {
    const auto piece = message.substr(at, piece_bytes);
    const int taken = PQputCopyData(conn_, piece.data(), static_cast<int>(piece.size()));
    if (taken < 0 || (taken == 0 && (!wait(true, until) || PQconsumeInput(conn_) == 0)))
      return lost(PQerrorMessage(conn_));
    at += taken > 0 ? piece.size() : 0;
  }
  int ended = 0;
  while ((ended = PQputCopyEnd(conn_, nullptr)) == 0)
    if (!wait(true, until) || PQconsumeInput(conn_) == 0)
      return lost(PQerrorMessage(conn_));
  if (auto done = finish(ended == 1, patience_); !done)
    return done.error();
  return {};
}

} // namespace souk::persistence
