// What tests of real servers share: real time, seeded entropy, and a client that writes raw bytes.
#pragma once

#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <condition_variable>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace souk::tests {

class real_clock : public souk::clock {
public:
  time_point now() const override {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

/// A connection to 127.0.0.1 that sends exactly what it is told. Waits at most `patience`.
class raw_client {
public:
  explicit raw_client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~raw_client() { ::close(socket_); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  bool connected() const { return connected_; }

  /// False when the server no longer takes bytes.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  /// One whole response (head and body by Content-Length); empty when the connection ended first.
  std::string receive() {
    for (;;) {
      const auto head = in_.find("\r\n\r\n");
      if (head != std::string::npos) {
        size_t size = head + 4;
        const auto length = in_.find("Content-Length: ");
        if (length != std::string::npos && length < head)
          size += std::stoul(in_.substr(length + 16));
        if (in_.size() >= size) {
          auto out = in_.substr(0, size);
          in_.erase(0, size);
          return out;
        }
      }
      if (!read_more())
        return {};
    }
  }

  std::string exchange(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  /// True when the server closes within patience; what it still sends is dropped.
  bool closed_by_server() {
    while (read_more()) {
    }
    return ended_;
  }

  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

private:
  static constexpr int patience_ms = 10'000;

  bool read_more() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, patience_ms) <= 0)
      return false;
    char bytes[16 << 10];
    const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
    if (n <= 0) {
      ended_ = true;
      return false;
    }
    in_.append(bytes, static_cast<size_t>(n));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string in_;
};

/// Waits for one value from another thread.
template <class T>
class promised {
public:
  void set(T value) {
    std::lock_guard hold(lock_);
    value_ = std::move(value);
    ready_.notify_all();
  }
  /// Empty after ten seconds without one.
  std::optional<T> get() {
    std::unique_lock hold(lock_);
    ready_.wait_for(hold, std::chrono::seconds{10}, [this] { return value_.has_value(); });
    return value_;
  }

private:
  std::mutex lock_;
  std::condition_variable ready_;
  std::optional<T> value_;
};

} // namespace souk::tests
