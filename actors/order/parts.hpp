// Questions several files of the order ask of its state. Private to this folder.
#pragma once

#include "actors/order/order.hpp"

#include <algorithm>

namespace souk::order {

template <class Items>
auto* find_by_id(Items& items, std::string_view id) {
  const auto it = std::ranges::find_if(items, [&](const auto& x) { return x.id == id; });
  return it == items.end() ? nullptr : &*it;
}

/// Units of one line that are held or claimed.
int64_t units_covered(const model::state& s, size_t line);
bool all_lines_covered(const model::state& s);
/// When the authorisation a confirmed order lives on is gone, if nothing is captured before.
/// Counted from the attempt, so perhaps a little early.
std::optional<time_point> lapses_at(const model::state& s);
/// What a holding order does next at `now`.
std::optional<model::event> follow_holding(const model::state& s, time_point now);

} // namespace souk::order
