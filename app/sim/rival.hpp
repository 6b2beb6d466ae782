// Another channel that sells from the same shelves, under rules of its own: it holds, extends,
// claims, gives up and ships in any order, also what makes no sense and what comes late. Orders are
// careful with a cell; what it answers to others is promised all the same.
#pragma once

#include "app/sim/world.hpp"

namespace souk::sim {

/// Lives as long as its world; driven by the timeline.
class rival {
public:
  explicit rival(world& in) : world_(in) {}

  /// Something every now and then, as long as the market is open.
  void start() { go_on(); }
  /// What it still has goes back on the shelf.
  void give_everything_up();

private:
  void go_on();
  void act();
  void blunder(const std::string& cell, const std::string& id);
  void ask(const std::string& cell, const stock::command& what);

  world& world_;
  dice random_{0}; ///< of this turn
  int turns_ = 0;
  std::set<std::pair<std::string, std::string>> used_; ///< cell, reservation
};

} // namespace souk::sim
