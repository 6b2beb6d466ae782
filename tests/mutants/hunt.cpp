// Looks for the first of a run of seeds in which a checker complains: what ./dev mutants starts for
// each planted bug. Prints "caught SEED TRIED COMPLAINT" or "survived TRIED".
#include "app/sim/sim.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <cstdlib>
#include <iostream>

/// hunt FIRST_SEED SEEDS
int main(int count, char** given) {
  if (count != 3) {
    std::cerr << "hunt FIRST_SEED SEEDS\n";
    return 2;
  }
  const auto first = std::strtoull(given[1], nullptr, 10);
  const auto most = std::strtoull(given[2], nullptr, 10);
  souk::start_crypto();
  souk::log::start(souk::log::level::error, "text");
  for (uint64_t tried = 0; tried < most; ++tried) {
    std::cerr << "seed " << first + tried << "\n"; // whoever crashes in it has said so before
    const auto life = souk::sim::run_seed(first + tried);
    if (life.holds())
      continue;
    std::cout << "caught " << first + tried << " " << tried + 1 << " " << life.complaints.front()
              << "\n";
    return 1;
  }
  std::cout << "survived " << most << "\n";
  return 0;
}
