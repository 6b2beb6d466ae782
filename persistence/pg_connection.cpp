#include "persistence/pg_connection.hpp"

#include "persistence/pg_codec.hpp"
#include "persistence/pg_server.hpp"

#include <libpq-fe.h>

#include <cerrno>
#include <poll.h>

namespace souk::persistence {

namespace {

constexpr auto client_grace = 2'000ms;   ///< how much longer than the server the client waits
constexpr auto script_patience = 600s;   ///< migrations build indexes
constexpr size_t statements_max = 1'024; ///< prepared for one connection

pg_value encode(const sql::parameter& p) {
  struct visitor {
    pg_value operator()(std::nullptr_t) const { return {}; }
    pg_value operator()(bool v) const {
      return {pg::oid_bool, true, std::string(1, v ? '\1' : '\0')};
    }
    pg_value operator()(int64_t v) const {
      std::string out;
      pg::put(out, v);
      return {pg::oid_int8, true, std::move(out)};
    }
    // The type is left to the server, so that text reaches jsonb, uuid and enum columns as well.
    pg_value operator()(const std::string& v) const { return {pg::oid_any, false, v}; }
    pg_value operator()(const sql::bytes& v) const {
      return {pg::oid_bytea, true, std::string{v.value}};
    }
    pg_value operator()(time_point v) const {
      std::string out;
      pg::put(out, pg::to_postgres(v));
      return {pg::oid_timestamptz, true, std::move(out)};
    }
    pg_value operator()(const std::vector<std::string>& v) const {
      pg::array out{pg::oid_text};
      for (const auto& text : v)
        out.add(text);
      return {pg::oid_text_array, true, out.take()};
    }
    pg_value operator()(const std::vector<int64_t>& v) const {
      pg::array out{pg::oid_int8};
      for (auto number : v)
        out.add_number(number);
      return {pg::oid_int8_array, true, out.take()};
    }
  };
  return std::visit(visitor{}, p);
}

errc code_of(std::string_view sqlstate) {
  const auto group = sqlstate.substr(0, 2);
  if (sqlstate == "23505" || sqlstate == "23P01" || group == "40")
    return errc::conflict;
  if (group == "23")
    return errc::invalid;
  if (sqlstate == "57014" || sqlstate == "55P03")
    return errc::timed_out;
  // 08 connection, 25006 read-only standby, 53 resources, 57 operator, 58 system error
  if (group == "08" || sqlstate == "25006" || group == "53" || group == "57" || group == "58")
    return errc::unavailable;
  return errc::internal;
}

std::string field_of(const PGresult* r, int code) {
  const char* text = PQresultErrorField(r, code);
  return text ? text : "";
}

std::string milliseconds_text(std::chrono::milliseconds t) { return std::to_string(t.count()); }

} // namespace

result<std::unique_ptr<pg_connection>> pg_connection::open(const pg_options& o) {
  // The server notices a dead client within seconds too: a session left alone would keep its locks.
  const auto options = "-c statement_timeout=" + milliseconds_text(o.statement_timeout) +
                       " -c lock_timeout=" + milliseconds_text(o.lock_timeout) +
                       " -c idle_in_transaction_session_timeout=30000 -c tcp_keepalives_idle=2"
                       " -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
                       " -c client_min_messages=warning -c jit=off";
  auto session = connect_primary(
      o.url,
      {{"application_name", o.application_name}, {"client_encoding", "UTF8"}, {"options", options}},
      o.connect_timeout);
  if (!session)
    return session.error();
  PQsetnonblocking(session->conn.get(), 1);
  return std::unique_ptr<pg_connection>(new pg_connection(std::move(*session), o));
}

pg_connection::pg_connection(pg_session session, const pg_options& o)
    : session_(std::move(session)), conn_(session_.conn.get()),
      patience_(o.statement_timeout + client_grace) {
  // "canceling wait for synchronous replication": the text may be translated and its SQLSTATE is
  // that of any warning, but where in the server it was raised says enough.
  PQsetNoticeReceiver(
      conn_,
      [](void* self, const PGresult* r) {
        if (field_of(r, PG_DIAG_SOURCE_FILE) == "syncrep.c")
          static_cast<pg_connection*>(self)->unsure_ = true;
      },
      this);
}

pg_connection::~pg_connection() = default;

bool pg_connection::is_broken() const { return broken_; }

bool pg_connection::is_stale() {
  broken_ = broken_ || session_.is_outdated();
  // The server's last words come first, the end of the stream behind them.
  pollfd fd{PQsocket(conn_), POLLIN, 0};
  for (int i = 0; i < 3 && !broken_ && ::poll(&fd, 1, 0) > 0; ++i)
    broken_ = PQconsumeInput(conn_) == 0 || PQstatus(conn_) == CONNECTION_BAD;
  return broken_;
}

void pg_connection::leave_transaction() {
  if (!broken_ && PQtransactionStatus(conn_) != PQTRANS_IDLE)
    (void)script("rollback");
}

result<bool> pg_connection::take_notifications() {
  if (is_stale())
    return fail(errc::unavailable, "the connection is lost");
  bool some = false;
  while (PGnotify* n = PQnotifies(conn_)) {
    PQfreemem(n);
    some = true;
  }
  return some;
}

int pg_connection::socket() const { return PQsocket(conn_); }

result<sql::rows> pg_connection::execute(std::string_view statement,
                                         std::vector<sql::parameter> parameters) {
  std::vector<pg_value> values;
  values.reserve(parameters.size());
  for (const auto& p : parameters)
    values.push_back(encode(p));
  return call(statement, values);
}

result<sql::rows> pg_connection::call(std::string_view statement,
                                      const std::vector<pg_value>& parameters) {
  const auto name = prepared(statement, parameters);
  if (!name)
    return name.error();
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const auto& p : parameters) {
    values.push_back(p.bytes ? p.bytes->c_str() : nullptr);
    lengths.push_back(p.bytes ? static_cast<int>(p.bytes->size()) : 0);
    formats.push_back(p.binary);
  }
  const bool sent = PQsendQueryPrepared(conn_, name->c_str(), static_cast<int>(values.size()),
                                        values.data(), lengths.data(), formats.data(), 1) == 1;
  auto done = finish(sent, patience_);
  if (!done)
    return done.error();
  const std::string_view tag = PQcmdStatus(static_cast<PGresult*>(done->get()));
  if (tag == "ROLLBACK" && statement == "commit")
    return fail(errc::conflict, "the transaction had failed and was rolled back");
  return sql::rows{*done};
}

result<void> pg_connection::script(std::string_view text) {
  const std::string copy{text};
  auto done = finish(!broken_ && PQsendQuery(conn_, copy.c_str()) == 1, script_patience);
  if (!done)
    return done.error();
  return {};
}

result<std::string> pg_connection::prepared(std::string_view statement,
                                            const std::vector<pg_value>& parameters) {
  if (broken_)
    return fail(errc::unavailable, "the connection is lost");
  std::string key;
  std::vector<Oid> types;
  for (const auto& p : parameters) {
    types.push_back(p.type);
    key += std::to_string(p.type) + ',';
  }
  key += statement;
  if (auto known = statements_.find(key); known != statements_.end())
    return known->second;
  if (statements_.size() >= statements_max && script("deallocate all"))
    statements_.clear();
  auto name = "s" + std::to_string(++statement_count_);
  const bool sent = PQsendPrepare(conn_, name.c_str(), std::string{statement}.c_str(),
                                  static_cast<int>(types.size()), types.data()) == 1;
  if (auto done = finish(sent, patience_); !done)
    return done.error();
  statements_.emplace(std::move(key), name);
  return name;
}

result<std::shared_ptr<void>> pg_connection::finish(bool sent, std::chrono::milliseconds within) {
  error_ = {};
  unsure_ = false;
  const auto until = std::chrono::steady_clock::now() + within;
  if (broken_ || !sent)
    return lost(PQerrorMessage(conn_));
  for (int left = PQflush(conn_); left != 0; left = PQflush(conn_))
    if (left < 0 || !wait(true, until) || PQconsumeInput(conn_) == 0)
      return lost(PQerrorMessage(conn_));
  std::shared_ptr<void> worst;
  for (;;) {
    while (PQisBusy(conn_))
      if (!wait(false, until) || PQconsumeInput(conn_) == 0)
        return lost(PQerrorMessage(conn_));
    std::shared_ptr<PGresult> r{PQgetResult(conn_), PQclear};
    if (!r)
      break;
    const auto status = PQresultStatus(r.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
      return failed(r);
    worst = r;
  }
  if (unsure_ && PQtransactionStatus(conn_) == PQTRANS_IDLE) {
    session_.doubt();
    return lost("committed here, but perhaps not on the standby");
  }
  if (!worst)
    return lost("no answer");
  return worst;
}

/// Waits until the socket is ready; false when the deadline comes first.
bool pg_connection::wait(bool for_write, std::chrono::steady_clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      // It may wait for a standby that has been promoted meanwhile, and would for ever.
      session_.doubt();
      return false;
    }
    // While sending, answers are read too: else both sides could wait for the other to read.
    pollfd fd{PQsocket(conn_), static_cast<short>(for_write ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = ::poll(&fd, 1, static_cast<int>(left.count()));
    if (ready > 0)
      return true;
    if (ready < 0 && errno != EINTR)
      return false;
  }
}

failure pg_connection::failed(std::shared_ptr<void> answer) {
  const auto* r = static_cast<PGresult*>(answer.get());
  pg_error e{field_of(r, PG_DIAG_SQLSTATE), field_of(r, PG_DIAG_MESSAGE_PRIMARY),
             field_of(r, PG_DIAG_MESSAGE_DETAIL)};
  const auto severity = field_of(r, PG_DIAG_SEVERITY_NONLOCALIZED);
  const auto constraint = field_of(r, PG_DIAG_CONSTRAINT_NAME);
  if (e.sqlstate.empty() || severity == "FATAL" || severity == "PANIC" ||
      PQstatus(conn_) == CONNECTION_BAD) {
    auto why = lost(e.message.empty() ? PQresultErrorMessage(r) : e.message);
    error_ = std::move(e);
    return why;
  }
  while (PGresult* rest = PQgetResult(conn_))
    PQclear(rest);
  auto why = fail(code_of(e.sqlstate), constraint.empty() ? e.message : constraint);
  error_ = std::move(e);
  return why;
}

failure pg_connection::lost(std::string why) {
  broken_ = true;
  if (error_.message.empty())
    error_.message = why;
  return fail(errc::unavailable, why.empty() ? "Postgres did not answer in time" : std::move(why));
}

} // namespace souk::persistence
