#include "adapters/http_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>

#include <atomic>
#include <charconv>
#include <map>
#include <set>
#include <thread>
#include <variant>

namespace souk::adapters {

namespace {

namespace asio = boost::asio;
namespace bh = boost::beast::http;
using boost::system::error_code;
using plain_stream = boost::beast::tcp_stream;
using tls_stream = boost::beast::ssl_stream<plain_stream>;
using wait_clock = std::chrono::steady_clock;
using endpoints = std::vector<asio::ip::tcp::endpoint>;

struct address {
  bool tls = false;
  std::string host;
  std::string port;
  std::string target;
  std::string pool_key() const { return (tls ? "s/" : "p/") + host + ":" + port; }
};

bool is_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  return ec == std::errc{} && end == text.data() + text.size() && port > 0;
}

result<address> parse_url(const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->host().empty() ||
      (url->has_port() && !is_port(std::string{url->port()})))
    return fail(errc::invalid, "not an http URL: " + text);
  address out;
  out.tls = url->scheme() == "https";
  out.host = url->host_address();
  out.port = url->has_port() ? std::string{url->port()} : out.tls ? "443" : "80";
  out.target = std::string{url->encoded_resource()};
  out.target = out.target.substr(0, out.target.find('#'));
  if (!out.target.starts_with('/'))
    out.target.insert(0, "/");
  return out;
}

struct stream {
  std::variant<plain_stream, tls_stream> through;
  boost::beast::flat_buffer buffer;
  wait_clock::time_point idle_since;

  explicit stream(plain_stream s) : through(std::move(s)) {}
  stream(plain_stream s, asio::ssl::context& tls)
      : through(std::in_place_type<tls_stream>, std::move(s), tls) {}
  plain_stream& lowest() {
    if (auto* plain = std::get_if<plain_stream>(&through))
      return *plain;
    return std::get<tls_stream>(through).next_layer();
  }
};
using stream_ptr = std::unique_ptr<stream>;

bh::request<bh::string_body> make_request(const http_call& call, const address& to) {
  bh::request<bh::string_body> out;
  out.method_string(call.verb);
  out.target(to.target);
  out.version(11);
  const bool usual = to.port == (to.tls ? "443" : "80");
  out.set(bh::field::host, usual ? to.host : to.host + ":" + to.port);
  out.set(bh::field::user_agent, "souk");
  for (const auto& [name, value] : call.headers)
    out.set(name, value);
  out.body() = call.body;
  out.prepare_payload();
  return out;
}

http_answer make_answer(bh::response<bh::string_body>&& from) {
  http_answer out{static_cast<int>(from.result_int()), {}, std::move(from.body())};
  for (const auto& field : from)
    out.headers.emplace_back(field.name_string(), field.value());
  return out;
}

} // namespace

struct http_client::inside {
  const http_client_options options;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy{io.get_executor()};
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::map<std::string, std::vector<stream_ptr>> kept; ///< by address::pool_key, newest last
  std::set<stream*> active;                            ///< with a request on them
  std::atomic<size_t> under_way{0};
  std::atomic<bool> stopping{false};
  std::thread thread;

  explicit inside(http_client_options o) : options(std::move(o)) {
    tls.set_verify_mode(asio::ssl::verify_peer);
    tls.set_default_verify_paths();
    if (!options.trusted_file.empty())
      tls.load_verify_file(options.trusted_file);
    thread = std::thread{[this] { io.run(); }};
  }

  struct progress {
    bool sent = false;     ///< some byte may have reached the other side
    bool answered = false; ///< some byte came back
  };
  failure explain(const progress& at, const error_code& ec, const address& to) const;
  stream_ptr take_kept(const std::string& key);
  void keep(const std::string& key, stream_ptr used);
  asio::awaitable<error_code> resolve(const address& to, wait_clock::time_point until,
                                      endpoints& out);
  asio::awaitable<error_code> connect(const address& to, wait_clock::time_point until,
                                      stream_ptr& out);
  asio::awaitable<error_code> exchange(stream& on, const bh::request<bh::string_body>& what,
                                       bh::response_parser<bh::string_body>& back, progress& at);
  asio::awaitable<result<http_answer>> perform(http_call call, address to);
};

failure http_client::inside::explain(const progress& at, const error_code& ec,
                                     const address& to) const {
  const auto where = to.host + ":" + to.port + ": " + ec.message();
  return at.sent ? fail(errc::timed_out, "no whole answer from " + where)
                 : fail(errc::unavailable, "cannot reach " + where);
}

stream_ptr http_client::inside::take_kept(const std::string& key) {
  auto& all = kept[key];
  const auto oldest = wait_clock::now() - options.kept_for;
  std::erase_if(all, [&](const stream_ptr& s) { return s->idle_since < oldest; });
  if (all.empty())
    return nullptr;
  auto out = std::move(all.back());
  all.pop_back();
  return out;
}

void http_client::inside::keep(const std::string& key, stream_ptr used) {
  auto& all = kept[key];
  used->idle_since = wait_clock::now();
  used->lowest().expires_never();
  if (all.size() < options.kept_max)
    all.push_back(std::move(used));
}

asio::awaitable<error_code>
http_client::inside::resolve(const address& to, wait_clock::time_point until, endpoints& out) {
  using namespace asio::experimental::awaitable_operators;
  error_code ec;
  const auto literal = asio::ip::make_address(to.host, ec);
  if (!ec) {
    out.emplace_back(literal, static_cast<uint16_t>(std::stoul(to.port)));
    co_return ec;
  }
  asio::ip::tcp::resolver resolver{io};
  asio::steady_timer timer{io, until};
  error_code timer_ec;
  auto both = co_await (
      resolver.async_resolve(to.host, to.port, asio::redirect_error(asio::use_awaitable, ec)) ||
      timer.async_wait(asio::redirect_error(asio::use_awaitable, timer_ec)));
  if (both.index() == 1)
    co_return error_code{asio::error::timed_out};
  if (!ec)
    for (const auto& entry : std::get<0>(both))
      out.push_back(entry.endpoint());
  co_return ec;
}

asio::awaitable<error_code>
http_client::inside::connect(const address& to, wait_clock::time_point until, stream_ptr& out) {
  endpoints found;
  error_code ec = co_await resolve(to, until, found);
  if (ec)
    co_return ec;
  plain_stream tcp{io.get_executor()};
  tcp.expires_at(std::min(until, wait_clock::now() + options.connect_timeout));
  co_await tcp.async_connect(found, asio::redirect_error(asio::use_awaitable, ec));
  if (ec)
    co_return ec;
  tcp.socket().set_option(asio::ip::tcp::no_delay(true), ec);
  if (!to.tls) {
    out = std::make_unique<stream>(std::move(tcp));
    co_return error_code{};
  }
  out = std::make_unique<stream>(std::move(tcp), tls);
  auto& secure = std::get<tls_stream>(out->through);
  secure.set_verify_callback(asio::ssl::host_name_verification(to.host), ec);
  SSL_set_tlsext_host_name(secure.native_handle(), to.host.c_str());
  co_await secure.async_handshake(asio::ssl::stream_base::client,
                                  asio::redirect_error(asio::use_awaitable, ec));
  co_return ec;
}

asio::awaitable<error_code>
http_client::inside::exchange(stream& on, const bh::request<bh::string_body>& what,
                              bh::response_parser<bh::string_body>& back, progress& at) {
  error_code ec;
  active.insert(&on);
  size_t n = 0;
  if (auto* plain = std::get_if<plain_stream>(&on.through)) {
    n = co_await bh::async_write(*plain, what, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec)
      co_await bh::async_read(*plain, on.buffer, back,
                              asio::redirect_error(asio::use_awaitable, ec));
  } else {
    auto& secure = std::get<tls_stream>(on.through);
    n = co_await bh::async_write(secure, what, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec)
      co_await bh::async_read(secure, on.buffer, back,
                              asio::redirect_error(asio::use_awaitable, ec));
  }
  active.erase(&on);
  at.sent = n > 0;
  at.answered = back.got_some();
  co_return ec;
}

asio::awaitable<result<http_answer>> http_client::inside::perform(http_call call, address to) {
  const auto until = wait_clock::now() + call.timeout;
  const auto key = to.pool_key();
  const auto what = make_request(call, to);
  bool may_reuse = true;
  for (;;) {
    progress at;
    error_code ec;
    auto on = may_reuse ? take_kept(key) : nullptr;
    const bool reused = on != nullptr;
    if (!reused)
      ec = co_await connect(to, until, on);
    if (ec)
      co_return explain(at, ec, to);
    on->lowest().expires_at(until);
    bh::response_parser<bh::string_body> back;
    back.body_limit(options.body_max);
    if (call.verb == "HEAD")
      back.skip(true);
    ec = co_await exchange(*on, what, back, at);
    if (!ec) {
      auto message = back.release();
      if (message.keep_alive() && !stopping)
        keep(key, std::move(on));
      co_return make_answer(std::move(message));
    }
    // The other side may have closed a kept connection while it was idle.
    may_reuse = false;
    const bool retry =
        reused && !at.answered && (call.repeatable || !at.sent) && wait_clock::now() < until;
    if (!retry)
      co_return explain(at, ec, to);
  }
}

http_client::http_client(http_client_options options)
    : inside_(std::make_unique<inside>(std::move(options))) {}

http_client::~http_client() {
  auto& in = *inside_;
  in.stopping = true;
  in.busy.reset();
  asio::post(in.io, [&in] {
    in.kept.clear();
    for (auto* s : in.active)
      s->lowest().close();
  });
  in.thread.join();
}

void http_client::send(http_call call, callback<http_answer> done) {
  auto& in = *inside_;
  auto to = parse_url(call.url);
  if (!to)
    return done(to.error());
  if (in.stopping || in.under_way.fetch_add(1) >= in.options.calls_max) {
    --in.under_way;
    return done(fail(errc::overloaded, "too many outgoing calls"));
  }
  asio::co_spawn(
      in.io, in.perform(std::move(call), std::move(*to)),
      [&in, done = std::move(done)](std::exception_ptr thrown, result<http_answer> answer) {
        --in.under_way;
        done(thrown ? result<http_answer>{fail(errc::timed_out, "the call broke off")}
                    : std::move(answer));
      });
}

} // namespace souk::adapters
