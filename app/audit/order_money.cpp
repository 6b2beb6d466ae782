#include "app/audit/order_fold.hpp"

#include <algorithm>

namespace souk::audit {

namespace {

bool is_open(const attempt_facts& a) { return a.outcome.empty(); }
bool failed(const attempt_facts& a) { return a.outcome.starts_with("failed"); }

} // namespace

bool order_facts::any_attempt_open() const { return std::ranges::any_of(attempts, is_open); }

int64_t order_facts::captured() const {
  int64_t sum = 0;
  for (const auto& i : intents)
    sum += i.captured;
  return sum;
}

int64_t order_facts::refunded() const {
  int64_t sum = 0;
  for (const auto& i : intents)
    sum += i.refunded;
  return sum;
}

const intent_facts* order_facts::find_intent(const std::string& id) const {
  const auto at = std::ranges::find(intents, id, &intent_facts::id);
  return at == intents.end() ? nullptr : &*at;
}

void open_attempt(order_facts& order, const pb::order_event::attempt_opened_fields& e,
                  const order_fault& fault) {
  const auto number = std::to_string(e.number());
  if (e.number() != static_cast<int64_t>(order.attempts.size()) + 1)
    fault("law3", "attempt " + number + " is opened out of turn or twice");
  const auto kind = static_cast<attempt_kind>(e.kind());
  const auto captures_already = [](const attempt_facts& a) {
    return a.kind == attempt_kind::capture && !failed(a);
  };
  if (kind == attempt_kind::capture && std::ranges::any_of(order.attempts, captures_already))
    fault("I3", "captured twice: attempt " + number + " is a second capture");
  if (e.amount() < 0)
    fault("law6", "attempt " + number + " moves a negative amount");
  if ((kind == attempt_kind::authorise || kind == attempt_kind::capture) &&
      e.amount() != order.total)
    fault("I3", "attempt " + number + " is about " + std::to_string(e.amount()) +
                    ", the total is " + std::to_string(order.total));
  order.attempts.push_back({e.number(), kind, e.intent(), e.amount(), {}});
}

void close_attempt(order_facts& order, const pb::order_event::attempt_closed_fields& e,
                   const order_fault& fault) {
  const auto at = std::ranges::find(order.attempts, e.number(), &attempt_facts::number);
  if (at == order.attempts.end() || !is_open(*at))
    return fault("law3", "attempt " + std::to_string(e.number()) + " ends but is not open");
  at->outcome = e.outcome();
}

void see_intent(order_facts& order, const pb::order_intent& e, const std::string& order_id,
                uint64_t row, const order_fault& fault) {
  const auto& id = e.id();
  if (e.currency() != order.currency)
    fault("law6", id + " is in " + e.currency() + ", the order in " + order.currency);
  if (!e.order_id().empty() && e.order_id() != order_id)
    fault("I3", id + " is another order's payment");
  if (e.authorised() < 0 || e.captured() < 0 || e.refunded() < 0)
    fault("law6", id + " has a negative amount");
  if (e.captured() + e.authorised() > e.amount())
    fault("I3", id + " has more captured than was authorised");
  if (e.refunded() > e.captured())
    fault("I3", id + " has more refunded than was captured");
  const auto asked = std::ranges::find(order.attempts, e.attempt(), &attempt_facts::number);
  if (asked != order.attempts.end() && asked->kind == attempt_kind::authorise &&
      asked->amount != e.amount())
    fault("I3", id + " is about another amount than its attempt");
  auto at = std::ranges::find(order.intents, id, &intent_facts::id);
  if (at == order.intents.end())
    at = order.intents.insert(at, intent_facts{.id = id});
  if (e.captured() < at->captured || e.refunded() < at->refunded)
    fault("law6", id + " has less captured or refunded than before");
  const auto moved = (e.captured() - at->captured) - (e.refunded() - at->refunded);
  if (e.captured() != at->captured || e.refunded() != at->refunded)
    order.money[row] += moved;
  *at = {id,           static_cast<intent_status>(e.status()),
         e.amount(),   e.authorised(),
         e.captured(), e.refunded()};
}

void judge_money(const order_facts& order, const order_fault& fault) {
  const auto kept = order.captured() - order.refunded();
  if (order.any_attempt_open())
    return; // it is being settled; whoever owes has a wakeup row
  if (kept > order.total)
    fault("I3", "charged twice: " + std::to_string(kept) + " are kept of a total of " +
                    std::to_string(order.total));
  if (!ended_badly(order.status))
    return;
  if (kept != 0)
    fault("I3", "it ended, and " + std::to_string(kept) + " of the buyer's money are kept");
  for (const auto& i : order.intents)
    if (i.status != intent_status::voided && i.status != intent_status::captured)
      fault("I3", "it ended, and " + i.id + " is neither voided nor captured");
}

} // namespace souk::audit
