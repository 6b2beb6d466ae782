// One thread, one connection, one transaction in flight: the batch is whatever queued while the
// last commit ran.
//
//   away ──connected──► fencing ──own old session gone, a commit behind it──► ready
//    ▲                     │                                                   │
//    └──────failed─────────┴───────────────connection lost─────────────────────┘
//
// A batch whose outcome is unknown fails its streams with `unavailable`, and so does what was
// decided for a connection and not sent by it: whoever takes a shard from a node that does not let
// go of it ends the node's sessions, and what comes after that was decided after that.
#pragma once

#include "persistence/batch.hpp"
#include "persistence/pg_connection.hpp"
#include "persistence/pg_fence.hpp"
#include "persistence/right_server.hpp"

#include <condition_variable>
#include <deque>
#include <thread>

namespace souk::persistence {

struct journal_options {
  std::string url;         ///< libpq connection string or URL
  std::string node;        ///< unique in the cluster, without '/', 40 bytes at most
  uint64_t generation = 1; ///< rises with every start of the node
  /// A member of the cluster writes no more once it was declared dead; tools are nobody's to
  /// declare dead.
  bool is_member = true;
  int writers = 2;
  size_t queue_bytes_max = 64 << 20; ///< at each writer; accepts() turns false there
  size_t batch_bytes_max = 8 << 20;
  size_t batch_fragments_max = 32'768;
  std::chrono::seconds connect_timeout{3};
  std::chrono::milliseconds statement_timeout{5'000};
  std::chrono::milliseconds lock_timeout{2'000}; ///< behind an old session's uncommitted row
  std::chrono::milliseconds fence_wait = fence_wait_most;
  std::chrono::milliseconds backoff_least{10};
  std::chrono::milliseconds backoff_most{250}; ///< a promoted standby is used at once
};

class journal_writer {
public:
  journal_writer(const journal_options& options, int index);
  /// Commits what is queued if it can, then ends.
  ~journal_writer();

  /// Thread-safe.
  bool accepts() const { return ready_ && queued_bytes_ < options_.queue_bytes_max; }
  bool ready() const { return ready_; }
  /// Which of its connections it has, or had last.
  uint64_t connection() const { return connection_; }
  /// Sent by that connection, or `f` fails its stream.
  void push(std::shared_ptr<stream_record> stream, fragment f, uint64_t connection);

private:
  struct queued {
    std::shared_ptr<stream_record> stream;
    fragment what;
    size_t bytes;
    uint64_t connection; ///< by which it may be sent
  };

  void run();
  std::unique_ptr<pg_connection> connect();
  result<void> fence(pg_connection& c);
  result<void> check_nothing_is_lost(pg_connection& c, int64_t position) const;
  void serve(pg_connection& c);
  batch take();
  void commit(pg_connection& c, batch& b);
  bool settle(pg_connection& c, batch& b, const failure& why, int attempt);
  void fail_queued(const failure& why);
  void release(size_t bytes);
  /// Under the lock.
  bool is_empty() const { return queue_.empty() && taken_.empty(); }

  const journal_options& options_;
  const std::string name_;
  std::atomic<bool> ready_{false};
  std::atomic<size_t> queued_bytes_{0};
  std::atomic<uint64_t> connection_{0}; ///< counts them: trust in a stream ends with one
  acknowledged_commit acknowledged_;    ///< what a database without lost commits is past

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<queued> queue_;
  std::deque<queued> taken_; ///< from the queue, and not yet in a batch; the thread's own
  bool stopping_ = false;
  std::thread thread_; ///< last: it uses everything above
};

} // namespace souk::persistence
