// The threads that send queued messages: each has a connection and a mailer of its own and sends
// one message at a time. Without a mail server to give them to there are none, and messages wait.
#pragma once

#include "actors/notification/sender.hpp"
#include "persistence/pg_connection.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace souk::app {

struct outbox_options {
  persistence::pg_options connection;
  int lanes = 2;
  notification::shop_words shop;
  notification::sender_options sending;
  std::chrono::milliseconds poll{1'000}; ///< looks for due messages while there are none
  std::chrono::seconds count{15};        ///< between two counts of the queue, for metrics
};

class outbox {
public:
  /// Starts the threads; each makes its own mailer.
  outbox(outbox_options how, std::function<std::unique_ptr<notification::mailer>()> make_mailer,
         entropy& random);
  /// Breaks off what is being sent (it goes out again later) and joins.
  ~outbox();

private:
  void serve(std::stop_token stop, bool counts);
  void count_queue(persistence::sql::connection& c);
  void pause(std::stop_token stop, std::chrono::milliseconds time);

  const outbox_options options_;
  const std::function<std::unique_ptr<notification::mailer>()> make_mailer_;
  entropy& random_;
  const notification::templates texts_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::jthread> lanes_;
};

} // namespace souk::app
