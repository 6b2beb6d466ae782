// Nobody is kept waiting while nothing goes wrong: in lives without faults an answer comes soon,
// and who has something to do does it soon, or at its time. Faults excuse any delay, so only such
// lives are looked at.
//
//   asked ──── answer_most ────► answered; who asks for an order's outcome: when it stands
//   an event ── rest_most ─────► the next one, unless people are waited for, or a time of its own
#pragma once

#include "app/sim/world.hpp"
#include "cluster/waker.hpp"

namespace souk::sim {

/// A few commits, and the ways to and from another node.
inline constexpr std::chrono::milliseconds answer_most{200};
/// A call of the bank that is cut and made again, or a row that the waker has to find.
inline constexpr std::chrono::seconds rest_most{1};
/// Who is woken may have had to wait for its row so much longer than its own timer would take.
inline constexpr std::chrono::seconds woken_late = cluster::wakeup_grace;

/// An order that met only units held by others asks a second time.
inline constexpr std::chrono::seconds second_round_after{3};

/// When an order must have gone on by itself that wrote its last event at `last`; `never`: people
/// are waited for.
time_point goes_on_by(const order_model::state& s, time_point last);

/// Single-threaded; lives no longer than its world.
class pace {
public:
  explicit pace(world& w) : world_(w), begun_(w.time.now()) {}
  /// Lives for so long and looks all the time. Complains once of each entity.
  void run_for(std::chrono::nanoseconds span);

private:
  void look_at_answers();
  void look_at(const std::string& entity, const persistence::stored_history& stored);
  time_point answered_by(const request& rq);
  void complain(const std::string& entity, const std::string& what);

  world& world_;
  const time_point begun_;
  size_t next_ = 0; ///< of all requests
  std::vector<const request*> open_;
  std::set<std::string> told_;
};

} // namespace souk::sim
