// How an order finds its units: every candidate for a whole line first, then for parts of it.
#include "actors/order/parts.hpp"

#include <map>

namespace souk::order {

using event = model::event;
using state = model::state;

int64_t units_covered(const state& s, size_t line) {
  int64_t sum = 0;
  for (const auto& r : s.reservations)
    if (r.line == line && (r.state == unit_state::held || r.state == unit_state::claimed))
      sum += r.granted;
  return sum;
}

bool all_lines_covered(const state& s) {
  for (size_t line = 0; line < s.what.lines.size(); ++line)
    if (units_covered(s, line) < s.what.lines[line].quantity)
      return false;
  return true;
}

namespace {

/// Where one line of a holding order stands in this round.
struct line_search {
  int64_t covered = 0;
  int64_t available = 0; ///< free units that refusals told of
  bool waiting = false;
  errc verdict = errc::sold_out;
  size_t asked = 0;
  std::map<std::string, bool> tried_whole, tried_partial; ///< by warehouse: it may still have some
};

line_search search_of(const state& s, size_t line) {
  line_search found;
  found.covered = units_covered(s, line);
  for (const auto& r : s.reservations) {
    if (r.line != line)
      continue;
    ++found.asked;
    found.waiting |= r.state == unit_state::asked;
    if (r.round != s.round)
      continue;
    (r.partial ? found.tried_partial : found.tried_whole)[r.warehouse] =
        r.state == unit_state::refused && r.available > 0;
    if (r.state == unit_state::refused && r.why == errc::held)
      found.verdict = errc::held;
    if (r.state == unit_state::refused && !r.partial)
      found.available += r.available;
  }
  return found;
}

/// First every candidate for the whole line, nearest first; then, if together they have enough,
/// each for what it has.
std::optional<event> next_hold(const state& s, size_t line, const line_search& found) {
  const auto& wanted = s.what.lines[line];
  const auto ask = [&](const std::string& warehouse, bool partial) {
    return event{
        hold_asked{s.what.order_id + "/" + std::to_string(line) + "/" + std::to_string(found.asked),
                   line, warehouse, wanted.quantity - found.covered, partial, s.round}};
  };
  if (found.covered == 0)
    for (const auto& warehouse : wanted.warehouses)
      if (!found.tried_whole.contains(warehouse))
        return ask(warehouse, false);
  if (found.covered == 0 && found.tried_partial.empty() && found.available < wanted.quantity)
    return {};
  for (const auto& warehouse : wanted.warehouses) {
    const auto whole = found.tried_whole.find(warehouse);
    if (!found.tried_partial.contains(warehouse) &&
        (whole == found.tried_whole.end() || whole->second))
      return ask(warehouse, true);
  }
  return {};
}

} // namespace

std::optional<event> follow_holding(const state& s, time_point now) {
  if (all_lines_covered(s))
    return moved{s.what.sums.total.amount > 0 ? status::authorising : status::claiming,
                 errc::internal, ""};
  if (now >= s.created + holding_deadline)
    return moved{status::compensating, errc::unavailable, "stock did not answer in time"};
  if (now < s.retry_at)
    return {};
  bool waiting = false, only_held = true, exhausted = false;
  for (size_t line = 0; line < s.what.lines.size(); ++line) {
    const auto found = search_of(s, line);
    waiting |= found.waiting;
    if (found.covered >= s.what.lines[line].quantity || found.waiting)
      continue;
    if (auto ask = next_hold(s, line, found))
      return ask;
    exhausted = true;
    only_held &= found.verdict == errc::held;
  }
  if (!exhausted || (waiting && only_held))
    return {};
  if (only_held && s.round == 0)
    return round_postponed{now + held_retry};
  return moved{status::compensating, only_held ? errc::held : errc::sold_out, "not enough units"};
}

} // namespace souk::order
