#include "app/sim/pace.hpp"

#include <algorithm>

namespace souk::sim {

namespace {

using order::status;
using phase = order_model::phase;

constexpr std::chrono::milliseconds look_every{500};
/// Entities that idle for longer are there when their own timers fire.
constexpr std::chrono::seconds keeps_its_timers{60};
/// Nodes join and take their shards.
constexpr std::chrono::seconds begins_after{15};

bool owes_capture(const order_model::state& s) {
  const auto* paid = s.payment();
  return paid && paid->authorised > 0 && !s.is_capturing() &&
         std::ranges::any_of(s.parcels, &order_model::parcel::dispatched);
}

bool owes_parcels(const order_model::state& s) {
  if (s.parcels.empty())
    return s.now == status::confirmed;
  return std::ranges::any_of(s.parcels, [&](const auto& p) {
    const bool packed = std::ranges::any_of(p.reservations, [&](const auto& id) {
      const auto* u = by_id(s.units, id);
      return u && u->phase == phase::claimed;
    });
    return !p.routed || (p.dispatched && (!p.told || packed));
  });
}

bool owes_refund(const order_model::state& s) {
  int64_t asked = 0;
  for (const auto& a : s.attempts)
    if (a.call == order_model::call::refund && a.outcome != never_got_it)
      asked += a.amount;
  return s.refund_asked > asked;
}

} // namespace

time_point goes_on_by(const order_model::state& s, time_point last) {
  const auto soon = last + rest_most;
  if (std::ranges::any_of(s.attempts, &order_model::attempt::open))
    return soon;
  switch (s.now) {
  case status::holding: {
    const bool asks =
        std::ranges::any_of(s.units, [](const auto& u) { return u.phase == phase::asked; });
    return asks || s.retry_at <= last ? soon : last + second_round_after + rest_most;
  }
  case status::authorising:
  case status::claiming:
  case status::compensating:
    return soon;
  case status::payment_failed:
  case status::action_required:
    return std::max(last, s.created + s.what.hold) + rest_most;
  case status::confirmed:
  case status::shipped:
  case status::delivered:
  case status::refunded:
    return !s.cart_told || owes_parcels(s) || owes_capture(s) || owes_refund(s) ? soon : never;
  case status::cancelled:
  case status::rejected:
    return s.cart_told ? never : soon;
  }
  return never;
}

void pace::run_for(std::chrono::nanoseconds span) {
  const auto end = world_.time.elapsed() + span;
  while (world_.time.elapsed() < end) {
    world_.run_for(std::min<std::chrono::nanoseconds>(look_every, end - world_.time.elapsed()));
    if (world_.time.elapsed() < begins_after)
      continue;
    look_at_answers();
    for (const auto& [entity, stored] : world_.store.entities())
      look_at(entity, stored);
  }
}

void pace::look_at_answers() {
  const auto& all = world_.told.requests();
  for (; next_ < all.size(); ++next_)
    if (all[next_].who && all[next_].asked_at >= begun_ + begins_after)
      open_.push_back(&all[next_]);
  std::erase_if(open_, [&](const request* rq) {
    const auto by = answered_by(*rq);
    const auto heard = rq->answer ? rq->answered_at : world_.time.now();
    if (heard > by)
      complain(rq->entity, "#" + std::to_string(rq->number) + " " + in_words(rq->what) +
                               " is not answered in time, though nothing is wrong");
    return rq->answer || heard > by;
  });
}

time_point pace::answered_by(const request& rq) {
  const auto* what = std::get_if<order::command>(&rq.what);
  if (!what || !std::holds_alternative<order::await_outcome>(*what))
    return rq.asked_at + answer_most;
  const auto* s = world_.told.order(rq.entity);
  const bool stands = s && s->exists() && !s->is_awaited();
  return (stands ? std::max(rq.asked_at, s->stands_since) : rq.expires) + answer_most;
}

void pace::look_at(const std::string& entity, const persistence::stored_history& stored) {
  const auto now = world_.time.now();
  if (stored.rows.empty())
    return;
  if (stored.wakeup && *stored.wakeup + rest_most < now)
    complain(entity, "its wakeup came due and nobody cared");
  const auto last = stored.rows.back().at;
  const auto late = world_.plan.idle < keeps_its_timers ? woken_late : 0s;
  if (const auto* s = world_.told.order(entity); s && goes_on_by(*s, last) < now - late)
    complain(entity, "rests though nothing is wrong: " + std::string(to_string(s->now)));
  if (last + rest_most < now)
    if (const auto owed = world_.watch.owes(entity); !owed.empty())
      complain(entity, owed);
}

void pace::complain(const std::string& entity, const std::string& what) {
  if (told_.insert(entity).second)
    world_.watch.complain(entity, what);
}

} // namespace souk::sim
