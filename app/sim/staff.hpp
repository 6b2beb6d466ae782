// Those who work in the shop: ship, deliver, refund, count shelves, take goods in and take them
// back.
#pragma once

#include "app/sim/world.hpp"

namespace souk::sim {

/// Lives as long as its world; driven by the timeline.
class staff {
public:
  explicit staff(world& in, std::string name = "clerk") : world_(in), name_(std::move(name)) {}

  /// Something every now and then, as long as the market is open.
  void start() { go_on(); }
  void receive(const std::string& sku, const std::string& warehouse, int64_t quantity,
               std::function<void()> then);
  /// One more step on the way of this order: shipped, then delivered.
  void move_on(const std::string& order_id, std::function<void()> then);
  /// Every known order, `rounds` times, one after another.
  void finish_everything(int rounds);

private:
  void go_on();
  void act();
  void work_on_stock();
  void ship(const order::order_view& order, std::function<void()> then);
  void blunder(const order::order_view& order, std::function<void()> then);
  void deliver(const order::order_view& order, std::function<void()> then);
  void refund(const order::order_view& order, std::function<void()> then);
  const order::shipment_view& any_of(const order::order_view& order);
  void work_through(std::vector<std::string> left, int rounds);

  world& world_;
  const std::string name_;
  dice random_{0};                         ///< of this turn
  std::vector<std::string> on_desk_;       ///< orders that are confirmed or on their way
  std::vector<std::string> complained_of_; ///< orders that something was given back of
  int turns_ = 0;
};

} // namespace souk::sim
