#include "adapters/basp_links.hpp"

#include "adapters/basp_endpoint.hpp"
#include "adapters/dialler.hpp"
#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <charconv>

namespace souk::adapters {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto sweep_period = 250ms;

result<basp_address> parse_address(std::string_view text) {
  basp_address out;
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    out.host = text.substr(0, colon);
    if (out.host.starts_with('[') && out.host.ends_with(']'))
      out.host = out.host.substr(1, out.host.size() - 2);
    const auto* last = text.data() + text.size();
    const auto [end, ec] = std::from_chars(text.data() + colon + 1, last, out.port);
    if (ec == std::errc{} && end == last && out.port > 0 && out.port < 65536 && !out.host.empty())
      return out;
  }
  return fail(errc::invalid, "not host:port: \"" + std::string{text} + "\"");
}

/// A socket that listens, and its port.
struct listener {
  int socket = -1;
  int port = 0;
};

result<listener> listen_on(const std::string& address, int port, bool only_local) {
  asio::io_context io;
  error_code ec;
  const auto found = tcp::resolver{io}.resolve(address, std::to_string(port), ec);
  if (ec)
    return fail(errc::invalid, "no address to listen on: " + address + ": " + ec.message());
  const auto at = found.begin()->endpoint();
  if (only_local && !at.address().is_loopback())
    return fail(errc::invalid,
                "links listen on " + address + " only with TLS (cluster.ca, .certificate, .key)");
  tcp::acceptor out{io};
  out.open(at.protocol(), ec);
  if (!ec)
    out.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    out.bind(at, ec);
  if (!ec)
    out.listen(asio::socket_base::max_listen_connections, ec);
  if (ec)
    return fail(errc::unavailable, "links cannot listen on " + address + ":" +
                                       std::to_string(port) + ": " + ec.message());
  const int own = out.local_endpoint().port();
  return listener{out.release(), own};
}

/// Both sides show a certificate of the nodes' own authority; TLS 1.3 only, souk talks to souk.
result<std::unique_ptr<asio::ssl::context>> make_tls(const basp_options& o) {
  using asio::ssl::context;
  if (o.ca.empty() && o.certificate.empty() && o.key.empty())
    return nullptr;
  if (o.ca.empty() || o.certificate.empty() || o.key.empty())
    return fail(errc::invalid, "TLS of links takes all of cluster.ca, .certificate and .key");
  auto out = std::make_unique<context>(context::tls);
  SSL_CTX_set_min_proto_version(out->native_handle(), TLS1_3_VERSION);
  SSL_CTX_set_mode(out->native_handle(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A ticket would be one more way in, and each costs bytes on every connection.
  SSL_CTX_set_num_tickets(out->native_handle(), 0);
  const auto check = [](const error_code& ec, const std::string& file) -> result<void> {
    if (ec)
      return fail(errc::invalid, "TLS of links: " + file + ": " + ec.message());
    return {};
  };
  error_code ec;
  out->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, ec);
  out->load_verify_file(o.ca, ec);
  if (auto read = check(ec, o.ca); !read)
    return read.error();
  out->use_certificate_chain_file(o.certificate, ec);
  if (auto read = check(ec, o.certificate); !read)
    return read.error();
  out->use_private_key_file(o.key, context::pem, ec);
  if (auto read = check(ec, o.key); !read)
    return read.error();
  return out;
}

} // namespace

result<basp_detours> parse_detours(const std::string& text) {
  basp_detours out;
  for (std::string_view rest = text; !rest.empty();) {
    const auto entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fail(errc::invalid, "not node=host:port: \"" + std::string{entry} + "\"");
    auto where = parse_address(entry.substr(equals + 1));
    if (!where)
      return where.error();
    out[std::string{entry.substr(0, equals)}] = std::move(*where);
  }
  return out;
}

class basp_links::inside {
public:
  inside(const basp_options& o, entropy& random, std::unique_ptr<asio::ssl::context> secrets,
         cluster::link_events heard)
      : port(0), tls_(std::move(secrets)),
        endpoint({.ours = o.hello,
                  .sockets = {.agree = o.agree},
                  .heartbeat = o.heartbeat,
                  .silence = o.silence},
                 tls_ ? tls_->native_handle() : nullptr, std::move(heard),
                 [this](const cluster::node_ref& who) { dials.look_again(who); }),
        dials({.self = o.hello.who.node,
               .only_local = tls_ == nullptr,
               .connect = o.connect,
               .agree = o.agree,
               .pause_least = o.pause_least,
               .pause_most = o.pause_most},
              random,
              {.is_up = [this](const cluster::node_ref& who) { return endpoint.is_up(who); },
               .refused = [this](const cluster::node_ref& who) { endpoint.nobody_there(who); },
               .connected = [this](int socket,
                                   const cluster::peer& to) { endpoint.greet(socket, to); }}) {
    dials.every(sweep_period, [this] { endpoint.sweep(); });
  }

  void stop() {
    dials.stop();
    endpoint.stop();
  }

  int port;

private:
  const std::unique_ptr<asio::ssl::context> tls_;

public:
  basp_endpoint endpoint;
  dialler dials;
};

basp_links::basp_links(basp_options options, entropy& random)
    : options_(std::move(options)), random_(random) {}

basp_links::~basp_links() { stop(); }

result<void> basp_links::listen(cluster::link_events heard) {
  auto tls = make_tls(options_);
  if (!tls)
    return tls.error();
  const auto on = listen_on(options_.address, options_.port, *tls == nullptr);
  if (!on)
    return on.error();
  scatter_node_ids(random_);
  auto made = std::make_unique<inside>(options_, random_, std::move(*tls), std::move(heard));
  made->port = on->port;
  made->endpoint.listen(on->socket, on->port);
  inside_ = std::move(made);
  log::info("link.listening",
            {{"address", options_.address}, {"port", on->port}, {"tls", !options_.ca.empty()}});
  return {};
}

void basp_links::open(const cluster::peer& to) {
  auto reached = to;
  if (const auto detour = options_.via.find(to.who.node); detour != options_.via.end()) {
    reached.host = detour->second.host;
    reached.port = detour->second.port;
  }
  inside_->dials.open(std::move(reached));
}

void basp_links::close(const cluster::node_ref& to) {
  inside_->dials.close(to);
  inside_->endpoint.close(to);
}

bool basp_links::send(const cluster::node_ref& to, std::string message) {
  if (message.size() > cluster::link_message_max) {
    log::error("link.too_large", {{"peer", to.text()}, {"bytes", message.size()}});
    return false;
  }
  return inside_->endpoint.send(to, std::move(message));
}

void basp_links::stop() {
  if (inside_)
    inside_->stop();
}

int basp_links::port() const { return inside_ ? inside_->port : 0; }

size_t basp_links::actors() const { return inside_ ? inside_->endpoint.actors() : 0; }

} // namespace souk::adapters
