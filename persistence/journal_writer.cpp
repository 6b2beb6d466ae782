#include "persistence/journal_writer.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "persistence/pg_append.hpp"
#include "persistence/pg_server.hpp"

#include <algorithm>
#include <set>

namespace souk::persistence {

namespace {

constexpr auto look_around = 500ms;
constexpr int attempts_max = 5; ///< of one batch that Postgres rolls back for passing reasons

struct journal_metrics {
  metrics::counter& commits =
      metrics::make_counter("souk_persistence_journal_commits_total", "Batches committed");
  metrics::counter& rows =
      metrics::make_counter("souk_persistence_journal_rows_total", "Journal rows committed");
  metrics::counter& events =
      metrics::make_counter("souk_persistence_journal_events_total", "Events committed");
  metrics::counter& conflicts = metrics::make_counter(
      "souk_persistence_journal_conflicts_total", "Streams refused because another history won");
  metrics::counter& unknown = metrics::make_counter(
      "souk_persistence_journal_unknown_outcomes_total", "Batches whose outcome is not known");
  metrics::counter& reconnects = metrics::make_counter("souk_persistence_journal_reconnects_total",
                                                       "Connections made by journal writers");
  metrics::counter& lost = metrics::make_counter(
      "souk_persistence_journal_lost_commits_total",
      "Connections refused because acknowledged commits are missing on that Postgres");
  metrics::gauge& queue = metrics::make_gauge("souk_persistence_journal_queue_bytes",
                                              "Bytes appended and not yet committed");
  metrics::histogram& seconds =
      metrics::make_latency("souk_persistence_journal_commit_seconds", "One commit of a batch");
};

journal_metrics& measured() {
  static journal_metrics all;
  return all;
}

std::set<std::string, std::less<>> lines_of(std::string_view text) {
  std::set<std::string, std::less<>> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

} // namespace

journal_writer::journal_writer(const journal_options& options, int index)
    : options_(options),
      name_(session_name(options.node, options.generation, index, options.is_member)),
      thread_([this] { run(); }) {}

journal_writer::~journal_writer() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void journal_writer::push(std::shared_ptr<stream_record> stream, fragment f, uint64_t connection) {
  const auto bytes = size_of(f);
  queued_bytes_ += bytes;
  measured().queue.Increment(static_cast<double>(bytes));
  bool was_idle = false;
  {
    std::lock_guard lock{mutex_};
    was_idle = queue_.empty();
    queue_.push_back({std::move(stream), std::move(f), bytes, connection});
  }
  if (was_idle)
    wake_.notify_one();
}

void journal_writer::release(size_t bytes) {
  queued_bytes_ -= bytes;
  measured().queue.Decrement(static_cast<double>(bytes));
}

void journal_writer::run() {
  auto backoff = options_.backoff_least;
  for (;;) {
    if (auto c = connect()) {
      backoff = options_.backoff_least;
      ready_ = true;
      serve(*c);
      ready_ = false;
    } else {
      fail_queued(fail(errc::unavailable, "Postgres is away"));
      backoff = std::min(backoff * 2, options_.backoff_most);
    }
    std::unique_lock lock{mutex_};
    if (stopping_ && is_empty())
      return;
    wake_.wait_for(lock, backoff, [this] { return stopping_; });
    if (stopping_ && is_empty())
      return;
  }
}

std::unique_ptr<pg_connection> journal_writer::connect() {
  pg_options o;
  o.url = options_.url;
  o.application_name = name_;
  o.connect_timeout = options_.connect_timeout;
  o.statement_timeout = options_.statement_timeout;
  o.lock_timeout = options_.lock_timeout;
  auto opened = pg_connection::open(o);
  auto outcome = opened ? fence(**opened) : result<void>{opened.error()};
  if (!outcome) {
    const bool is_fault = outcome.error().code == errc::corrupt;
    log::write(is_fault ? log::level::error : log::level::warn, "journal.away",
               {{"writer", name_}, {"why", outcome.error().detail}});
    return nullptr;
  }
  ++connection_;
  measured().reconnects.Increment();
  log::info("journal.ready", {{"writer", name_}});
  return std::move(*opened);
}

result<void> journal_writer::fence(pg_connection& c) {
  auto position = end_sessions(c, options_.node, options_.generation, name_, options_.fence_wait);
  if (!position)
    return position.error();
  if (auto whole = check_nothing_is_lost(c, *position); !whole)
    return whole;
  acknowledged_ = {*position, c.timeline()};
  if (options_.is_member)
    if (auto lives = check_is_not_dead(c, options_.node, options_.generation); !lives)
      return lives;
  // Prepares the statement, and finds a missing schema now instead of at the first command.
  auto warm = append(c, {});
  if (!warm)
    return warm.error();
  return {};
}

result<void> journal_writer::check_nothing_is_lost(pg_connection& c, int64_t position) const {
  std::optional<int64_t> left_at;
  if (acknowledged_.timeline != 0 && acknowledged_.timeline < c.timeline()) {
    auto may_ask = c.execute("select rolreplication or rolsuper from pg_roles"
                             " where rolname = current_user");
    if (!may_ask)
      return may_ask.error();
    if (may_ask->boolean(0, 0)) {
      auto end = end_of_timeline(options_.url, acknowledged_.timeline, options_.connect_timeout);
      if (!end)
        return end.error();
      left_at = *end;
    }
  }
  auto whole = persistence::check_nothing_is_lost(acknowledged_, position, left_at);
  if (!whole)
    measured().lost.Increment();
  return whole;
}

void journal_writer::serve(pg_connection& c) {
  for (;;) {
    bool has_work = false;
    {
      std::unique_lock lock{mutex_};
      // Who has nothing to do notices a lost connection too, before somebody waits for it.
      has_work = wake_.wait_for(lock, look_around, [this] { return stopping_ || !is_empty(); });
      if (has_work && is_empty())
        return;
    }
    if (c.is_stale()) // nothing is in flight: what is queued can wait for the next connection
      return;
    if (!has_work)
      continue;
    auto b = take();
    if (b.empty())
      continue;
    const auto bytes = b.bytes();
    b.seal(connection_);
    const auto unbalanced = [](const batch_entry& e) { return !e.balanced; };
    if (b.drop(unbalanced, fail(errc::internal, "postings that do not balance")) > 0)
      log::error("journal.unbalanced", {{"writer", name_}});
    commit(c, b);
    release(bytes);
    if (c.is_broken())
      return;
  }
}

batch journal_writer::take() {
  // Packing takes long, and whoever appends must not wait for it.
  if (taken_.empty()) {
    std::lock_guard lock{mutex_};
    taken_.swap(queue_);
  }
  batch b;
  size_t fragments = 0;
  size_t dropped = 0;
  for (; !taken_.empty() && fragments < options_.batch_fragments_max &&
         b.bytes() < options_.batch_bytes_max;
       ++fragments) {
    auto& next = taken_.front();
    if (next.connection != connection_)
      next.stream->tell_failed(fail(errc::unavailable, "it was decided for a lost connection"));
    if (next.stream->dead)
      dropped += next.bytes;
    else if (!b.add(next.stream, next.what))
      break;
    taken_.pop_front();
  }
  release(dropped);
  return b;
}

void journal_writer::commit(pg_connection& c, batch& b) {
  for (int attempt = 0; !b.empty(); ++attempt) {
    const auto started = std::chrono::steady_clock::now();
    auto done = append(c, b);
    if (done) {
      auto& m = measured();
      m.seconds.Observe(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
      m.commits.Increment();
      m.events.Increment(static_cast<double>(b.events()));
      m.rows.Increment(static_cast<double>(b.rows()));
      acknowledged_.position = *done;
      b.acknowledge(connection_);
      return;
    }
    if (settle(c, b, done.error(), attempt))
      continue;
    const auto all = [](const batch_entry&) { return true; };
    b.drop(all, fail(errc::unavailable, done.error().detail));
  }
}

/// After a failed attempt: true when what is left of the batch may be sent again.
bool journal_writer::settle(pg_connection& c, batch& b, const failure& why, int attempt) {
  const auto& said = c.last_error();
  if (c.is_broken()) {
    ready_ = false; // before anybody hears of it: what was sent may still be committed
    measured().unknown.Increment();
    log::warn("journal.unknown_outcome",
              {{"writer", name_}, {"rows", b.rows()}, {"why", why.detail}});
    return false;
  }
  if (said.sqlstate == "SK001" || said.sqlstate == "SK002") {
    const auto names = lines_of(said.detail);
    const auto named = [&](const batch_entry& e) {
      return names.contains(e.stream->entity.text());
    };
    const bool superseded = said.sqlstate == "SK001";
    const auto gone = b.drop(named, superseded ? fail(errc::superseded, "another history won")
                                               : fail(errc::internal, "unbalanced postings"));
    if (superseded)
      measured().conflicts.Increment(static_cast<double>(gone));
    return gone > 0;
  }
  const bool passing = why.code == errc::conflict || why.code == errc::timed_out;
  if (passing && attempt < attempts_max) {
    b.check_everything();
    return true;
  }
  log::error(
      "journal.refused",
      {{"writer", name_}, {"rows", b.rows()}, {"sqlstate", said.sqlstate}, {"why", why.detail}});
  if (b.entries().size() < 2)
    return false;
  // One of them is poison to Postgres: alone it hurts nobody else.
  for (auto& alone : b.split())
    if (c.is_broken())
      alone.drop([](const batch_entry&) { return true; }, fail(errc::unavailable, why.detail));
    else
      commit(c, alone);
  return true;
}

void journal_writer::fail_queued(const failure& why) {
  auto all = std::exchange(taken_, {});
  {
    std::lock_guard lock{mutex_};
    std::ranges::move(std::exchange(queue_, {}), std::back_inserter(all));
  }
  for (auto& q : all) {
    q.stream->tell_failed(why);
    release(q.bytes);
  }
}

} // namespace souk::persistence
