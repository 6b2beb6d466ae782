// Has an order asked everybody who could have its units?
#include "app/sim/explain_order.hpp"

#include <algorithm>

namespace souk::sim {

namespace {

using phase = order_model::phase;
using units = std::vector<const order_model::unit*>;

bool any(const units& all, auto is) {
  return std::ranges::any_of(all, [&](const auto* u) { return is(*u); });
}

/// Each candidate for all of it; then, if together they have enough, each for a part.
bool is_exhausted(const order::placed_line& line, const units& asked) {
  const bool all_asked = std::ranges::all_of(line.warehouses, [&](const auto& warehouse) {
    return any(asked, [&](const auto& u) { return u.warehouse == warehouse; });
  });
  int64_t together = 0;
  for (const auto* u : asked)
    together += u->partial ? 0 : u->available;
  const bool in_parts = any(asked, [](const auto& u) { return u.partial; });
  return all_asked && (in_parts || together < line.quantity);
}

} // namespace

std::string why_search_goes_on(const order_model::state& s, errc why) {
  bool only_held = true;
  for (size_t n = 0; n < s.what.lines.size(); ++n) {
    const auto& line = s.what.lines[n];
    units asked;
    for (const auto& u : s.units)
      if (u.line == n && (u.round == s.round || u.phase == phase::asked))
        asked.push_back(&u);
    const bool waits = any(asked, [](const auto& u) { return u.phase == phase::asked; });
    if (waits || s.covered(n) >= line.quantity)
      continue;
    if (s.covered(n) == 0 && !is_exhausted(line, asked))
      return "gives up before it has asked everybody";
    only_held = only_held && any(asked, [](const auto& u) {
                  return u.phase == phase::refused && u.why == errc::held;
                });
  }
  if (only_held != (why == errc::held))
    return "gives up for another reason than it was told";
  return "";
}

} // namespace souk::sim
