// Brings answers of other threads back to the participant's actor. Part of participant.hpp.
#pragma once

#include "cluster/participant.hpp"

#include <caf/send.hpp>

namespace souk::cluster {

template <class F>
auto participant::here(F what) {
  return [self = caf::actor_cast<duty_actor>(this), what = std::move(what)](auto&& answer) {
    caf::anon_send(
        self, make_task([what, answer = std::forward<decltype(answer)>(answer)] { what(answer); }));
  };
}

} // namespace souk::cluster
