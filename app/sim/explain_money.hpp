// The money of an order as the bank's log of calls tells it: nothing is asked of the bank that the
// order has not committed to ask, and the sums at the bank stay within what it committed.
#pragma once

#include "app/psp/psp_model.hpp"
#include "app/sim/history.hpp"

namespace souk::sim {

/// Single-threaded.
class explained_money {
public:
  explained_money(history& told, const timeline& time, history::complaint complain)
      : told_(told), time_(time), complain_(std::move(complain)) {}

  /// A node calls the bank.
  void called(const psp::call& what);
  /// A call has arrived there. `intents`: all there are, the oldest first.
  void happened(const psp::call& what, const std::vector<const psp::payment_intent*>& intents);

private:
  history& told_;
  const timeline& time_;
  const history::complaint complain_;
  size_t seen_ = 0; ///< of the bank's intents
  std::unordered_map<std::string, std::vector<const psp::payment_intent*>> of_order_;
};

} // namespace souk::sim
