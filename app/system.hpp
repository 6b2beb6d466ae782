// The machine's own clock and entropy, and a small bounded thread pool: made here and handed to
// everyone.
#pragma once

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

/// The database's time: its offset is measured again each second, slewed, never stepped back.
/// Before the first measurement it is this machine's time. Thread-safe.
class database_clock final : public souk::clock {
public:
  time_point now() const override;
  std::chrono::nanoseconds monotonic() const override;
  /// Blocks for one measurement (at start), then measures each second until destroyed.
  void follow(persistence::sql::pool& rows);
  void stop();
  ~database_clock() override { stop(); }

private:
  void measure(persistence::sql::pool& rows);
  void compare_machine(int64_t error_us);

  std::atomic<int64_t> offset_{0}; ///< database µs − monotonic µs
  std::atomic<bool> measured_{false};
  int64_t machine_error_us_ = 0; ///< of the last measurement
  mutable std::atomic<int64_t> last_{0};
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
