#include "app/audit/history.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>

namespace souk::audit {

namespace {

namespace bj = boost::json;

std::string text_of(const bj::object& from, std::string_view name) {
  const auto* at = from.if_contains(name);
  return at && at->is_string() ? std::string{at->get_string()} : std::string{};
}

std::optional<int64_t> number_of(const bj::object& from, std::string_view name) {
  const auto* at = from.if_contains(name);
  if (!at || !at->is_int64())
    return {};
  return at->get_int64();
}

/// False: a field is missing, or it is of no known kind.
bool add(client_history& to, const bj::object& from) {
  const auto kind = text_of(from, "kind");
  if (kind == "order_acknowledged") {
    to.orders.push_back({text_of(from, "order_id"), text_of(from, "key"), text_of(from, "currency"),
                         text_of(from, "status"), number_of(from, "total")});
    return !to.orders.back().id.empty();
  }
  if (kind == "cart_line_acknowledged") {
    const auto quantity = number_of(from, "quantity");
    to.lines.push_back({text_of(from, "cart_id"), text_of(from, "line"), quantity.value_or(0)});
    return quantity && !to.lines.back().cart.empty() && !to.lines.back().line.empty();
  }
  if (kind == "stock_counted") {
    const auto on_hand = number_of(from, "on_hand");
    to.counts.push_back(
        {text_of(from, "sku") + "@" + text_of(from, "warehouse"), on_hand.value_or(0)});
    return on_hand.has_value();
  }
  if (kind == "request_answered" || kind == "request_unanswered") {
    const auto deadline = number_of(from, "deadline_ms");
    to.requests.push_back({text_of(from, "request"), number_of(from, "took_ms").value_or(0),
                           deadline.value_or(0), kind == "request_answered"});
    return deadline.has_value();
  }
  return false;
}

void check_order(const client_history::order& told, const book& facts, report& out) {
  const auto entity = "order/" + told.id;
  if (facts.halted.contains(entity))
    return;
  const auto at = facts.orders.find(told.id);
  if (at == facts.orders.end())
    return out.fault("I5", entity, "it was acknowledged and does not exist");
  const auto& order = at->second;
  if (told.total &&
      (*told.total != order.total || (!told.currency.empty() && told.currency != order.currency)))
    out.fault("I5", entity,
              "it was acknowledged with a total of " + std::to_string(*told.total) + ", it is " +
                  std::to_string(order.total) + " " + order.currency);
  const auto reached = [&](const auto& step) { return told.status == public_word(step.second); };
  if (!told.status.empty() && std::ranges::none_of(order.statuses, reached))
    out.fault("law2", entity, "it was said to be " + told.status + " and never was");
}

} // namespace

result<client_history> read_history(const std::string& file) {
  std::ifstream in{file};
  if (!in)
    return fail(errc::unavailable, "cannot read " + file);
  client_history out;
  std::string line;
  for (int64_t number = 1; std::getline(in, line); ++number) {
    if (line.empty())
      continue;
    boost::system::error_code wrong;
    const auto parsed = bj::parse(line, wrong);
    if (wrong || !parsed.is_object() || !add(out, parsed.get_object()))
      return fail(errc::invalid,
                  file + ":" + std::to_string(number) + ": not a line of a client history");
  }
  return out;
}

void watch(const client_history& told, book& facts) {
  for (const auto& line : told.lines)
    facts.watched_carts.try_emplace(line.cart);
}

void check_history(const client_history& told, const book& facts, report& out) {
  out.enter("history", "law2 law3 law4 I5");
  std::map<std::string, std::string> by_key;
  for (const auto& order : told.orders) {
    out.count("orders");
    check_order(order, facts, out);
    if (order.key.empty())
      continue;
    const auto [first, fresh] = by_key.try_emplace(order.key, order.id);
    if (!fresh && first->second != order.id)
      out.fault("law3", "order/" + order.id,
                "key " + order.key + " had made order " + first->second);
  }
  for (const auto& line : told.lines) {
    out.count("cart lines");
    const auto entity = "cart/" + line.cart;
    const auto& had = facts.watched_carts.at(line.cart);
    if (!facts.halted.contains(entity) && !had.contains({line.line, line.quantity}))
      out.fault("I5", entity,
                "line " + line.line + " was acknowledged with " + std::to_string(line.quantity) +
                    " and never had that");
  }
  for (const auto& count : told.counts) {
    out.count("counts");
    const auto cell = facts.cells.find(count.cell);
    const bool known = cell != facts.cells.end() && cell->second.counts.contains(count.on_hand);
    if (!known && !facts.halted.contains("stock/" + count.cell))
      out.fault("I5", "stock/" + count.cell,
                "a count of " + std::to_string(count.on_hand) +
                    " was acknowledged and is not in its journal");
  }
  for (const auto& request : told.requests) {
    out.count("requests");
    if (!request.answered)
      out.fault("law4", request.what, "it was never answered");
    else if (request.took_ms > request.deadline_ms)
      out.fault("law4", request.what,
                "it took " + std::to_string(request.took_ms) + " ms, its deadline is " +
                    std::to_string(request.deadline_ms));
  }
}

} // namespace souk::audit
