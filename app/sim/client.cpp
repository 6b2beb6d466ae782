#include "app/sim/client.hpp"

namespace souk::sim {

void trace::note(std::string_view text) {
  for (const auto c : text)
    note(static_cast<unsigned char>(c));
}

std::string client::story(const std::string& entity) const {
  std::string out;
  for (const auto& l : history_)
    if (l.entity == entity)
      out += "  " + std::to_string(l.at / 1ms) + " ms  " + l.what + "\n";
  return out;
}

} // namespace souk::sim
