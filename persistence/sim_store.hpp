// The simulated Postgres behind simulated journals: what is committed, and who is still connected.
// Outlives crashes of nodes; copyable, so that a test can restore an older one.
#pragma once

#include "base/tally.hpp"
#include "persistence/batch.hpp"
#include "persistence/recovery.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace souk::persistence {

/// Single-threaded, like the simulation.
class sim_store {
public:
  sim_store() = default;
  /// Rows are dated by `time`, the database's, which outlives this and its copies.
  explicit sim_store(const clock& time) : time_(&time) {}

  struct ledger_line {
    std::string entity;
    uint64_t seq = 0; ///< of the row it came with
    int line = 0;
    posting what;
  };
  /// Entities an append was refused for; nothing of it happened then.
  struct refusal {
    std::set<std::string> superseded;
    std::set<std::string> unbalanced;
    explicit operator bool() const { return !superseded.empty() || !unbalanced.empty(); }
  };

  /// As append() in migrations/0001_journal.sql: all or nothing.
  /// `by`: the session it comes by. `unlucky`: this entity counts as superseded.
  refusal append(const batch& b, uint64_t by, const std::string& unlucky = {});
  /// The snapshot and the rows behind it, as recovery reads them.
  stored_history read(const std::string& entity) const;
  std::vector<journal::due_entity> due_before(const std::vector<uint32_t>& shards, time_point until,
                                              uint32_t limit) const;
  /// A wakeup row is due by then.
  bool is_anybody_due(time_point until) const {
    return !wakeups_.empty() && wakeups_.begin()->first <= until;
  }

  /// A member's process; 0 when it was declared dead.
  uint64_t open_session(const std::string& node, uint64_t generation);
  /// As end_sessions() in pg_fence.hpp: nothing of theirs commits any more.
  void end_sessions(const std::string& node, uint64_t before);
  using process = std::pair<std::string, uint64_t>; ///< node and generation
  /// As end_sessions_of_dead() in pg_fence.hpp.
  void
  end_sessions_of(const std::function<bool(const std::string& node, uint64_t generation)>& dead);
  /// It opens no session any more.
  void declare_dead(const process& who) { dead_.insert(who); }
  void end_session(uint64_t session) { sessions_.erase(session); }
  bool is_open(uint64_t session) const { return sessions_.contains(session); }
  /// While away nobody connects; going away ends all sessions.
  void set_away(bool away);
  bool is_away() const { return away_; }
  // Two hosts are in everybody's connection string: this server, and its standby.
  /// The standby takes over with all that was acknowledged: the next timeline. Sessions end.
  void fail_over();
  uint32_t timeline() const { return timeline_; }
  /// Where it stands among the two hosts.
  size_t host() const { return timeline_ % 2; }
  /// How many commits there were before this timeline.
  uint64_t left_at(uint32_t older) const { return left_at_.at(older); }
  /// Whether the server that was failed over from can be reached. It answers reads from what it
  /// had; its commits would wait for a standby for ever.
  void set_former_back(bool back) { former_back_ = back; }
  const sim_store* former() const { return former_back_ ? former_.get() : nullptr; }

  /// Whatever is asked of it takes up to so much longer.
  void set_slow(std::chrono::nanoseconds by) { slow_ = by; }
  std::chrono::nanoseconds slow() const { return slow_; }

  /// For checkers, and for tests that corrupt: everything, oldest row first.
  std::map<std::string, stored_history>& entities() { return entities_; }
  const std::map<std::string, stored_history>& entities() const { return entities_; }
  /// nullptr: nothing was committed yet.
  const stored_history* find(const std::string& entity) const {
    const auto known = entities_.find(entity);
    return known == entities_.end() ? nullptr : &known->second;
  }
  const std::vector<ledger_line>& ledger() const { return ledger_; }
  /// Rows that events came with, in the order of commits.
  struct logged {
    std::string entity;
    size_t row = 0; ///< its place among the entity's
  };
  const std::vector<logged>& log() const { return log_; }
  /// Batches so far.
  uint64_t commits() const { return commits_; }
  /// What went wrong here, and on the journals' ways here.
  tally& happened() { return happened_; }
  const tally& happened() const { return happened_; }
  /// `committed` hears of each entity that has just moved on, and by whom.
  void watch(std::function<void(const process& by, const entity_id& of)> committed) {
    committed_ = std::move(committed);
  }

private:
  bool is_next(const batch_entry& e) const;
  void set_wakeup(const std::string& name, stored_history& of, std::optional<time_point> due);

  const clock* time_ = nullptr;
  std::map<std::string, stored_history> entities_;
  std::set<std::pair<time_point, std::string>> wakeups_; ///< the index of their rows
  std::vector<ledger_line> ledger_;
  std::vector<logged> log_;
  std::map<uint64_t, process> sessions_;
  std::set<process> dead_;
  uint64_t session_count_ = 0, commits_ = 0;
  std::function<void(const process&, const entity_id&)> committed_;
  bool away_ = false;
  std::chrono::nanoseconds slow_{0};
  uint32_t timeline_ = 1;
  std::map<uint32_t, uint64_t> left_at_; ///< by timeline
  std::shared_ptr<const sim_store> former_;
  bool former_back_ = false;
  tally happened_;
};

} // namespace souk::persistence
