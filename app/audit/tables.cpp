// The tables that follow from the journal: ledger, projections, the operators' queue.
#include "app/audit/agree.hpp"
#include "app/audit/snapshot_reader.hpp"

#include <algorithm>
#include <map>

namespace souk::audit {

namespace {

using persistence::sql::connection;

constexpr const char* clearing = "psp_clearing";

/// Every posting of one entity, checked when its last one has passed by.
class ledger_of_entity {
public:
  ledger_of_entity(std::string entity, const fold_tools& tools)
      : entity_(std::move(entity)), tools_(tools) {
    const auto at = entity_.starts_with("order/") ? tools_.facts.orders.find(entity_.substr(6))
                                                  : tools_.facts.orders.end();
    order_ = at == tools_.facts.orders.end() ? nullptr : &at->second;
  }
  const std::string& entity() const { return entity_; }
  const order_facts* order() const { return order_; }

  void posting(const row_cursor& r) {
    const auto seq = static_cast<uint64_t>(r.integer(1));
    const std::string currency{r.text(5)};
    const auto amount = r.integer(4);
    rows_[seq][currency] += amount;
    if (r.text(2) == clearing)
      booked_[seq] += amount;
    if (r.text(2) == "tax_payable")
      tax_ += amount;
    if (order_ &&
        (currency != order_->currency || r.text(3) != std::string_view{entity_}.substr(6)))
      fault("law6", "a posting at " + std::to_string(seq) + " is not about this order");
  }

  void end() {
    for (const auto& [seq, sums] : rows_)
      for (const auto& [currency, sum] : sums)
        if (sum != 0)
          fault("I2", "its postings at " + std::to_string(seq) + " are off balance by " +
                          std::to_string(sum) + " " + currency);
    if (tools_.facts.halted.contains(entity_))
      return;
    if (!order_)
      return fault("law6", "money is booked for what has no journal");
    for (const auto& [seq, amount] : booked_)
      if (!order_->money.contains(seq))
        fault("law6", std::to_string(amount) + " are booked at " + std::to_string(seq) +
                          ", where its journal moves no money");
    for (const auto& [seq, amount] : order_->money)
      if (const auto at = booked_.find(seq); (at == booked_.end() ? 0 : at->second) != amount)
        fault("law6", "its journal moves " + std::to_string(amount) + " at " + std::to_string(seq) +
                          ", the ledger " + std::to_string(at == booked_.end() ? 0 : at->second));
    const auto paid =
        std::ranges::count_if(order_->intents, [](const auto& i) { return i.captured > 0; });
    if (paid == 1 && order_->captured() == order_->total && order_->refunded() == 0 &&
        tax_ != -order_->tax)
      fault("law6", "its tax is " + std::to_string(order_->tax) + ", the ledger has " +
                        std::to_string(-tax_));
  }

private:
  void fault(std::string_view rule, std::string text) {
    tools_.out.fault(rule, entity_, std::move(text));
  }

  std::string entity_;
  fold_tools tools_;
  const order_facts* order_ = nullptr;
  std::map<uint64_t, std::map<std::string, int64_t>> rows_;
  std::map<uint64_t, int64_t> booked_;
  int64_t tax_ = 0;
};

void check_level(const fold_tools& tools, const row_cursor& r, bool settled,
                 std::set<std::string>& seen) {
  const auto key = std::string{r.text(0)} + "@" + std::string{r.text(1)};
  const auto entity = "stock_level/" + key;
  seen.insert(key);
  const auto cell = tools.facts.cells.find(key);
  if (tools.facts.halted.contains("stock/" + key))
    return;
  if (cell == tools.facts.cells.end())
    return tools.out.fault("law5", entity, "it shows a cell that has no journal");
  const auto& now = cell->second;
  const auto seq = static_cast<uint64_t>(r.integer(5));
  const auto reserved = now.held + now.claimed;
  if (seq > now.seq)
    return tools.out.fault("law5", entity, "it is ahead of the journal");
  if (seq < now.seq) {
    tools.out.count("behind");
    return settled ? tools.out.fault("law5", entity, "it is behind the journal") : void();
  }
  if (r.integer(2) != now.on_hand || r.integer(3) != reserved)
    tools.out.fault("law5", entity, "it shows other numbers than the journal");
  if (r.integer(4) != std::max<int64_t>(0, now.on_hand - reserved))
    tools.out.fault("I1", entity, "available is not what is on hand and not reserved");
}

void check_summary(const fold_tools& tools, const row_cursor& r, bool settled,
                   std::set<std::string>& seen) {
  const std::string id{r.text(0)};
  const auto entity = "order_summary/" + id;
  seen.insert(id);
  if (tools.facts.halted.contains("order/" + id))
    return;
  const auto order = tools.facts.orders.find(id);
  if (order == tools.facts.orders.end())
    return tools.out.fault("law5", entity, "it shows an order that has no journal");
  const auto& now = order->second;
  const auto seq = static_cast<uint64_t>(r.integer(6));
  const auto at = std::ranges::find(now.statuses, seq, &std::pair<uint64_t, order_status>::first);
  if (at == now.statuses.end())
    return tools.out.fault("law5", entity,
                           seq > now.seq ? "it is ahead of the journal"
                                         : "its seq is of no change of status");
  if (r.text(1) != public_word(at->second))
    tools.out.fault("law5", entity, "it shows another status than the journal at that event");
  if (r.integer(2) != now.total || r.text(3) != now.currency || r.text(4) != now.number ||
      r.text(5) != now.cart_id)
    tools.out.fault("law5", entity, "it shows another order than was placed");
  if (at->first != now.statuses.back().first) {
    tools.out.count("behind");
    if (settled)
      tools.out.fault("law5", entity, "it is behind the journal");
  }
}

/// What the journal has and the projection does not show yet.
template <class Facts>
void check_missing(const fold_tools& tools, const Facts& all, const std::set<std::string>& seen,
                   const std::string& table, bool settled) {
  for (const auto& [key, facts] : all)
    if (!seen.contains(key)) {
      tools.out.count("behind");
      if (settled)
        tools.out.fault("law5", table + "/" + key, "it is missing");
    }
}

} // namespace

result<void> check_ledger(connection& c, const fold_tools& tools) {
  tools.out.enter("ledger", "law6 I2");
  auto rows =
      row_cursor::open(c, "audit_ledger",
                       "select entity, seq, account, reference, amount, currency from ledger"
                       " order by entity, seq, line");
  if (!rows)
    return rows.error();
  std::map<std::string, __int128_t> sums;
  std::set<const order_facts*> seen;
  std::optional<ledger_of_entity> present;
  while (true) {
    auto more = rows->next();
    if (!more)
      return more.error();
    if (present && (!*more || rows->text(0) != present->entity())) {
      present->end();
      seen.insert(present->order());
      present.reset();
    }
    if (!*more)
      break;
    if (!present)
      present.emplace(std::string{rows->text(0)}, tools);
    tools.out.count("postings");
    present->posting(*rows);
    sums[std::string{rows->text(5)}] += rows->integer(4);
  }
  for (const auto& [currency, sum] : sums)
    if (sum != 0)
      tools.out.fault("I2", "ledger", "all debits and credits in " + currency + " do not balance");
  for (const auto& [id, order] : tools.facts.orders)
    if (!order.money.empty() && !seen.contains(&order))
      tools.out.fault("law6", "order/" + id, "its journal moves money, and the ledger has none");
  return {};
}

result<void> check_projections(connection& c, const fold_tools& tools, bool settled) {
  tools.out.enter("projections", "law5 I1");
  std::set<std::string> cells, orders;
  const auto each = [&](const char* name, const char* query, auto check) -> result<void> {
    auto rows = row_cursor::open(c, name, query);
    if (!rows)
      return rows.error();
    while (true) {
      auto more = rows->next();
      if (!more)
        return more.error();
      if (!*more)
        return {};
      tools.out.count("rows");
      check(*rows);
    }
  };
  auto levels = each("audit_levels",
                     "select sku, warehouse, on_hand, reserved, available, seq from stock_level",
                     [&](const row_cursor& r) { check_level(tools, r, settled, cells); });
  if (!levels)
    return levels;
  auto summaries = each(
      "audit_summaries",
      "select order_id, status, total, currency::text, number, cart_id, seq from order_summary",
      [&](const row_cursor& r) { check_summary(tools, r, settled, orders); });
  if (!summaries)
    return summaries;
  check_missing(tools, tools.facts.cells, cells, "stock_level", settled);
  check_missing(tools, tools.facts.orders, orders, "order_summary", settled);
  return {};
}

result<void> read_stuck(connection& c, book& facts) {
  auto rows = c.execute("select entity from stuck_effect where attempts > 0");
  if (!rows)
    return rows.error();
  for (size_t i = 0; i < rows->size(); ++i)
    facts.stuck.emplace(rows->text(i, 0));
  return {};
}

} // namespace souk::audit
