// What every entity of a node is handed: the journal, time, limits, and where the stuck go.
#pragma once

#include "base/metrics.hpp"
#include "cluster/router.hpp"
#include "persistence/journal.hpp"
#include "supervision/effect_runner.hpp"

namespace souk::entity {

/// Outlives all entities. All members are thread-safe.
struct environment {
  persistence::journal& journal;
  const clock& time;
  supervision::circuit_breakers& breakers;
  supervision::operators_queue& people;
  supervision::effect_limits effects{};
  /// Bytes of journal; a snapshot is not worth it below.
  size_t snapshot_tail_least = 8 * 1024;
};

/// A model's metrics; one set a kind.
struct entity_metrics {
  explicit entity_metrics(std::string_view kind);
  metrics::counter& commands;
  metrics::counter& refusals;
  metrics::counter& repeats;
  metrics::counter& events;
  metrics::counter& failures;
  metrics::counter& snapshots;
};

} // namespace souk::entity
