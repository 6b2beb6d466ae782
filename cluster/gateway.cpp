#include "cluster/gateway.hpp"

#include "base/log.hpp"
#include "cluster/failure_codec.hpp"

#include <caf/send.hpp>

#include <limits>

namespace souk::cluster {

namespace {

/// The number of a probe that goes directly while everything else goes by way of another.
constexpr uint64_t direct_probe = std::numeric_limits<uint64_t>::max();

} // namespace

gateway::gateway(caf::actor_config& cfg, node_ref peer, std::shared_ptr<const surroundings> around)
    : gateway_actor::base(cfg), peer_(std::move(peer)), around_(std::move(around)),
      flush_task_(make_task([this] { flush(); })),
      asks_(metrics::make_counter("souk_cluster_remote_asks_total", "Asks sent to other nodes.")),
      envelopes_(metrics::make_counter("souk_cluster_envelopes_total",
                                       "Envelopes sent; asks and answers share them.")),
      late_(metrics::make_counter("souk_cluster_late_answers_total",
                                  "Answers that came when nobody waited for them any more.")) {}

gateway::behavior_type gateway::make_behavior() {
  return {[this](const delivery& d) { ask(d.what); }, [](const task& t) { (*t.run)(); }};
}

void gateway::on_exit() { pending_.clear(); }

// --- asking

void gateway::ask(const request_ptr& what) {
  auto& a = *around_;
  if (closed_)
    return a.route->retry(what, fail(errc::unavailable, "the owner's node is gone"));
  if (pending_.size() >= asks_pending_max || pending_bytes_ >= ask_bytes_pending_max) {
    auto why = fail(errc::overloaded, "too many requests are under way to that node");
    why.retry_after = 1s;
    return what->refuse(std::move(why));
  }
  const auto now = a.time->now();
  const auto id = ++last_id_;
  auto& p = pending_[id];
  p = {what, 0, std::min(what->meta.expires, now + ask_kept_most)};
  if (!pack(id, p))
    return;
  pending_bytes_ += p.bytes;
  asks_.Increment();
  if (!std::exchange(ticking_, true))
    delayed_send(this, gateway_tick, make_task([this] { tick(); }));
}

/// False: it cannot travel, and was refused.
bool gateway::pack(uint64_t id, pending& p) {
  auto packed = to_ask(*p.what);
  if (!packed || packed->ByteSizeLong() > link_message_max / 2) {
    p.what->refuse(packed ? fail(errc::too_large, "the command is too large to travel")
                          : packed.error());
    pending_.erase(id);
    return false;
  }
  p.bytes = packed->ByteSizeLong();
  if (!has_path())
    return true; // sent again when there is one
  pb::item item;
  item.set_id(id);
  *item.mutable_ask() = std::move(*packed);
  put(std::move(item));
  return true;
}

void gateway::put(pb::item&& what) {
  if (box_.add(std::move(what)))
    caf::anon_send(gateway_actor{this}, flush_task_); // behind what waits in the mailbox
}

void gateway::flush() {
  auto& a = *around_;
  for (auto& envelope : box_.take(a.self, peer_, a.route->version())) {
    if (!has_path())
      return; // asks are sent again when there is one, answers are asked for again
    envelopes_.Increment();
    if (!a.net->send(via_.value_or(peer_), std::move(envelope)))
      via_ ? via_.reset() : void(up_ = false);
  }
}

// --- the way there

void gateway::link(bool up) {
  up_ = up;
  direct_works();
  if (has_path())
    send_all_again();
}

void gateway::relay(const node_ref& via) {
  if (via_ == via || closed_)
    return;
  via_ = via;
  send_all_again();
  if (!std::exchange(trying_direct_, true))
    try_direct();
}

void gateway::came_by(const node_ref& via) {
  if (!up_ || around_->time->monotonic() >= direct_proven_until_)
    relay(via); // else it has not found out yet that the direct way works again
}

void gateway::try_direct() {
  trying_direct_ = via_.has_value() && !closed_;
  if (!trying_direct_)
    return;
  outbox lone;
  pb::item probe;
  probe.set_probe(direct_probe);
  lone.add(std::move(probe));
  for (auto& envelope : lone.take(around_->self, peer_, around_->route->version()))
    up_ = up_ && around_->net->send(peer_, std::move(envelope));
  delayed_send(this, direct_again, make_task([this] { try_direct(); }));
}

void gateway::direct_works() {
  if (!up_)
    return;
  via_.reset();
  direct_proven_until_ = around_->time->monotonic() + 2 * direct_again;
}

/// What was under way on the lost link may have arrived or not: command ids make asking again
/// harmless.
void gateway::send_all_again() {
  std::vector<uint64_t> ids;
  for (const auto& [id, p] : pending_)
    ids.push_back(id);
  for (const auto id : ids)
    pack(id, pending_[id]);
}

void gateway::close() {
  if (std::exchange(closed_, true))
    return;
  const auto gone = fail(errc::timed_out, "the owner's node is gone");
  for (auto& [id, p] : std::exchange(pending_, {}))
    around_->route->retry(p.what, gone);
  pending_bytes_ = 0;
  delayed_send(this, gateway_lingers, make_task([this] { quit(); }));
}

// --- what comes in

void gateway::received(const pb::envelope& what) {
  for (const auto& item : what.items()) {
    switch (item.what_case()) {
    case pb::item::kAsk:
      serve(item);
      break;
    case pb::item::kReply:
    case pb::item::kFailure:
    case pb::item::kMoved:
      answered(item);
      break;
    case pb::item::WHAT_NOT_SET: // of a newer version
      break;
    case pb::item::kAlive:
      if (item.alive().round() == direct_probe) {
        direct_works();
        break;
      }
      [[fallthrough]];
    default:
      around_->control(peer_, item);
    }
  }
}

void gateway::serve(const pb::item& what) {
  auto read_ask = read(what.ask());
  // The entity's thread packs; this actor only sends.
  auto answer = [self = gateway_actor{this}, this, id = what.id()](result<std::string> outcome) {
    if (outcome && outcome->size() > link_message_max / 2)
      outcome = fail(errc::too_large, "the answer is too large to travel");
    pb::item back;
    back.set_id(id);
    if (outcome)
      back.set_reply(std::move(*outcome));
    else if (outcome.error().code == errc::superseded)
      back.set_moved(around_->route->version());
    else
      *back.mutable_failure() = encode(outcome.error());
    put(std::move(back));
  };
  if (!read_ask)
    return answer(read_ask.error());
  around_->route->serve(std::move(read_ask->first), std::move(read_ask->second),
                        what.ask().command(), std::move(answer));
}

void gateway::answered(const pb::item& what) {
  const auto it = pending_.find(what.id());
  if (it == pending_.end())
    return late_.Increment();
  const auto asked = std::move(it->second.what);
  pending_bytes_ -= it->second.bytes;
  pending_.erase(it);
  if (what.has_reply())
    asked->answered(what.reply());
  else if (what.has_failure())
    asked->refuse(decode(what.failure()));
  else
    moved(asked, what.moved());
}

void gateway::moved(const request_ptr& what, uint64_t version) {
  auto& route = *around_->route;
  route.heard_of(version);
  const auto pause =
      std::min(moved_pause_least * (1 << std::min(what->retries++, 6)), moved_pause_most);
  if (what->meta.expires <= around_->time->now() + pause) {
    auto why = fail(errc::unavailable, "its owner is changing");
    why.retry_after = 1s;
    return what->refuse(std::move(why));
  }
  delayed_send(this, pause, make_task([&route, what] { route.send(what); }));
}

void gateway::tell(pb::item&& what) {
  if (has_path())
    put(std::move(what));
}

void gateway::tick() {
  const auto now = around_->time->now();
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (it->second.until > now) {
      ++it;
      continue;
    }
    pending_bytes_ -= it->second.bytes;
    const auto late = std::move(it->second.what);
    it = pending_.erase(it);
    late->refuse(fail(errc::timed_out, "the owner's node did not answer in time"));
  }
  ticking_ = !pending_.empty() && !closed_;
  if (ticking_)
    delayed_send(this, gateway_tick, make_task([this] { tick(); }));
}

} // namespace souk::cluster
