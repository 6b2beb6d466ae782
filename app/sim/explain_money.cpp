#include "app/sim/explain_money.hpp"

#include "app/sim/explain_order.hpp"

#include <algorithm>
#include <charconv>

namespace souk::sim {

namespace {

using call = order_model::call;

/// The bank forgets keys; nobody repeats a call under one that may be forgotten.
constexpr std::chrono::hours key_life{12};

std::string field(const psp::form& of, std::string_view name) {
  const auto at = std::ranges::find(of, name, &std::pair<std::string, std::string>::first);
  return at == of.end() ? std::string{} : at->second;
}

/// "<order>/pay/<attempt>"
struct call_key {
  std::string order;
  size_t attempt = 0;
};
std::optional<call_key> parse_key(const std::string& key) {
  static constexpr std::string_view step = "/pay/";
  const auto at = key.rfind(step);
  if (at == std::string::npos)
    return {};
  call_key out{key.substr(0, at), 0};
  const auto* digits = key.data() + at + step.size();
  const auto [end, error] = std::from_chars(digits, key.data() + key.size(), out.attempt);
  return error == std::errc{} && end == key.data() + key.size() ? std::optional{out} : std::nullopt;
}

/// A call as an attempt would ask for it.
struct request_of_money {
  call what;
  std::string intent;
  std::optional<int64_t> amount;
};
request_of_money read_call(const psp::call& c) {
  const auto amount = [&](const char* name) -> std::optional<int64_t> {
    const auto text = field(c.fields, name);
    return text.empty() ? std::nullopt : std::optional{std::stoll(text)};
  };
  static constexpr std::string_view intents = "/v1/payment_intents";
  if (c.path == "/v1/refunds")
    return {call::refund, field(c.fields, "payment_intent"), amount("amount")};
  if (c.path == intents)
    return {call::authorise, {}, amount("amount")};
  const auto verb = c.path.rfind('/');
  const auto id = c.path.substr(intents.size() + 1, verb - intents.size() - 1);
  if (c.path.ends_with("/capture"))
    return {call::capture, id, amount("amount_to_capture")};
  return {c.path.ends_with("/cancel") ? call::cancel : call::confirm, id, {}};
}

} // namespace

void explained_money::called(const psp::call& what) {
  if (what.verb != "POST" || !what.path.starts_with("/v1/"))
    return;
  const auto key = parse_key(what.idempotency_key);
  if (!key)
    return complain_("bank", "is called under no key of an attempt: " + what.path);
  const auto entity = "order/" + key->order;
  const auto wrong = [&](const char* why) {
    complain_(entity, std::string(why) + ": " + what.path + " under " + what.idempotency_key);
  };
  const auto* order = told_.order(entity);
  if (!order || key->attempt < 1 || key->attempt > order->attempts.size())
    return wrong("calls the bank before the attempt is committed");
  const auto& attempt = order->attempts[key->attempt - 1];
  const auto asked = read_call(what);
  if (asked.what != attempt.call || asked.intent != attempt.intent ||
      (asked.amount && *asked.amount != attempt.amount))
    wrong("asks the bank for something else than the attempt says");
  if (asked.what == call::authorise && field(what.fields, "metadata[order_id]") != key->order)
    wrong("asks in another order's name");
  if (time_.now() > attempt.opened + key_life + clock_tolerance)
    wrong("repeats a call whose key the bank may have forgotten");
}

void explained_money::happened(const psp::call& what,
                               const std::vector<const psp::payment_intent*>& intents) {
  for (; seen_ < intents.size(); ++seen_)
    if (const auto owner = intents[seen_]->metadata.find("order_id");
        owner != intents[seen_]->metadata.end())
      of_order_[owner->second].push_back(intents[seen_]);
  const auto key = what.verb == "POST" ? parse_key(what.idempotency_key) : std::nullopt;
  const auto* order = key ? told_.order("order/" + key->order) : nullptr;
  if (!order)
    return;
  int64_t received = 0, refunded = 0, may_refund = 0;
  bool may_capture = false;
  for (const auto* i : of_order_[key->order]) {
    received += i->received;
    refunded += i->refunded;
  }
  for (const auto& a : order->attempts) {
    may_refund += a.call == call::refund ? a.amount : 0;
    may_capture |= a.call == call::capture;
  }
  const auto entity = "order/" + key->order;
  if (received > order->what.sums.total.amount)
    complain_(entity, "was charged more than its total");
  if (received > 0 && !may_capture)
    complain_(entity, "was charged without a capture");
  if (refunded > may_refund)
    complain_(entity, "gave back more than it committed to");
}

} // namespace souk::sim
