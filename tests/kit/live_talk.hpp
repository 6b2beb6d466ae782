// A client of GET /v1/live for tests: a WebSocket of its own thread's, every wait bounded.
#pragma once

#include "tests/kit/http_talk.hpp"

#include <memory>
#include <optional>

namespace souk::tests {

/// Not thread-safe.
class live_talk {
public:
  /// Connects and asks for the upgrade.
  explicit live_talk(int port, const header_list& headers = {},
                     const std::string& path = "/v1/live");
  ~live_talk();
  live_talk(live_talk&&) noexcept;

  /// 101, or what refused the upgrade; 0: nobody answered.
  int status() const;
  /// Sends one message. False when the connection is over.
  bool say(const std::string& text, bool binary = false);
  bool say(const boost::json::object& what) { return say(boost::json::serialize(what)); }
  bool subscribe(const std::string& topic, const boost::json::object& more = {});
  /// Writes these bytes past the protocol.
  void write_raw(const std::string& bytes);
  /// The next message as it came; nothing when none came in time or the connection ended.
  std::optional<std::string> hear_text(std::chrono::milliseconds patience = std::chrono::seconds{
                                           20});
  /// The same as JSON; empty for none.
  boost::json::object hear(std::chrono::milliseconds patience = std::chrono::seconds{20});
  /// Skips messages until one of this topic's data has this member with this value.
  boost::json::object hear_until(const std::string& topic, const std::string& member,
                                 const boost::json::value& value);
  /// The code it was closed with, 1006 when it just ended; 0 when it was still open at the end of
  /// patience. What still came is dropped.
  int closed(std::chrono::milliseconds patience = std::chrono::seconds{20});

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace souk::tests
