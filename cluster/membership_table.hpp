// The membership table behind an interface: rows in Postgres, or the simulated ones. Both pass one
// contract suite (tests/kit/membership_contract.hpp).
#pragma once

#include "cluster/member.hpp"

#include <functional>
#include <set>

namespace souk::cluster {

/// Thread-safe; answers on any thread. errc::unavailable when the database is away or is not the
/// one it was (a lower timeline).
class membership_table {
public:
  virtual ~membership_table() = default;
  virtual void read(callback<membership> done) = 0;
  /// Compare and swap: puts `row` in place of the one of the same node and generation, or adds it,
  /// and raises the version, if that is still `expected`. Answers the new version; errc::conflict
  /// when another writer was first. `alive_at` becomes the database's now, unless the row is dead
  /// or suspected: then others speak of it. A dead row is never brought back: errc::conflict.
  virtual void write(uint64_t expected, const member& row, callback<uint64_t> done) = 0;
  /// Notes that `who` lives, without a new version. Answers the version; errc::superseded when the
  /// table calls it dead or does not know it.
  virtual void confirm(const node_ref& who, callback<uint64_t> done) = 0;
  /// Ends the journal sessions of every process that is dead by the table, and of those of `also`,
  /// waits until they are gone, then commits: what is replayed behind the answer is all that the
  /// dead will ever have written, and all that the others have decided so far.
  virtual void fence(const std::set<node_ref>& also, callback<void> done) = 0;
  /// The last word of a process that has read itself dead: it answers nothing any more, so nobody
  /// has to wait for that. Takes the votes out of its row, without a new version, and tells
  /// whoever watches. Nothing happens when the table does not call it dead.
  virtual void farewell(const node_ref& who, callback<void> done) = 0;
  /// Removes rows that are dead since before `when`.
  virtual void forget_dead(time_point when, callback<void> done) = 0;
  /// Calls `changed` after each write of anybody, as far as the database gets through; polling
  /// `confirm` covers what is missed. Nothing stops the hearing.
  virtual void watch(std::function<void()> changed) = 0;
};

} // namespace souk::cluster
