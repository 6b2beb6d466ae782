#include "adapters/basp_endpoint.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

#include <caf/actor_registry.hpp>
#include <caf/send.hpp>

#include <csignal>
#include <future>
#include <mutex>
#include <pthread.h>
#include <set>

namespace souk::adapters {

namespace {

/// All that travels between endpoints. CAF sends the type's name with each.
struct link_frame {
  uint8_t kind = 0;
  std::string bytes;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_frame& x) {
  return f(x.kind, x.bytes);
}

caf::message frame_of(uint8_t kind, std::string bytes) {
  return caf::make_message(link_frame{kind, std::move(bytes)});
}

void count_dropped() {
  static auto& dropped = metrics::make_counter("souk_links_dropped_total",
                                               "messages of peers that no link was agreed with");
  dropped.Increment();
}

} // namespace

basp_config::basp_config(std::chrono::milliseconds heartbeat, std::chrono::milliseconds silence) {
  load<caf::io::middleman>();
  add_message_type<link_frame>("link");
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", size_t{1});
  // Bytes need no worker to be deserialised: events stay on the network thread, which waits when
  // they take long, and the peer's TCP with it.
  set("middleman.workers", size_t{0});
  set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  set("middleman.connection-timeout", caf::timespan{silence});
}

void scatter_node_ids(entropy& random) {
  static std::once_flag once;
  std::call_once(once, [&] {
    unsigned char many = 0;
    random.fill({&many, 1});
    for (const caf::actor_system_config none; many > 0; --many)
      caf::node_id::default_data::local(none);
  });
}

basp_endpoint::basp_endpoint(basp_endpoint_options options, SSL_CTX* tls,
                             cluster::link_events heard,
                             std::function<void(const cluster::node_ref&)> changed)
    : options_(std::move(options)), heard_(std::move(heard)), changed_(std::move(changed)),
      sockets_(options_.sockets, tls,
               [this](link_refusal why, const basp_connection& c, const std::string& detail) {
                 log_refusal(why, c, detail);
               }),
      config_(options_.heartbeat, options_.silence), system_(config_),
      network_(static_cast<caf::io::network::default_multiplexer&>(system_.middleman().backend())),
      broker_actor_(system_.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"))),
      broker_(static_cast<caf::io::basp_broker*>(
          caf::actor_cast<caf::abstract_actor*>(broker_actor_))) {
  const auto companion = system_.spawn<caf::actor_companion>();
  self_ = caf::actor_cast<caf::strong_actor_ptr>(companion);
  companion_ = static_cast<caf::actor_companion*>(self_->get());
  companion_->on_enqueue([this](caf::mailbox_element_ptr what) { take(std::move(what)); });
  // OpenSSL writes with write(2), which would end a program that does not ignore the signal.
  network_.post([] {
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  });
}

basp_endpoint::~basp_endpoint() { stop(); }

template <class F>
void basp_endpoint::on_network(F f) {
  network_.post([this, f = std::move(f)]() mutable {
    if (!stopped_)
      f();
  });
}

void basp_endpoint::listen(int socket, int port) {
  port_ = port;
  caf::anon_send(broker_actor_, caf::publish_atom_v, sockets_.listening(network_, socket),
                 static_cast<uint16_t>(port), self_, std::set<std::string>{});
}

void basp_endpoint::greet(int socket, const cluster::peer& to) {
  network_.post([this, socket, to] {
    const auto scribe = sockets_.dialled(network_, socket);
    const auto request = caf::make_message_id(++requests_);
    dials_[request.response_id().integer_value()] = {to, scribe->hdl().id()};
    broker_actor_->enqueue(caf::make_mailbox_element(self_, request, {}, caf::connect_atom_v,
                                                     scribe, static_cast<uint16_t>(to.port)),
                           &network_);
  });
}

void basp_endpoint::nobody_there(const cluster::node_ref& who) {
  on_network([this, who] {
    if (!is_up(who))
      heard_.down(who, cluster::link_loss::refused);
  });
}

void basp_endpoint::close(const cluster::node_ref& who) {
  on_network([this, who] {
    {
      std::unique_lock lock{guard_};
      up_.erase(who);
    }
    std::erase_if(dials_, [&](const auto& d) {
      const auto c = d.second.to.who == who ? sockets_.find(d.second.connection) : nullptr;
      if (c)
        sockets_.cut(*c);
      return c != nullptr;
    });
    std::erase_if(links_, [&](const auto& l) {
      const bool its = l.second.who == who || (!l.second.up && l.second.dialled == who);
      if (its)
        cut_all_of(l.first);
      return its;
    });
  });
}

void basp_endpoint::sweep() {
  on_network([this] {
    for (const auto& [node, l] : links_)
      if (l.up)
        vouch_for(node);
    sockets_.sweep(*broker_);
  });
}

void basp_endpoint::stop() {
  if (!self_)
    return;
  companion_->on_enqueue({});
  {
    std::unique_lock lock{guard_};
    up_.clear();
  }
  // Whatever CAF still wants to write must fail now: its thread ends with the last socket.
  std::promise<void> done;
  network_.post([this, &done] {
    stopped_ = true;
    links_.clear();
    dials_.clear();
    broker_->close(broker_->hdl_by_port(static_cast<uint16_t>(port_)));
    sockets_.close();
    done.set_value();
  });
  done.get_future().wait();
  companion_->cleanup(caf::make_error(caf::exit_reason::normal), nullptr);
  self_ = nullptr;
}

bool basp_endpoint::is_up(const cluster::node_ref& who) const {
  std::shared_lock lock{guard_};
  return up_.contains(who);
}

bool basp_endpoint::send(const cluster::node_ref& to, std::string message) {
  std::shared_lock lock{guard_};
  const auto found = up_.find(to);
  if (found == up_.end())
    return false;
  found->second->enqueue(self_, caf::make_message_id(),
                         frame_of(uint8_t(frame::message), std::move(message)), nullptr);
  return true;
}

void basp_endpoint::take(caf::mailbox_element_ptr what) {
  const auto from = what->sender;
  const auto id = what->mid;
  auto content = what->move_content_to_message();
  if (id.is_response())
    take_outcome(id.integer_value(), content);
  else if (content.match_elements<caf::down_msg>())
    take_loss(caf::actor_cast<caf::strong_actor_ptr>(content.get_as<caf::down_msg>(0).source));
  else if (from != nullptr && content.match_elements<link_frame>())
    take_frame(from, content);
  else
    count_dropped();
}

void basp_endpoint::take_frame(const caf::strong_actor_ptr& from, caf::message& content) {
  auto& [kind, bytes] = content.get_mutable_as<link_frame>(0);
  const auto known = links_.find(from->node());
  if (frame{kind} == frame::hello) {
    auto& l = meet(from);
    // It lost its end of the link and we did not notice.
    if (l.up)
      fall(l, cluster::link_loss::lost);
    if (hear_hello(l, bytes)) {
      l.greeted = true;
      say(l, frame::welcome, encode(options_.ours));
      say(l, frame::agreed, {});
    }
    return;
  }
  if (known == links_.end() || known->second.there != from)
    return count_dropped();
  auto& l = known->second;
  switch (frame{kind}) {
  case frame::welcome:
    if (hear_hello(l, bytes)) {
      say(l, frame::agreed, {});
      rise(l);
    }
    return;
  case frame::agreed:
    l.agreed = true;
    return rise(l);
  case frame::refusal:
    if (const auto c = connection_of(known->first))
      sockets_.refuse(*c, link_refusal::there, bytes);
    return cut_all_of(from->node());
  case frame::message:
    return l.up ? heard_.received(l.who, std::move(bytes)) : count_dropped();
  case frame::hello:
    break;
  }
}

/// What became of a dial: the other side's endpoint, or an error.
void basp_endpoint::take_outcome(uint64_t request, const caf::message& content) {
  const auto found = dials_.find(request);
  if (found == dials_.end())
    return;
  const auto [to, connection] = found->second;
  dials_.erase(found);
  using names = std::set<std::string>;
  if (!content.match_elements<caf::node_id, caf::strong_actor_ptr, names>())
    return changed_(to.who);
  const auto& there = content.get_as<caf::strong_actor_ptr>(1);
  if (there == nullptr || there->node() == system_.node()) {
    log_refusal(link_refusal::self, {.with = to.host + ":" + std::to_string(to.port)},
                to.who.text());
    return changed_(to.who);
  }
  auto& l = meet(there);
  l.dialled = to.who;
  if (l.up)
    return check_dialled(l, l.who);
  if (!std::exchange(l.greeted, true))
    say(l, frame::hello, encode(options_.ours));
}

void basp_endpoint::take_loss(const caf::strong_actor_ptr& of) {
  const auto found = of == nullptr ? links_.end() : links_.find(of->node());
  if (found == links_.end() || found->second.there != of)
    return;
  auto l = std::move(found->second);
  links_.erase(found);
  if (l.up)
    fall(l, l.on->ended ? cluster::link_loss::lost : cluster::link_loss::silent);
  if (l.dialled)
    changed_(*l.dialled);
}

void basp_endpoint::say(const link& l, frame kind, std::string bytes) const {
  l.there->enqueue(self_, caf::make_message_id(), frame_of(uint8_t(kind), std::move(bytes)),
                   &network_);
}

basp_endpoint::link& basp_endpoint::meet(const caf::strong_actor_ptr& there) {
  const auto known = links_.find(there->node());
  if (known != links_.end() && known->second.there == there)
    return known->second;
  if (known != links_.end())
    take_loss(known->second.there);
  companion_->monitor(there);
  auto& l = links_[there->node()];
  l.there = there;
  return l;
}

basp_connection_ptr basp_endpoint::connection_of(const caf::node_id& node) const {
  const auto handle = broker_->instance.tbl().lookup_direct(node);
  return handle ? sockets_.find(handle->id()) : nullptr;
}

std::vector<basp_connection_ptr> basp_endpoint::connections_of(const caf::node_id& node) const {
  std::vector<basp_connection_ptr> out;
  for (const auto& [handle, whose] : broker_->instance.tbl().direct_by_hdl_)
    if (const auto c = whose == node ? sockets_.find(handle.id()) : nullptr)
      out.push_back(c);
  return out;
}

void basp_endpoint::cut_all_of(const caf::node_id& node) {
  for (const auto& c : connections_of(node))
    sockets_.cut(*c);
}

/// CAF may keep several connections to one process and use one each way.
void basp_endpoint::vouch_for(const caf::node_id& node) {
  for (const auto& c : connections_of(node))
    c->agreed = true;
}

} // namespace souk::adapters
