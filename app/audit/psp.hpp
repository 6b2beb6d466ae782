// The provider's side of the money: what the payment simulator holds must be what orders know.
#pragma once

#include "app/audit/book.hpp"
#include "app/audit/report.hpp"
#include "base/result.hpp"

#include <map>
#include <string>

namespace souk::audit {

struct psp_intent {
  std::string order_id;
  int64_t authorised = 0, captured = 0, refunded = 0;
};
/// By the payment object's id.
using psp_intents = std::map<std::string, psp_intent>;

/// GET <url>/_souk/intents. errc::unavailable or errc::invalid with the reason.
result<psp_intents> read_psp(const std::string& url, const std::string& key);
/// Sums at the provider only grow, so a live shop is right when what its orders know lies between
/// what the provider said `before` and `after` the orders were read.
void check_psp(const psp_intents& before, const psp_intents& after, const book& facts, report& out);

} // namespace souk::audit
