// What an order's money movements book: captured money is a claim on the provider, balanced by what
// it was paid for; a refund books the same backwards (law 6).
#include "actors/order/order.hpp"

#include <algorithm>

namespace souk::order {

namespace {

/// `of` × part / whole, rounded down; parts of one amount are taken so that the rest stays exact.
int64_t portion(int64_t of, int64_t part, int64_t whole) {
  __extension__ using wide = __int128;
  return whole == 0 ? 0 : static_cast<int64_t>(static_cast<wide>(of) * part / whole);
}

/// The share of tax and shipping in the first `amount` of the total; the difference of two such
/// shares belongs to what lies between, so that all parts together are exact to the cent.
struct shares {
  int64_t tax, shipping;
};
shares shares_up_to(const totals& t, int64_t amount) {
  const auto shipping_net =
      t.tax_included ? t.shipping.amount - portion(t.tax.amount, t.shipping.amount, t.total.amount)
                     : t.shipping.amount;
  return {portion(t.tax.amount, amount, t.total.amount),
          portion(shipping_net, amount, t.total.amount)};
}

} // namespace

std::vector<persistence::posting> model::postings(const state& s, const event& e, time_point) {
  const auto* merged = std::get_if<intent_merged>(&e);
  if (!merged)
    return {};
  int64_t captured_before = 0, refunded_before = 0;
  for (const auto& i : s.intents)
    if (i.id == merged->intent.id) {
      captured_before = i.captured;
      refunded_before = i.refunded;
    }
  std::vector<persistence::posting> out;
  const auto& sums = s.what.sums;
  const auto book = [&](int64_t from, int64_t to, int64_t sign) {
    const auto add = [&](const char* account, int64_t amount) {
      if (amount != 0)
        out.push_back({account, s.what.order_id, sign * amount, sums.total.currency});
    };
    const auto before = shares_up_to(sums, from), after = shares_up_to(sums, to);
    const auto tax = after.tax - before.tax, shipping = after.shipping - before.shipping;
    add("psp_clearing", to - from);
    add("tax_payable", -tax);
    add("shipping_income", -shipping);
    add("sales", -(to - from - tax - shipping));
  };
  if (merged->intent.captured > captured_before)
    book(captured_before, merged->intent.captured, 1);
  if (merged->intent.refunded > refunded_before)
    book(refunded_before, merged->intent.refunded, -1);
  return out;
}

} // namespace souk::order
