// The machine's own clock and entropy, and a small bounded thread pool: made here and handed to
// everyone.
#pragma once

#include "base/database_time.hpp"
#include "base/ids.hpp"
#include "persistence/sql.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <thread>

namespace souk::app {

/// libsodium's generator. Thread-safe.
class system_entropy final : public entropy {
public:
  void fill(std::span<unsigned char> out) override;
};

/// The database's time, measured again each second. Before follow() it is this machine's time.
/// Thread-safe.
class database_clock final : public souk::clock {
public:
  time_point now() const override;
  std::chrono::nanoseconds monotonic() const override;
  /// Blocks for the first measurement, `patience` at most, then measures each second until
  /// destroyed. errc::unavailable: nothing may be decided by this machine's time.
  result<void> follow(persistence::sql::pool& rows, std::chrono::seconds patience);
  void stop();
  ~database_clock() override { stop(); }

private:
  void measure(persistence::sql::pool& rows);
  void compare_machine(int64_t error_us);

  database_time database_;
  int64_t machine_error_us_ = 0; ///< of the last measurement
  std::jthread keeper_;
};

/// Threads for slow sums such as password hashes; what would wait behind `queue_max` is refused.
class bounded_threads {
public:
  bounded_threads(int threads, int queue_max)
      : pool_(static_cast<size_t>(threads)), room_(queue_max) {}
  ~bounded_threads() { stop(); }
  /// False when full: the job is dropped.
  bool run(std::function<void()> job);
  /// Does what is queued, then ends the threads: later jobs wait for nobody.
  void stop() { pool_.join(); }

private:
  boost::asio::thread_pool pool_;
  std::atomic<int> room_;
};

} // namespace souk::app
