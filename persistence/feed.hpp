// The change feed: one node at a time reads the slot and gives committed rows to the consumers, in
// commit order.
//
//   waiting ──slot is free──► catching up ──each consumer is at the slot──► streaming
//      ▲                                                                        │
//      └────── connection lost, or a consumer that failed is due again ─────────┘
//
// A consumer's position moves in the transaction of its own writes, so what it writes to Postgres
// happens once; whatever it does elsewhere may be repeated, and (entity, seq) tells. The slot is
// confirmed only up to where every consumer is.
#pragma once

#include "persistence/feed_stream.hpp"
#include "persistence/pg_connection.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace souk::persistence {

/// Called on the feed's thread, each time inside a transaction of `c`.
class feed_consumer {
public:
  virtual ~feed_consumer() = default;
  /// Stable: it names the position.
  virtual std::string name() const = 0;
  /// Rows in commit order; an entity's journal rows rise in seq but may come again. A failure rolls
  /// back and is tried again after a back-off, from the same change; other consumers go on.
  virtual result<void> apply(sql::connection& c, const std::vector<feed_change>& changes) = 0;
  /// Changes of tables other than the journal may have been missed: read those tables again. With
  /// `from_zero` first forget everything; the journal follows from its beginning.
  virtual result<void> reload(sql::connection& c, bool from_zero) = 0;
};

struct feed_options {
  std::string url;
  std::string slot = "souk_feed";
  std::string publication = "souk_feed";
  std::vector<std::string> tables = {"journal"};  ///< published; catalogue tables beside it
  std::chrono::seconds margin{60};                ///< longer than any commit takes
  std::chrono::milliseconds retry{500};           ///< for the slot, while another node holds it
  std::chrono::milliseconds backoff_most{30'000}; ///< of a consumer that fails
  size_t batch_changes_max = 1'000;
  int catch_up_page = 500;
};

class feed {
public:
  /// Starts its thread. Needs wal_level = logical and a role that may replicate.
  feed(feed_options options, std::vector<std::shared_ptr<feed_consumer>> consumers);
  /// Stops between two batches.
  ~feed();

  /// True while this node holds the slot and streams. Thread-safe.
  bool leads() const { return leads_; }
  /// Forgets the consumer's position: whoever leads starts it from zero with the next change, or
  /// when it takes the lead.
  static result<void> rebuild(sql::connection& c, const std::string& consumer);

private:
  struct reader {
    std::shared_ptr<feed_consumer> consumer;
    uint64_t position = 0;
    std::chrono::milliseconds backoff{0};
    std::chrono::steady_clock::time_point due{}; ///< when a failed one may try again
    bool behind = false;
  };

  void run();
  failure lead();
  result<void> place(reader& r, uint64_t slot_position);
  result<void> stream();
  result<void> give(const feed_transaction& t);
  result<void> give(reader& r, const feed_transaction& t);
  void set_back(reader& r, const failure& why);
  result<void> advance_idle();
  result<void> keep_alive() { return stream_->keep_alive(); }
  void confirm();
  bool stopping();

  const feed_options options_;
  std::vector<reader> readers_;
  std::unique_ptr<pg_connection> writes_;
  std::unique_ptr<feed_stream> stream_;
  uint64_t applied_ = 0;
  std::chrono::steady_clock::time_point last_advance_{};
  std::atomic<bool> leads_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace souk::persistence
