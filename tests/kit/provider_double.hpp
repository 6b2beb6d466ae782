// A payment provider for tests in the terms of payment::intent: what it does is decided by the
// payment method, and it answers a repeated key with what it answered first, however stale that is
// by now.
#pragma once

#include "actors/order/order.hpp"

#include <map>
#include <random>
#include <set>

namespace souk::kit {

/// Methods: "good", "declined", "action" (waits for the buyer), "slow" (authorised or declined
/// later), "unknown" (no such card: the call itself is refused).
class provider_double {
public:
  using status = payment::intent_status;

  std::map<std::string, payment::intent> intents;
  std::vector<payment::intent> webhooks; ///< facts under way, in no order
  std::set<std::string> meddled;         ///< orders whose money others moved

  result<payment::intent> call(const std::string& key, const std::string& order_id,
                               const order::attempt& a) {
    if (const auto known = answers_.find(key); known != answers_.end())
      return known->second;
    auto fact = execute(order_id, a);
    if (fact)
      answers_.emplace(key, *fact);
    return fact;
  }
  const payment::intent* read(const std::string& id) const {
    const auto it = intents.find(id);
    return it == intents.end() ? nullptr : &it->second;
  }
  const payment::intent* find(const std::string& order_id, int64_t attempt) const {
    for (const auto& [id, i] : intents)
      if (i.order_id == order_id && i.attempt == attempt)
        return &i;
    return nullptr;
  }
  /// The buyer acts on every intent that waits for it, well or badly.
  void authenticate(payment::intent& i, bool well) {
    if (i.status == status::requires_action || i.status == status::processing)
      move(i, well ? status::requires_capture : status::requires_payment_method);
  }
  /// The bank lets an authorisation go.
  void lapse(payment::intent& i) {
    if (i.status == status::requires_capture) {
      move(i, status::canceled);
      meddled.insert(i.order_id);
    }
  }
  /// Somebody refunds on the provider's own pages.
  void refund_outside(payment::intent& i, int64_t amount) {
    if (amount < 1 || amount > i.captured - i.refunded)
      return;
    i.refunded += amount;
    webhooks.push_back(i);
    meddled.insert(i.order_id);
  }
  void settle_processing(std::mt19937_64& dice) {
    for (auto& [id, i] : intents)
      if (i.status == status::processing)
        authenticate(i, dice() % 2 == 0);
  }

private:
  result<payment::intent> execute(const std::string& order_id, const order::attempt& a) {
    using order::attempt_kind;
    if (a.kind == attempt_kind::authorise)
      return authorise(order_id, a);
    const auto it = intents.find(a.intent);
    if (it == intents.end())
      return fail(errc::invalid, "no such intent");
    auto& i = it->second;
    switch (a.kind) {
    case attempt_kind::confirm:
      if (i.status == status::requires_payment_method)
        return fail(errc::invalid, "no payment method");
      break;
    case attempt_kind::capture:
      if (i.status == status::requires_capture) {
        i.captured = a.amount;
        move(i, status::succeeded);
      }
      break;
    case attempt_kind::cancel:
      if (i.status != status::succeeded && i.status != status::canceled)
        move(i, status::canceled);
      break;
    case attempt_kind::refund:
      if (i.captured - i.refunded < a.amount)
        return fail(errc::invalid, "more than is left of the charge");
      i.refunded += a.amount;
      webhooks.push_back(i);
      break;
    case attempt_kind::authorise:
      break;
    }
    return i;
  }
  result<payment::intent> authorise(const std::string& order_id, const order::attempt& a) {
    if (a.payment_method == "unknown")
      return fail(errc::invalid, "no such card");
    const auto id = "pi_" + std::to_string(intents.size() + 1);
    auto& i = intents[id];
    i = {.id = id, .status = status::requires_payment_method, .amount = {a.amount, {}}};
    i.order_id = order_id;
    i.attempt = a.number;
    webhooks.push_back(i); // "created", before anything was tried
    const auto& card = a.payment_method;
    move(i, card == "declined" ? status::requires_payment_method
            : card == "action" ? status::requires_action
            : card == "slow"   ? status::processing
                               : status::requires_capture);
    return i;
  }
  void move(payment::intent& i, status to) {
    i.status = to;
    i.authorised = to == status::requires_capture ? i.amount.amount : 0;
    i.decline_code = to == status::requires_payment_method ? "card_declined" : "";
    i.next_action_url = to == status::requires_action ? "https://bank.example/" + i.id : "";
    webhooks.push_back(i);
  }

  std::map<std::string, payment::intent> answers_;
};

} // namespace souk::kit
