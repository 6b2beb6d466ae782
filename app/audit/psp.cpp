#include "app/audit/psp.hpp"

#include "adapters/http_client.hpp"

#include <boost/json.hpp>

#include <future>

namespace souk::audit {

namespace {

namespace bj = boost::json;

constexpr std::chrono::seconds patience{30};
constexpr size_t answer_max = size_t{1} << 30;

int64_t number(const bj::object& from, std::string_view name) {
  const auto* at = from.if_contains(name);
  return at && at->is_int64() ? at->get_int64() : 0;
}

psp_intent read_intent(const bj::object& from) {
  psp_intent out{.order_id = {},
                 .authorised = number(from, "amount_capturable"),
                 .captured = number(from, "amount_received")};
  if (const auto* metadata = from.if_contains("metadata"); metadata && metadata->is_object())
    if (const auto* order = metadata->get_object().if_contains("order_id");
        order && order->is_string())
      out.order_id = order->get_string();
  if (const auto* charge = from.if_contains("latest_charge"); charge && charge->is_object())
    out.refunded = number(charge->get_object(), "amount_refunded");
  return out;
}

void check_known(const std::string& id, const psp_intent& before, const psp_intent& after,
                 const book& facts, report& out) {
  const auto entity = "order/" + before.order_id;
  if (facts.halted.contains(entity))
    return;
  const bool matters = after.authorised > 0 || after.captured > 0;
  const auto at = facts.orders.find(before.order_id);
  if (at == facts.orders.end())
    return matters ? out.fault("I5", entity, id + " holds money for an order that does not exist")
                   : void();
  const auto& order = at->second;
  if (order.any_attempt_open())
    return out.count("under way");
  const auto* mine = order.find_intent(id);
  if (!mine)
    return matters ? out.fault("I3", entity,
                               "the provider holds money in " + id + ", which it does not know")
                   : void();
  const auto between = [](int64_t low, int64_t x, int64_t high) { return low <= x && x <= high; };
  if (!between(before.captured, mine->captured, after.captured))
    out.fault("I3", entity,
              id + ": it knows " + std::to_string(mine->captured) + " captured, the provider " +
                  std::to_string(after.captured));
  if (!between(before.refunded, mine->refunded, after.refunded))
    out.fault("I3", entity,
              id + ": it knows " + std::to_string(mine->refunded) + " refunded, the provider " +
                  std::to_string(after.refunded));
  if (ended_badly(order.status) && (after.authorised > 0 || after.captured > after.refunded))
    out.fault("I3", entity, "it ended, and the provider still holds money in " + id);
}

} // namespace

result<psp_intents> read_psp(const std::string& url, const std::string& key) {
  adapters::http_client client{{.calls_max = 1, .body_max = answer_max}};
  adapters::http_call call{.url = url + "/_souk/intents", .timeout = patience, .repeatable = true};
  if (!key.empty())
    call.headers.emplace_back("Authorization", "Bearer " + key);
  std::promise<result<adapters::http_answer>> answered;
  client.send(std::move(call),
              [&](result<adapters::http_answer> a) { answered.set_value(std::move(a)); });
  auto answer = answered.get_future().get();
  if (!answer)
    return answer.error();
  if (answer->status != 200)
    return fail(errc::unavailable,
                "the payment provider answers " + std::to_string(answer->status));
  boost::system::error_code wrong;
  const auto parsed = bj::parse(answer->body, wrong);
  const auto* data =
      !wrong && parsed.is_object() ? parsed.get_object().if_contains("data") : nullptr;
  if (!data || !data->is_array())
    return fail(errc::invalid, "the payment provider's list cannot be read");
  psp_intents out;
  for (const auto& one : data->get_array()) {
    const auto* id = one.is_object() ? one.get_object().if_contains("id") : nullptr;
    if (id && id->is_string())
      out.emplace(std::string{id->get_string()}, read_intent(one.get_object()));
  }
  return out;
}

void check_psp(const psp_intents& before, const psp_intents& after, const book& facts,
               report& out) {
  out.enter("psp", "law6 I3 I5");
  for (const auto& [id, intent] : before) {
    out.count("intents");
    const auto now = after.find(id);
    check_known(id, intent, now == after.end() ? intent : now->second, facts, out);
  }
  for (const auto& [id, order] : facts.orders)
    for (const auto& intent : order.intents)
      if (!after.contains(intent.id))
        out.fault("I3", "order/" + id, "the provider has no " + intent.id);
}

} // namespace souk::audit
