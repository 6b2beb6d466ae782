// Stripe's JSON objects as the facts souk keeps. Shared by the gateway's answers and the webhooks.
#pragma once

#include "actors/payment/gateway.hpp"

#include <boost/json/fwd.hpp>

namespace souk::adapters {

/// A payment_intent object, with latest_charge expanded where refunds matter. errc::invalid when it
/// is none.
result<payment::intent> read_intent(const boost::json::value& object);

} // namespace souk::adapters
