// A node's journal in the simulation: the same batches, refusals and unknown outcomes as the real
// one, on virtual time and with seeded faults. Destroying it is the node's crash; what its last
// commit does then is up to the seed, until someone ends the node's sessions (sim_store).
#pragma once

#include "persistence/journal.hpp"
#include "persistence/sim_store.hpp"

#include <functional>

namespace souk::persistence {

/// Runs something later on the virtual clock.
using run_later = std::function<void(std::chrono::nanoseconds, std::function<void()>)>;

/// Chances are in parts per million of commits.
struct sim_faults {
  std::chrono::nanoseconds latency_least = 100us;
  std::chrono::nanoseconds latency_most = 2ms;
  uint32_t refused = 0;     ///< a stream is called superseded although nothing else was written
  uint32_t lost_before = 0; ///< the connection dies, nothing was committed
  uint32_t lost_after = 0;  ///< the connection dies, all of it was committed
  uint32_t late = 0; ///< the connection dies, the commit comes later unless the session is ended
  std::chrono::nanoseconds reconnect = 20ms; ///< how long it takes to come back
};

struct sim_journal_options {
  std::string node = "node-1";
  uint64_t generation = 1;
  uint64_t seed = 1;
  size_t queue_bytes_max = 64 << 20;
  size_t batch_bytes_max = 8 << 20;
  size_t batch_fragments_max = 32'768;
};

/// Single-threaded. Streams may outlive it; they are dead then.
class sim_journal final : public journal {
public:
  enum class fate : uint8_t { commits, refused, lost_before, lost_after, late };

  sim_journal(sim_store& store, run_later later, sim_journal_options options,
              sim_faults faults = {});
  ~sim_journal() override;

  bool ready() const;
  /// The next commit's fate, whatever the seed says.
  void decide_next(fate f);
  void set_faults(const sim_faults& f);
  /// So much longer, at most, until one of its commits reaches Postgres, and is heard of.
  void set_stuck(std::chrono::nanoseconds most);
  /// Otherwise this node's connections end, and none comes about.
  void set_reachable(bool is);
  /// Another connection of this process has met this server.
  void meet(uint32_t timeline, size_t host);

  void recover(const entity_id& entity, callback<recovered> done) override;
  std::unique_ptr<journal_stream> open(const entity_id& entity, uint64_t seq,
                                       const chain_hash& chain,
                                       std::weak_ptr<journal_observer> observer) override;
  void due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                  callback<std::vector<due_entity>> done) override;

private:
  struct state;
  class stream;
  std::shared_ptr<state> state_;
};

} // namespace souk::persistence
