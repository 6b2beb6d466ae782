#include "adapters/basp_sockets.hpp"

#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/policy/tcp.hpp>
#include <openssl/err.h>

#include <sys/socket.h>

namespace souk::adapters {

using caf::io::network::default_multiplexer;
using caf::io::network::rw_state;
using steady = std::chrono::steady_clock;

namespace {

std::string address_of(int socket) {
  const auto found = caf::io::network::remote_addr_of_fd(socket);
  return found ? *found : std::string{};
}

uint16_t port_of(int socket) {
  const auto found = caf::io::network::remote_port_of_fd(socket);
  return found ? *found : uint16_t{0};
}

} // namespace

/// How CAF's stream reads and writes the socket of one connection.
class basp_stream_policy {
public:
  basp_stream_policy(basp_sockets& in, basp_connection& on, std::function<void()> ready)
      : in_(in), on_(on), ready_(std::move(ready)) {}

  rw_state read_some(size_t& done, int socket, void* to, size_t size) {
    const auto state =
        on_.tls ? read_tls(done, to, size) : caf::policy::tcp::read_some(done, socket, to, size);
    if (state == rw_state::success)
      on_.bytes += done;
    on_.ended |= state == rw_state::failure;
    return state;
  }
  rw_state write_some(size_t& done, int socket, const void* from, size_t size) {
    const auto state = on_.tls ? write_tls(done, from, size)
                               : caf::policy::tcp::write_some(done, socket, from, size);
    on_.ended |= state == rw_state::failure;
    return state;
  }
  bool must_read_more(int, size_t threshold) const {
    return on_.tls && static_cast<size_t>(SSL_pending(on_.tls.get())) >= threshold;
  }
  /// The client's first flight goes out here; everything else of a handshake follows a read.
  bool shake_hands() {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(on_.tls.get());
    return outcome == 1 || wants_more(outcome);
  }

private:
  rw_state read_tls(size_t& done, void* to, size_t size) {
    done = 0;
    if (!SSL_is_init_finished(on_.tls.get())) {
      if (!shake_hands())
        return rw_state::failure;
      if (!SSL_is_init_finished(on_.tls.get()))
        return rw_state::success;
      ready_();
    }
    // What another connection left in this thread's queue would be taken for this one's.
    ERR_clear_error();
    const int outcome = SSL_read_ex(on_.tls.get(), to, size, &done);
    return outcome == 1 || wants_more(outcome) ? rw_state::success : rw_state::failure;
  }
  rw_state write_tls(size_t& done, const void* from, size_t size) {
    done = 0;
    while (done < size) {
      size_t part = 0;
      ERR_clear_error();
      const int outcome =
          SSL_write_ex(on_.tls.get(), static_cast<const char*>(from) + done, size - done, &part);
      if (outcome != 1)
        return wants_more(outcome) ? rw_state::success : rw_state::failure;
      done += part;
    }
    return size > 0 ? rw_state::success : rw_state::indeterminate;
  }
  bool wants_more(int outcome) {
    const int error = SSL_get_error(on_.tls.get(), outcome);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
      return true;
    // One that just closes is the other side's affair: it dials, and finds the link standing.
    const auto code = ERR_peek_last_error();
    if (!on_.agreed && code != 0 && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      const auto* verdict = ERR_reason_error_string(code);
      in_.refuse(on_, link_refusal::tls, verdict ? verdict : "TLS failed");
    }
    return false;
  }

  basp_sockets& in_;
  basp_connection& on_;
  const std::function<void()> ready_;
};

/// CAF's side of one connection.
class basp_scribe final : public caf::io::scribe {
public:
  basp_scribe(basp_sockets& in, default_multiplexer& on, basp_connection_ptr c)
      : scribe(caf::io::network::conn_hdl_from_socket(c->socket)), in_(in), self_(std::move(c)),
        policy_(in, *self_, [this] { flush(); }), stream_(on, self_->socket, policy_) {
    in_.all_[self_->id] = self_;
  }
  ~basp_scribe() override { in_.all_.erase(self_->id); }

  void configure_read(caf::io::receive_policy::config how) override {
    const auto most = self_->agreed ? in_.options_.message_max : in_.options_.greeting_max;
    if (how.second > most) {
      in_.refuse(*self_, link_refusal::size, std::to_string(how.second) + " bytes");
      return in_.cut(*self_);
    }
    stream_.configure_read(how);
    if (!std::exchange(launched_, true))
      launch();
  }
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  void flush() override {
    // Writing during the handshake would spin: the socket is writable, the session is not.
    if (launched_ && (!self_->tls || SSL_is_init_finished(self_->tls.get())))
      stream_.flush(this);
  }
  void graceful_shutdown() override {
    // What is queued for a peer that went silent would keep the socket for as long as TCP hopes.
    if (self_->agreed)
      in_.cut(*self_);
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  std::string addr() const override { return address_of(self_->socket); }
  uint16_t port() const override { return port_of(self_->socket); }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

private:
  void launch() {
    stream_.start(this);
    // CAF has just made this entry and not said when it was last heard of, which would end the
    // connection at the next heartbeat.
    auto& broker = static_cast<caf::io::basp_broker&>(*parent());
    if (const auto known = broker.ctx.find(hdl()); known != broker.ctx.end())
      known->second.last_seen = broker.clock().now();
    if (self_->tls && !policy_.shake_hands())
      in_.cut(*self_);
    flush();
  }

  basp_sockets& in_;
  const basp_connection_ptr self_;
  basp_stream_policy policy_;
  caf::io::network::stream_impl<basp_stream_policy> stream_;
  bool launched_ = false;
};

class basp_doorman final : public caf::io::network::doorman_impl {
public:
  basp_doorman(basp_sockets& in, default_multiplexer& on, int socket)
      : doorman_impl(on, socket), in_(in) {}

  bool new_connection() override {
    if (detached())
      return false;
    const auto scribe = in_.accepted(acceptor_.backend(), acceptor_.accepted_socket());
    if (!scribe)
      return true;
    parent()->add_scribe(scribe);
    return doorman::new_connection(&acceptor_.backend(), scribe->hdl());
  }

private:
  basp_sockets& in_;
};

caf::io::scribe_ptr basp_sockets::adopt(default_multiplexer& on, int socket, bool dialled) {
  auto c = std::make_shared<basp_connection>();
  c->id = socket;
  c->socket = socket;
  c->dialled = dialled;
  c->with = address_of(socket) + ":" + std::to_string(port_of(socket));
  c->since = steady::now();
  if (!dialled && (closed_ || strangers() >= options_.strangers_max)) {
    refuse(*c, link_refusal::crowd);
    caf::io::network::close_socket(socket);
    return nullptr;
  }
  if (tls_ != nullptr) {
    c->tls.reset(SSL_new(tls_));
    SSL_set_fd(c->tls.get(), socket);
    dialled ? SSL_set_connect_state(c->tls.get()) : SSL_set_accept_state(c->tls.get());
  }
  return caf::make_counted<basp_scribe>(*this, on, std::move(c));
}

caf::io::scribe_ptr basp_sockets::dialled(default_multiplexer& on, int socket) {
  return adopt(on, socket, true);
}

caf::io::scribe_ptr basp_sockets::accepted(default_multiplexer& on, int socket) {
  return adopt(on, socket, false);
}

caf::io::doorman_ptr basp_sockets::listening(default_multiplexer& on, int socket) {
  return caf::make_counted<basp_doorman>(*this, on, socket);
}

size_t basp_sockets::strangers() const {
  size_t many = 0;
  for (const auto& [id, c] : all_)
    many += !c->dialled && !c->agreed;
  return many;
}

basp_connection_ptr basp_sockets::find(int64_t id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? nullptr : found->second;
}

void basp_sockets::refuse(basp_connection& c, link_refusal why, const std::string& detail) {
  if (!std::exchange(c.refused, true) && !closed_)
    refused_(why, c, detail);
}

void basp_sockets::cut(basp_connection& c) {
  c.ended = true;
  ::shutdown(c.socket, SHUT_RDWR);
}

void basp_sockets::sweep(caf::io::basp_broker& broker) {
  const auto latest = steady::now() - options_.agree;
  for (const auto& [id, c] : all_) {
    if (!c->agreed && c->since < latest) {
      refuse(*c, link_refusal::silent);
      cut(*c);
    }
    const auto known = broker.ctx.find(caf::io::connection_handle::from_int(id));
    if (c->bytes != std::exchange(c->bytes_seen, c->bytes) && known != broker.ctx.end())
      known->second.last_seen = broker.clock().now();
  }
}

void basp_sockets::close() {
  closed_ = true;
  for (const auto& [id, c] : all_)
    cut(*c);
}

} // namespace souk::adapters
