#include "app/audit/agree.hpp"

#include <algorithm>

namespace souk::audit {

namespace {

const cell_unit* find_unit(const book& facts, const order_unit& unit) {
  const auto cell = facts.cells.find(unit.cell);
  if (cell == facts.cells.end())
    return nullptr;
  const auto at = cell->second.units.find(unit.id);
  return at == cell->second.units.end() ? nullptr : &at->second;
}

/// Why the cell's unit cannot be what the order believes; empty when it can. The cell commits first
/// and the order hears of it, so a cell may be one step ahead.
std::string disagreement(const order_facts& order, const order_unit& mine,
                         const cell_unit* theirs) {
  const bool open = theirs && theirs->phase != unit_phase::shipped;
  const bool claimed = theirs && theirs->phase == unit_phase::claimed;
  const bool shipped = theirs && theirs->phase == unit_phase::shipped;
  const bool ending = order.status == order_status::compensating;
  switch (mine.state) {
  case unit_state::asked:
    return claimed || shipped ? "it was only asked for, and is claimed" : "";
  case unit_state::held:
    if (shipped || (claimed && order.status != order_status::claiming && !ending))
      return "it is only held, and the cell has gone on";
    return open && theirs->quantity != mine.granted ? "the cell holds another quantity" : "";
  case unit_state::claimed:
    if (!theirs)
      return ending ? "" : "it is sold, and the cell does not have it";
    if (theirs->phase == unit_phase::held)
      return "it is sold, and the cell only holds it";
    return theirs->quantity != mine.granted ? "the cell claims another quantity" : "";
  case unit_state::shipped:
    if (!shipped)
      return "it was shipped, and the cell still has it";
    return theirs->quantity != mine.granted ? "the cell shipped another quantity" : "";
  case unit_state::refused:
  case unit_state::released:
    return claimed || shipped ? "it was given back, and the cell keeps it" : "";
  case unit_state::lost:
    return shipped || (claimed && !ending) ? "it was lost, and the cell keeps it" : "";
  }
  return {};
}

void check_units_of_cell(const fold_tools& tools, const std::string& key, const cell_facts& cell) {
  const auto entity = "stock/" + key;
  for (const auto& [id, unit] : cell.units) {
    if (unit.phase == unit_phase::held) {
      tools.out.count("held");
      continue; // it lapses; whether its order knows it was asked there
    }
    tools.out.count(unit.phase == unit_phase::claimed ? "claimed" : "shipped");
    const auto order_id = id.substr(0, id.find('/'));
    if (tools.facts.halted.contains("order/" + order_id))
      continue;
    const auto order = tools.facts.orders.find(order_id);
    if (order == tools.facts.orders.end()) {
      tools.out.fault("I8", entity, id + " is claimed or shipped for an order that does not exist");
      continue;
    }
    const auto& units = order->second.units;
    const auto mine = std::ranges::find(units, id, &order_unit::id);
    if (mine == units.end() || mine->cell != key)
      tools.out.fault("I8", entity,
                      id + " is claimed or shipped, and its order does not know of it");
    else if (unit.phase == unit_phase::claimed && ended_badly(order->second.status))
      tools.out.fault("I8", entity,
                      id + " is claimed for an order that ended " +
                          public_word(order->second.status));
  }
}

void check_cart_of(const fold_tools& tools, const std::string& id, const order_facts& order) {
  const auto entity = "order/" + id;
  if (tools.facts.halted.contains("cart/" + order.cart_id))
    return;
  const auto cart = tools.facts.carts.find(order.cart_id);
  const checkout_facts* mine = nullptr;
  if (cart != tools.facts.carts.end())
    for (const auto& c : cart->second)
      if (c.order_id == id)
        mine = &c;
  if (!mine)
    return tools.out.fault("I5", entity, "cart " + order.cart_id + " never ordered it");
  if (mine->placement != order.placement)
    tools.out.fault("I5", entity, "it was placed otherwise than its cart ordered it");
  const bool bad = ended_badly(order.status);
  // A confirmed order may still be cancelled; its cart stays ordered.
  const auto confirmed = [](const auto& step) { return step.second == order_status::confirmed; };
  if (mine->end == checkout_end::completed && std::ranges::none_of(order.statuses, confirmed))
    tools.out.fault("I5", entity, "its cart says it is confirmed, and it never was");
  if (mine->end == checkout_end::reopened && !bad)
    tools.out.fault("I5", entity, "it lives, and its cart is open again");
  if (order.cart_told && mine->end != checkout_end::completed &&
      mine->end != checkout_end::reopened)
    tools.out.fault("I4", entity, "it says its cart knows how it went, and the cart still waits");
}

void check_parcels_of(const fold_tools& tools, const std::string& id, const order_facts& order) {
  for (const auto& parcel : order.parcels) {
    if (tools.facts.halted.contains("shipment/" + parcel.id))
      continue;
    const auto at = tools.facts.shipments.find(parcel.id);
    const auto status =
        at == tools.facts.shipments.end() ? shipment_status::none : at->second.status;
    const bool left = status == shipment_status::shipped || status == shipment_status::delivered;
    if (parcel.routed && status == shipment_status::none)
      tools.out.fault("I5", "order/" + id, "shipment " + parcel.id + " does not exist");
    if (left && !parcel.dispatched)
      tools.out.fault("I5", "order/" + id, "shipment " + parcel.id + " left, and nobody sent it");
    if (parcel.dispatched && parcel.told && !left)
      tools.out.fault("I5", "order/" + id,
                      "shipment " + parcel.id + " was sent, and is still here");
  }
}

void check_cart(const fold_tools& tools, const std::string& key,
                const std::vector<checkout_facts>& checkouts) {
  int alive = 0;
  for (const auto& c : checkouts) {
    if (tools.facts.halted.contains("order/" + c.order_id))
      continue;
    const auto order = tools.facts.orders.find(c.order_id);
    const bool exists = order != tools.facts.orders.end();
    if (!exists && c.end != checkout_end::ordering)
      tools.out.fault("I5", "cart/" + key, "its order " + c.order_id + " does not exist");
    if (exists && order->second.cart_id != key)
      tools.out.fault("I5", "cart/" + key, "order " + c.order_id + " is another cart's");
    alive += exists && !ended_badly(order->second.status);
  }
  if (alive > 1)
    tools.out.fault("law3", "cart/" + key, std::to_string(alive) + " of its orders are alive");
}

} // namespace

void check_units(const fold_tools& tools) {
  tools.out.enter("units", "I1 I8");
  for (const auto& [id, order] : tools.facts.orders)
    for (const auto& unit : order.units) {
      tools.out.count("reservations");
      if (tools.facts.halted.contains("stock/" + unit.cell))
        continue;
      const auto why = disagreement(order, unit, find_unit(tools.facts, unit));
      if (!why.empty())
        tools.out.fault("I1", "order/" + id, unit.id + " in " + unit.cell + ": " + why);
    }
  for (const auto& [key, cell] : tools.facts.cells)
    check_units_of_cell(tools, key, cell);
}

void check_hand_overs(const fold_tools& tools) {
  tools.out.enter("hand-overs", "law3 I4 I5");
  for (const auto& [id, order] : tools.facts.orders) {
    tools.out.count("orders");
    check_cart_of(tools, id, order);
    check_parcels_of(tools, id, order);
  }
  for (const auto& [key, checkouts] : tools.facts.carts) {
    tools.out.count("checkouts", static_cast<int64_t>(checkouts.size()));
    check_cart(tools, key, checkouts);
  }
  for (const auto& [id, shipment] : tools.facts.shipments)
    if (!tools.facts.orders.contains(shipment.order_id) &&
        !tools.facts.halted.contains("order/" + shipment.order_id))
      tools.out.fault("I5", "shipment/" + id, "its order " + shipment.order_id + " does not exist");
}

} // namespace souk::audit
