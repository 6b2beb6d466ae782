// The membership table in the simulation: one store for all nodes, and each node's way to it with
// its own delays and faults, on virtual time.
#pragma once

#include "cluster/membership_table.hpp"
#include "persistence/sim_journal.hpp"

#include <map>
#include <memory>
#include <optional>
#include <random>

namespace souk::cluster {

/// What is committed. Beside a sim_store, because both are one Postgres: it is away when that is.
/// Single-threaded; outlives the nodes.
class sim_membership_store {
public:
  sim_membership_store(persistence::sim_store& journals, const clock& time)
      : journals_(journals), time_(time) {}

  /// As write_member() in migration 0050, and level_in_use() in 0054.
  result<uint64_t> write(const std::string& cluster, uint64_t expected, const member& row);
  result<membership> read(const std::string& cluster) const;
  result<uint64_t> confirm(const node_ref& who);
  void fence(const std::set<node_ref>& also);
  void farewell(const node_ref& who);
  void forget_dead(time_point when);
  /// As `souk drain` does. False when the table is away, or the node no active member.
  bool ask_to_leave(const node_ref& who);
  bool is_away() const { return journals_.is_away(); }
  uint32_t timeline() const { return journals_.timeline(); }
  size_t host() const { return journals_.host(); }
  std::chrono::nanoseconds slow() const { return journals_.slow(); }
  uint64_t next_generation() { return ++generations_; }

  /// Listed and not dead.
  bool lives(const node_ref& who) const;
  /// For checkers.
  const membership& rows() const { return rows_; }
  /// What went wrong on the nodes' ways here, and what they made of it.
  tally& happened() { return journals_.happened(); }
  /// It spoke again since then after 3 s of silence: whoever looked before took it for gone,
  /// perhaps.
  bool was_silent(const node_ref& who, time_point since) const;
  /// Called after each write; nothing once its owner is gone.
  void watch(std::weak_ptr<std::function<void()>> changed);

private:
  bool is_dead(const node_ref& who) const;
  member* find(const node_ref& who);
  void tell_watchers();

  persistence::sim_store& journals_;
  const clock& time_;
  membership rows_;
  std::optional<std::string> cluster_;
  uint64_t forgotten_ = 0; ///< generations up to here without a row are dead
  uint64_t generations_ = 0;
  std::map<node_ref, time_point> spoke_again_; ///< after a silence
  std::vector<std::weak_ptr<std::function<void()>>> watchers_;
};

/// Chances are in parts per million of calls.
struct sim_membership_faults {
  std::chrono::nanoseconds latency_least = 200us;
  std::chrono::nanoseconds latency_most = 3ms;
  uint32_t lost_before = 0;               ///< unavailable, and nothing happened
  uint32_t lost_after = 0;                ///< unavailable, although it happened
  uint32_t answered_late = 0;             ///< it happens, and is heard of up to `patience` later
  uint32_t unheard = 0;                   ///< of notifications: this node is not told
  std::chrono::nanoseconds fence_most{0}; ///< longer, until the last session has ended
  std::chrono::nanoseconds patience = 2s; ///< until a table that is away answers unavailable
};

/// A node's way to the table. Destroying it is the node's crash: what it has sent still happens, it
/// is told nothing.
class sim_membership final : public membership_table {
public:
  sim_membership(sim_membership_store& store, persistence::run_later later, std::string cluster,
                 uint64_t seed = 1, sim_membership_faults faults = {});

  void set_faults(const sim_membership_faults& f) { state_->faults = f; }
  /// `reached` runs whenever a server has answered: which one, all of this process know then.
  void when_reached(std::function<void(uint32_t timeline, size_t host)> reached) {
    state_->reached = std::move(reached);
  }
  /// Cuts this node alone off the database.
  void set_reachable(bool reachable) { state_->reachable = reachable; }

  void read(callback<membership> done) override;
  void write(uint64_t expected, const member& row, callback<uint64_t> done) override;
  void confirm(const node_ref& who, callback<uint64_t> done) override;
  void fence(const std::set<node_ref>& also, callback<void> done) override;
  void farewell(const node_ref& who, callback<void> done) override;
  void forget_dead(time_point when, callback<void> done) override;
  void watch(std::function<void()> changed) override;

private:
  struct state {
    sim_membership_store& store;
    persistence::run_later later;
    std::string cluster;
    std::mt19937_64 random;
    sim_membership_faults faults;
    bool reachable = true;
    std::function<void(uint32_t timeline, size_t host)> reached = [](uint32_t, size_t) {};

    std::chrono::nanoseconds latency();
    std::chrono::nanoseconds delay_of_answer();
    std::chrono::nanoseconds delay_of_fence();
    bool strikes(uint32_t chance) { return random() % 1'000'000 < chance; }
    bool is_cut() const { return !reachable || store.is_away(); }
  };

  template <class T, class Work>
  void call(Work work, callback<T> done, std::chrono::nanoseconds longer = {});

  std::shared_ptr<state> state_;
  std::shared_ptr<std::function<void()>> watching_;
};

} // namespace souk::cluster
