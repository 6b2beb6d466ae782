// One entity in memory, as the router sees it: the actor's handle, how much is under way there, and
// the handshake that lets an actor go without losing a message.
//
//   open ──close()──► closed ──(nothing under way)──► gone: the actor quits
//    ▲                  │
//    └────reopen()──────┘ somebody was admitted meanwhile
//
// admit() counts first and looks second, close() marks first and counts second: of two that race at
// least one sees the other.
#pragma once

#include "cluster/messages.hpp"

#include <atomic>
#include <cstdint>

namespace souk::cluster {

/// Thread-safe but for the handle, which is set before others can see the activation.
class activation : public caf::ref_counted {
public:
  explicit activation(entity_id of) : entity(std::move(of)) {}
  ~activation() override;

  enum class admission : uint8_t { admitted, full, closed };

  /// `limit` commands at most are under way at once.
  admission admit(int64_t limit) {
    const auto before = under_way_.fetch_add(1);
    if (closed_.load()) {
      under_way_.fetch_sub(1);
      return admission::closed;
    }
    if (before >= limit) {
      under_way_.fetch_sub(1);
      return admission::full;
    }
    return admission::admitted;
  }
  void leave() { under_way_.fetch_sub(1); }

  /// True when nothing is under way and from now on nothing will be; else it stays open.
  bool try_close() {
    closed_.store(true);
    if (under_way_.load() == 0)
      return true;
    closed_.store(false);
    return false;
  }
  /// For an activation that failed: nobody else is admitted.
  void close() { closed_.store(true); }
  bool is_closed() const { return closed_.load(); }
  int64_t under_way() const { return under_way_.load(); }

  void touch(std::chrono::nanoseconds now) {
    last_used_.store(now.count(), std::memory_order_relaxed);
  }
  std::chrono::nanoseconds last_used() const {
    return std::chrono::nanoseconds{last_used_.load(std::memory_order_relaxed)};
  }

  const entity_id entity;
  entity_actor actor;

private:
  std::atomic<int64_t> under_way_{0};
  std::atomic<bool> closed_{false};
  std::atomic<int64_t> last_used_{0};
};
using activation_ptr = caf::intrusive_ptr<activation>;

} // namespace souk::cluster
