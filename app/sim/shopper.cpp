#include "app/sim/shopper.hpp"

#include "actors/session/messages.hpp"

namespace souk::sim {

namespace {
const souk::currency euro = *currency::parse("EUR");
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
  if (world_.plan.long_upgrade)
    move_abroad();
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
        } else if (!r && asked == cart_) {
          const auto why = r.error().code;
          if (why == errc::precondition_failed || why == errc::quote_changed)
            return ask_cart(cart::get{}, then); // what does it look like now?
          if (why != errc::timed_out && why != errc::invalid && why != errc::forbidden)
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

shopper::shopper(world& in, int number)
    : world_(in), name_("s" + std::to_string(number)),
      numbers_anew_(in.dice_of({name_, 0}).percent(30)) {}

/// Some pages number the lines of each cart anew, so that two carts that merge have the same ids.
std::string shopper::next_line() {
  const auto own = std::to_string(++lines_);
  return numbers_anew_ ? "l" + std::to_string(view_.lines.size() + 1) : name_ + "-l" + own;
}

void shopper::add_line(const goods& what, int64_t quantity, std::function<void()> then) {
  ask_cart(cart::add_line{.line_id = next_line(),
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
  if (view_.lines.empty() || choice <= 35)
    return put_something(later());
  if (choice <= 50)
    return change_something(later());
  if (choice <= 58)
    return session_.empty() || random_.percent(70) ? log_in(later()) : log_out(later());
  if (choice <= 66 && kept_cart_.empty()) { // walks away, and may come back to it
    kept_cart_ = std::exchange(cart_, {});
    return go_on();
  }
  if (choice <= 76 && !kept_cart_.empty())
    return merge(later());
  const auto card = pick_card();
  draw_terms();
  if (random_.percent(10))
    check_out(card, [] {});                        // in another tab, under another key
  if (random_.percent(15) && !view_.lines.empty()) // which sees less than this one has just changed
    ask_cart(cart::change_line{any_line().id, random_.between(1, 4), {}}, [] {});
  check_out(card, later());
}

/// At today's price, or at that of a page that was opened a while ago.
void shopper::put_something(std::function<void()> then) {
  const auto& all = world_.shop.goods_for_sale;
  const auto& what =
      all[static_cast<size_t>(random_.between(0, static_cast<int64_t>(all.size()) - 1))];
  if (random_.percent(50))
    return add_line(what, random_.between(1, 3), std::move(then));
  const auto price = std::max<int64_t>(1, what.price + random_.between(-20, 20));
  const char* const sizes[] = {"M", "L"};
  cart::add_line line{.line_id = next_line(),
                      .sku = what.sku,
                      .product_id = "p-" + what.sku,
                      .title = what.sku,
                      .quantity = random_.between(1, 3),
                      .unit_price = {price, euro},
                      .priced_at = world_.time.now() - random_.millis(0, 60'000),
                      .expected_version = if_match()};
  if (random_.percent(40))
    line.options = {{"size", sizes[random_.between(0, 1)]}};
  ask_cart(std::move(line), std::move(then));
}

std::optional<uint64_t> shopper::if_match() {
  if (random_.percent(60))
    return {};
  return random_.percent(70) ? view_.version
                             : view_.version + static_cast<uint64_t>(random_.between(0, 2)) - 1;
}

cart::line shopper::any_line() {
  return view_
      .lines[static_cast<size_t>(random_.between(0, static_cast<int64_t>(view_.lines.size()) - 1))];
}

/// What no page of the shop sends, and somebody does.
void shopper::blunder(std::function<void()> then) {
  const auto line = any_line();
  cart::add_line wrong{.line_id = next_line(),
                       .sku = line.sku,
                       .quantity = 1,
                       .unit_price = line.unit_price,
                       .priced_at = world_.time.now()};
  switch (random_.between(1, 16)) {
  case 1:
    return ask_cart(cart::change_line{line.id, 0, {}}, std::move(then));
  case 2:
    return ask_cart(cart::change_line{line.id, 10'000, {}}, std::move(then));
  case 3:
    return ask_cart(cart::claim{name_ + "-other"}, std::move(then));
  case 4:
    return ask_cart(cart::hand_over{cart_, cart_}, std::move(then));
  case 5:
    return ask_cart(cart::set_country{"de"}, std::move(then));
  case 6:
    wrong.unit_price.currency = *currency::parse("USD");
    break;
  case 7:
    wrong.unit_price.amount = -1;
    break;
  case 8:
    return ask_cart(cart::remove_line{name_ + "-none", {}}, std::move(then));
  case 9:
    return ask_cart(cart::change_line{name_ + "-none", 1, {}}, std::move(then));
  case 10:
    return ask_cart(cart::claim{""}, std::move(then));
  case 11:
    wrong.sku.clear();
    break;
  case 12:
    wrong.line_id.clear();
    break;
  case 13:
    wrong.unit_price.amount = amount_max + 1;
    break;
  case 14:
    return order_nonsense(std::move(then));
  case 15:
    wrong.quantity = random_.percent(50) ? 0 : 9'998;
    break;
  default:
    wrong.line_id = line.id;
    wrong.options = {{"size", "XXL"}};
  }
  ask_cart(std::move(wrong), std::move(then));
}

void shopper::order_nonsense(std::function<void()> then) {
  auto wrong = make_placement(pick_card());
  switch (random_.between(1, 3)) {
  case 1:
    wrong.order_id.clear();
    break;
  case 2:
    wrong.sums.total.currency = *currency::parse("USD");
    break;
  default:
    wrong.lines.pop_back();
  }
  ask_cart(cart::checkout{std::move(wrong), {}}, std::move(then));
}

void shopper::hear_prices(std::function<void()> then) {
  cart::reprice news;
  for (const auto& l : view_.lines)
    if (random_.percent(70))
      news.prices.push_back(
          {l.id,
           {std::max<int64_t>(1, l.unit_price.amount + random_.between(-5, 5)), euro},
           world_.time.now() - random_.millis(0, 60'000)});
  ask_cart(std::move(news), std::move(then));
}

void shopper::change_something(std::function<void()> then) {
  const auto line = any_line();
  if (random_.percent(15))
    return hear_prices(std::move(then));
  if (random_.percent(15))
    return blunder(std::move(then));
  if (random_.percent(world_.plan.upgrade ? 50 : 20)) // which older nodes do not know
    return ask_cart(cart::set_country{random_.percent(50) ? "AT" : "DE"}, std::move(then));
  if (random_.percent(30))
    return ask_cart(cart::remove_line{line.id, if_match()}, std::move(then));
  ask_cart(cart::change_line{line.id, random_.between(1, 4), if_match()}, std::move(then));
}

/// In another tab, and with dice of its own.
void shopper::move_abroad() {
  auto apart = world_.dice_of({name_ + "-abroad", turns_});
  if (apart.percent(50))
    world_.people.ask<cart::contract>(cart_, cart::set_country{apart.percent(50) ? "AT" : "CH"},
                                      trace_left::maybe, [](const auto&) {});
}

void shopper::log_in(std::function<void()> then) {
  if (session_.empty()) {
    session_ = name_ + "-session" + std::to_string(++sessions_);
    return world_.people.ask<session::contract>(
        session_, session::begin{"", {}, sha256(session_), "sim"}, trace_left::always,
        [then = std::move(then)](const auto&) { then(); });
  }
  if (random_.percent(50))
    return use_session(std::move(then));
  world_.people.ask<session::contract>(
      session_, session::attach_cart{cart_}, trace_left::maybe,
      [this, then = std::move(then)](const auto&) {
        ask_cart(cart::claim{random_.percent(20) ? name_ + "-other" : name_}, then);
      });
}

/// Logs in, or somebody else does; is it the old token that counts then, or the new one?
void shopper::use_session(std::function<void()> then) {
  const auto done = [then = std::move(then)](const auto&) { then(); };
  const auto turn = std::to_string(turns_);
  const auto choice = random_.between(1, 100);
  if (choice <= 40)
    return world_.people.ask<session::contract>(
        session_, session::log_in{name_, {"customer", turn}, sha256(session_ + turn)},
        trace_left::always, [this, turn, done](const auto& r) {
          for (const auto& token : {session_, session_ + turn})
            world_.people.ask<session::contract>(session_, session::check{sha256(token)},
                                                 trace_left::read, [](const auto&) {});
          done(r);
        });
  if (choice <= 60)
    return world_.people.ask<session::contract>(
        session_, session::log_in{name_ + "-other", {}, sha256(turn)}, trace_left::always, done);
  if (choice <= 75)
    return world_.people.ask<session::contract>(
        session_, session::begin{name_, {}, sha256(turn), "sim"}, trace_left::always, done);
  if (choice <= 80)
    return world_.people.ask<session::contract>(session_, session::log_in{"", {}, sha256(turn)},
                                                trace_left::always, done);
  if (choice <= 85)
    return world_.people.ask<session::contract>(session_, session::log_in{name_, {}, ""},
                                                trace_left::always, done);
  if (choice <= 90)
    return world_.people.ask<session::contract>(session_ + "-none", session::begin{"", {}, "", ""},
                                                trace_left::always, done);
  world_.people.ask<session::contract>(session_, session::get{}, trace_left::read, done);
}

void shopper::look_back() {
  const auto ignored = [](const auto&) {};
  for (int n = 1; n <= carts_; ++n) {
    const auto cart = name_ + "-cart" + std::to_string(n);
    world_.people.ask<cart::contract>(cart, cart::get{}, trace_left::read, ignored);
    if (!world_.plan.upgrade) // as long as an older node stays, who asks for this is put off
      world_.people.ask<cart::contract>(cart, cart::set_country{"FR"}, trace_left::maybe, ignored);
  }
  for (int n = 1; n <= sessions_; ++n) {
    const auto session = name_ + "-session" + std::to_string(n);
    world_.people.ask<session::contract>(session, session::check{sha256(session)}, trace_left::read,
                                         ignored);
    world_.people.ask<session::contract>(session, session::attach_cart{"none"}, trace_left::maybe,
                                         ignored);
  }
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
  const auto elsewhere = name_ + "-nowhere";
  if (random_.percent(20)) // or has gone home since, and into another account
    ask_cart(cart::hand_over{cart_, elsewhere}, [] {});
  const auto to = std::exchange(kept_cart_, {});
  ask_cart(cart::hand_over{cart_, random_.percent(80) ? to : elsewhere}, std::move(then));
}

void shopper::hand_in(std::optional<uint64_t> expected_version, std::function<void()> then) {
  ask_cart(cart::checkout{last_placed_, expected_version}, std::move(then));
}

} // namespace souk::sim
