// Asking another entity on an entity's behalf. The command's id is (source, step): however often it
// is repeated, the target does it once.
#pragma once

#include "actors/entity/ask.hpp"

namespace souk::entity {

/// How long a handed-over command is worth deciding; the effect runner repeats it anyway.
inline constexpr std::chrono::seconds hand_over_age{30};

inline cluster::command_meta hand_over_meta(const entity_id& source, const std::string& step,
                                            const clock& time) {
  return {make_command_id({"hand-over", source.text(), step}),
          fingerprint(step),
          time.now() + hand_over_age,
          {}};
}

/// Asks Domain's entity `key`; `then` turns the outcome into the command that records it, or into a
/// failure, which means "again later".
template <class Domain, class Command, class C, class Then>
void hand_over(cluster::router& route, const clock& time, const entity_id& source,
               const std::string& step, std::string_view key, C what, Then then,
               callback<Command> done) {
  ask<Domain>(route, key, std::move(what), hand_over_meta(source, step, time),
              [then = std::move(then), done = std::move(done)](result<typename C::reply> answer) {
                done(then(std::move(answer)));
              });
}

} // namespace souk::entity
