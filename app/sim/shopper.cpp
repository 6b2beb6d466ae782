#include "app/sim/shopper.hpp"

#include "actors/session/messages.hpp"

namespace souk::sim {

namespace {
const souk::currency euro = *currency::parse("EUR");
constexpr int64_t shipping_price = 490;
} // namespace

void shopper::start() { go_on(); }

void shopper::go_on() {
  const sim::act next{name_, ++turns_};
  random_ = world_.dice_of(next);
  world_.time.after(random_.millis(10, 4'000), [this, next] {
    if (!world_.shop.open)
      return;
    world_.turns.begin(next) ? act() : go_on();
  });
}

void shopper::act() {
  if (cart_.empty())
    return open_cart(later());
  if (!order_.empty())
    return act_on_order();
  act_on_cart();
}

template <class C>
void shopper::ask_cart(C what, std::function<void()> then) {
  const bool always = std::is_same_v<C, cart::open> || std::is_same_v<C, cart::add_line>;
  world_.people.ask<cart::contract>(
      cart_, std::move(what), always ? trace_left::always : trace_left::maybe,
      [this, then = std::move(then), asked = cart_](result<cart::cart_view> r) {
        if (r && asked == cart_) {
          view_ = std::move(*r);
          if (!view_.order_id.empty())
            order_ = view_.order_id;
          if (view_.status == cart::status::merging || view_.status == cart::status::merged)
            cart_ = view_.to_cart;
        } else if (!r && asked == cart_ && r.error().code != errc::timed_out &&
                   r.error().code != errc::invalid && r.error().code != errc::quote_changed) {
          cart_.clear(); // closed, merged or expired under us
        }
        then();
      });
}

void shopper::open_cart(std::function<void()> then) {
  cart_ = name_ + "-cart" + std::to_string(++carts_);
  view_ = {};
  ask_cart(cart::open{euro, "DE", "", ""}, std::move(then));
}

void shopper::add_line(const goods& what, int64_t quantity, std::function<void()> then) {
  ask_cart(cart::add_line{.line_id = name_ + "-l" + std::to_string(++lines_),
                          .sku = what.sku,
                          .product_id = "p-" + what.sku,
                          .title = what.sku,
                          .quantity = quantity,
                          .unit_price = {what.price, euro},
                          .priced_at = world_.time.now()},
           std::move(then));
}

void shopper::act_on_cart() {
  const auto choice = random_.between(1, 100);
  if (view_.lines.empty() || choice <= 35) {
    const auto& all = world_.shop.goods_for_sale;
    const auto& what =
        all[static_cast<size_t>(random_.between(0, static_cast<int64_t>(all.size()) - 1))];
    return add_line(what, random_.between(1, 3), later());
  }
  if (choice <= 50)
    return change_something(later());
  if (choice <= 58)
    return session_.empty() || random_.percent(70) ? log_in(later()) : log_out(later());
  if (choice <= 63 && kept_cart_.empty()) { // walks away, and may come back to it
    kept_cart_ = std::exchange(cart_, {});
    return go_on();
  }
  if (choice <= 70 && !kept_cart_.empty())
    return merge(later());
  const auto card = pick_card();
  if (random_.percent(10))
    check_out(card, [] {}); // in another tab, under another key
  check_out(card, later());
}

void shopper::change_something(std::function<void()> then) {
  const auto& line = view_.lines[static_cast<size_t>(
      random_.between(0, static_cast<int64_t>(view_.lines.size()) - 1))];
  if (random_.percent(20))
    return ask_cart(cart::set_country{random_.percent(50) ? "AT" : "DE"}, std::move(then));
  if (random_.percent(30))
    return ask_cart(cart::remove_line{line.id, {}}, std::move(then));
  ask_cart(cart::change_line{line.id, random_.between(1, 4), {}}, std::move(then));
}

void shopper::log_in(std::function<void()> then) {
  if (session_.empty()) {
    session_ = name_ + "-session" + std::to_string(++sessions_);
    return world_.people.ask<session::contract>(
        session_, session::begin{"", {}, sha256(session_), "sim"}, trace_left::always,
        [then = std::move(then)](const auto&) { then(); });
  }
  world_.people.ask<session::contract>(
      session_, session::attach_cart{cart_}, trace_left::maybe,
      [this, then = std::move(then)](const auto&) { ask_cart(cart::claim{name_}, then); });
}

void shopper::log_out(std::function<void()> then) {
  const auto over = std::exchange(session_, {});
  world_.people.ask<session::contract>(over, session::revoke{"log out"}, trace_left::maybe,
                                       [](const auto&) {});
  if (random_.percent(50)) // another tab has not noticed
    world_.people.ask<session::contract>(over, session::attach_cart{cart_}, trace_left::maybe,
                                         [](const auto&) {});
  world_.people.ask<session::contract>(over, session::check{sha256(over)}, trace_left::read,
                                       [then = std::move(then)](const auto&) { then(); });
}

void shopper::merge(std::function<void()> then) {
  if (random_.percent(20)) // and pays in another tab
    check_out(pick_card(), [] {});
  ask_cart(cart::hand_over{cart_, std::exchange(kept_cart_, {})}, std::move(then));
}

std::string shopper::pick_card() {
  static const char* const cards[] = {"pm_card_visa",
                                      "pm_card_visa",
                                      "pm_card_visa",
                                      "pm_card_visa_chargeDeclined",
                                      "pm_souk_lost_before",
                                      "pm_souk_lost_after",
                                      "pm_card_authenticationRequired"};
  return cards[random_.between(0, std::size(cards) - 1)];
}

order::placement shopper::make_placement(const std::string& payment_method) {
  order::placement out{.order_id = name_ + "-order" + std::to_string(++placements_),
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
  const auto total = subtotal + shipping_price;
  out.sums = {{subtotal, euro},         {0, euro},     {shipping_price, euro},
              {total * 19 / 119, euro}, {total, euro}, true};
  return out;
}

void shopper::check_out(const std::string& payment_method, std::function<void()> then) {
  if (view_.lines.empty())
    return then();
  ask_cart(cart::checkout{make_placement(payment_method), {}}, std::move(then));
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
  if (random_.percent(5))
    return world_.people.ask<order::contract>(order_, order::cancel{"changed my mind"},
                                              trace_left::maybe, [this](const auto&) { go_on(); });
  if (random_.percent(10)) // presses "buy" again
    check_out(pick_card(), [] {});
  await_order([this](const order::order_view& o) {
    const bool waits =
        o.status == order::status::payment_failed || o.status == order::status::action_required;
    if (waits && random_.percent(80))
      return pay_again(o);
    if (o.status == order::status::confirmed && random_.percent(15))
      change_mind();
    order_.clear();
    if (o.status != order::status::rejected || random_.percent(50))
      cart_.clear(); // goes home, or tries again with the cart that reopened
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
  const auto card = at_bank && random_.percent(70) ? std::string{} : pick_card();
  const auto& url = o.payment.next_action_url;
  if (at_bank && random_.percent(80) && !url.empty())
    world_.money.authenticate(url.substr(url.rfind('/') + 1));
  world_.people.ask<order::contract>(order_, order::pay{card}, trace_left::always,
                                     [this](const auto&) { go_on(); });
}

} // namespace souk::sim
