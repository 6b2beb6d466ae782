#include "persistence/feed.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "persistence/feed_catch_up.hpp"

#include <algorithm>

namespace souk::persistence {

namespace {

constexpr auto idle_wait = 100ms; ///< for the next change; a stop takes as long
constexpr auto idle_advance = 5s; ///< between positions written while nothing happens
constexpr auto backoff_least = 200ms;

struct feed_metrics {
  metrics::counter& changes =
      metrics::make_counter("souk_persistence_feed_changes_total", "Rows read from the slot");
  metrics::counter& failures = metrics::make_counter("souk_persistence_feed_failures_total",
                                                     "Batches that a consumer failed to apply");
  metrics::gauge& seconds = metrics::make_gauge("souk_persistence_feed_lag_seconds",
                                                "Age of the last applied commit while behind");
  metrics::gauge& bytes = metrics::make_gauge("souk_persistence_feed_lag_bytes",
                                              "Log that the consumers have not applied");
};

feed_metrics& measured() {
  static feed_metrics all;
  return all;
}

/// The tables that exist are published; the publication follows when the list grows.
result<void> ensure_publication(sql::connection& c, const feed_options& o) {
  auto wanted = c.execute("select string_agg(quote_ident(t), ', ' order by t) from unnest($1) t"
                          " where to_regclass(quote_ident(t)) is not null",
                          {o.tables});
  if (!wanted)
    return wanted.error();
  auto known =
      c.execute("select (select string_agg(quote_ident(tablename), ', ' order by tablename)"
                " from pg_publication_tables where pubname = $1)"
                " from pg_publication where pubname = $1",
                {o.publication});
  if (!known)
    return known.error();
  const std::string list{wanted->text(0, 0)};
  if (known->empty())
    return c.script(
        "create publication " + o.publication + " for table " + list +
        " with (publish = 'insert, update, delete', publish_via_partition_root = true)");
  if (known->text(0, 0) == list)
    return {};
  return c.script("alter publication " + o.publication + " set table " + list);
}

} // namespace

feed::feed(feed_options options, std::vector<std::shared_ptr<feed_consumer>> consumers)
    : options_(std::move(options)) {
  for (auto& c : consumers)
    readers_.push_back({.consumer = std::move(c)});
  thread_ = std::thread{[this] { run(); }};
}

feed::~feed() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

result<void> feed::rebuild(sql::connection& c, const std::string& consumer) {
  auto gone = c.execute("delete from feed_position where consumer = $1", {consumer});
  if (!gone)
    return gone.error();
  return {};
}

bool feed::stopping() {
  std::lock_guard lock{mutex_};
  return stopping_;
}

void feed::run() {
  std::string said;
  while (!stopping()) {
    const auto why = lead();
    leads_ = false;
    stream_.reset();
    writes_.reset();
    const auto now = why.code == errc::conflict ? "another node holds the slot" : why.detail;
    if (now != std::exchange(said, now))
      log::info("feed.waiting", {{"why", now}});
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, options_.retry, [this] { return stopping_; });
  }
}

/// Returns why it does not lead any more.
failure feed::lead() {
  pg_options o;
  o.url = options_.url;
  o.application_name = "souk-feed-writes";
  auto opened = pg_connection::open(o);
  if (!opened)
    return opened.error();
  writes_ = std::move(*opened);
  if (auto there = ensure_publication(*writes_, options_); !there)
    return there.error();
  const auto name = ensure_slot(*writes_, options_.slot);
  if (!name)
    return name.error();
  auto slot =
      writes_->execute("select confirmed_flush_lsn - '0/0'::pg_lsn from pg_replication_slots"
                       " where slot_name = $1",
                       {*name});
  if (!slot)
    return slot.error();
  if (slot->empty())
    return fail(errc::unavailable, "the slot was dropped");
  if (slot->is_null(0, 0)) // another node is just making it
    return fail(errc::unavailable, "the slot has no position yet");
  const auto from = static_cast<uint64_t>(slot->integer(0, 0));
  auto stream_opened = feed_stream::open(options_.url, *name, options_.publication, from);
  if (!stream_opened)
    return stream_opened.error();
  stream_ = std::move(*stream_opened);
  applied_ = from;
  log::info("feed.leads", {{"slot", *name}, {"from", from}});
  for (auto& r : readers_)
    if (auto placed = place(r, from); !placed) {
      if (writes_->is_broken() || stopping())
        return placed.error();
      set_back(r, placed.error());
    }
  leads_ = true;
  auto ended = stream();
  return ended ? fail(errc::unavailable, "stopped") : ended.error();
}

/// Brings a consumer to the slot's position, through the journal where the slot is ahead of it.
result<void> feed::place(reader& r, uint64_t slot_position) {
  const auto name = r.consumer->name();
  auto known =
      writes_->execute("select lsn, at, now() from feed_position where consumer = $1", {name});
  if (!known)
    return known.error();
  const bool from_zero = known->empty();
  r.position = from_zero ? 0 : static_cast<uint64_t>(known->integer(0, 0));
  r.behind = false;
  if (!from_zero && r.position >= slot_position)
    return {};
  log::info("feed.catching_up", {{"consumer", name}, {"from_zero", from_zero}});
  auto now = writes_->execute("select now()");
  if (!now)
    return now.error();
  const auto since = from_zero ? time_point::min() : known->time(0, 1) - options_.margin;
  const auto in_one = [&](auto work) { return sql::in_transaction(*writes_, work); };
  auto done = in_one([&](sql::connection& c) { return r.consumer->reload(c, from_zero); });
  if (done)
    done = read_journal(*writes_, since, options_.catch_up_page, [&](const auto& changes) {
      if (stopping())
        return result<void>{fail(errc::unavailable, "stopping")};
      if (auto alive = keep_alive(); !alive)
        return alive;
      return in_one([&](sql::connection& c) { return r.consumer->apply(c, changes); });
    });
  if (!done)
    return done.error();
  auto noted =
      writes_->execute("insert into feed_position (consumer, lsn, at) values ($1, $2, $3)"
                       " on conflict (consumer) do update set lsn = excluded.lsn, at = excluded.at",
                       {name, static_cast<int64_t>(slot_position), now->time(0, 0)});
  if (!noted)
    return noted.error();
  r.position = slot_position;
  return {};
}

result<void> feed::stream() {
  while (!stopping()) {
    feed_transaction batch;
    auto patience = idle_wait;
    while (batch.changes.size() < options_.batch_changes_max) {
      auto next = stream_->next(patience);
      if (!next)
        return next.error();
      if (!*next)
        break;
      patience = 0ms; // what is there already shares the batch
      batch.end = (**next).end;
      batch.at = (**next).at;
      std::ranges::move((**next).changes, std::back_inserter(batch.changes));
      // What some consumers have already goes alone, so that they can skip just that.
      if (std::ranges::any_of(readers_, [&](const reader& r) { return r.position >= batch.end; }))
        break;
    }
    auto done = batch.end > 0 ? give(batch) : advance_idle();
    if (done)
      done = keep_alive();
    if (!done)
      return done;
    const auto now = std::chrono::steady_clock::now();
    if (std::ranges::any_of(readers_, [&](const reader& r) { return r.behind && r.due < now; }))
      return fail(errc::unavailable, "a consumer starts again from its position");
  }
  return stream_->keep_alive(true);
}

result<void> feed::give(const feed_transaction& t) {
  for (auto& r : readers_)
    if (!r.behind && r.position < t.end)
      if (auto done = give(r, t); !done)
        return done;
  applied_ = t.end;
  confirm();
  auto& m = measured();
  const auto age = std::chrono::system_clock::now() - t.at;
  m.changes.Increment(static_cast<double>(t.changes.size()));
  m.seconds.Set(std::max(0.0, std::chrono::duration<double>(age).count()));
  m.bytes.Set(static_cast<double>(stream_->server_end() - std::min(stream_->server_end(), t.end)));
  return {};
}

/// Fails only when the connection did: a consumer's failure is its own.
result<void> feed::give(reader& r, const feed_transaction& t) {
  auto done = sql::in_transaction(*writes_, [&](sql::connection& c) -> result<void> {
    if (auto applied = t.changes.empty() ? result<void>{} : r.consumer->apply(c, t.changes);
        !applied)
      return applied;
    auto moved = c.execute("update feed_position set lsn = $2, at = $3 where consumer = $1",
                           {r.consumer->name(), static_cast<int64_t>(t.end), t.at});
    if (!moved)
      return moved.error();
    return moved->affected() == 1 ? result<void>{}
                                  : fail(errc::superseded, "a rebuild was asked for");
  });
  if (done) {
    r.position = t.end;
    r.backoff = {};
    return {};
  }
  if (writes_->is_broken())
    return done.error();
  set_back(r, done.error());
  return {};
}

/// It starts again from its own position when its back-off is over.
void feed::set_back(reader& r, const failure& why) {
  const bool rebuild = why.code == errc::superseded;
  const std::chrono::milliseconds least{backoff_least};
  r.behind = true;
  r.backoff = rebuild ? 0ms : std::clamp(r.backoff * 2, least, options_.backoff_most);
  r.due = std::chrono::steady_clock::now() + r.backoff;
  measured().failures.Increment(rebuild ? 0 : 1);
  log::warn("feed.consumer_behind", {{"consumer", r.consumer->name()}, {"why", why.detail}});
}

/// While nothing of ours happens the log still grows: positions follow, so that the slot lets it
/// go.
result<void> feed::advance_idle() {
  measured().seconds.Set(0);
  const auto now = std::chrono::steady_clock::now();
  const auto to = stream_->idle_end();
  if (now - last_advance_ < idle_advance || to <= applied_)
    return {};
  last_advance_ = now;
  feed_transaction nothing;
  nothing.end = to;
  auto time = writes_->execute("select now()");
  if (!time)
    return time.error();
  nothing.at = time->time(0, 0);
  return give(nothing);
}

void feed::confirm() {
  uint64_t least = applied_;
  for (const auto& r : readers_)
    least = std::min(least, r.position);
  stream_->confirm(least);
}

} // namespace souk::persistence
