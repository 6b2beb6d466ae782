// The other side of a comparison: the tools that come with Postgres and Redis, and wrk, started as
// programs of their own and read by what they print.
#pragma once

#include <optional>
#include <string>

namespace souk::bench {

/// Runs a shell command; its output, stderr too, or nothing when it failed or is not installed.
std::optional<std::string> run_program(const std::string& command);
bool is_installed(const std::string& program);
/// The number behind `label` in `text`; nothing when it is not there.
std::optional<double> number_after(const std::string& text, const std::string& label);

/// A file with `text`, gone at the end.
class text_file {
public:
  explicit text_file(const std::string& text);
  ~text_file();
  text_file(const text_file&) = delete;
  text_file& operator=(const text_file&) = delete;
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

/// The two ways people count stock in Postgres, measured with pgbench.
class postgres_peer {
public:
  explicit postgres_peer(std::string url);
  /// `update … where avail >= 1` of one row.
  double update_row(int clients, int seconds) const;
  /// One of many unit rows, `for update skip locked`.
  double take_unit(int clients, int seconds) const;

private:
  void run(const std::string& statements) const;
  double measure(const std::string& script, int clients, int seconds) const;
  const std::string url_;
};

/// redis-benchmark DECRBY with an append-only file synced each second.
class redis_peer {
public:
  /// Turns the append-only file on, and off again at the end.
  explicit redis_peer(std::string url);
  ~redis_peer();
  redis_peer(const redis_peer&) = delete;
  redis_peer& operator=(const redis_peer&) = delete;
  double decrement(int clients, int requests) const;

private:
  void set(const std::string& name, const std::string& value) const;
  const std::string url_;
};

/// What wrk measured.
struct wrk_figures {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};
/// POSTs an empty body; gives up when an answer was not 2xx.
wrk_figures post_with_wrk(const std::string& url, int connections, int seconds);

} // namespace souk::bench
