#include "app/sim/audit.hpp"

#include "app/sim/audit_recovery.hpp"

#include <algorithm>

namespace souk::sim {

using order::status;

namespace {

constexpr size_t complaints_max = 20;

std::map<std::string, int64_t> by_sku(const cart_fold::lines_map& lines) {
  std::map<std::string, int64_t> out;
  for (const auto& [id, line] : lines)
    out[line.first] += line.second;
  return out;
}

} // namespace

void audit::complain(const std::string& entity, const std::string& what) {
  if (complaints_.size() < complaints_max)
    complaints_.push_back(entity + ": " + what);
}

entity_fold& audit::fold_of(const std::string& entity) {
  auto at = folds_.find(entity);
  if (at == folds_.end()) {
    const auto kind = std::string_view{entity}.substr(0, entity.find('/'));
    at = folds_.emplace(entity, followed{entity_fold{kind}}).first;
  }
  auto& [fold, stored] = at->second;
  if (!stored)
    stored = store_.find(entity);
  if (stored)
    fold.follow(*stored, [&](const std::string& what) { complain(entity, what); });
  return fold;
}

void audit::said(const std::string& entity, const cart::cart_view& what) {
  const auto& cart = fold_as<cart_fold>(entity);
  if (what.version == 0 || what.version > cart.after.size())
    return complain(entity, "said version " + std::to_string(what.version) + " of " +
                                std::to_string(cart.after.size()) + " committed (law 2)");
  cart_fold::lines_map told;
  for (const auto& l : what.lines)
    told[l.id] = {l.sku, l.quantity};
  if (told != cart.after[what.version - 1])
    complain(entity, "told other lines than the journal has");
}

void audit::said(const std::string& entity, const order::order_view& what) {
  const auto& order = fold_as<order_fold>(entity);
  if (what.version > order.after.size())
    return complain(entity, "said version " + std::to_string(what.version) + " of " +
                                std::to_string(order.after.size()) + " committed (law 2)");
  if (what.version == 0)
    return;
  if (what.status != order.after[what.version - 1])
    complain(entity, "told another status than the journal has");
  if (what.placed.sums.total.amount != order.total)
    complain(entity, "told another total than was ordered");
}

void audit::said(const std::string& entity, const stock::level& what) {
  const auto& cell = fold_as<stock_fold>(entity);
  const shelf told{what.on_hand, what.received, what.adjusted, what.shipped, what.returned};
  if (told != shelf{} && std::ranges::find(cell.after, told) == cell.after.end())
    complain(entity, "told a level that is not in the journal (law 2)");
}

void audit::learned(const entity_id& order, const order::model::effect& what,
                    const order::command& outcome) {
  const auto believe = [&](const std::string& sku, const std::string& warehouse,
                           const std::string& id, std::initializer_list<stock_fold::phase> phases) {
    const auto entity = "stock/" + stock::key_of(sku, warehouse);
    const auto& units = fold_as<stock_fold>(entity).units;
    const auto unit = units.find(id);
    if (unit == units.end() || std::ranges::find(phases, unit->second.phase) == phases.end())
      complain(order.text(), "believes what " + entity + " has not committed: " + what.step);
  };
  using phase = stock_fold::phase;
  if (const auto* x = std::get_if<order::ask_hold>(&what.what);
      x && std::holds_alternative<order::units_held>(outcome))
    believe(x->sku, x->warehouse, x->reservation,
            {phase::held, phase::claimed, phase::shipped, phase::released, phase::lapsed});
  if (const auto* x = std::get_if<order::ask_claim>(&what.what);
      x && std::holds_alternative<order::units_claimed>(outcome))
    believe(x->sku, x->warehouse, x->reservation,
            {phase::claimed, phase::shipped, phase::released});
  if (const auto* x = std::get_if<order::ask_release>(&what.what))
    believe(x->sku, x->warehouse, x->reservation, {phase::released});
  if (const auto* x = std::get_if<order::ask_ship_units>(&what.what))
    believe(x->sku, x->warehouse, x->reservation, {phase::shipped});
}

void audit::finish(time_point now) {
  find_overdue(now);
  for (const auto& [entity, id] : recorded_) {
    const auto& commands = fold_of(entity).commands;
    const std::string key{reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
    if (const auto known = commands.find(key); known == commands.end() || known->second != 1)
      complain(entity, "an acknowledged command is not there once (I5)");
  }
  const auto at_bank = balances();
  finish_ledger(at_bank);
  for (const auto& [entity, stored] : store_.entities()) {
    const auto& fold = fold_of(entity);
    check_recovery(entity, stored,
                   [&, &name = entity](const std::string& what) { complain(name, what); });
    if (const auto* cart = std::get_if<cart_fold>(&fold.of))
      finish_cart(entity, *cart);
    else if (const auto* cell = std::get_if<stock_fold>(&fold.of))
      finish_stock(entity, *cell);
    else if (const auto* parcel = std::get_if<shipment_fold>(&fold.of))
      finish_shipment(entity, *parcel);
    else if (const auto* order = std::get_if<order_fold>(&fold.of)) {
      const auto money = at_bank.find(entity);
      finish_order(entity, *order);
      finish_money(entity, *order, money == at_bank.end() ? balance{} : money->second);
    }
  }
}

void audit::finish_cart(const std::string& entity, const cart_fold& cart) {
  for (const auto& [id, total] : cart.orders) {
    const auto order = "order/" + id;
    if (committed(order) == 0)
      complain(entity, "owes the birth of " + order);
    else if (fold_as<order_fold>(order).total != total)
      complain(order, "has another total than its cart ordered");
  }
  if (cart.now == cart_fold::phase::merging || cart.now == cart_fold::phase::ordering)
    complain(entity, "is still being handed over");
  if (cart.now == cart_fold::phase::merged)
    finish_merge(entity, cart);
}

void audit::finish_merge(const std::string& entity, const cart_fold& cart) {
  const auto& target = fold_as<cart_fold>("cart/" + cart.to_cart);
  const auto key = entity.substr(entity.find('/') + 1);
  if (!target.taken.contains(key))
    return complain(entity, "was merged into a cart that does not know it");
  auto expected = by_sku(target.taken_from.at(key));
  for (const auto& [sku, quantity] : by_sku(cart.lines))
    expected[sku] += quantity;
  const auto there = by_sku(target.taken.at(key));
  const auto known = target.not_taken.find(key);
  const auto arrived = [&](const auto& wanted) {
    const auto& [sku, quantity] = wanted;
    const auto at = there.find(sku);
    const auto units = at == there.end() ? 0 : at->second;
    const bool was_told = known != target.not_taken.end() && known->second.contains(sku);
    return units == quantity || (was_told && units < quantity);
  };
  if (there.size() > expected.size() || !std::ranges::all_of(expected, arrived))
    complain(entity, "lost lines in a merge");
}

void audit::finish_stock(const std::string& entity, const stock_fold& cell) {
  const auto key = entity.substr(entity.find('/') + 1);
  for (const auto& [id, unit] : cell.units) {
    if (unit.phase == stock_fold::phase::held)
      complain(entity, "holds units for ever (I8): " + id);
    if (unit.phase != stock_fold::phase::claimed)
      continue;
    const auto& owner = fold_as<order_fold>("order/" + id.substr(0, id.find('/')));
    const auto claimed = owner.units.find(id);
    if (owner.ended() || claimed == owner.units.end() || claimed->second.phase != unit.phase)
      complain(entity, "keeps units claimed that no order has (I8): " + id);
  }
}

void audit::finish_order(const std::string& entity, const order_fold& order) {
  switch (order.now) {
  case status::confirmed:
  case status::shipped:
  case status::delivered:
  case status::cancelled:
  case status::rejected:
  case status::refunded:
    break;
  default:
    complain(entity, "never came to an end (I4): " + std::string(order::to_string(order.now)));
  }
  std::map<std::string, int64_t> sold, sent;
  for (const auto& [sku, quantity] : order.lines)
    sold[sku] += quantity;
  for (const auto& id : order.dispatched)
    for (const auto& [sku, quantity] : fold_as<shipment_fold>("shipment/" + id).units)
      sent[sku] += quantity;
  const bool all_sent = order.now == status::shipped || order.now == status::delivered;
  if (all_sent && sent != sold)
    complain(entity, "sent other units than it sold");
  for (const auto& [number, open] : order.attempts)
    if (open)
      complain(entity, "left attempt " + std::to_string(number) + " open");
  finish_units(entity, order);
}

void audit::finish_shipment(const std::string& entity, const shipment_fold& parcel) {
  const auto key = entity.substr(entity.find('/') + 1);
  const auto& owner = fold_as<order_fold>("order/" + parcel.order);
  if (parcel.dispatched != owner.dispatched.contains(key))
    complain(entity, "its order and it do not agree whether it was sent");
  if (parcel.delivered != owner.delivered.contains(key))
    complain(entity, "its order and it do not agree whether it arrived");
  if (owner.now == status::cancelled && !parcel.cancelled)
    complain(entity, "was not cancelled with its order");
}

void audit::finish_units(const std::string& entity, const order_fold& order) {
  using phase = stock_fold::phase;
  std::vector<int64_t> kept(order.lines.size());
  for (const auto& [id, unit] : order.units) {
    if (unit.phase == phase::held && order.now != status::confirmed)
      complain(entity, "still counts on a hold: " + id);
    if (unit.phase != phase::claimed && unit.phase != phase::shipped)
      continue;
    kept.at(unit.line) += unit.quantity;
    const auto cell = "stock/" + stock::key_of(order.lines.at(unit.line).first, unit.warehouse);
    const auto& there = fold_as<stock_fold>(cell).units;
    const auto mine = there.find(id);
    if (mine == there.end() || mine->second.phase != unit.phase ||
        mine->second.quantity != unit.quantity)
      complain(entity, "has units its stock cell does not know: " + id);
  }
  const bool sells = order.now != status::cancelled && order.now != status::rejected;
  for (size_t line = 0; line < kept.size(); ++line)
    if (kept[line] != (sells ? order.lines[line].second : 0))
      complain(entity,
               "has " + std::to_string(kept[line]) + " units of line " + std::to_string(line));
}

std::map<std::string, audit::balance> audit::balances() {
  std::map<std::string, balance> out;
  for (const auto& [id, intent] : bank_.intents()) {
    const auto owner = intent.metadata.find("order_id");
    auto& sum = out["order/" + (owner == intent.metadata.end() ? std::string{} : owner->second)];
    sum.capturable += intent.capturable;
    sum.received += intent.received;
    sum.refunded += intent.refunded;
    sum.captures += intent.received > 0;
    sum.waiting += intent.status == "requires_action";
    sum.lapsed |= bank_.has_lapsed(id);
  }
  for (const auto& [entity, sum] : out)
    if (committed(entity) == 0)
      complain(entity, "is unknown, but there is money for it at the bank");
  return out;
}

void audit::finish_money(const std::string& entity, const order_fold& order,
                         const balance& at_bank) {
  if (at_bank.captures > 1)
    complain(entity, "was charged twice");
  const bool ended_badly = order.now == status::cancelled || order.now == status::rejected;
  if (ended_badly &&
      (at_bank.capturable > 0 || at_bank.waiting > 0 || at_bank.received != at_bank.refunded))
    complain(entity, "ended with money at the bank");
  if (order.now == status::confirmed && !at_bank.lapsed &&
      at_bank.capturable + at_bank.received != order.total)
    complain(entity, "is confirmed with " + std::to_string(at_bank.capturable) + " authorised");
  const bool sold = order.now == status::shipped || order.now == status::delivered ||
                    order.now == status::refunded;
  if (sold && (at_bank.received != order.total || at_bank.capturable > 0))
    complain(entity, "was sold for " + std::to_string(at_bank.received));
  if (!ended_badly && at_bank.refunded != order.refund_asked)
    complain(entity, "gave back " + std::to_string(at_bank.refunded) + " of " +
                         std::to_string(order.refund_asked) + " asked for");
  int64_t captured = 0, refunded = 0;
  for (const auto& [id, intent] : order.intents) {
    captured += intent.captured;
    refunded += intent.refunded;
  }
  if (captured != at_bank.received || refunded != at_bank.refunded)
    complain(entity, "knows other sums than the bank (I3)");
}

void audit::finish_ledger(const std::map<std::string, balance>& at_bank) {
  std::map<std::string, int64_t> by_currency;
  std::map<std::string, std::map<std::string, int64_t>> booked; ///< by order and account
  for (const auto& line : store_.ledger()) {
    by_currency[std::string(line.what.currency.code())] += line.what.amount;
    booked["order/" + line.what.reference][line.what.account] += line.what.amount;
  }
  for (const auto& [currency, sum] : by_currency)
    if (sum != 0)
      complain("ledger", "does not balance in " + currency + " (I2)");
  for (const auto& [entity, sum] : at_bank)
    finish_account(entity, sum, booked[entity]);
}

/// What is kept of the total is owed to the tax office and earned by shipping in proportion, to the
/// cent.
void audit::finish_account(const std::string& entity, const balance& at_bank,
                           std::map<std::string, int64_t>& booked) {
  const auto kept = at_bank.received - at_bank.refunded;
  if (booked["psp_clearing"] != kept)
    return complain(entity, "has " + std::to_string(booked["psp_clearing"]) +
                                " in the ledger and " + std::to_string(kept) + " at the bank");
  const auto& order = fold_as<order_fold>(entity);
  if (order.total == 0)
    return;
  const auto share = [&](int64_t of) {
    return of * at_bank.received / order.total - of * at_bank.refunded / order.total;
  };
  const auto shipping =
      order.shipping - (order.tax_included ? order.tax * order.shipping / order.total : 0);
  if (booked["tax_payable"] != -share(order.tax) || booked["shipping_income"] != -share(shipping))
    complain(entity, "owes " + std::to_string(-booked["tax_payable"]) + " of tax and earned " +
                         std::to_string(-booked["shipping_income"]) + " by shipping, not " +
                         std::to_string(share(order.tax)) + " and " +
                         std::to_string(share(shipping)));
}

std::map<std::string, int> audit::orders_by_status() const {
  std::map<std::string, int> out;
  for (const auto& [entity, one] : folds_)
    if (const auto* order = std::get_if<order_fold>(&one.fold.of); order && one.fold.seq > 0)
      ++out[std::string(order::to_string(order->now))];
  return out;
}

} // namespace souk::sim
