// Makes a failing life small: leaves out faults and people's acts as long as the same complaint
// comes. Delta debugging (Zeller & Hildebrandt 2002, ddmin).
#pragma once

#include "app/sim/sim.hpp"

#include <functional>

namespace souk::sim {

struct shrunk {
  excerpt kept;
  verdict last;  ///< of living just that
  int lives = 0; ///< that were tried
};

/// Lives parts of a life, as run_seed() does.
using live_again = std::function<verdict(const excerpt& kept)>;

/// Asks for parts of the life behind `failed`, which holds a complaint, at most `lives_most` times.
shrunk shrink(const verdict& failed, int lives_most, const live_again& live);

} // namespace souk::sim
