// What a node throws away by itself once an hour: answers kept for repeats nobody can send any
// more, links in mails that no longer work, stuck effects that have long gone well, pictures no
// product shows. Several nodes at once do no harm.
#pragma once

#include "persistence/sql.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace souk::app {

/// Row services answer repeats for this long.
inline constexpr std::chrono::hours row_commands_kept{24};
inline constexpr std::chrono::hours housekeeping_every{1};

class housekeeping {
public:
  /// Starts its thread, which works through the pool. Both outlive this.
  housekeeping(persistence::sql::pool& rows, const clock& time, std::string media_directory);
  /// Does not wait for what the pool still has to do; that touches nothing of this.
  ~housekeeping() = default;

private:
  void serve(const std::stop_token& stop);
  void tidy();

  persistence::sql::pool& rows_;
  const clock& time_;
  const std::string media_directory_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

} // namespace souk::app
