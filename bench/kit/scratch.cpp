#include "bench/kit/scratch.hpp"

#include "persistence/migrations.hpp"

#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace souk::bench {

namespace {

std::unique_ptr<persistence::pg_connection> session(const std::string& url) {
  persistence::pg_options options;
  options.url = url;
  options.application_name = "souk-bench";
  options.statement_timeout = std::chrono::minutes{1};
  auto opened = persistence::pg_connection::open(options);
  expect(opened, "connecting to Postgres");
  return std::move(*opened);
}

void drop_slots(persistence::pg_connection& c, const std::string& databases) {
  (void)c.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                  " where database like $1 and not active",
                  {databases});
}

} // namespace

void give_up(const std::string& why) {
  std::cerr << why << "\n";
  std::_Exit(1);
}

std::string from_environment(const char* name) {
  const auto* value = std::getenv(name);
  if (!value)
    give_up(std::string{name} + " is not set: run this as ./dev bench NAME");
  return value;
}

scratch_database::scratch_database() : name_("souk_bench_" + std::to_string(::getpid())) {
  const auto server = from_environment("SOUK_TEST_POSTGRES");
  const auto c = session(server);
  // A benchmark that gave up may have left its slot, whose name is the whole server's.
  drop_slots(*c, "souk_bench_%");
  expect(c->script("create database " + name_), "making a database");
  url_ = server + (server.find('?') == std::string::npos ? "?" : "&") + "dbname=" + name_;
  expect(persistence::migrate(*connect()), "migrating");
}

scratch_database::~scratch_database() {
  const auto server = session(from_environment("SOUK_TEST_POSTGRES"));
  drop_slots(*server, name_);
  (void)server->script("drop database if exists " + name_ + " with (force)");
}

std::unique_ptr<persistence::pg_connection> scratch_database::connect() const {
  return session(url_);
}

} // namespace souk::bench
