// The audit once all faults have ended for a while: what needs neither the provider's memory nor a
// buyer is done.
#include "app/sim/audit.hpp"

#include <algorithm>

namespace souk::sim {

using order::status;

void audit::find_overdue(time_point now) {
  for (const auto& [entity, stored] : store_.entities()) {
    fold_of(entity);
    if (stored.wakeup && *stored.wakeup + wakeup_slack < now)
      complain(entity, "its wakeup came due and nobody cared");
  }
}

void audit::settled(time_point now) {
  find_overdue(now);
  for (const auto& entry : store_.entities()) {
    const auto& entity = entry.first;
    const auto& fold = fold_of(entity);
    if (const auto owed = owes(entity); !owed.empty())
      complain(entity, owed);
    if (const auto* order = std::get_if<order_fold>(&fold.of))
      settled_order(entity, *order);
  }
}

void audit::forgotten(time_point now) {
  constexpr std::chrono::hours a_month{30 * 24}, slack{1};
  for (const auto& [entity, stored] : store_.entities())
    if (const auto* cart = std::get_if<cart_fold>(&fold_of(entity).of);
        cart && cart->now == cart_fold::phase::open &&
        stored.rows.back().at + a_month + slack < now)
      complain(entity, "is still there after a month");
}

std::string audit::owes(const std::string& entity) {
  const auto* cart = std::get_if<cart_fold>(&fold_of(entity).of);
  if (cart && cart->now == cart_fold::phase::merging)
    return "is still being merged";
  if (cart)
    for (const auto& [id, total] : cart->orders)
      if (committed("order/" + id) == 0)
        return "still owes the birth of order/" + id;
  return "";
}

void audit::settled_order(const std::string& entity, const order_fold& order) {
  const bool asks_provider =
      std::ranges::any_of(order.attempts, [](const auto& attempt) { return attempt.second; });
  const bool waits_for_itself = order.now == status::holding || order.now == status::claiming;
  const bool waits_for_provider =
      order.now == status::authorising || order.now == status::compensating;
  if (waits_for_itself || (waits_for_provider && !asks_provider))
    complain(entity, "goes on no more: " + std::string(order::to_string(order.now)));
}

} // namespace souk::sim
