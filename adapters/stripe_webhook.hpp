// Signed webhooks of the Stripe API: nothing in a body is believed before its signature is.
#pragma once

#include "actors/payment/gateway.hpp"
#include "base/time.hpp"

#include <string_view>

namespace souk::adapters {

inline constexpr std::chrono::seconds stripe_tolerance{300};

/// The value of Stripe-Signature for a body: "t=<unix>,v1=<hex>".
std::string sign_webhook(std::string_view secret, std::string_view body, time_point at);

/// errc::forbidden unless one of the header's v1 signatures is right and its time is within
/// stripe_tolerance of `now`. Compares in constant time.
result<void> verify_webhook(std::string_view secret, std::string_view signature_header,
                            std::string_view body, time_point now);

struct webhook_event {
  std::string id;
  std::string type;
  /// The fact it carries: for payment_intent.* the intent; for charge.refunded an intent of which
  /// only id, amount, captured, refunded and metadata are known (status succeeded). Empty for
  /// events souk has no use for.
  std::optional<payment::intent> fact;
};

/// A verified body. errc::malformed when it is no event.
result<webhook_event> parse_webhook(std::string_view body);

} // namespace souk::adapters
