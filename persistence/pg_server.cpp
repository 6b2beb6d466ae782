#include "persistence/pg_server.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sstream>

namespace souk::persistence {

namespace {

using pg_answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  for (size_t from = 0; from <= list.size();) {
    const auto end = std::min(list.find(',', from), list.size());
    out.emplace_back(list.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

/// For each host what singles it out of the connection string; one without settings when that
/// names none.
std::vector<pg_settings> hosts_of(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed{
      PQconninfoParse(url.c_str(), nullptr), PQconninfoFree};
  std::map<std::string, std::vector<std::string>> lists;
  for (const auto* o = parsed.get(); o && o->keyword; ++o)
    if (const std::string name = o->keyword;
        o->val && (name == "host" || name == "hostaddr" || name == "port"))
      lists[name] = split(o->val);
  const auto count = std::max(lists["host"].size(), lists["hostaddr"].size());
  if (count < 2)
    return {pg_settings{}};
  std::vector<pg_settings> out(count);
  for (const auto& [name, values] : lists)
    for (size_t i = 0; i < count && !values.empty(); ++i)
      out[i].emplace_back(name, values.size() == 1  ? values[0]
                                : i < values.size() ? values[i]
                                                    : "");
  return out;
}

/// A connect that succeeded says nothing of a server that hangs since.
result<pg_answer> ask(PGconn* conn, const std::string& question, std::chrono::seconds within) {
  const auto until = std::chrono::steady_clock::now() + within;
  bool alive = PQsendQuery(conn, question.c_str()) == 1;
  while (alive && PQisBusy(conn)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd fd{PQsocket(conn), POLLIN, 0};
    alive = left.count() > 0 && ::poll(&fd, 1, static_cast<int>(left.count())) >= 0 &&
            PQconsumeInput(conn) == 1;
  }
  if (!alive)
    return fail(errc::unavailable, "it does not answer");
  pg_answer said{nullptr, PQclear};
  while (PGresult* next = PQgetResult(conn))
    said.reset(next);
  if (PQresultStatus(said.get()) != PGRES_TUPLES_OK || PQntuples(said.get()) != 1)
    return fail(errc::unavailable, PQresultErrorMessage(said.get()));
  return said;
}

result<server_identity> identify(PGconn* conn, std::chrono::seconds within) {
  const auto said = ask(conn,
                        "select system_identifier::text, pg_walfile_name("
                        "pg_current_wal_insert_lsn()) from pg_control_system()",
                        within);
  if (!said)
    return said.error();
  server_identity is{PQgetvalue(said->get(), 0, 0), 0};
  const std::string_view file = PQgetvalue(said->get(), 0, 1); // timeline, log, segment in hex
  std::from_chars(file.data(), file.data() + 8, is.timeline, 16);
  return is;
}

/// Of "<timeline>\t<position>\t<reason>", a line for each timeline before the newest.
std::optional<int64_t> end_in_history(std::istringstream lines, uint32_t timeline) {
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    uint32_t which = 0, high = 0, low = 0;
    char slash = 0;
    if (fields >> which >> std::hex >> high >> slash >> low && which == timeline)
      return static_cast<int64_t>(uint64_t{high} << 32 | low);
  }
  return std::nullopt;
}

pg_handle connect_one(const std::string& url, const pg_settings& settings, const pg_settings& host,
                      std::chrono::seconds timeout) {
  const auto limit = std::to_string(timeout.count());
  std::vector<const char*> keys{"dbname"};
  std::vector<const char*> values{url.c_str()};
  const auto put = [&](const char* key, const char* value) {
    keys.push_back(key);
    values.push_back(value);
  };
  put("target_session_attrs", "read-write"); // refuses a server in recovery
  put("connect_timeout", limit.c_str());
  // A host that vanished is noticed within seconds, idle or with something on its way.
  for (const auto& [key, value] : {std::pair{"keepalives", "1"},
                                   {"keepalives_idle", "2"},
                                   {"keepalives_interval", "1"},
                                   {"keepalives_count", "3"},
                                   {"tcp_user_timeout", "5000"}})
    put(key, value);
  for (const auto* list : {&settings, &host})
    for (const auto& [key, value] : *list)
      put(key.c_str(), value.c_str());
  put(nullptr, nullptr);
  return pg_handle{PQconnectdbParams(keys.data(), values.data(), 1)};
}

std::string name_of(PGconn* conn) {
  const char* host = PQhost(conn);
  const char* port = PQport(conn);
  return std::string{host ? host : ""} + ':' + (port ? port : "");
}

/// A server that takes writes, and where it stands in the list.
struct candidate {
  pg_handle conn;
  server_identity is;
  size_t host = 0;
};

result<candidate> try_host(const std::string& url, const pg_settings& settings,
                           const pg_settings& host, size_t place, std::chrono::seconds timeout) {
  auto conn = connect_one(url, settings, host, timeout);
  if (PQstatus(conn.get()) != CONNECTION_OK)
    return fail(errc::unavailable, PQerrorMessage(conn.get()));
  auto is = identify(conn.get(), timeout);
  if (!is)
    return fail(errc::unavailable, name_of(conn.get()) + ": " + is.error().detail);
  return candidate{std::move(conn), *is, place};
}

failure refused(const candidate& c, const failure& why) {
  static auto& count = metrics::make_counter(
      "souk_persistence_postgres_refused_total",
      "Servers that took the connection and are not the shop's Postgres of today");
  count.Increment();
  const auto host = name_of(c.conn.get());
  log::error("postgres.refused", {{"host", host}, {"why", why.detail}});
  return fail(errc::unavailable, host + ": " + why.detail);
}

std::shared_ptr<server_acquaintance> servers_of(const std::string& url) {
  static std::mutex guard;
  static std::map<std::string, std::shared_ptr<server_acquaintance>> all;
  std::lock_guard lock{guard};
  auto& one = all[url];
  if (!one)
    one = std::make_shared<server_acquaintance>();
  return one;
}

} // namespace

bool pg_session::is_outdated() const { return servers->newest_timeline() > timeline; }
void pg_session::doubt() const { servers->doubt(); }

void pg_close::operator()(pg_conn* conn) const { PQfinish(conn); }

result<pg_session> connect_primary(const std::string& url, const pg_settings& settings,
                                   std::chrono::seconds connect_timeout) {
  const auto hosts = hosts_of(url);
  const auto servers = servers_of(url);
  std::string reasons;
  const auto give_up = [&](const failure& why) {
    reasons += (reasons.empty() ? ": " : "; ") + why.detail;
  };
  auto best = choose_server<candidate>(
      servers->known(), hosts.size(),
      [&](size_t place) -> std::optional<candidate> {
        auto met = try_host(url, settings, hosts[place], place, connect_timeout);
        if (met)
          return std::move(*met);
        give_up(met.error());
        return {};
      },
      [&](const candidate& not_it, const failure& why) { give_up(refused(not_it, why)); });
  if (best)
    if (auto right = servers->meet(best->is, best->host); !right) {
      give_up(refused(*best, right.error()));
      best.reset();
    }
  if (!best)
    return fail(errc::unavailable, "Postgres" + reasons);
  return pg_session{std::move(best->conn), best->is.timeline, servers};
}

result<int64_t> end_of_timeline(const std::string& url, uint32_t timeline,
                                std::chrono::seconds connect_timeout) {
  const auto now = connect_primary(
      url, {{"replication", "database"}, {"application_name", "souk-timeline"}}, connect_timeout);
  if (!now)
    return now.error();
  const auto said =
      ask(now->conn.get(), "TIMELINE_HISTORY " + std::to_string(now->timeline), connect_timeout);
  if (!said)
    return said.error();
  if (const auto end = end_in_history(std::istringstream{PQgetvalue(said->get(), 0, 1)}, timeline))
    return *end;
  return fail(errc::unavailable, "the server's history does not know that timeline");
}

} // namespace souk::persistence
