// The journal in Postgres: writers with group commit, reads through the pool.
#pragma once

#include "persistence/journal.hpp"
#include "persistence/journal_writer.hpp"

namespace souk::persistence {

/// Thread-safe. Its writers connect by themselves, again and again; while Postgres is away appends
/// and recoveries fail with `unavailable`, and accepts() is false.
class pg_journal final : public journal {
public:
  /// `reads` outlives the journal. The schema is there (migrations.hpp).
  pg_journal(journal_options options, sql::pool& reads);
  /// Commits what is queued, when Postgres is there.
  ~pg_journal() override;

  /// True when every writer has ended its predecessor's session and has committed since.
  bool ready() const;

  void recover(const entity_id& entity, callback<recovered> done) override;
  std::unique_ptr<journal_stream> open(const entity_id& entity, uint64_t seq,
                                       const chain_hash& chain,
                                       std::weak_ptr<journal_observer> observer) override;
  void due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                  callback<std::vector<due_entity>> done) override;

private:
  journal_writer& writer_of(const entity_id& entity);

  const journal_options options_;
  sql::pool& reads_;
  std::vector<std::unique_ptr<journal_writer>> writers_;
};

} // namespace souk::persistence
