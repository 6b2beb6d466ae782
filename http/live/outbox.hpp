// What waits to be written to one client. A newer state of a topic takes the place of the older one
// that still waits, so that a slow client gets fewer messages, never old ones, and costs little.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace souk::live {

using message = std::shared_ptr<const std::string>; ///< shared by all clients it goes to

struct outbox_limits {
  size_t messages = 256;
  size_t bytes = 128 << 10;
};

/// Not thread-safe.
class outbox {
public:
  explicit outbox(outbox_limits limits = {}) : limits_(limits) {}

  /// False: it is full, the client has to go. `topic` is empty for what replaces nothing.
  bool put(std::string_view topic, message text);
  /// Forgets what waits of a topic.
  void drop(std::string_view topic);
  /// The oldest; null when nothing waits.
  message take();
  size_t size() const { return waiting_.size(); }

private:
  struct entry {
    std::string topic;
    message text;
  };
  std::deque<entry>::iterator find(std::string_view topic);

  const outbox_limits limits_;
  std::deque<entry> waiting_;
  size_t bytes_ = 0;
};

} // namespace souk::live
