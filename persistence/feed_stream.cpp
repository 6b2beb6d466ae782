#include "persistence/feed_stream.hpp"

#include "persistence/pg_codec.hpp"

#include <libpq-fe.h>

#include <array>
#include <poll.h>

namespace souk::persistence {

namespace {
constexpr auto status_interval = 1s;
constexpr auto connect_timeout = std::chrono::seconds{5};
constexpr std::string_view held_by_another = "55006"; ///< SQLSTATE object_in_use

std::string lsn_text(uint64_t position) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%X/%X", static_cast<unsigned>(position >> 32),
                static_cast<unsigned>(position));
  return out.data();
}
} // namespace

// Names of slots are the server's, not the database's.
result<std::string> ensure_slot(sql::connection& c, const std::string& wanted) {
  auto lost = c.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                        " where database = current_database() and wal_status = 'lost'"
                        "   and slot_name in ($1::text, $1::text || '_' || datoid) and not active",
                        {wanted});
  if (!lost)
    return lost.error();
  auto known = c.execute(
      "select coalesce(min(s.slot_name::text) filter (where s.datoid = d.oid),"
      "         case when count(s.*) = 0 then $1::text else $1::text || '_' || d.oid end),"
      "   bool_or(coalesce(s.datoid = d.oid, false))"
      " from pg_database d left join pg_replication_slots s"
      "   on s.slot_name in ($1::text, $1::text || '_' || d.oid)"
      " where d.datname = current_database() group by d.oid",
      {wanted});
  if (!known)
    return known.error();
  const std::string slot{known->text(0, 0)};
  if (known->boolean(0, 1))
    return slot;
  auto made = c.execute("select pg_create_logical_replication_slot($1, 'pgoutput')", {slot});
  if (!made)
    return made.error();
  return slot;
}

result<std::unique_ptr<feed_stream>> feed_stream::open(const std::string& url,
                                                       const std::string& slot,
                                                       const std::string& publication,
                                                       uint64_t from) {
  auto session = connect_primary(
      url, {{"replication", "database"}, {"application_name", "souk-feed"}}, connect_timeout);
  if (!session)
    return session.error();
  std::unique_ptr<feed_stream> out{new feed_stream{std::move(*session), from}};
  const auto start = "START_REPLICATION SLOT \"" + slot + "\" LOGICAL " + lsn_text(from) +
                     " (proto_version '1', publication_names '" + publication + "', binary 'true')";
  const std::unique_ptr<PGresult, void (*)(PGresult*)> r{PQexec(out->conn_, start.c_str()),
                                                         PQclear};
  if (PQresultStatus(r.get()) != PGRES_COPY_BOTH) {
    const char* state = PQresultErrorField(r.get(), PG_DIAG_SQLSTATE);
    return fail(state && state == held_by_another ? errc::conflict : errc::unavailable,
                PQresultErrorMessage(r.get()));
  }
  return out;
}

result<std::optional<feed_transaction>> feed_stream::next(std::chrono::milliseconds patience) {
  for (bool waited = false;;) {
    char* raw = nullptr;
    const int size = PQgetCopyData(conn_, &raw, 1);
    const std::unique_ptr<char, void (*)(void*)> owned{raw, PQfreemem};
    if (size < 0)
      return fail(errc::unavailable, PQerrorMessage(conn_));
    if (size > 0) {
      auto done = handle({raw, static_cast<size_t>(size)});
      if (!done || *done)
        return done;
      if (auto alive = keep_alive(asked_); !alive)
        return alive.error();
      continue;
    }
    if (waited)
      return std::optional<feed_transaction>{};
    pollfd fd{PQsocket(conn_), POLLIN, 0};
    (void)::poll(&fd, 1, static_cast<int>(patience.count()));
    waited = true;
    if (PQconsumeInput(conn_) == 0)
      return fail(errc::unavailable, PQerrorMessage(conn_));
  }
}

result<std::optional<feed_transaction>> feed_stream::handle(std::string_view message) {
  constexpr size_t data_header = 25; // 'w', start, end, time
  if (message[0] == 'w' && message.size() >= data_header) {
    server_end_ = std::max(server_end_, pg::get<uint64_t>(message.substr(9)));
    return decoder_.take(message.substr(data_header));
  }
  if (message[0] == 'k' && message.size() >= 18) {
    idle_end_ = std::max(idle_end_, pg::get<uint64_t>(message.substr(1)));
    server_end_ = std::max(server_end_, idle_end_);
    asked_ = message[17] != '\0';
  }
  return std::optional<feed_transaction>{};
}

result<void> feed_stream::keep_alive(bool now) {
  if (session_.is_outdated())
    return fail(errc::unavailable, "another server is the primary now");
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - last_status_ < status_interval)
    return {};
  std::string status = "r";
  for (int i = 0; i < 3; ++i) // written, flushed, applied: only what every consumer has
    pg::put(status, confirmed_);
  pg::put(status, int64_t{0}); // our clock, unused
  status.push_back('\1');      // the answer says how far the log has got
  if (PQputCopyData(conn_, status.data(), static_cast<int>(status.size())) != 1 ||
      PQflush(conn_) != 0)
    return fail(errc::unavailable, PQerrorMessage(conn_));
  last_status_ = time;
  asked_ = false;
  return {};
}

} // namespace souk::persistence
