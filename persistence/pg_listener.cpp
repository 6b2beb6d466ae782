#include "persistence/pg_listener.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace souk::persistence {

pg_listener::pg_listener(pg_listener_options options, std::function<void()> heard)
    : options_(std::move(options)), heard_(std::move(heard)), ending_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

pg_listener::~pg_listener() {
  (void)::eventfd_write(ending_, 1);
  thread_.join();
  ::close(ending_);
}

void pg_listener::run() {
  auto backoff = options_.backoff_least;
  do {
    auto opened = pg_connection::open(options_.connection);
    auto outcome =
        opened ? (*opened)->script("listen " + options_.channel) : result<void>{opened.error()};
    if (outcome) {
      backoff = options_.backoff_least;
      listen(**opened);
    } else {
      log::warn("listener.away", {{"channel", options_.channel}, {"why", outcome.error().detail}});
      backoff = std::min(backoff * 2, options_.backoff_most);
    }
  } while (wait(-1, backoff));
}

void pg_listener::listen(pg_connection& c) {
  heard_();
  auto asked = std::chrono::steady_clock::now();
  while (wait(c.socket(), options_.silence_most)) {
    const auto some = c.take_notifications();
    if (!some)
      return;
    if (*some)
      heard_();
    // A server that hangs keeps its socket open and says nothing for ever.
    if (std::chrono::steady_clock::now() - asked < options_.silence_most)
      continue;
    if (!c.execute("select 1"))
      return;
    asked = std::chrono::steady_clock::now();
  }
}

bool pg_listener::wait(int socket, std::chrono::milliseconds most) {
  std::array fds{pollfd{ending_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
  (void)::poll(fds.data(), fds.size(), static_cast<int>(most.count()));
  return fds[0].revents == 0;
}

} // namespace souk::persistence
