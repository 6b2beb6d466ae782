// What a shopper buys and on which terms, and what becomes of it.
#include "app/sim/shopper.hpp"

namespace souk::sim {

namespace {
const souk::currency euro = *currency::parse("EUR");
constexpr int64_t shipping_price = 490;
// Of the ids that orders have.
constexpr size_t uuid_size = 36, uuid_time = 14;
constexpr int64_t any_time = 10'000'000'000'000;
} // namespace

std::string shopper::pick_card() {
  static const char* const cards[] = {"pm_card_visa",
                                      "pm_card_visa",
                                      "pm_card_visa",
                                      "pm_card_visa_chargeDeclined",
                                      "pm_souk_lost_before",
                                      "pm_souk_lost_after",
                                      "pm_card_authenticationRequired"};
  const auto* drawn = cards[random_.between(0, std::size(cards) - 1)];
  auto apart = world_.dice_of({name_ + "-card", turns_});
  const bool is_asked = world_.plan.fails_check_percent > 0 && apart.percent(40);
  return is_asked ? "pm_card_authenticationRequired" : drawn;
}

void shopper::draw_terms() {
  terms_ = {.discount_percent = random_.percent(20) ? random_.between(1, 50) : 0,
            .tax_included = !random_.percent(20),
            .ships_free = random_.percent(10)};
  if (random_.percent(3)) // a voucher pays for all of it
    terms_ = {100, true, true};
}

/// Short to read, or as long as the real ones: a time, and which checkout of which cart made it.
std::string shopper::next_order() {
  auto out = name_ + "-order" + std::to_string(++placements_);
  if (random_.percent(50))
    out = std::to_string(any_time + placements_) + "-" +
          std::string(uuid_size - uuid_time - 1 - out.size(), 'x') + out;
  return out;
}

order::placement shopper::make_placement(const std::string& payment_method) {
  order::placement out{.order_id = next_order(),
                       .number = std::to_string(placements_),
                       .cart_id = cart_,
                       .country = "DE",
                       .shipping_option = "standard",
                       .provider = "stripe",
                       .payment_method = payment_method,
                       .hold = world_.shop.hold};
  int64_t subtotal = 0;
  for (const auto& l : view_.lines) {
    order::placed_line line{l.id,
                            l.sku,
                            l.product_id,
                            l.title,
                            l.quantity,
                            l.unit_price,
                            {l.unit_price.amount * l.quantity, euro},
                            world_.shop.warehouses,
                            l.options};
    const auto turn = random_.between(0, static_cast<int64_t>(line.warehouses.size()) - 1);
    std::rotate(line.warehouses.begin(), line.warehouses.begin() + turn, line.warehouses.end());
    subtotal += line.total.amount;
    out.lines.push_back(std::move(line));
  }
  const auto discount = subtotal * terms_.discount_percent / 100;
  const auto shipping = terms_.ships_free ? 0 : shipping_price;
  const auto price = subtotal - discount + shipping;
  const auto tax = terms_.tax_included ? price * 19 / 119 : price * 19 / 100;
  const auto total = terms_.tax_included ? price : price + tax;
  out.sums = {{subtotal, euro}, {discount, euro}, {shipping, euro},
              {tax, euro},      {total, euro},    terms_.tax_included};
  return out;
}

void shopper::check_out(const std::string& payment_method, std::function<void()> then) {
  if (view_.lines.empty())
    return then();
  last_placed_ = make_placement(payment_method);
  hand_in(if_match(), std::move(then));
}

/// The same request, whose answer was lost on the way: its order is made anew, at another time.
void shopper::check_out_again() {
  last_placed_.order_id.replace(0, uuid_time, std::to_string(2 * any_time + placements_));
  hand_in({}, later());
}

void shopper::await_order(std::function<void(const order::order_view&)> then) {
  world_.people.ask<order::contract>(order_, order::await_outcome{}, trace_left::read,
                                     [this, then = std::move(then)](result<order::order_view> r) {
                                       if (!r)
                                         return go_on();
                                       world_.shop.orders.push_back(order_);
                                       then(*r);
                                     });
}

void shopper::act_on_order() {
  const bool insists = world_.plan.insistence > 0;
  if (random_.percent(insists ? 30 : 5))
    return world_.people.ask<order::contract>(order_, order::cancel{"changed my mind"},
                                              trace_left::maybe, [this](const auto&) { go_on(); });
  if (random_.percent(10)) // presses "buy" again
    check_out(pick_card(), [] {});
  await_order([this, insists](const order::order_view& o) {
    const bool waits =
        o.status == order::status::payment_failed || o.status == order::status::action_required;
    if (waits && random_.percent(80))
      return pay_again(o);
    if (o.status == order::status::confirmed && random_.percent(15))
      change_mind();
    order_.clear();
    if (insists && (o.status == order::status::rejected || o.status == order::status::cancelled))
      return check_out(pick_card(), later());
    if (o.status != order::status::rejected || random_.percent(50))
      cart_.clear(); // goes home, or tries again with the cart that reopened
    else if (random_.percent(50) && last_placed_.cart_id == cart_ &&
             last_placed_.order_id.size() == uuid_size)
      return check_out_again();
    go_on();
  });
}

void shopper::change_mind() {
  world_.time.after(random_.millis(0, 5'000), [this, order = order_] {
    world_.people.ask<order::contract>(order, order::cancel{"changed my mind"}, trace_left::maybe,
                                       [](const auto&) {});
  });
}

void shopper::pay_again(const order::order_view& o) {
  const bool at_bank = o.status == order::status::action_required;
  const auto card = random_.percent(at_bank ? 70 : 10) ? std::string{} : pick_card();
  const auto& url = o.payment.next_action_url;
  if (at_bank && random_.percent(80) && !url.empty()) {
    const auto intent = url.substr(url.rfind('/') + 1);
    auto apart = world_.dice_of({name_ + "-bank", turns_});
    const bool passes = !apart.percent(world_.plan.fails_check_percent);
    if (random_.percent(60))
      world_.money.authenticate(intent, passes);
    else // in the bank's app, when another card may have been taken already
      world_.time.after(random_.millis(0, 8'000),
                        [&w = world_, intent, passes] { w.money.authenticate(intent, passes); });
  }
  world_.people.ask<order::contract>(order_, order::pay{card}, trace_left::always,
                                     [this](const auto&) { go_on(); });
}

} // namespace souk::sim
