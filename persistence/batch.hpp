// What one commit carries: fragments that queued meanwhile, merged to rows and chained. Pure; both
// journals use it, so that the simulation packs exactly as the real one does.
#pragma once

#include "persistence/journal.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace souk::persistence {

/// The journal's side of an open stream. `dead` may be read by any thread, the observer is told
/// under a lock so that a closed stream hears nothing more; the rest belongs to the writer.
struct stream_record {
  stream_record(entity_id id, uint64_t last, const chain_hash& last_chain,
                std::weak_ptr<journal_observer> told)
      : entity(std::move(id)), seq(last), chain(last_chain), observer(std::move(told)) {}

  const entity_id entity;
  uint64_t seq;                    ///< committed
  chain_hash chain;                ///< of its last committed row
  uint64_t trusted_connection = 0; ///< the one that acknowledged its previous row
  std::atomic<bool> dead{false};

  void tell_committed(uint64_t up_to);
  /// Once: the stream is dead afterwards.
  void tell_failed(const failure& why);
  void close();

private:
  std::mutex telling_;
  bool closed_ = false;
  std::weak_ptr<journal_observer> observer;
};

/// A row before it is written. events = 0: nothing is inserted, but `first_seq` must be the next.
struct batch_row {
  uint64_t first_seq = 0;
  uint32_t events = 0;
  std::string payload;
  std::vector<posting> postings;
  chain_hash previous{};
  chain_hash chain{};
  bool check = false; ///< look up the predecessor
};

/// One stream's share of a batch.
struct batch_entry {
  std::shared_ptr<stream_record> stream;
  std::vector<batch_row> rows;
  std::optional<wakeup_change> wakeup;
  std::optional<snapshot_row> snapshot;
  chain_hash snapshot_chain{};
  uint64_t events = 0;
  bool balanced = true; ///< each fragment's legs sum to zero for each currency

  uint64_t end_seq() const { return stream->seq + events; }
};

class batch {
public:
  /// False when another stream of the same entity is in already: it has to wait for the next batch,
  /// where the look-up will tell which of them is superseded.
  bool add(const std::shared_ptr<stream_record>& stream, fragment& f);
  /// Chains the rows. Look-ups are skipped for streams whose last row `connection` acknowledged.
  void seal(uint64_t connection);
  /// After a unique violation nobody is trusted.
  void check_everything();
  /// Takes the entries for which `gone` holds, telling each the failure.
  size_t drop(const std::function<bool(const batch_entry&)>& gone, const failure& why);
  /// After the commit: moves the streams on and tells them.
  void acknowledge(uint64_t connection);

  const std::vector<batch_entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  size_t bytes() const { return bytes_; }
  size_t rows() const;
  uint64_t events() const;
  /// The same entries, one to a batch.
  std::vector<batch> split();

private:
  /// Where the stream's entry is; nothing when another stream of the entity has it.
  std::optional<size_t> place_of(const std::shared_ptr<stream_record>& stream);

  std::vector<batch_entry> entries_;
  std::unordered_map<std::string_view, size_t> by_entity_;
  size_t last_ = 0; ///< where the last fragment went
  size_t bytes_ = 0;
};

/// What a fragment counts for in a queue's limit.
size_t size_of(const fragment& f);

} // namespace souk::persistence
