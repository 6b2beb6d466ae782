// The live topics of one node: the hub behind a lock, the look-ups it asks for, and the clients'
// sessions checked again and again.
#pragma once

#include "base/metrics.hpp"
#include "http/live/client.hpp"

#include <atomic>
#include <deque>

namespace souk::live {

inline constexpr size_t clients_max = 8'000;                   ///< of a node
inline constexpr std::chrono::milliseconds check_every{3'000}; ///< a revoked session lives on

/// Answers the public state of a topic, on any thread, perhaps at once; or never, when the node
/// stops.
using look_up = std::function<void(const topic&, callback<state>)>;

/// Thread-safe. Outlives its clients and the answers to its look-ups.
class service {
public:
  /// `notes_come`: see persistence::note_bus::flowing().
  service(look_up look, const clock& time, std::function<bool()> notes_come,
          hub_limits limits = {});

  /// The topic's subject changed ("order:…"), or anything may have ("*"). seq 0: not known which
  /// change it was.
  void changed(const std::string& subject, uint64_t seq);
  /// Called every few milliseconds: begins what is due.
  void tick();

  /// errc::overloaded when there are too many.
  result<std::shared_ptr<http::conversation>> welcome(visitor who);

  // of clients
  result<void> subscribe(client& who, const topic& to, std::optional<uint64_t> since, right by);
  void unsubscribe(client& who, const std::string& name);
  void arrived(const std::shared_ptr<client>& who);
  void left(client& who);
  std::chrono::nanoseconds now() const { return time_.monotonic(); }

  struct counters {
    metrics::gauge& clients;
    metrics::gauge& topics;
    metrics::gauge& subscriptions;
    metrics::counter& told;
    metrics::counter& heard;
    metrics::counter& dropped;
    metrics::counter& looked;
    counters();
  } counted;

private:
  void begin_due();
  void check_sessions();

  const look_up look_;
  const clock& time_;
  const std::function<bool()> notes_come_;
  std::atomic<size_t> clients_{0};
  std::mutex guard_; ///< of what follows
  hub hub_;
  struct check {
    std::chrono::nanoseconds due;
    std::weak_ptr<client> who;
  };
  std::deque<check> checks_; ///< rises in `due`
};

} // namespace souk::live
