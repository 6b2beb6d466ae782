// A WebSocket as handlers see it: they answer the upgrade with a conversation, the server carries
// its messages. Nothing of Beast, nothing of sockets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace souk::http {

/// The server's end. Thread-safe; does nothing once the connection is gone.
class wire {
public:
  virtual ~wire() = default;
  /// There is something to take: see conversation::take().
  virtual void wake() = 0;
  /// Says goodbye with this code (RFC 6455, 7.4) and reason (at most 123 bytes), then closes.
  virtual void close(uint16_t code, std::string reason) = 0;
};

/// All members are called on the connection's I/O thread: begin() first, ended() last, each once.
class conversation {
public:
  virtual ~conversation() = default;
  virtual void begin(std::shared_ptr<wire> over) = 0;
  /// One whole message, valid UTF-8 if it is text.
  virtual void heard(std::string message, bool is_text) = 0;
  /// The next message to be written, null when there is none; asked again when it is written.
  virtual std::shared_ptr<const std::string> take() = 0;
  virtual void ended() = 0;
  /// Bytes of the longest message it hears; a longer one ends it with 1009.
  virtual size_t message_max() const = 0;
};

} // namespace souk::http
