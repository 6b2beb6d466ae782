// A connection after its upgrade: messages in both directions until one side says goodbye. A write
// that takes too long cuts it, silence is ended by Beast's own pings.
#include "base/log.hpp"
#include "http/server/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace souk::http {

namespace {

namespace ws = boost::beast::websocket;
using boost::system::error_code;

constexpr std::chrono::seconds handshake_timeout{10};
constexpr std::chrono::seconds silence_max{60}; ///< pinged after half of it
constexpr std::chrono::milliseconds goodbye_timeout{2'000};

metrics::counter& cut_counter() {
  static auto& all = metrics::make_counter("souk_http_websockets_cut_total",
                                           "WebSockets cut because the client did not read");
  return all;
}

/// However the connection ends, with its server or by itself.
class until_ended {
public:
  explicit until_ended(conversation& with) : with_(with) {}
  ~until_ended() { with_.ended(); }
  until_ended(const until_ended&) = delete;
  until_ended& operator=(const until_ended&) = delete;

private:
  conversation& with_;
};

} // namespace

/// Lives on the connection's thread. What is under way keeps it and its connection alive.
class connection::websocket final : public std::enable_shared_from_this<websocket> {
public:
  class far_end;

  websocket(std::shared_ptr<connection> of, std::shared_ptr<conversation> with)
      : of_(std::move(of)), with_(std::move(with)), stream_(of_->socket_) {
    ws::stream_base::timeout limits{};
    limits.handshake_timeout = handshake_timeout;
    limits.idle_timeout = silence_max;
    limits.keep_alive_pings = true;
    stream_.set_option(limits);
    stream_.read_message_max(with_->message_max());
    stream_.text(true);
  }

  task<error_code> accept(const response& said) {
    stream_.set_option(ws::stream_base::decorator([&said](ws::response_type& out) {
      out.set(boost::beast::http::field::server, "souk");
      for (const auto& h : said.headers)
        out.set(h.name, h.value);
    }));
    error_code ec;
    co_await stream_.async_accept(of_->parser_->get(), asio::redirect_error(use_task, ec));
    rest();
    co_return ec;
  }

  task<> listen() {
    boost::beast::flat_buffer in;
    error_code ec;
    for (;;) {
      co_await stream_.async_read(in, asio::redirect_error(use_task, ec));
      if (ec)
        co_return;
      with_->heard(boost::beast::buffers_to_string(in.data()), stream_.got_text());
      in.clear();
    }
  }

  void write_next() {
    if (writing_ || closing_)
      return;
    writing_ = with_->take();
    if (!writing_)
      return;
    of_->enter(phase::talking, of_->with_->options.write_timeout);
    stream_.async_write(asio::buffer(*writing_),
                        [self = shared_from_this()](error_code ec, size_t) { self->written(ec); });
  }

  void say_goodbye(const ws::close_reason& why) {
    if (std::exchange(closing_, true))
      return;
    of_->enter(phase::talking, goodbye_timeout);
    stream_.async_close(why, [self = shared_from_this()](error_code) {
      error_code ignored;
      self->of_->socket_.close(ignored);
    });
  }

private:
  /// Nothing of ours is under way: no deadline.
  void rest() { of_->on_.slots[of_->slot].deadline = wait_clock::time_point::max(); }

  void written(error_code ec) {
    writing_ = nullptr;
    if (ec || closing_)
      return;
    rest();
    write_next();
  }

  const std::shared_ptr<connection> of_;
  const std::shared_ptr<conversation> with_;
  ws::stream<tcp_socket&> stream_;
  std::shared_ptr<const std::string> writing_;
  bool closing_ = false;
};

/// What the conversation holds, on any thread and perhaps for longer than the connection lives. It
/// keeps nothing alive: a connection has to end on its own thread.
class connection::websocket::far_end final : public wire,
                                             public std::enable_shared_from_this<far_end> {
public:
  far_end(std::weak_ptr<io_thread> loop, std::weak_ptr<websocket> to)
      : loop_(std::move(loop)), to_(std::move(to)) {}

  void wake() override {
    if (!woken_.exchange(true))
      post([self = shared_from_this()](websocket& there) {
        self->woken_ = false;
        there.write_next();
      });
  }
  void close(uint16_t code, std::string reason) override {
    post([code, why = std::move(reason)](websocket& there) {
      there.say_goodbye({static_cast<ws::close_code>(code), why});
    });
  }

private:
  template <class Act>
  void post(Act act) {
    if (const auto loop = loop_.lock())
      asio::post(loop->io, [to = to_, act = std::move(act)] {
        if (const auto there = to.lock())
          act(*there);
      });
  }

  const std::weak_ptr<io_thread> loop_;
  const std::weak_ptr<websocket> to_;
  std::atomic<bool> woken_{false};
};

task<> connection::talk(std::shared_ptr<conversation> with, const response& said) {
  enter(phase::talking, handshake_timeout);
  const auto here = std::make_shared<websocket>(shared_from_this(), with);
  const auto over = std::make_shared<websocket::far_end>(on_.weak_from_this(), here);
  const auto wrong = co_await here->accept(said);
  // Before the answer to its handshake a client may not send.
  if (wrong || buffer_.size() > 0)
    co_return;
  talking_ = over;
  with->begin(over);
  const until_ended last{*with};
  if (with_->stopping)
    over->close(going_away, "this node is stopping");
  co_await here->listen();
  if (expired_)
    cut_counter().Increment();
}

} // namespace souk::http
