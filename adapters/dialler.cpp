#include "adapters/dialler.hpp"

#include "base/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <map>
#include <mutex>
#include <thread>

namespace souk::adapters {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

/// A name being resolved. getaddrinfo knows no deadline, so it has a thread of its own that is left
/// alone when it takes too long.
struct name_query {
  std::mutex guard;
  std::function<void()> answered; ///< empty: nobody waits any more
  bool done = false;
  error_code outcome;
  std::vector<tcp::endpoint> found;
};
using name_query_ptr = std::shared_ptr<name_query>;

void resolve_apart(const name_query_ptr& query, std::string host, int port) {
  std::thread{[query, host = std::move(host), port] {
    asio::io_context own;
    tcp::resolver resolver{own};
    error_code ec;
    const auto found = resolver.resolve(host, std::to_string(port), ec);
    std::lock_guard lock{query->guard};
    query->outcome = ec;
    for (const auto& entry : found)
      query->found.push_back(entry.endpoint());
    query->done = true;
    if (query->answered)
      query->answered();
  }}.detach();
}

/// One peer and the attempts to reach it.
struct pursuit {
  pursuit(asio::io_context& io, cluster::peer p) : to(std::move(p)), timer(io) {}
  const cluster::peer to;
  asio::steady_timer timer;
  bool closed = false;
  name_query_ptr query;
};
using pursuit_ptr = std::shared_ptr<pursuit>;

void forget_name(pursuit& p) {
  if (!p.query)
    return;
  std::lock_guard lock{p.query->guard};
  p.query->answered = nullptr;
}

asio::awaitable<void> sleep(pursuit& p, milliseconds time) {
  error_code cut_short;
  p.timer.expires_after(time);
  co_await p.timer.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
}

} // namespace

struct dialler::inside {
  const dial_options options;
  entropy& random;
  const dial_events heard;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy{io.get_executor()};
  std::map<cluster::node_ref, pursuit_ptr> pursuits;
  std::thread thread;

  inside(dial_options o, entropy& r, dial_events h)
      : options(std::move(o)), random(r), heard(std::move(h)) {
    thread = std::thread{[this] { io.run(); }};
  }

  bool settled(const pursuit& p) const { return p.closed || heard.is_up(p.to.who); }
  milliseconds with_chance(milliseconds pause);
  asio::awaitable<void> pursue(pursuit_ptr p);
  asio::awaitable<void> stay_while_up(pursuit& p, milliseconds& pause);
  asio::awaitable<void> attempt(const pursuit_ptr& p);
  asio::awaitable<error_code> resolve(const pursuit_ptr& p, std::vector<tcp::endpoint>& out);
  asio::awaitable<error_code> connect(tcp::socket& out, const std::vector<tcp::endpoint>& to);
  asio::awaitable<void> repeat(milliseconds period, std::function<void()> f);
};

milliseconds dialler::inside::with_chance(milliseconds pause) {
  unsigned char bytes[4];
  random.fill(bytes);
  uint32_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  const auto half = pause / 2;
  return half + milliseconds{number % static_cast<uint64_t>(half.count() + 1)};
}

asio::awaitable<void> dialler::inside::pursue(pursuit_ptr p) {
  auto pause = options.pause_least;
  while (!p->closed) {
    if (heard.is_up(p->to.who)) {
      co_await stay_while_up(*p, pause);
      continue;
    }
    co_await sleep(*p, with_chance(pause));
    pause = std::min(pause * 2, options.pause_most);
    if (!settled(*p))
      co_await attempt(p);
  }
}

/// A link that breaks as soon as it stands is retried as slowly as one that never stands.
asio::awaitable<void> dialler::inside::stay_while_up(pursuit& p, milliseconds& pause) {
  const auto since = std::chrono::steady_clock::now();
  co_await sleep(p, 24h);
  if (std::chrono::steady_clock::now() - since > options.pause_most)
    pause = options.pause_least;
}

asio::awaitable<void> dialler::inside::attempt(const pursuit_ptr& p) {
  std::vector<tcp::endpoint> addresses;
  auto ec = co_await resolve(p, addresses);
  tcp::socket socket{io};
  if (!ec)
    ec = co_await connect(socket, addresses);
  if (p->closed)
    co_return;
  if (ec) {
    log::debug("link.unreachable", {{"peer", p->to.who.text()}, {"why", ec.message()}});
    if (ec == asio::error::connection_refused)
      heard.refused(p->to.who);
    co_return;
  }
  // CAF drops both connections when two nodes dial each other at the same moment.
  if (p->to.who.node < options.self) {
    co_await sleep(*p, options.grace);
    if (settled(*p))
      co_return;
  }
  heard.connected(socket.release(ec), p->to);
  co_await sleep(*p, options.agree);
}

asio::awaitable<error_code> dialler::inside::resolve(const pursuit_ptr& p,
                                                     std::vector<tcp::endpoint>& out) {
  // Linux refuses port 0, and a refusal is taken for proof.
  if (p->to.port <= 0 || p->to.port > 65535)
    co_return error_code{asio::error::invalid_argument};
  error_code ec;
  const auto literal = asio::ip::make_address(p->to.host, ec);
  if (!ec) {
    out.emplace_back(literal, static_cast<uint16_t>(p->to.port));
  } else {
    if (!p->query) {
      p->query = std::make_shared<name_query>();
      p->query->answered = [this, weak = std::weak_ptr{p}] {
        asio::post(io, [weak] {
          if (const auto waiting = weak.lock())
            waiting->timer.cancel();
        });
      };
      resolve_apart(p->query, p->to.host, p->to.port);
    }
    co_await sleep(*p, options.connect);
    std::lock_guard lock{p->query->guard};
    if (!p->query->done)
      co_return error_code{asio::error::timed_out};
    ec = p->query->outcome;
    out = std::move(p->query->found);
  }
  p->query.reset();
  if (options.only_local)
    std::erase_if(out, [](const auto& e) { return !e.address().is_loopback(); });
  co_return out.empty() && !ec ? error_code{asio::error::access_denied} : ec;
}

asio::awaitable<error_code> dialler::inside::connect(tcp::socket& out,
                                                     const std::vector<tcp::endpoint>& to) {
  using namespace asio::experimental::awaitable_operators;
  const auto until = std::chrono::steady_clock::now() + options.connect;
  error_code worst = asio::error::connection_refused;
  for (const auto& address : to) {
    error_code ec, timer_ec;
    asio::steady_timer deadline{io, until};
    out = tcp::socket{io};
    const auto first =
        co_await (out.async_connect(address, asio::redirect_error(asio::use_awaitable, ec)) ||
                  deadline.async_wait(asio::redirect_error(asio::use_awaitable, timer_ec)));
    if (first.index() == 1)
      ec = asio::error::timed_out;
    if (!ec)
      co_return ec;
    if (ec != asio::error::connection_refused)
      worst = ec;
  }
  co_return worst;
}

asio::awaitable<void> dialler::inside::repeat(milliseconds period, std::function<void()> f) {
  asio::steady_timer timer{io};
  for (;;) {
    timer.expires_after(period);
    co_await timer.async_wait(asio::use_awaitable);
    f();
  }
}

dialler::dialler(dial_options options, entropy& random, dial_events heard)
    : inside_(std::make_unique<inside>(std::move(options), random, std::move(heard))) {}

dialler::~dialler() { stop(); }

void dialler::open(cluster::peer to) {
  asio::post(inside_->io, [in = inside_.get(), to = std::move(to)]() mutable {
    auto& p = in->pursuits[to.who];
    if (p)
      return;
    p = std::make_shared<pursuit>(in->io, std::move(to));
    asio::co_spawn(in->io, in->pursue(p), asio::detached);
  });
}

void dialler::close(const cluster::node_ref& to) {
  asio::post(inside_->io, [in = inside_.get(), to] {
    const auto found = in->pursuits.find(to);
    if (found == in->pursuits.end())
      return;
    found->second->closed = true;
    forget_name(*found->second);
    found->second->timer.cancel();
    in->pursuits.erase(found);
  });
}

void dialler::look_again(const cluster::node_ref& at) {
  asio::post(inside_->io, [in = inside_.get(), at] {
    const auto found = in->pursuits.find(at);
    if (found != in->pursuits.end())
      found->second->timer.cancel();
  });
}

void dialler::every(milliseconds period, std::function<void()> f) {
  asio::co_spawn(inside_->io, inside_->repeat(period, std::move(f)), asio::detached);
}

void dialler::stop() {
  auto& in = *inside_;
  if (!in.thread.joinable())
    return;
  in.io.stop();
  in.thread.join();
  for (const auto& [who, p] : in.pursuits)
    forget_name(*p);
}

} // namespace souk::adapters
