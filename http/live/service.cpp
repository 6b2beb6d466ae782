#include "http/live/service.hpp"

namespace souk::live {

service::counters::counters()
    : clients(metrics::make_gauge("souk_http_live_clients", "WebSocket connections")),
      topics(metrics::make_gauge("souk_http_live_topics", "Topics somebody listens to")),
      subscriptions(metrics::make_gauge("souk_http_live_subscriptions", "Listeners of all topics")),
      told(metrics::make_counter("souk_http_live_told_total", "Messages for clients")),
      heard(metrics::make_counter("souk_http_live_heard_total", "Messages of clients")),
      dropped(metrics::make_counter("souk_http_live_dropped_total",
                                    "Connections closed for what the client did or did not do")),
      looked(metrics::make_counter("souk_http_live_looks_total", "Look-ups of topics")) {}

service::service(look_up look, const clock& time, std::function<bool()> notes_come,
                 hub_limits limits)
    : look_(std::move(look)), time_(time), notes_come_(std::move(notes_come)), hub_(limits) {}

void service::changed(const std::string& subject, uint64_t seq) {
  {
    std::lock_guard hold(guard_);
    subject == "*" ? hub_.note_everything(now()) : hub_.note(subject, seq, now());
  }
  begin_due();
}

void service::tick() {
  const bool flows = notes_come_();
  {
    std::lock_guard hold(guard_);
    hub_.flow(flows, now());
    counted.topics.Set(static_cast<double>(hub_.topics()));
    counted.subscriptions.Set(static_cast<double>(hub_.subscriptions()));
  }
  begin_due();
  check_sessions();
}

/// Look-ups begin without the lock: an answer may come at once.
void service::begin_due() {
  std::vector<hub::look> all;
  {
    std::lock_guard hold(guard_);
    all = hub_.due(now());
  }
  counted.looked.Increment(static_cast<double>(all.size()));
  for (auto& one : all)
    look_(one.to, [this, one](const result<state>& what) {
      std::lock_guard hold(guard_);
      hub_.found(one, what, now());
    });
}

void service::check_sessions() {
  std::vector<std::shared_ptr<client>> due;
  {
    std::lock_guard hold(guard_);
    while (!checks_.empty() && checks_.front().due <= now()) {
      auto next = std::move(checks_.front());
      checks_.pop_front();
      if (auto alive = next.who.lock()) {
        due.push_back(std::move(alive));
        checks_.push_back({now() + check_every, std::move(next.who)});
      }
    }
  }
  for (const auto& one : due)
    one->check_again();
}

result<std::shared_ptr<http::conversation>> service::welcome(visitor who) {
  if (clients_ >= clients_max)
    return fail(errc::overloaded, "too many live connections");
  return std::shared_ptr<http::conversation>{std::make_shared<client>(*this, std::move(who))};
}

result<void> service::subscribe(client& who, const topic& to, std::optional<uint64_t> since,
                                right by) {
  result<void> done;
  {
    std::lock_guard hold(guard_);
    done = hub_.subscribe(who, to, since, std::move(by), now());
  }
  begin_due();
  return done;
}

void service::unsubscribe(client& who, const std::string& name) {
  std::lock_guard hold(guard_);
  hub_.unsubscribe(who, name);
}

void service::arrived(const std::shared_ptr<client>& who) {
  counted.clients.Set(static_cast<double>(++clients_));
  std::lock_guard hold(guard_);
  checks_.push_back({now() + check_every, who});
}

void service::left(client& who) {
  counted.clients.Set(static_cast<double>(--clients_));
  std::lock_guard hold(guard_);
  hub_.leave(who);
}

} // namespace souk::live
