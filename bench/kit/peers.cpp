#include "bench/kit/peers.hpp"

#include "bench/kit/scratch.hpp"
#include "persistence/redis_connection.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace souk::bench {

namespace {

constexpr int unit_rows = 300'000;

std::string quoted(const std::string& word) { return "'" + word + "'"; }

double expect_number(const std::optional<std::string>& text, const std::string& label,
                     const std::string& program) {
  const auto found = text ? number_after(*text, label) : std::nullopt;
  if (!found)
    give_up(program + " did not say " + quoted(label) + ": " + text.value_or("it failed"));
  return *found;
}

/// wrk writes "812.00us", "3.60ms", "1.02s".
double milliseconds_after(const std::string& text, const std::string& label) {
  const auto at = text.find(label);
  if (at == std::string::npos)
    give_up("wrk did not say " + quoted(label));
  char* unit = nullptr;
  const double value = std::strtod(text.c_str() + at + label.size(), &unit);
  if (unit[0] == 'u')
    return value / 1'000;
  return unit[0] == 's' ? value * 1'000 : value;
}

} // namespace

std::optional<std::string> run_program(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe)
    return std::nullopt;
  std::string out;
  std::array<char, 4096> chunk{};
  while (const auto n = std::fread(chunk.data(), 1, chunk.size(), pipe))
    out.append(chunk.data(), n);
  if (::pclose(pipe) != 0)
    return std::nullopt;
  return out;
}

bool is_installed(const std::string& program) {
  return run_program("command -v " + program).has_value();
}

std::optional<double> number_after(const std::string& text, const std::string& label) {
  const auto at = text.find(label);
  if (at == std::string::npos)
    return std::nullopt;
  const char* begin = text.c_str() + at + label.size();
  char* end = nullptr;
  const double value = std::strtod(begin, &end);
  return end == begin ? std::nullopt : std::optional{value};
}

text_file::text_file(const std::string& text) {
  std::string pattern = "/tmp/souk-bench-XXXXXX";
  const int file = ::mkstemp(pattern.data());
  if (file < 0 || ::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    give_up("cannot write " + pattern);
  ::close(file);
  path_ = pattern;
}

text_file::~text_file() { ::unlink(path_.c_str()); }

postgres_peer::postgres_peer(std::string url) : url_(std::move(url)) {
  run("create table peer_stock (id int primary key, avail bigint not null);"
      "insert into peer_stock values (1, 1000000000)");
}

void postgres_peer::run(const std::string& statements) const {
  persistence::pg_options options;
  options.url = url_;
  options.statement_timeout = std::chrono::minutes{1};
  auto opened = persistence::pg_connection::open(options);
  expect(opened, "connecting to Postgres");
  expect((*opened)->script(statements), "making the tables for pgbench");
}

double postgres_peer::measure(const std::string& script, int clients, int seconds) const {
  const text_file file{script};
  const auto out =
      run_program("pgbench -n -M prepared -c " + std::to_string(clients) + " -j 1 -T " +
                  std::to_string(seconds) + " -f " + file.path() + " " + quoted(url_));
  return expect_number(out, "tps = ", "pgbench");
}

double postgres_peer::update_row(int clients, int seconds) const {
  return measure("UPDATE peer_stock SET avail = avail - 1 WHERE id = 1 AND avail >= 1;\n", clients,
                 seconds);
}

double postgres_peer::take_unit(int clients, int seconds) const {
  // Fresh each time: units taken before would lie dead in the index and in the way.
  run("drop table if exists peer_unit;"
      "create table peer_unit (id bigint primary key, taken_by bigint);"
      "insert into peer_unit (id) select generate_series(1, " +
      std::to_string(unit_rows) +
      ");"
      "create index peer_unit_free on peer_unit (id) where taken_by is null;"
      "analyze peer_unit");
  return measure("UPDATE peer_unit SET taken_by = 1 WHERE id = (SELECT id FROM peer_unit"
                 " WHERE taken_by IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);\n",
                 clients, seconds);
}

redis_peer::redis_peer(std::string url) : url_(std::move(url)) {
  set("appendfsync", "everysec");
  set("appendonly", "yes");
}

redis_peer::~redis_peer() { set("appendonly", "no"); }

void redis_peer::set(const std::string& name, const std::string& value) const {
  auto made = persistence::redis_connection::make({.url = url_, .command_timeout = 5s});
  expect(made, "connecting to Redis");
  expect((*made)->command({"CONFIG", "SET", name, value}), "setting " + name);
}

double redis_peer::decrement(int clients, int requests) const {
  const auto at = url_.find("//") + 2;
  const auto colon = url_.rfind(':');
  const auto out = run_program("redis-benchmark -h " + url_.substr(at, colon - at) + " -p " +
                               url_.substr(colon + 1) + " -c " + std::to_string(clients) + " -n " +
                               std::to_string(requests) + " --csv DECRBY stock 1 | tail -n 1");
  return expect_number(out, "\"DECRBY stock 1\",\"", "redis-benchmark");
}

wrk_figures post_with_wrk(const std::string& url, int connections, int seconds) {
  const text_file script{"wrk.method = \"POST\"\n"};
  const auto out =
      run_program("wrk -t 1 -c " + std::to_string(connections) + " -d " + std::to_string(seconds) +
                  "s --latency -s " + script.path() + " " + quoted(url));
  wrk_figures found;
  found.per_second = expect_number(out, "Requests/sec:", "wrk");
  if (out->find("Non-2xx") != std::string::npos)
    give_up("the server refused: " + *out);
  found.p50_ms = milliseconds_after(*out, "\n     50%");
  found.p99_ms = milliseconds_after(*out, "\n     99%");
  return found;
}

} // namespace souk::bench
