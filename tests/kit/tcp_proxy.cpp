#include "tests/kit/tcp_proxy.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <deque>
#include <future>
#include <set>
#include <thread>
#include <vector>

namespace souk::tests {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr size_t held_max = 4 << 20; ///< bytes of one direction; then the sender's TCP waits

/// What was read and is not written yet.
struct pipe {
  explicit pipe(asio::io_context& io) : changed(io), room(io) {}
  struct chunk {
    steady::time_point due;
    std::vector<char> bytes;
  };
  std::deque<chunk> chunks;
  size_t bytes = 0;
  bool ended = false;
  asio::steady_timer changed; ///< cancelled when there is something else to write
  asio::steady_timer room;    ///< cancelled when there are fewer bytes
};

struct connection {
  connection(asio::io_context& io, tcp::socket c)
      : client(std::move(c)), target(io), to_target(io), to_client(io) {}
  tcp::socket client;
  tcp::socket target;
  pipe to_target;
  pipe to_client;
};
using connection_ptr = std::shared_ptr<connection>;

void reset(tcp::socket& s) {
  error_code ec;
  s.set_option(asio::socket_base::linger{true, 0}, ec);
  s.close(ec);
}

} // namespace

struct tcp_proxy::inside {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy{io.get_executor()};
  const std::string host;
  const int target_port;
  tcp::acceptor acceptor;
  const int own_port;
  std::set<connection_ptr> connections;
  std::vector<tcp::socket> abandoned; ///< open to the target, with nobody behind them
  bool held[2] = {false, false};      ///< to the target, to the client
  std::chrono::milliseconds delay{0};
  std::atomic<int> accepted{0};
  std::atomic<int> open{0};
  std::thread thread;

  inside(std::string h, int port, int listen_at)
      : host(std::move(h)), target_port(port),
        acceptor(io, {asio::ip::address_v4::loopback(), static_cast<uint16_t>(listen_at)}),
        own_port(acceptor.local_endpoint().port()) {
    asio::co_spawn(io, accept(), asio::detached);
    thread = std::thread{[this] { io.run(); }};
  }

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(connection_ptr c);
  asio::awaitable<void> read(connection_ptr c, tcp::socket& from, pipe& into);
  asio::awaitable<void> write(connection_ptr c, pipe& from, tcp::socket& into, const bool& is_held);
  void drop(connection_ptr c) {
    if (connections.erase(c) == 0)
      return;
    --open;
    reset(c->client);
    reset(c->target);
    for (auto* way : {&c->to_target, &c->to_client}) {
      way->changed.cancel();
      way->room.cancel();
    }
  }
  void wake_all() {
    for (const auto& c : connections) {
      c->to_target.changed.cancel();
      c->to_client.changed.cancel();
    }
  }
  void cut() {
    while (!connections.empty())
      drop(*connections.begin());
  }
  template <class F>
  void call(F f) {
    std::promise<void> done;
    asio::post(io, [&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }
};

asio::awaitable<void> tcp_proxy::inside::accept() {
  for (;;) {
    error_code ec;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return;
    ++accepted;
    ++open;
    const auto c = std::make_shared<connection>(io, std::move(socket));
    connections.insert(c);
    asio::co_spawn(io, serve(c), asio::detached);
  }
}

asio::awaitable<void> tcp_proxy::inside::serve(connection_ptr c) {
  error_code ec;
  const tcp::endpoint to{asio::ip::make_address(host), static_cast<uint16_t>(target_port)};
  co_await c->target.async_connect(to, asio::redirect_error(asio::use_awaitable, ec));
  if (ec)
    co_return drop(c);
  c->client.set_option(tcp::no_delay{true}, ec);
  c->target.set_option(tcp::no_delay{true}, ec);
  asio::co_spawn(io, read(c, c->client, c->to_target), asio::detached);
  asio::co_spawn(io, read(c, c->target, c->to_client), asio::detached);
  asio::co_spawn(io, write(c, c->to_target, c->target, held[0]), asio::detached);
  asio::co_spawn(io, write(c, c->to_client, c->client, held[1]), asio::detached);
}

asio::awaitable<void> tcp_proxy::inside::read(connection_ptr c, tcp::socket& from, pipe& into) {
  std::vector<char> buffer(64 << 10);
  while (connections.contains(c)) {
    error_code ec;
    if (into.bytes > held_max) {
      into.room.expires_after(std::chrono::hours{1});
      co_await into.room.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    const auto n = co_await from.async_read_some(asio::buffer(buffer),
                                                 asio::redirect_error(asio::use_awaitable, ec));
    if (ec && ec != asio::error::eof)
      co_return drop(c);
    into.ended = ec == asio::error::eof;
    into.bytes += n;
    into.chunks.push_back({steady::now() + delay, {buffer.begin(), buffer.begin() + n}});
    into.changed.cancel();
    if (into.ended)
      co_return;
  }
}

asio::awaitable<void> tcp_proxy::inside::write(connection_ptr c, pipe& from, tcp::socket& into,
                                               const bool& is_held) {
  while (connections.contains(c)) {
    error_code ec;
    const auto now = steady::now();
    if (is_held || from.chunks.empty() || from.chunks.front().due > now) {
      from.changed.expires_at(is_held || from.chunks.empty() ? now + std::chrono::hours{1}
                                                             : from.chunks.front().due);
      co_await from.changed.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    const auto chunk = std::move(from.chunks.front());
    from.chunks.pop_front();
    co_await asio::async_write(into, asio::buffer(chunk.bytes),
                               asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return drop(c);
    from.bytes -= chunk.bytes.size();
    from.room.cancel();
    if (from.ended && from.chunks.empty()) {
      into.shutdown(tcp::socket::shutdown_send, ec);
      if (c->to_target.ended && c->to_client.ended && c->to_target.chunks.empty() &&
          c->to_client.chunks.empty())
        drop(c);
      co_return;
    }
  }
}

tcp_proxy::tcp_proxy(std::string host, int port, int listen_at)
    : inside_(std::make_unique<inside>(std::move(host), port, listen_at)) {}

tcp_proxy::~tcp_proxy() {
  vanish();
  inside_->io.stop();
  inside_->thread.join();
}

int tcp_proxy::port() const { return inside_->own_port; }

void tcp_proxy::silence(direction which) {
  inside_->call([&] {
    inside_->held[0] |= which != direction::to_client;
    inside_->held[1] |= which != direction::to_target;
  });
}

void tcp_proxy::pass() {
  inside_->call([&] {
    inside_->held[0] = inside_->held[1] = false;
    inside_->wake_all();
  });
}

void tcp_proxy::delay(std::chrono::milliseconds time) {
  inside_->call([&] { inside_->delay = time; });
}

void tcp_proxy::cut() {
  inside_->call([&] { inside_->cut(); });
}

void tcp_proxy::cut_client() {
  inside_->call([&] {
    for (const auto& c : inside_->connections)
      inside_->abandoned.push_back(std::move(c->target));
    inside_->cut();
  });
}

void tcp_proxy::vanish() {
  inside_->call([&] {
    error_code ec;
    inside_->acceptor.close(ec);
    inside_->abandoned.clear();
    inside_->cut();
  });
}

int tcp_proxy::accepted() const { return inside_->accepted; }

int tcp_proxy::open() const { return inside_->open; }

} // namespace souk::tests
