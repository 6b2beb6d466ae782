#include "persistence/redis_note_bus.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

#include <charconv>

namespace souk::persistence {

namespace {

metrics::counter& dropped() {
  static auto& all = metrics::make_counter("souk_persistence_notes_dropped_total",
                                           "Times that change notes could not be written to Redis");
  return all;
}

std::vector<change_note> to_notes(const redis_reply& fields) {
  std::vector<change_note> out;
  const auto& words = fields.items();
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto& text = words[i + 1].text();
    uint64_t seq = 0;
    std::from_chars(text.data(), text.data() + text.size(), seq);
    out.push_back({words[i].text(), seq});
  }
  return out;
}

const std::vector<change_note> look_at_everything{{std::string{anything_changed}, 0}};

} // namespace

result<std::unique_ptr<redis_note_bus>> redis_note_bus::make(note_bus_options options,
                                                             note_listener listener) {
  redis_options o;
  o.url = options.url;
  o.command_timeout = std::max(o.command_timeout, options.patience * 4);
  auto to = redis_connection::make(o);
  if (!to)
    return to.error();
  auto from = redis_connection::make(o);
  if (!from)
    return from.error();
  return std::unique_ptr<redis_note_bus>{new redis_note_bus{std::move(options), std::move(listener),
                                                            std::move(*to), std::move(*from)}};
}

redis_note_bus::redis_note_bus(note_bus_options options, note_listener listener,
                               std::unique_ptr<redis_connection> to,
                               std::unique_ptr<redis_connection> from)
    : options_(std::move(options)), listener_(std::move(listener)), to_(std::move(to)),
      from_(std::move(from)) {
  writer_ = std::thread{[this] { write(); }};
  reader_ = std::thread{[this] { read(); }};
}

redis_note_bus::~redis_note_bus() {
  {
    std::lock_guard hold(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  writer_.join();
  reader_.join();
}

void redis_note_bus::publish(const std::vector<change_note>& notes) {
  {
    std::lock_guard hold(mutex_);
    for (const auto& note : notes) {
      auto& newest = waiting_[note.subject];
      newest = std::max(newest, note.seq);
    }
    if (waiting_.size() > options_.waiting_max) {
      waiting_.clear();
      owing_ = true;
    }
  }
  wake_.notify_all();
}

bool redis_note_bus::stopping() {
  std::lock_guard hold(mutex_);
  return stopping_;
}

void redis_note_bus::rest() {
  std::unique_lock hold(mutex_);
  wake_.wait_for(hold, options_.retry, [this] { return stopping_; });
}

void redis_note_bus::write() {
  for (;;) {
    std::vector<change_note> batch;
    {
      std::unique_lock hold(mutex_);
      wake_.wait(hold, [this] { return stopping_ || owing_ || !waiting_.empty(); });
      if (stopping_)
        return;
      if (std::exchange(owing_, false)) {
        waiting_.clear();
        batch = look_at_everything;
      }
      while (!waiting_.empty() && batch.size() < options_.batch_max) {
        auto first = waiting_.extract(waiting_.begin());
        batch.push_back({std::move(first.key()), first.mapped()});
      }
    }
    if (add(batch))
      continue;
    dropped().Increment();
    {
      std::lock_guard hold(mutex_);
      owing_ = true;
    }
    rest();
  }
}

result<void> redis_note_bus::add(const std::vector<change_note>& batch) {
  const auto most = std::to_string(options_.stream_entries_max);
  std::vector<std::string> seqs;
  seqs.reserve(batch.size());
  std::vector<std::string_view> words{"XADD", options_.stream, "MAXLEN", "~", most, "*"};
  for (const auto& note : batch) {
    words.push_back(note.subject);
    words.push_back(seqs.emplace_back(std::to_string(note.seq)));
  }
  auto added = to_->command(words);
  return added ? result<void>{} : added.error();
}

void redis_note_bus::read() {
  while (!stopping()) {
    auto done = last_.empty() ? find_end() : follow();
    if (done)
      continue;
    if (flowing_.exchange(false))
      log::info("notes.away", {{"why", done.error().detail}});
    last_.clear();
    rest();
  }
}

/// The place is fixed before listeners look at everything: no change falls between.
result<void> redis_note_bus::find_end() {
  auto newest = from_->command({"XREVRANGE", options_.stream, "+", "-", "COUNT", "1"});
  if (!newest)
    return newest.error();
  last_ = newest->items().empty() ? "0-0" : newest->items().front().items().at(0).text();
  if (!flowing_.exchange(true))
    log::info("notes.flowing", {{"stream", options_.stream}});
  listener_(look_at_everything);
  return {};
}

result<void> redis_note_bus::follow() {
  const auto patience = std::to_string(options_.patience.count());
  const auto page = std::to_string(options_.page);
  auto more = from_->command(
      {"XREAD", "COUNT", page, "BLOCK", patience, "STREAMS", options_.stream, last_});
  if (!more)
    return more.error();
  if (more->items().empty())
    return {};
  const auto& entries = more->items().front().items().at(1).items();
  if (entries.size() >= options_.page)
    return find_end();
  for (const auto& entry : entries) {
    last_ = entry.items().at(0).text();
    listener_(to_notes(entry.items().at(1)));
  }
  return {};
}

} // namespace souk::persistence
