#include "app/sim/audit_folds.hpp"

#include "proto/cart.pb.h"
#include "proto/journal.pb.h"
#include "proto/order.pb.h"
#include "proto/shipment.pb.h"
#include "proto/stock.pb.h"

namespace souk::sim {

namespace {

template <class Message>
Message parse(const std::string& bytes, const complaint& complain) {
  Message out;
  if (!out.ParseFromString(bytes))
    complain("an event that cannot be read");
  return out;
}

/// A node may be off by half a round trip of its first measurement, and wait for its commit.
constexpr microseconds early_most = 3s, late_most = 2min;
/// The world leaps further than any machine's clock is wrong; what was decided just before is late.
constexpr microseconds leaps_least = 12h;

void check_date(const pb::entry& entry, time_point committed, const complaint& complain) {
  const auto late = committed - from_micros(entry.at_us());
  if (-late > early_most || (late > late_most && late < leaps_least))
    complain("an event is dated " + std::to_string(late / 1ms) +
             " ms before its commit: not by the database's time");
}

std::string about(const char* what, const std::string& id) { return std::string(what) + " " + id; }

} // namespace

int64_t stock_fold::sum(phase of) const {
  int64_t out = 0;
  for (const auto& [id, u] : units)
    out += u.phase == of ? u.quantity : 0;
  return out;
}

void stock_fold::apply(const std::string& bytes, const complaint& complain) {
  fold(parse<pb::stock_event>(bytes, complain), complain);
  if (now.received + now.adjusted != now.on_hand + now.shipped - now.returned || now.on_hand < 0 ||
      now.returned > now.shipped)
    complain("the shelf's sums do not agree (I1)");
  after.push_back(now);
}

void stock_fold::fold(const pb::stock_event& e, const complaint& complain) {
  const auto known = [&](const std::string& id) {
    const auto it = units.find(id);
    return it == units.end() ? phase::lapsed : it->second.phase;
  };
  const auto set = [&](const std::string& id, phase to, int64_t quantity) {
    units[id] = {to, quantity};
  };
  switch (e.kind_case()) {
  case pb::stock_event::kHeld:
    if (known(e.held().reservation()) != phase::lapsed)
      complain(about("held twice:", e.held().reservation()));
    set(e.held().reservation(), phase::held, e.held().quantity());
    if (sum(phase::held) + sum(phase::claimed) > now.on_hand)
      complain(about("oversold by the hold", e.held().reservation()));
    break;
  case pb::stock_event::kClaimed: {
    const auto& id = e.claimed().reservation();
    const auto before = known(id);
    if (before != phase::held && before != phase::lapsed)
      complain(about("claimed when it could not be:", id));
    const bool takes_more = before == phase::lapsed || units[id].quantity < e.claimed().quantity();
    set(id, phase::claimed, e.claimed().quantity());
    if (sum(phase::claimed) + (takes_more ? sum(phase::held) : 0) > now.on_hand)
      complain(about("oversold by the claim", id));
    break;
  }
  case pb::stock_event::kReleased:
    if (known(e.released().reservation()) == phase::shipped)
      complain(about("released after it was shipped:", e.released().reservation()));
    set(e.released().reservation(), phase::released, 0);
    break;
  case pb::stock_event::kShipped: {
    const auto& id = e.shipped().reservation();
    if (known(id) != phase::claimed)
      complain(about("shipped without a claim:", id));
    const auto quantity = units[id].quantity;
    const auto left = std::max<int64_t>(0, now.on_hand - quantity);
    now.adjusted += quantity - (now.on_hand - left);
    now.shipped += quantity;
    now.on_hand = left;
    set(id, phase::shipped, quantity);
    break;
  }
  case pb::stock_event::kGivenBack:
    now.returned += e.given_back().quantity();
    now.on_hand += e.given_back().quantity();
    break;
  case pb::stock_event::kReceived:
    now.received += e.received().quantity();
    now.on_hand += e.received().quantity();
    break;
  case pb::stock_event::kCounted:
    now.adjusted += e.counted().quantity() - now.on_hand;
    now.on_hand = e.counted().quantity();
    break;
  case pb::stock_event::kLapsed:
    for (const auto& id : e.lapsed().ids()) {
      if (known(id) != phase::held)
        complain(about("lapsed without a hold:", id));
      set(id, phase::lapsed, 0);
    }
    break;
  case pb::stock_event::kExtended:
    break;
  case pb::stock_event::KIND_NOT_SET:
    complain("an event of no known kind");
  }
}

void cart_fold::apply(const std::string& bytes, const complaint& complain) {
  const auto e = parse<pb::cart_event>(bytes, complain);
  const auto put = [&](const pb::cart_line& l) { lines[l.id()] = {l.sku(), l.quantity()}; };
  switch (e.kind_case()) {
  case pb::cart_event::kLinePut:
    put(e.line_put());
    break;
  case pb::cart_event::kLineChanged:
    lines[e.line_changed().line()].second = e.line_changed().quantity();
    break;
  case pb::cart_event::kLineRemoved:
    lines.erase(e.line_removed());
    break;
  case pb::cart_event::kOrdering: {
    const auto& placed = e.ordering();
    if (now != phase::open)
      complain("ordered while it was not open");
    lines_map ordered;
    for (const auto& l : placed.lines())
      ordered[l.id()] = {l.sku(), l.quantity()};
    if (ordered != lines)
      complain("ordered something else than what is in it");
    orders[placed.order_id()] = placed.total();
    now = phase::ordering;
    break;
  }
  case pb::cart_event::kReopened:
    now = phase::open;
    break;
  case pb::cart_event::kCompleted:
    now = phase::ordered;
    break;
  case pb::cart_event::kHandedOver:
    now = phase::merging;
    to_cart = e.handed_over().to_cart();
    break;
  case pb::cart_event::kMerged:
    now = phase::merged;
    break;
  case pb::cart_event::kMergeUndone:
    now = phase::open;
    to_cart.clear();
    break;
  case pb::cart_event::kAbsorbed: {
    const auto& from = e.absorbed().from_cart();
    if (!taken_from.emplace(from, lines).second)
      complain(about("absorbed twice:", from));
    for (const auto& l : e.absorbed().lines())
      put(l);
    taken[from] = lines;
    for (const auto& p : e.absorbed().problems())
      not_taken[from].insert(p.field());
    break;
  }
  case pb::cart_event::kExpired:
    now = phase::expired;
    lines.clear();
    break;
  case pb::cart_event::kOpened:
  case pb::cart_event::kRepriced:
  case pb::cart_event::kCountrySet:
  case pb::cart_event::kClaimed:
  case pb::cart_event::kOrderPlaced:
    break;
  case pb::cart_event::KIND_NOT_SET:
    complain("an event of no known kind");
  }
  after.push_back(lines);
}

void shipment_fold::apply(const std::string& bytes, const complaint& complain) {
  const auto e = parse<pb::shipment_event>(bytes, complain);
  switch (e.kind_case()) {
  case pb::shipment_event::kRouted:
    if (!order.empty())
      complain("routed twice");
    order = e.routed().order_id();
    for (const auto& l : e.routed().lines())
      units[l.sku()] += l.quantity();
    break;
  case pb::shipment_event::kDispatched:
    if (std::exchange(dispatched, true) || cancelled)
      complain("dispatched when it could not be");
    break;
  case pb::shipment_event::kDelivered:
    if (std::exchange(delivered, true) || !dispatched)
      complain("delivered when it could not be");
    break;
  case pb::shipment_event::kCancelled:
    if (std::exchange(cancelled, true) || dispatched)
      complain("cancelled when it could not be");
    break;
  case pb::shipment_event::kOrderTold:
    break;
  case pb::shipment_event::KIND_NOT_SET:
    complain("an event of no known kind");
  }
}

entity_fold::entity_fold(std::string_view kind) {
  if (kind == "stock")
    of = stock_fold{};
  else if (kind == "cart")
    of = cart_fold{};
  else if (kind == "order")
    of = order_fold{};
  else if (kind == "shipment")
    of = shipment_fold{};
}

void entity_fold::follow(const persistence::stored_history& stored, const complaint& complain) {
  for (; rows < stored.rows.size(); ++rows) {
    const auto& [row, stored_chain, committed] = stored.rows[rows];
    if (row.first_seq != seq + 1)
      complain("a gap or an overlap at " + std::to_string(row.first_seq));
    if (stored_chain != next_chain(chain, row.first_seq, row.payload))
      complain("a broken chain at " + std::to_string(row.first_seq));
    chain = stored_chain;
    const auto packed = parse<pb::commit>(row.payload, complain);
    uint32_t events = 0;
    for (const auto& entry : packed.entries()) {
      if (committed != time_point{})
        check_date(entry, committed, complain);
      if (!entry.command_id().empty() && ++commands[entry.command_id()] > 1)
        complain("one command recorded twice");
      for (const auto& event : entry.events()) {
        ++events;
        std::visit([&](auto& fold) { fold.apply(event, complain); }, of);
      }
    }
    if (events != row.events)
      complain("a row counts other events than it has");
    seq += row.events;
  }
}

} // namespace souk::sim
