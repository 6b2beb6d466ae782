// One client connection: a coroutine that reads a request, asks the edge, writes the answer.
//
//   idle ─ first byte ─► reading_head ─► reading_body ─► handling ─► writing ─┬─► idle
//                             └───────── refused ─────────────────────► ▲     └─► lingering ─►
//                             closed
//   handling ── upgrade ─► talking ─► closed          (server/websocket.cpp)
//
// All members run on the connection's I/O thread; only the responder it hands out may be called
// elsewhere. A thread's tick compares deadlines, so that no request pays for a timer.
#pragma once

#include "http/conversation.hpp"
#include "http/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <mutex>

namespace souk::http {

namespace asio = boost::asio;
using loop_executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, loop_executor>;
template <class T = void>
using task = asio::awaitable<T, loop_executor>;
inline constexpr asio::use_awaitable_t<loop_executor> use_task{};

using wait_clock = std::chrono::steady_clock;
class connection;
inline constexpr uint16_t going_away = 1001; ///< how a WebSocket is told that the server stops

/// What connections share with their server.
struct shared_state {
  const server_options options;
  edge inner;
  std::atomic<bool> stopping{false};
  std::atomic<int64_t> open{0}; ///< connections, refused ones too
};

/// An event loop with its connections' deadlines side by side, so that a tick touches little
/// memory.
/// Only the server owns it; what waits in its queue must not, or neither would ever go.
struct io_thread : std::enable_shared_from_this<io_thread> {
  struct slot {
    wait_clock::time_point deadline;
    connection* owner;
  };
  struct answer {
    std::weak_ptr<connection> to;
    uint64_t serial;
    response what;
  };
  /// From any thread. A commit answers many requests at once: they wake the loop once.
  void hand_in(answer from_elsewhere);

  std::vector<slot> slots;
  std::string date; ///< value of the Date header, renewed by the tick
  std::mutex door;  ///< of what was handed in
  std::vector<answer> handed_in;
  asio::io_context io{1}; ///< last: what it destroys still uses the others

private:
  void deliver();
};

class connection : public std::enable_shared_from_this<connection> {
public:
  /// `refuse`: answer its first request with 503, there are too many.
  connection(tcp_socket socket, io_thread& on, std::shared_ptr<shared_state> with, bool refuse);
  ~connection();
  task<> run();
  /// The deadline of the present phase has passed.
  void expire();
  /// Finish what is under way, then close.
  void wind_down();
  void cut();
  /// Ignored unless request `serial` still waits.
  void answered(uint64_t serial, response out);
  size_t slot = 0; ///< its place in io_thread::slots

private:
  enum class phase : uint8_t {
    idle,
    reading_head,
    reading_body,
    handling,
    writing,
    lingering,
    talking
  };
  class websocket;
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void enter(phase next, std::chrono::milliseconds limit);
  task<bool> serve_one();
  task<std::optional<response>> read_body(const request& in);
  task<boost::system::error_code> fill(bool (connection::*is_done)() const);
  bool head_done() const { return parser_->is_header_done(); }
  bool body_done() const { return parser_->is_done(); }
  request_ptr take_head(std::optional<failure>& wrong) const;
  std::optional<failure> explain(boost::system::error_code ec) const;
  task<response> ask(request_ptr in);
  task<bool> write(const request& in, response& out, bool keep_alive);
  task<> linger();
  task<> talk(std::shared_ptr<conversation> with, const response& said);

  tcp_socket socket_;
  io_thread& on_;
  std::shared_ptr<shared_state> with_;
  std::string peer_;
  boost::beast::flat_buffer buffer_;
  std::optional<parser> parser_;
  std::optional<response> answer_;
  std::function<void()> resume_; ///< set while a handler is awaited
  std::weak_ptr<wire> talking_;  ///< while it is a WebSocket
  uint64_t serial_ = 0;          ///< of the request under way: answers to earlier ones are dropped
  phase phase_ = phase::idle;
  bool refuse_;
  bool expired_ = false;
};

} // namespace souk::http
