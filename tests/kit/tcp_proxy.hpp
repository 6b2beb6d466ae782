// A TCP proxy on loopback that a test makes behave like a bad network: cut, silent one way or both,
// slow. What is held back arrives later in order, as TCP would bring it after a gap.
#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace souk::tests {

/// Thread-safe; each call has taken effect when it returns.
class tcp_proxy {
public:
  enum class direction : uint8_t { to_target, to_client, both };

  /// Connections are passed on to host:port, made anew for each. `listen_at` 0: any port.
  tcp_proxy(std::string host, int port, int listen_at = 0);
  ~tcp_proxy();
  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  int port() const;
  /// Holds back what travels in that direction, of new connections, too, until pass().
  void silence(direction which = direction::both);
  /// Lets everything through again, at once.
  void pass();
  /// Each byte arrives so much later; zero: at once.
  void delay(std::chrono::milliseconds time);
  /// Ends all connections with a reset; new ones are welcome.
  void cut();
  /// Ends all connections with a reset for the client; the target hears nothing of it.
  void cut_client();
  /// Ends all with a reset and listens no more: connecting is refused. Once.
  void vanish();

  /// Connections accepted so far.
  int accepted() const;
  /// Connections open now.
  int open() const;

private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

} // namespace souk::tests
