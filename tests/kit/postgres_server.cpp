#include "tests/kit/postgres_server.hpp"

#include "tests/kit/http_talk.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <pwd.h>
#include <stdexcept>
#include <unistd.h>

namespace souk::tests {

namespace {

constexpr std::chrono::seconds patience{90}; // initdb, on a machine that compiles meanwhile
constexpr auto log_file = "server.log";

/// Of the newest version that is installed; empty: none is.
std::string programs() {
  std::string newest;
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
    if (std::filesystem::exists(version.path() / "bin/postgres"))
      newest = std::max(newest, (version.path() / "bin").string());
  return newest;
}

/// Postgres refuses to run as root.
const passwd* other_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

std::vector<std::string> as_server(std::vector<std::string> command) {
  command.front() = programs() + "/" + command.front();
  std::vector<std::string> whole{"/usr/bin/setpriv", "--pdeathsig", "KILL", "--"};
  if (other_user())
    whole = {"/usr/bin/setpriv", "--reuid",     "postgres", "--regid", "postgres",
             "--init-groups",    "--pdeathsig", "KILL",     "--"};
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

std::string new_directory() {
  std::string made = "/var/tmp/souk-postgres-XXXXXX";
  if (!::mkdtemp(made.data()))
    throw std::runtime_error("no directory for a Postgres server");
  const auto* user = other_user();
  if (user && ::chown(made.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("no directory for the Postgres server's user");
  return made;
}

} // namespace

bool postgres_server::available() { return !programs().empty(); }

postgres_server::postgres_server(std::string name)
    : name_(std::move(name)), directory_(new_directory()), port_(free_port()) {
  run({"initdb", "-D", "data", "-U", "souk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
       "--no-instructions", "--no-sync"});
  start();
}

postgres_server::postgres_server(std::string name, const postgres_server& primary)
    : name_(std::move(name)), directory_(new_directory()), port_(free_port()) {
  run({"pg_basebackup", "-d", primary.url() + "?application_name=" + name_, "-D", "data", "-R",
       "-c", "fast", "-X", "stream", "--no-sync"});
  start();
}

postgres_server::~postgres_server() {
  kill();
  // The server's processes may still be about to notice.
  (void)eventually(patience, [this] {
    std::error_code later;
    std::filesystem::remove_all(directory_, later);
    return !later;
  });
}

void postgres_server::start(const std::vector<std::string>& settings) {
  std::vector<std::string> command{"postgres", "-D", "data", "-p", std::to_string(port_)};
  for (const std::string setting :
       {"listen_addresses=127.0.0.1", "unix_socket_directories=", "wal_level=logical",
        "max_connections=60", "shared_buffers=32MB", "wal_retrieve_retry_interval=100ms"})
    command.insert(command.end(), {"-c", setting});
  command.insert(command.end(), {"-c", "cluster_name=" + name_});
  for (const auto& setting : settings)
    command.insert(command.end(), {"-c", setting});
  const auto whole = as_server(command);
  process_ = {whole, directory_, log_file};
  const bool started = eventually(patience, [&] {
    // The memory of one that was killed is let go a moment later.
    if (!process_.is_running())
      process_ = {whole, directory_, log_file};
    return answers();
  });
  if (!started)
    throw std::runtime_error("Postgres did not start: " + server_log());
}

void postgres_server::kill() { process_.kill(); }

void postgres_server::promote() { run({"pg_ctl", "promote", "-D", "data", "-w"}); }

void postgres_server::wait_for_standby(const std::string& name) {
  const auto c = connect();
  if (!eventually(patience, [&] {
        auto r = c->execute("select 1 from pg_stat_replication where application_name = $1"
                            " and state = 'streaming'",
                            {name});
        return r && !r->empty();
      }))
    throw std::runtime_error("the standby does not follow: " + server_log());
}

std::unique_ptr<persistence::pg_connection> postgres_server::connect() const {
  return persistence::pg_connection::open({.url = url()}).value();
}

void postgres_server::run(const std::vector<std::string>& command) const {
  child_process child{as_server(command), directory_, log_file};
  if (child.wait(patience) != 0)
    throw std::runtime_error(command.front() + " failed: " + server_log());
}

bool postgres_server::answers() const {
  child_process asking{
      {programs() + "/pg_isready", "-q", "-h", "127.0.0.1", "-p", std::to_string(port_)},
      directory_,
      log_file};
  return asking.wait(patience) == 0;
}

std::string postgres_server::server_log() const {
  std::ifstream in(directory_ + "/" + log_file);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  return all.substr(all.size() - std::min<size_t>(all.size(), 2'000));
}

} // namespace souk::tests
