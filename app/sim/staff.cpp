#include "app/sim/staff.hpp"

#include "actors/shipment/messages.hpp"

namespace souk::sim {

void staff::go_on() {
  const sim::act next{name_, ++turns_};
  random_ = world_.dice_of(next);
  world_.time.after(random_.millis(100, 5'000), [this, next] {
    if (!world_.shop.open)
      return;
    world_.turns.begin(next) ? act() : go_on();
  });
}

void staff::act() {
  const auto& orders = world_.shop.orders;
  if (orders.empty() || random_.percent(30))
    return work_on_stock();
  const bool goes_on = world_.plan.clerks > 1 && !on_desk_.empty() && random_.percent(70);
  const auto& from = goes_on                                          ? on_desk_
                     : !complained_of_.empty() && random_.percent(20) ? complained_of_
                                                                      : orders;
  move_on(from[static_cast<size_t>(random_.between(0, static_cast<int64_t>(from.size()) - 1))],
          [this] { go_on(); });
}

void staff::receive(const std::string& sku, const std::string& warehouse, int64_t quantity,
                    std::function<void()> then) {
  world_.people.ask<stock::contract>(stock::key_of(sku, warehouse),
                                     stock::receive{quantity, "delivery"}, trace_left::always,
                                     [then = std::move(then)](const auto&) { then(); });
}

void staff::work_on_stock() {
  const auto pick = [&](const auto& from) {
    return from[static_cast<size_t>(random_.between(0, static_cast<int64_t>(from.size()) - 1))];
  };
  const auto sku = pick(world_.shop.goods_for_sale).sku;
  const auto warehouse = pick(world_.shop.warehouses);
  const auto choice = random_.between(1, 100);
  if (choice <= 40) // a typing error now and then
    return receive(sku, warehouse, random_.percent(5) ? 0 : random_.between(1, 4),
                   [this] { go_on(); });
  const auto key = stock::key_of(sku, warehouse);
  const auto then = [this](const auto&) { go_on(); };
  if (choice <= 60)
    return world_.people.ask<stock::contract>(
        key, stock::count{random_.between(random_.percent(5) ? -1 : 0, 8), "count"},
        trace_left::always, then);
  if (choice <= 75 && !world_.shop.orders.empty())
    return world_.people.ask<stock::contract>(
        key, stock::give_back{pick(world_.shop.orders) + "/0/0", random_.between(1, 2)},
        trace_left::always, then);
  world_.people.ask<stock::contract>(key, stock::get{}, trace_left::read, then);
}

void staff::move_on(const std::string& order_id, std::function<void()> then) {
  world_.people.ask<order::contract>(
      order_id, order::get{}, trace_left::read,
      [this, order_id, then = std::move(then)](const result<order::order_view>& r) {
        if (!r)
          return then();
        if (world_.shop.open && random_.percent(10))
          return blunder(*r, then);
        std::erase(on_desk_, order_id);
        if (r->status == order::status::confirmed || r->status == order::status::shipped)
          on_desk_.push_back(order_id);
        if (r->status == order::status::confirmed)
          return ship(*r, then);
        if (r->status == order::status::shipped)
          return deliver(*r, then);
        if (r->status == order::status::delivered && world_.shop.open)
          return refund(*r, then);
        then();
      });
}

/// Often in small parts: whoever complained once does so again.
void staff::refund(const order::order_view& o, std::function<void()> then) {
  const auto& id = o.placed.order_id;
  const auto left = o.payment.captured - o.payment.refunded;
  if (random_.percent(20)) // two clerks at once
    world_.people.ask<order::contract>(id, order::refund{random_.between(1, left + 1)},
                                       trace_left::always, [](const auto&) {});
  const auto choice = random_.between(1, 100);
  const auto some = choice <= 20 && left > 0 ? left
                    : choice <= 70           ? random_.between(1, std::max<int64_t>(1, left / 3))
                                             : random_.between(1, o.payment.captured + 1);
  complained_of_.push_back(id);
  world_.people.ask<order::contract>(id, order::refund{some, "complaint"}, trace_left::always,
                                     [then = std::move(then)](const auto&) { then(); });
}

/// All of it, or what one warehouse has ready. What cannot be paid for any more, as its
/// authorisation has lapsed, is cancelled in the end.
void staff::ship(const order::order_view& o, std::function<void()> then) {
  std::vector<std::string> some;
  if (world_.shop.open && !o.shipments.empty() && random_.percent(50))
    some.push_back(any_of(o).id);
  world_.people.ask<order::contract>(
      o.placed.order_id,
      order::ship{some, "track-" + std::to_string(random_.between(1, 1'000'000))},
      trace_left::maybe, [this, id = o.placed.order_id, then = std::move(then)](const auto& r) {
        if (r || world_.shop.open || r.error().code != errc::conflict)
          return then();
        world_.people.ask<order::contract>(id, order::cancel{"not paid"}, trace_left::maybe,
                                           [then](const auto&) { then(); });
      });
}

/// What a tired clerk asks for.
void staff::blunder(const order::order_view& o, std::function<void()> then) {
  const auto& id = o.placed.order_id;
  const auto done = [then = std::move(then)](const auto&) { then(); };
  const auto choice = random_.between(1, 100);
  if (choice <= 30 && !o.shipments.empty()) // not on its way yet, or there already
    return world_.people.ask<shipment::contract>(any_of(o).id, shipment::deliver{},
                                                 trace_left::maybe, done);
  if (choice <= 50)
    return world_.people.ask<order::contract>(id, order::ship{{id + ".9"}, "nowhere"},
                                              trace_left::maybe, done);
  if (choice <= 65)
    return world_.people.ask<order::contract>(id, order::ship{{}, "again"}, trace_left::maybe,
                                              done);
  if (choice <= 80)
    return world_.people.ask<order::contract>(id, order::refund{random_.between(-1, 2), "mistake"},
                                              trace_left::always, done);
  if (choice <= 90)
    return world_.people.ask<order::contract>(id, order::pay{""}, trace_left::always, done);
  world_.people.ask<order::contract>(id, order::cancel{"mistake"}, trace_left::maybe, done);
}

const order::shipment_view& staff::any_of(const order::order_view& o) {
  return o.shipments[static_cast<size_t>(
      random_.between(0, static_cast<int64_t>(o.shipments.size()) - 1))];
}

void staff::deliver(const order::order_view& o, std::function<void()> then) {
  if (o.shipments.empty())
    return then();
  world_.people.ask<shipment::contract>(any_of(o).id, shipment::deliver{}, trace_left::maybe,
                                        [then = std::move(then)](const auto&) { then(); });
}

void staff::finish_everything(int rounds) { work_through(world_.shop.orders, rounds); }

void staff::work_through(std::vector<std::string> left, int rounds) {
  if (left.empty())
    return rounds > 1 ? finish_everything(rounds - 1) : void();
  const auto next = left.back();
  left.pop_back();
  move_on(next, [this, left = std::move(left), rounds] { work_through(left, rounds); });
}

} // namespace souk::sim
