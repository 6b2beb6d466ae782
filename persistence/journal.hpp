// The journal: the truth about every entity. A row is one commit of one entity, accepted only where
// its predecessor ends (law 1). Two implementations, Postgres and the simulated one, pass one
// contract suite.
//
// Life of a stream (one activation of one entity, used by one actor at a time):
//
//   recover ──► open ──► append* ──► committed* ──► close
//                           └──────► failed (once; nothing is accepted after it: replay from
//                           recover)
#pragma once

#include "base/crypto.hpp"
#include "base/entity_id.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace souk::persistence {

/// One row of the journal as replay sees it.
struct journal_row {
  uint64_t first_seq = 0; ///< number of its first event; the first event of an entity is 1
  uint32_t events = 0;    ///< ≥ 1
  std::string payload;    ///< packed entries (proto/journal.proto)
};

struct snapshot_row {
  uint64_t seq = 0;     ///< the event it ends with
  uint32_t version = 0; ///< of the state's schema
  std::string payload;
};

/// Everything needed to bring an entity back: the newest snapshot, then the rows behind it.
struct recovered {
  std::optional<snapshot_row> snapshot;
  std::vector<journal_row> tail;    ///< unbroken, first_seq = snapshot seq + 1 (or 1)
  uint64_t seq = 0;                 ///< last event stored, 0 for a new entity
  chain_hash chain{};               ///< of the last row, zeros for a new entity
  std::optional<time_point> wakeup; ///< the entity's wakeup row
};

/// One leg of a double entry; the legs of one fragment sum to zero for each currency.
struct posting {
  std::string account;   ///< "psp_clearing", "sales", "tax_payable", "shipping_income", …
  std::string reference; ///< the order id
  int64_t amount = 0;    ///< minor units; debit positive, credit negative
  souk::currency currency;
};

/// What the wakeup row should be after this commit.
struct wakeup_change {
  std::optional<time_point> due; ///< nothing: remove the row
};

/// What an entity adds in one go. Fragments that queue behind a commit are packed into one row.
struct fragment {
  uint32_t events = 0; ///< 0 for a lone wakeup change or a lone snapshot
  std::string payload; ///< serialised entries; payloads of several fragments concatenate
  std::vector<posting> postings;
  std::optional<wakeup_change> wakeup;
  std::optional<snapshot_row> snapshot; ///< seq = this fragment's last event
};

/// Told on the journal's threads; implementations only pass a message on. Weakly held by the
/// journal.
class journal_observer {
public:
  virtual ~journal_observer() = default;
  /// Everything up to `seq` is durable. Rises strictly.
  virtual void committed(uint64_t seq) = 0;
  /// superseded: another history won; unavailable: the outcome of what was not acknowledged is
  /// unknown; internal: postings that do not balance. The stream is dead.
  virtual void failed(const failure& why) = 0;
};

/// An activation's end of the journal. Not thread-safe; append never blocks.
class journal_stream {
public:
  virtual ~journal_stream() = default; ///< closes: nothing is told to the observer afterwards
  /// False when the stream is dead, the writer's queue is at its limit or Postgres is away: append
  /// nothing, answer `overloaded`. Ask before each decision: what is appended until the next time
  /// is sent by the connection that stands now or not at all, so that whoever ends it has ended
  /// all that was decided before.
  virtual bool accepts() = 0;
  /// Queues; the fragment's first event gets the number behind the last one appended.
  virtual void append(fragment f) = 0;
};

/// A stream with nothing on its way outlives a lost connection; one with something, sent or not,
/// fails with `unavailable`. Streams are not appended to once their journal is gone.
class journal {
public:
  virtual ~journal() = default;
  /// unavailable, or corrupt for a gap, an overlap or a broken chain. Answers on any thread.
  virtual void recover(const entity_id& entity, callback<recovered> done) = 0;
  /// `seq` and `chain` as recovered.
  virtual std::unique_ptr<journal_stream> open(const entity_id& entity, uint64_t seq,
                                               const chain_hash& chain,
                                               std::weak_ptr<journal_observer> observer) = 0;

  struct due_entity {
    entity_id entity;
    time_point due;
  };
  /// Wakeup rows of these shards due at or before `until`, earliest first, `limit` at most.
  virtual void due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                          callback<std::vector<due_entity>> done) = 0;
};

} // namespace souk::persistence
