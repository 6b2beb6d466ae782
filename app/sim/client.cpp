#include "app/sim/client.hpp"

namespace souk::sim {

void trace::note(std::string_view text) {
  for (const auto c : text)
    note(static_cast<unsigned char>(c));
}

} // namespace souk::sim
