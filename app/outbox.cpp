#include "app/outbox.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace souk::app {

namespace {

/// Between two attempts to reach Postgres.
constexpr std::chrono::milliseconds reconnect{2'000};

} // namespace

outbox::outbox(outbox_options how,
               std::function<std::unique_ptr<notification::mailer>()> make_mailer, entropy& random)
    : options_(std::move(how)), make_mailer_(std::move(make_mailer)), random_(random),
      texts_(options_.shop) {
  for (int lane = 0; lane < options_.lanes; ++lane)
    lanes_.emplace_back([this, lane](std::stop_token stop) { serve(std::move(stop), lane == 0); });
}

outbox::~outbox() {
  for (auto& lane : lanes_)
    lane.request_stop();
  lanes_.clear();
}

void outbox::serve(std::stop_token stop, bool counts) {
  const auto out = make_mailer_();
  notification::sender sender{texts_, *out, random_, options_.sending};
  std::unique_ptr<persistence::pg_connection> c;
  std::chrono::steady_clock::time_point counted{};
  while (!stop.stop_requested()) {
    if (!c || c->is_broken()) {
      auto opened = persistence::pg_connection::open(options_.connection);
      c = opened ? std::move(*opened) : nullptr;
      if (!c) {
        pause(stop, reconnect);
        continue;
      }
    }
    const auto now = std::chrono::steady_clock::now();
    if (counts && now - counted >= options_.count) {
      counted = now;
      count_queue(*c);
    }
    auto sent = sender.send_next(*c, stop);
    if (!sent) {
      log::warn("outbox.postgres", {{"why", sent.error().detail}});
      pause(stop, reconnect);
    } else if (!*sent) {
      pause(stop, options_.poll);
    }
  }
}

void outbox::count_queue(persistence::sql::connection& c) {
  static auto& waiting = metrics::make_gauge("souk_actors_messages_waiting",
                                             "messages that are queued or will be tried again");
  static auto& given_up =
      metrics::make_gauge("souk_actors_messages_given_up", "messages that nobody will get");
  static auto& oldest = metrics::make_gauge("souk_actors_messages_oldest_seconds",
                                            "age of the oldest message that waits");
  const auto counted = notification::count_queue(c);
  if (!counted)
    return;
  waiting.Set(static_cast<double>(counted->waiting));
  given_up.Set(static_cast<double>(counted->given_up));
  oldest.Set(static_cast<double>(counted->oldest.count()));
}

void outbox::pause(std::stop_token stop, std::chrono::milliseconds time) {
  std::unique_lock lock{mutex_};
  wake_.wait_for(lock, std::move(stop), time, [] { return false; });
}

} // namespace souk::app
