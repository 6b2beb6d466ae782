// The port to a payment provider, in the terms of PaymentIntents with manual capture. An order
// calls it only for an attempt its journal has opened; every call repeats safely under its key.
#pragma once

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>

namespace souk::payment {

/// What is known about one payment object. Facts merge by object id, whoever brings them, in any
/// order.
enum class intent_status : uint8_t {
  requires_payment_method, ///< declined, or never confirmed
  requires_action,         ///< the buyer must authenticate
  processing,
  requires_capture, ///< authorised
  succeeded,        ///< captured
  canceled,
};

struct intent {
  std::string id;
  intent_status status = intent_status::processing;
  money amount;           ///< asked for
  int64_t authorised = 0; ///< minor units still capturable
  int64_t captured = 0;
  int64_t refunded = 0;
  std::string decline_code;    ///< "insufficient_funds", … when declined
  std::string next_action_url; ///< when requires_action
  std::string order_id;        ///< from its metadata
  int64_t attempt = 0;         ///< from its metadata
  bool operator==(const intent&) const = default;
};

/// Card networks let an uncaptured authorisation of an online purchase lapse after this.
inline constexpr std::chrono::hours authorisation_life{7 * 24};

struct authorisation {
  std::string order_id;
  int64_t attempt = 1;
  std::string payment_method;
  money amount;
  std::string return_url;
};

/// Answers: a value is a fact; errc::timed_out and errc::unavailable mean the outcome is unknown;
/// errc::invalid means the provider refused the call itself and never will accept it.
/// `key` is the idempotency key "order/step/attempt". Thread-safe; answers on any thread.
class gateway {
public:
  virtual ~gateway() = default;
  /// Creates and confirms an intent with capture_method=manual. A decline is a value, not a
  /// failure.
  virtual void authorise(const std::string& key, const authorisation& what,
                         callback<intent> done) = 0;
  /// Goes on after the buyer's action.
  virtual void confirm(const std::string& key, const std::string& intent_id,
                       callback<intent> done) = 0;
  virtual void capture(const std::string& key, const std::string& intent_id, money amount,
                       callback<intent> done) = 0;
  virtual void cancel(const std::string& key, const std::string& intent_id,
                      callback<intent> done) = 0;
  /// Answers the intent as it is after the refund.
  virtual void refund(const std::string& key, const std::string& intent_id, money amount,
                      callback<intent> done) = 0;
  virtual void read(const std::string& intent_id, callback<intent> done) = 0;
  /// By metadata order_id and attempt; empty when the provider has none.
  virtual void find(const std::string& order_id, int64_t attempt,
                    callback<std::optional<intent>> done) = 0;
};

} // namespace souk::payment
