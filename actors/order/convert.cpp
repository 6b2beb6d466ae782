#include "actors/order/convert.hpp"

#include <proto/order.pb.h>

namespace souk::order {

void to_proto(const payment::intent& from, pb::order_intent& to) {
  to.set_id(from.id);
  to.set_status(static_cast<uint32_t>(from.status));
  to.set_amount(from.amount.amount);
  to.set_currency(std::string(from.amount.currency.code()));
  to.set_authorised(from.authorised);
  to.set_captured(from.captured);
  to.set_refunded(from.refunded);
  to.set_decline_code(from.decline_code);
  to.set_next_action_url(from.next_action_url);
  to.set_order_id(from.order_id);
  to.set_attempt(from.attempt);
}

result<payment::intent> from_proto(const pb::order_intent& from) {
  const auto unit = currency::parse(from.currency());
  if (!unit)
    return fail(errc::corrupt, "a payment in no currency");
  if (from.status() > static_cast<uint32_t>(payment::intent_status::canceled))
    return fail(errc::corrupt, "a payment in an unknown status");
  return payment::intent{.id = from.id(),
                         .status = static_cast<payment::intent_status>(from.status()),
                         .amount = {from.amount(), *unit},
                         .authorised = from.authorised(),
                         .captured = from.captured(),
                         .refunded = from.refunded(),
                         .decline_code = from.decline_code(),
                         .next_action_url = from.next_action_url(),
                         .order_id = from.order_id(),
                         .attempt = from.attempt()};
}

} // namespace souk::order
