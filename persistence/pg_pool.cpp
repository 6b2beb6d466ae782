#include "persistence/pg_pool.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

#include <algorithm>

namespace souk::persistence {

struct pg_pool::session {
  std::unique_ptr<pg_connection> connection;
  clock::time_point next_attempt{};
  std::chrono::milliseconds backoff{0};
};

namespace {
metrics::counter& refusals() {
  static auto& counter =
      metrics::make_counter("souk_persistence_pool_refusals_total", "Work the pool did not begin");
  return counter;
}
} // namespace

pg_pool::pg_pool(pg_pool_options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.connections; ++i)
    threads_.emplace_back([this] { serve(); });
}

pg_pool::~pg_pool() { stop(); }

void pg_pool::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear(); // joins
}

void pg_pool::run(std::function<void(sql::connection&)> work,
                  std::function<void(failure)> refused) {
  std::optional<failure> why;
  {
    std::lock_guard lock{mutex_};
    if (stopping_)
      why = fail(errc::unavailable, "this node is stopping");
    else if (queue_.size() >= options_.queue_max)
      why = fail(errc::overloaded, "too many queries wait for Postgres");
    else
      queue_.push_back({std::move(work), refused, clock::now()});
  }
  if (!why)
    return wake_.notify_one();
  refusals().Increment();
  refused(*why);
}

void pg_pool::serve() {
  session mine;
  for (;;) {
    job next;
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty())
        return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    perform(mine, next);
  }
}

void pg_pool::perform(session& mine, job& next) {
  const auto refuse = [&](failure why) {
    refusals().Increment();
    next.refused(std::move(why));
  };
  if (clock::now() - next.queued > options_.queue_wait)
    return refuse(fail(errc::overloaded, "waited too long for a Postgres connection"));
  if (mine.connection && mine.connection->is_stale())
    mine.connection.reset();
  if (!mine.connection) {
    if (clock::now() < mine.next_attempt)
      return refuse(fail(errc::unavailable, "Postgres is away"));
    auto opened = pg_connection::open(options_.connection);
    if (!opened) {
      mine.backoff = std::clamp(mine.backoff * 2, options_.backoff_least, options_.backoff_most);
      mine.next_attempt = clock::now() + mine.backoff;
      log::warn("postgres.away", {{"why", opened.error().detail}});
      return refuse(opened.error());
    }
    mine.connection = std::move(*opened);
    mine.backoff = {};
  }
  next.work(*mine.connection);
  mine.connection->leave_transaction();
}

} // namespace souk::persistence
