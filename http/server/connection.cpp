#include "http/server/connection.hpp"

#include "base/log.hpp"
#include "http/problem.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

namespace souk::http {

namespace bh = boost::beast::http;
using boost::system::error_code;

void io_thread::hand_in(answer from_elsewhere) {
  bool first = false;
  {
    const std::lock_guard lock{door};
    first = handed_in.empty();
    handed_in.push_back(std::move(from_elsewhere));
  }
  if (first)
    asio::post(io, [this] { deliver(); });
}

void io_thread::deliver() {
  std::vector<answer> now;
  {
    const std::lock_guard lock{door};
    now.swap(handed_in);
  }
  for (auto& one : now)
    if (const auto here = one.to.lock())
      here->answered(one.serial, std::move(one.what));
}

connection::connection(tcp_socket socket, io_thread& on, std::shared_ptr<shared_state> with,
                       bool refuse)
    : socket_(std::move(socket)), on_(on), with_(std::move(with)), refuse_(refuse) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto far = socket_.remote_endpoint(ignored);
  peer_ = far.address().to_string();
  slot = on_.slots.size();
  on_.slots.push_back({wait_clock::time_point::max(), this});
}

connection::~connection() {
  auto& slots = on_.slots;
  slots[slot] = slots.back();
  slots[slot].owner->slot = slot;
  slots.pop_back();
  --with_->open;
}

void connection::enter(phase next, std::chrono::milliseconds limit) {
  phase_ = next;
  on_.slots[slot].deadline = wait_clock::now() + limit;
}

void connection::expire() {
  on_.slots[slot].deadline = wait_clock::time_point::max();
  if (phase_ == phase::handling)
    return answered(serial_, to_response(fail(errc::timed_out, "no answer within the deadline")));
  expired_ = true;
  cut();
}

void connection::cut() {
  error_code ignored;
  if (phase_ == phase::handling)
    return answered(serial_, response::cut());
  // A slow sender still gets its 408: reading is ended without closing.
  if (phase_ == phase::reading_head || phase_ == phase::reading_body)
    socket_.cancel(ignored);
  else
    socket_.close(ignored);
}

void connection::wind_down() {
  error_code ignored;
  if (const auto talking = talking_.lock())
    talking->close(going_away, "this node is stopping");
  if (phase_ == phase::idle && socket_.available(ignored) == 0)
    socket_.close(ignored);
}

task<> connection::run() {
  const auto self = shared_from_this();
  try {
    while (co_await serve_one()) {
    }
  } catch (const std::exception& e) {
    log::error("http.connection_failed", {{"what", e.what()}});
  }
}

/// Reads until `is_done`; what arrives for the next request stays in the buffer, which is all the
/// pipelining there is: nothing is read while a request is handled.
task<error_code> connection::fill(bool (connection::*is_done)() const) {
  constexpr size_t head_chunk = 4 << 10, body_chunk = 64 << 10;
  for (;;) {
    error_code ec;
    if (buffer_.size() > 0) {
      if (phase_ == phase::idle)
        enter(phase::reading_head, with_->options.head_timeout);
      const auto used = parser_->put(buffer_.data(), ec);
      buffer_.consume(used);
      if (ec && ec != bh::error::need_more)
        co_return ec;
      if ((this->*is_done)())
        co_return error_code{};
      if (!ec && used > 0)
        continue;
      ec = {};
    }
    const auto chunk = phase_ == phase::reading_body ? body_chunk : head_chunk;
    const auto n = co_await socket_.async_read_some(buffer_.prepare(chunk),
                                                    asio::redirect_error(use_task, ec));
    if (ec)
      co_return ec;
    buffer_.commit(n);
  }
}

/// Empty: nobody is there to be told.
std::optional<failure> connection::explain(error_code ec) const {
  if (expired_)
    return fail(errc::malformed, "the request came too slowly");
  if (ec == bh::error::header_limit)
    return fail(errc::too_large, "the head of the request is too long");
  if (ec == bh::error::body_limit)
    return fail(errc::too_large, "the body is longer than this route takes");
  if (ec.category() == make_error_code(bh::error::bad_method).category())
    return fail(errc::malformed, "not HTTP/1.1: " + ec.message());
  return std::nullopt;
}

request_ptr connection::take_head(std::optional<failure>& wrong) const {
  const auto& head = parser_->get();
  auto out = std::make_shared<request>();
  out->target = head.target();
  out->peer = peer_;
  size_t hosts = 0;
  for (const auto& field : head) {
    hosts += field.name() == bh::field::host;
    out->headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
  }
  const auto verb = parse_method(std::string_view{head.method_string()});
  if (verb)
    out->verb = *verb;
  else
    wrong = fail(errc::method_not_allowed, "no such method");
  if (head.version() != 11 && head.version() != 10)
    wrong = fail(errc::malformed, "only HTTP/1.1 is spoken here");
  if (hosts > 1 || (hosts == 0 && head.version() == 11))
    wrong = fail(errc::malformed, "exactly one Host field is needed");
  return out;
}

task<std::optional<response>> connection::read_body(const request& in) {
  const auto limit = with_->inner.body_limit_of(in);
  parser_->body_limit(limit);
  if (const auto length = parser_->content_length(); length && *length > limit)
    co_return to_response(fail(errc::too_large, "the body is longer than this route takes"), in);
  if (parser_->is_done())
    co_return std::nullopt;
  enter(phase::reading_body, with_->options.body_timeout);
  if (same_name(in.header_value("expect"), "100-continue")) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ec;
    co_await asio::async_write(socket_, asio::buffer(go_on), asio::redirect_error(use_task, ec));
  }
  const auto ec = co_await fill(&connection::body_done);
  if (!ec)
    co_return std::nullopt;
  const auto why = explain(ec);
  if (!why)
    co_return response::cut();
  auto out = to_response(*why, in);
  if (expired_)
    out.status = 408;
  co_return out;
}

/// True: the connection goes on.
task<bool> connection::serve_one() {
  enter(phase::idle, with_->options.idle_timeout);
  if (with_->stopping && buffer_.size() == 0)
    co_return false;
  parser_.emplace();
  parser_->header_limit(with_->options.header_max);
  parser_->body_limit(boost::none);
  const auto ec = co_await fill(&connection::head_done);
  std::optional<failure> wrong;
  if (ec)
    wrong = explain(ec);
  if (ec && (!wrong || phase_ == phase::idle))
    co_return false;
  auto in = std::make_shared<request>();
  if (!ec)
    in = take_head(wrong);
  std::optional<response> early;
  if (wrong) {
    std::optional<int> finer;
    if (expired_)
      finer = 408;
    else if (wrong->code == errc::too_large)
      finer = 431;
    early = with_->inner.reject(*in, *wrong, finer);
  } else if (refuse_) {
    early = with_->inner.reject(*in, fail(errc::overloaded, "too many connections"));
  } else {
    early = with_->inner.admit(*in);
  }
  if (!early)
    early = co_await read_body(*in);
  const bool whole = !ec && parser_->is_done();
  const bool goes_on = whole && !refuse_ && parser_->get().keep_alive();
  // g++ 12 destroys temporaries twice when co_await stands inside ?: or &&: one await a statement.
  if (!early) {
    in->body = std::move(parser_->get().body());
    early = co_await ask(in);
  }
  with_->inner.finish(*in, *early);
  if (early->status == 0)
    co_return false;
  if (early->talk && whole) {
    co_await talk(early->talk, *early);
    co_return false;
  }
  const bool stays = goes_on && !with_->stopping;
  const bool written = co_await write(*in, *early, stays);
  if (written && !whole)
    co_await linger();
  co_return written&& stays;
}

task<response> connection::ask(request_ptr in) {
  answer_.reset();
  enter(phase::handling, with_->inner.deadline_of(*in));
  std::weak_ptr<io_thread> loop = on_.weak_from_this();
  with_->inner.handle(in, [loop, self = weak_from_this(), serial = ++serial_](response out) {
    const auto alive = loop.lock();
    if (!alive)
      return;
    if (!alive->io.get_executor().running_in_this_thread())
      return alive->hand_in({self, serial, std::move(out)});
    if (const auto here = self.lock())
      here->answered(serial, std::move(out));
  });
  if (!answer_)
    co_await asio::async_initiate<const asio::use_awaitable_t<loop_executor>&, void()>(
        [this](auto go_on) {
          const auto kept = std::make_shared<decltype(go_on)>(std::move(go_on));
          resume_ = [kept] { std::move (*kept)(); };
        },
        use_task);
  co_return std::move(*answer_);
}

void connection::answered(uint64_t serial, response out) {
  if (serial != serial_ || answer_ || phase_ != phase::handling)
    return;
  answer_ = std::move(out);
  if (!resume_)
    return;
  const auto go_on = std::exchange(resume_, nullptr);
  go_on();
}

task<bool> connection::write(const request& in, response& out, bool keep_alive) {
  enter(phase::writing, with_->options.write_timeout);
  const bool head_only = in.verb == method::head || out.status == 204 || out.status == 304;
  const auto content = out.content();
  bh::response<bh::span_body<const char>> message{
      bh::int_to_status(static_cast<unsigned>(out.status)), 11};
  message.set(bh::field::server, "souk");
  message.set(bh::field::date, on_.date);
  for (const auto& h : out.headers) {
    // A line break in a value would let a client write our headers: better none than that.
    if (h.value.find_first_of("\r\n") != std::string::npos) {
      log::error("http.header_dropped", {{"name", h.name}, {"trace", in.trace.trace_id}});
      continue;
    }
    message.insert(h.name, h.value);
  }
  if (!out.content_type.empty())
    message.set(bh::field::content_type, out.content_type);
  if (out.status != 204 && out.status != 304)
    message.content_length(content.size());
  message.keep_alive(keep_alive);
  if (!head_only)
    message.body() = {content.data(), content.size()};
  error_code ec;
  co_await bh::async_write(socket_, message, asio::redirect_error(use_task, ec));
  co_return !ec;
}

/// Closing while the client still sends would reset the connection and could destroy our answer.
task<> connection::linger() {
  constexpr std::chrono::milliseconds linger_max{1'000};
  enter(phase::lingering, linger_max);
  error_code ec;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  while (!ec) {
    buffer_.clear();
    co_await socket_.async_read_some(buffer_.prepare(64 << 10), asio::redirect_error(use_task, ec));
  }
}

} // namespace souk::http
