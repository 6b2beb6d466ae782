// Hears NOTIFY on a channel: one thread, one connection, again and again.
//
//   away ──connected, LISTEN──► listening ──lost──► away (back-off)
#pragma once

#include "persistence/pg_connection.hpp"

#include <functional>
#include <thread>

namespace souk::persistence {

struct pg_listener_options {
  pg_options connection;
  std::string channel; ///< an SQL identifier
  std::chrono::milliseconds backoff_least{20};
  std::chrono::milliseconds backoff_most{1'000};
  std::chrono::milliseconds silence_most{5'000}; ///< then the server is asked whether it lives
};

class pg_listener {
public:
  /// `heard` is called on the listener's thread: after notifications (once for several that came
  /// together), and after each connect, since some may have been missed before it.
  pg_listener(pg_listener_options options, std::function<void()> heard);
  /// Ends at once, but for an attempt to connect (its connect_timeout).
  ~pg_listener();
  pg_listener(const pg_listener&) = delete;
  pg_listener& operator=(const pg_listener&) = delete;

private:
  void run();
  void listen(pg_connection& c);
  /// Waits for `socket` (-1: none) or the end; false at the end.
  bool wait(int socket, std::chrono::milliseconds most);

  const pg_listener_options options_;
  const std::function<void()> heard_;
  const int ending_; ///< an eventfd, readable when this is to end
  std::thread thread_;
};

} // namespace souk::persistence
