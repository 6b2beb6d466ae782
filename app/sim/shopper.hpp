// Somebody who buys: opens carts, fills and changes them, logs in, checks out, pays again with
// another card, acts at the bank, cancels, or walks away. What happens next is up to the dice.
#pragma once

#include "app/sim/world.hpp"

namespace souk::sim {

/// Lives as long as its world; driven by the timeline.
class shopper {
public:
  shopper(world& in, int number);

  /// From now on something every now and then, as long as the market is open.
  void start();

  // The single acts, for scenarios that need them in order.
  void open_cart(std::function<void()> then);
  void add_line(const goods& what, int64_t quantity, std::function<void()> then);
  void check_out(const std::string& payment_method, std::function<void()> then);
  void await_order(std::function<void(const order::order_view&)> then);
  const std::string& order_id() const { return order_; }
  /// After a long time: is everything that was theirs as it should be?
  void look_back();

private:
  void act();
  void act_on_cart();
  void act_on_order();
  void pay_again(const order::order_view& order);
  /// Regrets it, perhaps when it is already being packed.
  void change_mind();
  void put_something(std::function<void()> then);
  void change_something(std::function<void()> then);
  void blunder(std::function<void()> then);
  void order_nonsense(std::function<void()> then);
  void hear_prices(std::function<void()> then);
  void use_session(std::function<void()> then);
  void draw_terms();
  /// The version of the cart that is looked at, or one of another tab's.
  std::optional<uint64_t> if_match();
  cart::line any_line();
  void move_abroad();
  void log_in(std::function<void()> then);
  void merge(std::function<void()> then);
  void log_out(std::function<void()> then);
  void go_on();
  std::function<void()> later() {
    return [this] { go_on(); };
  }
  template <class C>
  void ask_cart(C what, std::function<void()> then);
  order::placement make_placement(const std::string& payment_method);
  std::string next_order();
  std::string next_line();
  void check_out_again();
  /// The cart is to become what was placed last.
  void hand_in(std::optional<uint64_t> expected_version, std::function<void()> then);
  std::string pick_card();

  world& world_;
  const std::string name_;
  const bool numbers_anew_; ///< the lines of each cart
  dice random_{0};          ///< of this turn
  int turns_ = 0, sessions_ = 0, carts_ = 0, placements_ = 0, lines_ = 0;
  std::string cart_, order_, session_;
  std::string kept_cart_; ///< from before, to be merged into
  cart::cart_view view_;
  order::placement last_placed_;
  /// Of the next placement.
  struct terms {
    int64_t discount_percent = 0;
    bool tax_included = true, ships_free = false;
  } terms_;
};

} // namespace souk::sim
