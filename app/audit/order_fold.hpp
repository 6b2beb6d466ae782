// One order as the audit reads it; the money part is a file of its own.
#pragma once

#include "app/audit/entity_fold.hpp"

#include <functional>
#include <proto/order.pb.h>
#include <utility>

namespace souk::audit {

using order_fault = std::function<void(std::string_view rule, const std::string& text)>;

/// Attempts and payment objects: numbers once, sums that only grow, I3. `row`: where it is booked.
void open_attempt(order_facts& order, const pb::order_event::attempt_opened_fields& e,
                  const order_fault& fault);
void close_attempt(order_facts& order, const pb::order_event::attempt_closed_fields& e,
                   const order_fault& fault);
void see_intent(order_facts& order, const pb::order_intent& e, const std::string& order_id,
                uint64_t row, const order_fault& fault);
/// Whether the order may stand in its status with its money as it is.
void judge_money(const order_facts& order, const order_fault& fault);

} // namespace souk::audit
