#include "http/api/order_json.hpp"

#include "http/headers.hpp"

namespace souk::http {

namespace bj = boost::json;

namespace {

bj::array lines_of(const order::placement& placed) {
  bj::array out;
  for (const auto& line : placed.lines)
    out.push_back(bj::object{{"id", line.id},
                             {"sku", line.sku},
                             {"product_id", line.product_id},
                             {"title", line.title},
                             {"options", json_of(line.options)},
                             {"quantity", line.quantity},
                             {"unit_price", json_of(line.unit_price)},
                             {"line_total", json_of(line.total)}});
  return out;
}

bj::object payment_of(const order::order_view& view) {
  const auto in = view.placed.sums.total.currency;
  const auto& p = view.payment;
  bj::object out{{"provider", view.placed.provider},
                 {"status", p.status},
                 {"authorised", json_of(money{p.authorised, in})},
                 {"captured", json_of(money{p.captured, in})},
                 {"refunded", json_of(money{p.refunded, in})},
                 {"next_action", nullptr}};
  if (!p.decline_code.empty())
    out["decline_code"] = p.decline_code;
  if (p.lapses_at)
    out["authorised_until"] = to_rfc3339(*p.lapses_at);
  if (!p.next_action_url.empty())
    out["next_action"] = bj::object{{"type", "redirect_to_url"}, {"url", p.next_action_url}};
  return out;
}

bj::array shipments_of(const order::order_view& view) {
  bj::array out;
  for (const auto& s : view.shipments)
    out.push_back(bj::object{{"id", s.id},
                             {"warehouse", s.warehouse},
                             {"status", s.status},
                             {"tracking", s.tracking},
                             {"lines", bj::array(s.lines.begin(), s.lines.end())}});
  return out;
}

/// Why the buyer has no order, where that is so.
std::optional<failure> refusal_of(const order::order_view& view) {
  switch (view.status) {
  case order::status::payment_failed:
    return fail(errc::payment_declined, "the payment was declined; the units are still held");
  case order::status::action_required:
    return fail(errc::authentication_required, "the buyer has to act at payment.next_action");
  case order::status::rejected: {
    const auto has = [&](std::string_view code) {
      return std::ranges::find(view.problems, code, &problem::code) != view.problems.end();
    };
    return failure{.code = has("sold_out") ? errc::sold_out
                           : has("held")   ? errc::held
                                           : errc::conflict,
                   .detail = "the order was rejected; its cart is open again",
                   .problems = view.problems};
  }
  case order::status::holding:
  case order::status::authorising:
  case order::status::claiming:
  case order::status::confirmed:
  case order::status::shipped:
  case order::status::delivered:
  case order::status::compensating:
  case order::status::cancelled:
  case order::status::refunded:
    return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

bj::object json_of(const order::order_view& view, const std::string& access_token) {
  const auto& sums = view.placed.sums;
  bj::object out{{"id", view.placed.order_id},
                 {"number", view.placed.number},
                 {"status", order::to_string(view.status)},
                 {"lines", lines_of(view.placed)},
                 {"totals", bj::object{{"subtotal", json_of(sums.subtotal)},
                                       {"discount", json_of(sums.discount)},
                                       {"shipping", json_of(sums.shipping)},
                                       {"tax", json_of(sums.tax)},
                                       {"tax_included", sums.tax_included},
                                       {"total", json_of(sums.total)}}},
                 {"shipping_option", view.placed.shipping_option},
                 {"locale", nullptr},
                 {"payment", payment_of(view)},
                 {"shipments", shipments_of(view)},
                 {"problems", json_of(view.problems)},
                 {"created_at", to_rfc3339(view.created_at)}};
  if (!view.placed.locale.empty())
    out["locale"] = view.placed.locale;
  if (!access_token.empty())
    out["access_token"] = access_token;
  return out;
}

response render_order(const request& in, int status, const order::order_view& view,
                      const std::string& access_token) {
  return with_etag(in, etag_of(view.version), response::json(status, json_of(view, access_token)))
      .with("Cache-Control", "no-store");
}

response render_outcome(const request& in, int success, const checkout::placed_order& placed) {
  const auto& view = placed.view;
  const auto location = "/v1/orders/" + view.placed.order_id;
  if (!placed.settled)
    return render_order(in, 202, view, placed.access_token).with("Location", location);
  auto refusal = refusal_of(view);
  if (!refusal)
    return render_order(in, success, view, placed.access_token).with("Location", location);
  bj::object extra{{"order_id", view.placed.order_id},
                   {"order", json_of(view, placed.access_token)}};
  if (!view.payment.decline_code.empty())
    extra["decline_code"] = view.payment.decline_code;
  refusal->extra = bj::serialize(extra);
  return to_response(*refusal, in).with("Location", location);
}

bj::array json_of(const std::vector<order::order_row>& rows) {
  bj::array out;
  for (const auto& row : rows)
    out.push_back(bj::object{{"id", row.id},
                             {"number", row.number},
                             {"status", row.status},
                             {"total", json_of(row.total)},
                             {"created_at", to_rfc3339(row.created_at)}});
  return out;
}

response render_orders(const order::order_page& page) {
  return page_of(json_of(page.items), page.next_cursor).with("Cache-Control", "no-store");
}

} // namespace souk::http
