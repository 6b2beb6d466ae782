// Postgres connections for reads and row services: a thread each, one bounded queue between them.
#pragma once

#include "persistence/pg_connection.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace souk::persistence {

struct pg_pool_options {
  pg_options connection;
  int connections = 8;
  size_t queue_max = 4'096;                    ///< beyond it: overloaded
  std::chrono::milliseconds queue_wait{5'000}; ///< what waited longer is refused, not begun
  std::chrono::milliseconds backoff_least{20};
  std::chrono::milliseconds backoff_most{500};
};

/// Thread-safe. Connects on first use, so that it can be made while Postgres is away. While it is
/// away, work is refused at once except for one attempt to connect each back-off.
class pg_pool final : public sql::pool {
public:
  explicit pg_pool(pg_pool_options options);
  ~pg_pool() override;
  /// Finishes what is queued, then joins its threads; further work is refused. Not on a pool
  /// thread.
  void stop();
  void run(std::function<void(sql::connection&)> work,
           std::function<void(failure)> refused) override;

private:
  using clock = std::chrono::steady_clock;
  struct job {
    std::function<void(sql::connection&)> work;
    std::function<void(failure)> refused;
    clock::time_point queued;
  };
  struct session; ///< one thread's connection and back-off

  void serve();
  void perform(session& mine, job& next);

  const pg_pool_options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<job> queue_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

} // namespace souk::persistence
