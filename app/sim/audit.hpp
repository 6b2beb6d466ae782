// The checkers of a simulated world, outside the code under test: what stands in the store and at
// the bank must explain everything that was ever said, at once and at the end.
#pragma once

#include "actors/cart/messages.hpp"
#include "actors/order/order.hpp"
#include "actors/stock/messages.hpp"
#include "app/sim/audit_folds.hpp"
#include "app/sim/bank.hpp"
#include "persistence/sim_store.hpp"

#include <set>
#include <unordered_map>

namespace souk::sim {

class read_side;

/// A wakeup row may be this late when all is quiet: the waker scans every half second.
inline constexpr std::chrono::seconds wakeup_slack{10};

/// Single-threaded.
class audit {
public:
  audit(const persistence::sim_store& store, const bank& money) : store_(store), bank_(money) {}

  // Answers, in the moment they are given: all they tell must be committed (law 2).
  void said(const std::string& entity, const cart::cart_view& what);
  void said(const std::string& entity, const order::order_view& what);
  void said(const std::string& entity, const stock::level& what);
  template <class Other>
  void said(const std::string&, const Other&) {}
  /// What one entity tells another counts as said, too.
  void learned(const entity_id& order, const order::model::effect& what,
               const order::command& outcome);
  /// A command whose success was told and that always leaves an event: it must stand there once.
  void recorded(const std::string& entity, const command_id& id) { recorded_.emplace(entity, id); }

  /// Minutes after healing: nothing is stuck.
  void settled(time_point now);
  /// What a cart has to do without anybody's asking; empty: nothing.
  std::string owes(const std::string& entity);
  /// Carts that nobody touched for a month are gone.
  void forgotten(time_point now);
  /// After healing, when nobody does anything any more.
  void finish(time_point now);
  /// When those who read have caught up.
  void finish_reads(const read_side& reads);

  void complain(const std::string& entity, const std::string& what);
  const std::vector<std::string>& complaints() const { return complaints_; }
  /// The committed events so far of an entity, 0 when it does not exist.
  uint64_t committed(const std::string& entity) { return fold_of(entity).seq; }
  std::map<std::string, int> orders_by_status() const;

private:
  /// The money of one order at the bank.
  struct balance {
    int64_t capturable = 0, received = 0, refunded = 0;
    int captures = 0, waiting = 0;
    bool lapsed = false;
  };

  entity_fold& fold_of(const std::string& entity);
  template <class Fold>
  const Fold& fold_as(const std::string& entity) {
    return std::get<Fold>(fold_of(entity).of);
  }
  void find_overdue(time_point now);
  void settled_order(const std::string& entity, const order_fold& order);
  void finish_cart(const std::string& entity, const cart_fold& cart);
  void finish_merge(const std::string& entity, const cart_fold& cart);
  void finish_stock(const std::string& entity, const stock_fold& cell);
  void finish_order(const std::string& entity, const order_fold& order);
  void finish_shipment(const std::string& entity, const shipment_fold& parcel);
  void finish_units(const std::string& entity, const order_fold& order);
  void finish_money(const std::string& entity, const order_fold& order, const balance& at_bank);
  std::map<std::string, balance> balances();
  void finish_ledger(const std::map<std::string, balance>& at_bank);
  void finish_account(const std::string& entity, const balance& at_bank,
                      std::map<std::string, int64_t>& booked);

  const persistence::sim_store& store_;
  const bank& bank_;
  struct followed {
    entity_fold fold;
    const persistence::stored_history* stored = nullptr; ///< once it is there; it stays there
  };
  std::unordered_map<std::string, followed> folds_;
  std::set<std::pair<std::string, command_id>> recorded_;
  std::vector<std::string> complaints_;
};

} // namespace souk::sim
