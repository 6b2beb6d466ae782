// Accepting, the loops' ticks, and stopping.
#include "base/log.hpp"
#include "http/server/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <ctime>
#include <thread>

namespace souk::http {

namespace {

using boost::system::error_code;
using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, loop_executor>;
using wait_timer =
    asio::basic_waitable_timer<wait_clock, asio::wait_traits<wait_clock>, loop_executor>;

constexpr std::chrono::milliseconds tick{20};
constexpr std::chrono::milliseconds accept_pause{50}; ///< after EMFILE and its like
constexpr int64_t refused_max = 256; ///< connections told 503 at one time; further ones are closed

std::string http_date(time_point now) {
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

task<> keep_time(io_thread& on, const clock& time, std::function<void()> on_tick) {
  wait_timer timer{on.io.get_executor()};
  for (;;) {
    on.date = http_date(time.now());
    const auto now = wait_clock::now();
    // Expiring may end a connection, which moves the last slot into its place.
    for (size_t i = on.slots.size(); i-- > 0;)
      if (i < on.slots.size() && on.slots[i].deadline <= now)
        on.slots[i].owner->expire();
    if (on_tick)
      on_tick();
    timer.expires_after(tick);
    co_await timer.async_wait(use_task);
  }
}

} // namespace

struct server::inside {
  const clock& time;
  std::shared_ptr<shared_state> state;
  std::vector<std::shared_ptr<io_thread>> loops;
  std::vector<std::thread> threads;
  std::optional<acceptor> listening;
  size_t next_loop = 0;
  int port = 0;

  inside(server_options options, router routes, edge_options edge_settings, const clock& t,
         entropy& random)
      : time(t), state(new shared_state{std::move(options),
                                        {std::move(routes), std::move(edge_settings), t, random}}) {
  }

  task<> accept();
  void admit(tcp_socket socket, io_thread& on);
  void each_connection(void (connection::*act)());
  void wait_until_closed(wait_clock::time_point deadline) const;
};

task<> server::inside::accept() {
  wait_timer pause{loops.front()->io.get_executor()};
  for (;;) {
    auto& on = *loops[next_loop++ % loops.size()];
    error_code ec;
    auto socket = co_await listening->async_accept(on.io, asio::redirect_error(use_task, ec));
    if (state->stopping)
      co_return;
    if (!ec) {
      asio::post(on.io,
                 [this, &on, held = std::move(socket)]() mutable { admit(std::move(held), on); });
      continue;
    }
    log::warn("http.accept_failed", {{"why", ec.message()}});
    pause.expires_after(accept_pause);
    co_await pause.async_wait(use_task);
  }
}

void server::inside::admit(tcp_socket socket, io_thread& on) {
  const auto most = static_cast<int64_t>(state->options.connections_max);
  const auto now_open = ++state->open;
  if (now_open > most + refused_max) {
    --state->open;
    return;
  }
  const auto made = std::make_shared<connection>(std::move(socket), on, state, now_open > most);
  asio::co_spawn(
      on.io, [made] { return made->run(); }, asio::detached);
}

void server::inside::each_connection(void (connection::*act)()) {
  for (const auto& on : loops)
    asio::post(on->io, [on = on.get(), act] {
      for (size_t i = on->slots.size(); i-- > 0;)
        if (i < on->slots.size())
          (on->slots[i].owner->*act)();
    });
}

void server::inside::wait_until_closed(wait_clock::time_point deadline) const {
  constexpr std::chrono::milliseconds look{2};
  while (state->open > 0 && wait_clock::now() < deadline)
    std::this_thread::sleep_for(look);
}

server::server(server_options options, router routes, edge_options edge, const clock& time,
               entropy& random)
    : inside_(std::make_unique<inside>(std::move(options), std::move(routes), std::move(edge), time,
                                       random)) {}

server::~server() { stop(std::chrono::milliseconds{0}); }

result<void> server::start() {
  auto& in = *inside_;
  const auto& options = in.state->options;
  error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec)
    return fail(errc::unavailable, "no IP address: " + options.address);
  for (int i = 0; i < std::max(options.threads, 1); ++i)
    in.loops.push_back(std::make_shared<io_thread>());
  const asio::ip::tcp::endpoint at{address, static_cast<uint16_t>(options.port)};
  auto& door = in.listening.emplace(in.loops.front()->io);
  door.open(at.protocol(), ec);
  if (!ec)
    door.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec)
    door.bind(at, ec);
  if (!ec)
    door.listen(asio::socket_base::max_listen_connections, ec);
  if (ec)
    return fail(errc::unavailable, "cannot listen on " + options.address + ":" +
                                       std::to_string(options.port) + ": " + ec.message());
  in.port = door.local_endpoint().port();
  asio::co_spawn(in.loops.front()->io, in.accept(), asio::detached);
  for (const auto& on : in.loops) {
    asio::co_spawn(
        on->io,
        keep_time(*on, in.time, on == in.loops.front() ? options.on_tick : std::function<void()>{}),
        asio::detached);
    in.threads.emplace_back([on] { on->io.run(); });
  }
  return {};
}

void server::stop(std::chrono::milliseconds deadline) {
  auto& in = *inside_;
  if (in.threads.empty() || in.state->stopping.exchange(true))
    return;
  constexpr std::chrono::milliseconds cut_grace{500};
  asio::post(in.loops.front()->io, [&in] {
    error_code ignored;
    in.listening->close(ignored);
  });
  in.each_connection(&connection::wind_down);
  in.wait_until_closed(wait_clock::now() + deadline);
  in.each_connection(&connection::cut);
  in.wait_until_closed(wait_clock::now() + cut_grace);
  for (const auto& on : in.loops)
    on->io.stop();
  for (auto& thread : in.threads)
    thread.join();
  in.listening.reset();
  in.threads.clear();
  in.loops.clear();
}

int server::port() const { return inside_->port; }

edge& server::inner() { return inside_->state->inner; }

} // namespace souk::http
