// The note bus over a Redis stream: one thread writes what was published, another reads what all
// nodes wrote.
//
//   writer:  waiting ──notes──► adding ──lost──► owing ──Redis is back, "anything changed"──►
//   waiting reader:  away ──end of the stream known, "anything changed" told──► following ──lost──►
//   away
//
// Redis may forget all of it at any time: whoever was away looks at everything again.
#pragma once

#include "persistence/note_bus.hpp"
#include "persistence/redis_connection.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace souk::persistence {

struct note_bus_options {
  std::string url;
  std::string stream = "souk:notes";
  size_t stream_entries_max = 4'096;       ///< about; beyond them Redis drops the oldest
  size_t waiting_max = 10'000;             ///< subjects to be written; beyond them all are dropped
  size_t batch_max = 500;                  ///< notes in one entry
  size_t page = 256;                       ///< entries; a reader further behind skips to the end
  std::chrono::milliseconds patience{250}; ///< for the next entry; a stop takes as long
  std::chrono::milliseconds retry{100};    ///< between attempts while Redis is away
};

class redis_note_bus final : public note_bus {
public:
  /// Starts both threads. errc::invalid for a URL that is none.
  static result<std::unique_ptr<redis_note_bus>> make(note_bus_options options,
                                                      note_listener listener);
  ~redis_note_bus() override;
  void publish(const std::vector<change_note>& notes) override;
  bool flowing() const override { return flowing_; }

private:
  redis_note_bus(note_bus_options options, note_listener listener,
                 std::unique_ptr<redis_connection> to, std::unique_ptr<redis_connection> from);
  void write();
  result<void> add(const std::vector<change_note>& batch);
  void read();
  result<void> find_end();
  result<void> follow();
  void rest();
  bool stopping();

  const note_bus_options options_;
  const note_listener listener_;
  std::unique_ptr<redis_connection> to_, from_;
  std::string last_; ///< the entry read last; empty while away
  std::atomic<bool> flowing_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, uint64_t> waiting_; ///< newest seq by subject
  bool owing_ = false;                      ///< notes were dropped and nobody knows yet
  bool stopping_ = false;
  std::thread writer_, reader_;
};

} // namespace souk::persistence
