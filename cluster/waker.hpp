// Durable timers: brings entities into memory whose wakeup row came due, so that what is owed goes
// on after a crash without anybody asking.
#pragma once

#include "cluster/router.hpp"
#include "persistence/journal.hpp"

namespace souk::cluster {

/// How far behind "now" an entity that owes something sets its row while it is working on it
/// itself.
inline constexpr std::chrono::seconds wakeup_grace{2};
inline constexpr std::chrono::milliseconds waker_every{500};
/// Entities woken by one scan at most; the next scan takes the rest.
inline constexpr uint32_t wake_batch = 1'000;

/// Scans this node's shards every `waker_every`; the first scan of a shard that came here looks
/// `wakeup_grace` ahead, because whoever set those rows may be gone. All three must outlive the
/// actor.
duty_actor spawn_waker(caf::actor_system& system, router& route, persistence::journal& journal,
                       const clock& time);

} // namespace souk::cluster
