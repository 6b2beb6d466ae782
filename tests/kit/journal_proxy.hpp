// A TCP proxy in front of Postgres that cuts connections at the worst moments.
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <list>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace souk::persistence {

/// One thread, loopback only. Faults hit the next connection that sends something.
class journal_proxy {
public:
  enum class fault : uint8_t {
    none,
    lose_answer, ///< what is sent arrives, the answer does not
    cut,         ///< half of what is sent arrives
  };

  journal_proxy(std::string host, std::string port)
      : host_(std::move(host)), port_(std::move(port)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::listen(listener_, 16);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    own_port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~journal_proxy() {
    stopping_ = true;
    thread_.join();
    for (auto& p : pairs_)
      close_both(p);
    ::close(listener_);
  }

  int port() const { return own_port_; }
  void next(fault f) { fault_ = f; }
  /// While away it cuts every connection.
  void set_away(bool away) { away_ = away; }
  /// Taken so far.
  int connections() const { return connections_; }

private:
  struct pair {
    int client = -1;
    int server = -1;
    bool deaf = false; ///< the server's answers are thrown away, then the connection dies
  };

  void run() {
    while (!stopping_) {
      std::vector<pollfd> fds{{listener_, POLLIN, 0}};
      for (auto& p : pairs_) {
        fds.push_back({p.client, POLLIN, 0});
        fds.push_back({p.server, POLLIN, 0});
      }
      if (::poll(fds.data(), fds.size(), 5) <= 0 && !away_)
        continue;
      size_t i = 1;
      for (auto p = pairs_.begin(); p != pairs_.end(); i += 2) {
        const bool alive =
            !away_ && (!fds[i].revents || to_server(*p)) && (!fds[i + 1].revents || to_client(*p));
        if (!alive)
          close_both(*p);
        p = alive ? std::next(p) : pairs_.erase(p);
      }
      if (fds[0].revents)
        accept_one();
    }
  }
  void accept_one() {
    pair p{::accept(listener_, nullptr, nullptr), -1};
    ++connections_;
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host_.c_str(), port_.c_str(), &wanted, &found) == 0) {
      p.server = ::socket(found->ai_family, SOCK_STREAM, 0);
      if (::connect(p.server, found->ai_addr, found->ai_addrlen) == 0)
        pairs_.push_back(p);
      else
        close_both(p);
      ::freeaddrinfo(found);
    }
  }
  bool to_server(pair& p) {
    const auto n = ::recv(p.client, buffer_, sizeof buffer_, 0);
    if (n <= 0)
      return false;
    const auto now = fault_.exchange(fault::none);
    p.deaf = p.deaf || now == fault::lose_answer;
    const auto part = static_cast<size_t>(now == fault::cut ? n / 2 : n);
    return ::send(p.server, buffer_, part, MSG_NOSIGNAL) > 0 && now != fault::cut;
  }
  bool to_client(pair& p) {
    const auto n = ::recv(p.server, buffer_, sizeof buffer_, 0);
    return n > 0 && !p.deaf && ::send(p.client, buffer_, static_cast<size_t>(n), MSG_NOSIGNAL) == n;
  }
  static void close_both(pair& p) {
    ::close(p.client);
    if (p.server >= 0)
      ::close(p.server);
  }

  const std::string host_;
  const std::string port_;
  int listener_ = -1;
  int own_port_ = 0;
  std::list<pair> pairs_;
  char buffer_[65536];
  std::atomic<fault> fault_{fault::none};
  std::atomic<bool> away_{false};
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace souk::persistence
