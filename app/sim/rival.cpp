#include "app/sim/rival.hpp"

namespace souk::sim {

namespace {
/// So many turns are about the same few reservations.
constexpr int turns_of_one = 6;
} // namespace

void rival::go_on() {
  const sim::act next{"rival", ++turns_};
  random_ = world_.dice_of(next);
  world_.time.after(random_.millis(10, 2'000), [this, next] {
    if (!world_.shop.open)
      return;
    if (world_.turns.begin(next))
      act();
    go_on();
  });
}

void rival::ask(const std::string& cell, const stock::command& what) {
  std::visit(
      [&](const auto& c) {
        world_.people.ask<stock::contract>(cell, c, trace_left::maybe, [](const auto&) {});
      },
      what);
}

void rival::act() {
  const auto pick = [&](const auto& from) {
    return from[static_cast<size_t>(random_.between(0, static_cast<int64_t>(from.size()) - 1))];
  };
  const auto cell =
      stock::key_of(pick(world_.shop.goods_for_sale).sku, pick(world_.shop.warehouses));
  const auto id = "rival/" + std::to_string(turns_ / turns_of_one - random_.between(0, 1));
  const auto expires = world_.time.now() + random_.millis(-500, 8'000);
  const auto quantity = random_.between(1, 4);
  used_.emplace(cell, id);
  if (random_.percent(10)) // what is promised is not there
    world_.people.ask<stock::contract>(cell, stock::count{random_.between(0, 3), "inventory"},
                                       trace_left::always, [](const auto&) {});
  if (random_.percent(10))
    blunder(cell, id);
  const auto choice = random_.between(1, 100);
  if (choice <= 40) {
    ask(cell, stock::hold{id, quantity, expires, random_.percent(50)});
    const auto others = random_.percent(40) ? random_.between(1, 3) : 0;
    if (others > 0) // that lapse with it, so that it takes both to make room
      ask(cell, stock::hold{id + "=", others, expires, true});
    used_.emplace(cell, id + "=");
    if (random_.percent(50)) // who comes just when it lapses?
      world_.time.after(expires - world_.time.now() + random_.millis(0, 1'500),
                        [this, cell, id, more = quantity + others + random_.between(0, 2),
                         own = random_.percent(50)] {
                          if (world_.shop.open && own)
                            ask(cell, stock::claim{id, more});
                          else if (world_.shop.open)
                            ask(cell, stock::hold{id + "+", more, world_.time.now() + 5s, true});
                        });
    used_.emplace(cell, id + "+");
  } else if (choice <= 50)
    ask(cell, stock::extend{id, expires});
  else if (choice <= 70)
    ask(cell, stock::claim{id, quantity});
  else if (choice <= 80)
    ask(cell, stock::release{id});
  else if (choice <= 95)
    ask(cell, stock::ship{id});
  else
    ask(cell, stock::give_back{id, quantity});
}

/// One out of bounds.
void rival::blunder(const std::string& cell, const std::string& id) {
  constexpr int64_t units_most = 1'000'000, shelf_most = 1'000'000'000'000;
  constexpr std::chrono::hours hold_most{7 * 24};
  const auto now = world_.time.now();
  switch (random_.between(1, 10)) {
  case 1:
    return ask(cell, stock::hold{"", 1, now + 5s, true});
  case 2:
    return ask(cell, stock::hold{std::string(201, 'r'), 1, now + 5s, true});
  case 3:
    return ask(cell, stock::hold{id + "!", 0, now + 5s, true});
  case 4:
    return ask(cell, stock::hold{id + "!", units_most + 1, now + 5s, true});
  case 5:
    return ask(cell, stock::hold{id + "!", 1, now + hold_most + 1h, true});
  case 6:
    return ask(cell, stock::extend{id, now + hold_most + 1h});
  case 7:
    return ask(cell, stock::claim{id, random_.percent(50) ? 0 : units_most + 1});
  case 8:
    return ask(cell, stock::give_back{id, random_.percent(50) ? 0 : units_most + 1});
  case 9:
    return ask(cell, stock::receive{units_most + 1, "typing error"});
  default:
    return ask(cell, stock::count{shelf_most + 1, "typing error"});
  }
}

void rival::give_everything_up() {
  for (const auto& [cell, id] : used_)
    ask(cell, stock::release{id});
}

} // namespace souk::sim
