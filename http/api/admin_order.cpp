// Orders for the people who work on them: what is open, shipping, delivery, refunds, cancelling.
#include "http/api/fields.hpp"
#include "http/api/order_json.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t shipments_max = 100; ///< named in one call

callback<order::order_view> as_order(const call& c) {
  return answering<order::order_view>(
      c, [in = c.in](const order::order_view& view) { return render_order(*in, 200, view, ""); });
}

void list_orders(const call& c) {
  auto page = read_page(*c.in);
  if (!page)
    return c.refuse(page.error());
  c.at.history.open_orders(page->limit, std::move(page->cursor),
                           answering<order::order_page>(c, render_orders));
}

void ship_order(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  std::vector<std::string> shipments;
  if (in.has("shipments"))
    shipments = in.texts("shipments", shipments_max, {.min = 1, .max = id_bytes_max});
  else
    in.any("shipments");
  auto tracking = in.optional_text("tracking", {.max = 200}).value_or("");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.in->param("id");
  c.at.orders.ship(id, std::move(shipments), std::move(tracking), c.meta(id), as_order(c));
}

void refund_order(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  const auto amount = body->root().money("amount");
  auto reason = body->root().optional_text("reason", {.max = reason_bytes_max}).value_or("");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  if (amount.amount < 1)
    return c.refuse(fail_field("/amount/amount", "out_of_range", "must be 1 or more"));
  const auto& id = c.in->param("id");
  const auto how = c.meta(id);
  c.at.orders.get({.user_id = {}, .access_token = {}, .staff = true}, id, how,
                  [c, amount, reason, how](result<order::order_view> r) {
                    if (!r)
                      return c.refuse(r.error());
                    const auto paid_in = r->placed.sums.total.currency;
                    if (amount.currency != paid_in)
                      return c.refuse(
                          fail_field("/amount/currency", "wrong_currency",
                                     "the order was paid in " + std::string{paid_in.code()}));
                    c.at.orders.refund(c.in->param("id"), amount.amount, reason, how, as_order(c));
                  });
}

void cancel_order(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto reason = body->root().text("reason", {.min = 1, .max = reason_bytes_max});
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  const auto& id = c.in->param("id");
  c.at.orders.cancel({.user_id = {}, .access_token = {}, .staff = true}, id, std::move(reason),
                     c.meta(id),
                     answering<checkout::placed_order>(c, [in = c.in](const auto& placed) {
                       return render_order(*in, placed.settled ? 200 : 202, placed.view, "");
                     }));
}

void list_operators_queue(const call& c) {
  c.at.operators.list(answering<std::vector<operators::entry>>(c, [](const auto& all) {
    bj::array items;
    for (const auto& one : all)
      items.push_back(bj::object{{"entity", one.entity},
                                 {"step", one.step},
                                 {"attempts", one.attempts},
                                 {"since", to_rfc3339(one.since)},
                                 {"last_attempt", to_rfc3339(one.last_attempt)},
                                 {"last_failure", one.last_failure}});
    return page_of(std::move(items), "").with("Cache-Control", "no-store");
  }));
}

/// A message that was given up, once more.
void send_message(const call& c) {
  const auto& id = c.in->param("message");
  if (!is_stock_word(id))
    return c.refuse(fail(errc::not_found, "no such message"));
  c.at.letters.send_again(id, answering<bool>(c, [](bool) { return response::empty(202); }));
}

void deliver_shipment(const call& c) {
  const auto& shipment = c.in->param("shipment");
  const auto order_id = shipment.substr(0, shipment.rfind('.')); // "<order>.<n>"
  c.at.orders.deliver(order_id, shipment, c.meta(order_id), as_order(c));
}

} // namespace

void add_admin_order_routes(router& to, shop& at) {
  using enum user::permission;
  const auto add = [&](method verb, const char* pattern, const char* name, user::permission needed,
                       shop_handler handle) {
    to.add(verb, pattern, name, for_staff(at, needed, std::move(handle)),
           {.body_limit = 16 << 10, .who = access::admin});
  };
  add(method::get, "/v1/admin/orders", "list_open_orders", read_orders, list_orders);
  add(method::get, "/v1/admin/operators-queue", "list_operators_queue", read_orders,
      list_operators_queue);
  add(method::post, "/v1/admin/messages/{message}/send", "send_message_again", ship_orders,
      send_message);
  add(method::post, "/v1/admin/orders/{id}/ship", "ship_order", ship_orders, ship_order);
  add(method::post, "/v1/admin/orders/{id}/refund", "refund_order", refund_orders, refund_order);
  add(method::post, "/v1/admin/orders/{id}/cancel", "cancel_order_as_staff", refund_orders,
      cancel_order);
  add(method::post, "/v1/admin/shipments/{shipment}/deliver", "deliver_shipment", ship_orders,
      deliver_shipment);
}

} // namespace souk::http
