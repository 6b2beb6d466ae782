#include "actors/entity/environment.hpp"

namespace souk::entity {

namespace {
metrics::counter& counter(const char* what, const char* help, std::string_view kind) {
  return metrics::make_counter(std::string("souk_entity_") + what + "_total", help,
                               {{"kind", std::string(kind)}});
}
} // namespace

entity_metrics::entity_metrics(std::string_view kind)
    : commands(counter("commands", "Commands decided.", kind)),
      refusals(counter("refusals", "Commands refused by the model.", kind)),
      repeats(counter("repeats", "Commands recognised as repeats.", kind)),
      events(counter("events", "Events appended.", kind)),
      failures(counter("failures", "Activations that failed and were replaced.", kind)),
      snapshots(counter("snapshots", "Snapshots taken.", kind)) {}

} // namespace souk::entity
