// The payment port over the Stripe API: PaymentIntents with manual capture. Going live changes a
// URL and a key.
#pragma once

#include "actors/payment/gateway.hpp"
#include "adapters/http_client.hpp"

namespace souk::adapters {

struct stripe_options {
  std::string url; ///< "https://api.stripe.com" or the simulator's
  std::string api_key;
  std::chrono::milliseconds timeout{10'000}; ///< of one call
};

/// `through` must live longer. Thread-safe; answers on the client's thread.
class stripe_gateway : public payment::gateway {
public:
  stripe_gateway(http_client& through, stripe_options options);

  void authorise(const std::string& key, const payment::authorisation& what,
                 callback<payment::intent> done) override;
  void confirm(const std::string& key, const std::string& intent_id,
               callback<payment::intent> done) override;
  void capture(const std::string& key, const std::string& intent_id, money amount,
               callback<payment::intent> done) override;
  void cancel(const std::string& key, const std::string& intent_id,
              callback<payment::intent> done) override;
  void refund(const std::string& key, const std::string& intent_id, money amount,
              callback<payment::intent> done) override;
  void read(const std::string& intent_id, callback<payment::intent> done) override;
  void find(const std::string& order_id, int64_t attempt,
            callback<std::optional<payment::intent>> done) override;

private:
  using form = std::vector<std::pair<std::string, std::string>>;
  http_call make_call(std::string verb, const std::string& path, const form& fields,
                      const std::string& key) const;
  void post(const std::string& path, form fields, const std::string& key,
            callback<payment::intent> done);

  http_client& through_;
  const stripe_options options_;
};

} // namespace souk::adapters
