// The payment provider's side of a simulated world: the PSP model behind an unreliable network.
// Calls and answers are delayed and lost, webhooks come late, twice, in another order, or never.
#pragma once

#include "actors/payment/gateway.hpp"
#include "app/psp/psp_model.hpp"
#include "app/sim/timeline.hpp"
#include "base/tally.hpp"

#include <memory>
#include <set>

namespace souk::sim {

/// As long as a node lives; whatever belongs to it is dropped when this is gone.
using life = std::shared_ptr<const uint64_t>;

struct bank_faults {
  psp::knobs knobs;
  int64_t network_ms = 20;           ///< each way, at most
  int64_t webhooks_lost_percent = 0; ///< never delivered, whatever we answer
};

/// Single-threaded. Outlives all nodes.
class bank {
public:
  /// Delivers a webhook's fact to the shop; `answered` says whether it took it.
  using listener = std::function<void(const std::string& event_id, const payment::intent& fact,
                                      std::function<void(bool)> answered)>;
  /// Hears of each call: when a node makes it, and when it has arrived.
  using watcher = std::function<void(const psp::call& what, bool arrived)>;
  using hang_up = std::function<void(result<psp::outcome>)>;

  bank(timeline& time, dice& random, bank_faults faults);

  void on_webhook(listener hear) { hear_ = std::move(hear); }
  void on_call(watcher watch) { watch_ = std::move(watch); }
  /// `done` is called unless the caller dies first; errc::timed_out when the answer is lost.
  void call(psp::call what, const life& caller, hang_up done);
  /// The buyer passes the bank's page.
  void authenticate(const std::string& intent_id, bool passes = true);
  /// From now on no call arrives.
  void go_away();
  void heal();
  /// Authorisations older than payment::authorisation_life are void, and the shop is told.
  void let_lapse();

  bool has_lapsed(const std::string& intent_id) const { return lapsed_.contains(intent_id); }
  /// What went wrong on the way here and back.
  const tally& happened() const { return happened_; }
  const std::map<std::string, psp::payment_intent>& intents() const { return model_.intents(); }
  const std::vector<const psp::payment_intent*>& in_order() const { return model_.in_order(); }

private:
  void announce(std::vector<psp::webhook> all);
  void deliver(const psp::webhook& what, int attempt);

  timeline& time_;
  dice& random_;
  bank_faults faults_;
  psp::psp_model model_;
  listener hear_;
  watcher watch_ = [](const psp::call&, bool) {};
  std::set<std::string> lapsed_;
  tally happened_;
};

/// One node's way to the bank. What the bank answers means to an order what adapters/stripe makes
/// of it.
class bank_gateway final : public payment::gateway {
public:
  bank_gateway(bank& at, std::weak_ptr<const uint64_t> owner) : at_(at), owner_(std::move(owner)) {}

  void authorise(const std::string& key, const payment::authorisation& what,
                 callback<payment::intent> done) override;
  void confirm(const std::string& key, const std::string& id,
               callback<payment::intent> done) override;
  void capture(const std::string& key, const std::string& id, money amount,
               callback<payment::intent> done) override;
  void cancel(const std::string& key, const std::string& id,
              callback<payment::intent> done) override;
  void refund(const std::string& key, const std::string& id, money amount,
              callback<payment::intent> done) override;
  void read(const std::string& id, callback<payment::intent> done) override;
  void find(const std::string& order_id, int64_t attempt,
            callback<std::optional<payment::intent>> done) override;

private:
  void post(std::string path, psp::form fields, const std::string& key,
            callback<payment::intent> done);

  bank& at_;
  std::weak_ptr<const uint64_t> owner_;
};

} // namespace souk::sim
