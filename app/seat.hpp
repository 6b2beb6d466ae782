// A node's seat in the cluster: its row in the membership table, its links to the others, and the
// participant that keeps both right.
#pragma once

#include "adapters/basp_links.hpp"
#include "app/runtime.hpp"
#include "cluster/participant.hpp"
#include "cluster/pg_membership.hpp"

#include <condition_variable>
#include <optional>

namespace souk::app {

/// How long start() waits to be let in: longer than dead members take to be found out.
inline constexpr std::chrono::seconds join_deadline{20};
/// For the other nodes to hear that this one has left.
inline constexpr std::chrono::seconds farewell_deadline{2};

/// Blocks, so it is for the main thread.
class seat {
public:
  /// `on` outlives this; its router is started with hooks().
  seat(const config& c, uint64_t generation, runtime& on, entropy& random);
  ~seat();

  cluster::membership_hooks hooks();
  /// Listens, joins and waits until this node is active. errc::conflict when its name or the
  /// database is another's, errc::timed_out.
  result<void> start();
  bool is_member() const { return member_; }
  /// Hands every shard over, as far as others take them within `most`.
  void leave(std::chrono::seconds most);
  /// Says that this process is gone, and ends links and actors.
  void stop();

private:
  enum class news : uint8_t { none, joined, refused, left };

  cluster::member row() const;
  cluster::participant_events events();
  void tell(news what);
  bool await(news what, std::chrono::milliseconds most);
  void run_on_participant(std::function<void(cluster::participant&)> what);

  const config& config_;
  const uint64_t generation_;
  runtime& runtime_;
  persistence::pg_pool table_rows_;
  cluster::pg_membership table_;
  adapters::basp_links links_;
  cluster::mesh mesh_;
  std::atomic<bool> member_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  news latest_ = news::none;
  std::optional<failure> why_refused_;
  cluster::duty_actor participant_; ///< under mutex_
};

} // namespace souk::app
