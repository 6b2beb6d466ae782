// Commands, answers and events in words, for people who read why a seed failed.
#include "actors/entity/model.hpp"
#include "app/sim/heard.hpp"
#include "proto/cart.pb.h"
#include "proto/order.pb.h"
#include "proto/session.pb.h"
#include "proto/shipment.pb.h"
#include "proto/stock.pb.h"

#include <google/protobuf/util/json_util.h>

namespace souk::sim {

namespace {

using entity::overloaded;
using text = std::string;

text n(int64_t number) { return std::to_string(number); }

text time_in_words(time_point t) { return t == never ? "for ever" : "until " + to_rfc3339(t); }

text lines_of(const auto& lines) {
  text out;
  for (const auto& l : lines)
    out += " " + l.sku + " x" + n(l.quantity);
  return out.empty() ? " nothing" : out;
}

text in_words(const stock::command& what) {
  return std::visit(
      overloaded{
          [](const stock::hold& c) {
            return "hold " + c.reservation + " x" + n(c.quantity) +
                   (c.allow_partial ? " or fewer " : " ") + time_in_words(c.expires);
          },
          [](const stock::extend& c) {
            return "extend " + c.reservation + " " + time_in_words(c.expires);
          },
          [](const stock::claim& c) { return "claim " + c.reservation + " x" + n(c.quantity); },
          [](const stock::release& c) { return "release " + c.reservation; },
          [](const stock::ship& c) { return "ship " + c.reservation; },
          [](const stock::give_back& c) {
            return "give_back " + c.reservation + " x" + n(c.quantity);
          },
          [](const stock::receive& c) { return "receive x" + n(c.quantity); },
          [](const stock::count& c) { return "count x" + n(c.on_hand); },
          [](const stock::get&) { return text{"get"}; },
          [](const stock::expire&) { return text{"expire"}; },
      },
      what);
}

text in_words(const cart::command& what) {
  return std::visit(
      overloaded{
          [](const cart::open& c) { return "open for " + c.country; },
          [](const cart::add_line& c) {
            return "add_line " + c.line_id + ": " + c.sku + " x" + n(c.quantity);
          },
          [](const cart::change_line& c) { return "change_line " + c.line + " x" + n(c.quantity); },
          [](const cart::remove_line& c) { return "remove_line " + c.line; },
          [](const cart::reprice& c) {
            return "reprice " + n(static_cast<int64_t>(c.prices.size())) + " lines";
          },
          [](const cart::set_country& c) { return "set_country " + c.country; },
          [](const cart::claim& c) { return "claim for " + c.user_id; },
          [](const cart::checkout& c) {
            return "checkout as order " + c.placed.order_id + " of" + lines_of(c.placed.lines) +
                   " for " + n(c.placed.sums.total.amount);
          },
          [](const cart::hand_over& c) { return "hand_over to " + c.to_cart; },
          [](const cart::get&) { return text{"get"}; },
          [](const cart::order_answered& c) { return "order_answered " + c.order_id; },
          [](const cart::reopen& c) { return "reopen after order " + c.order_id; },
          [](const cart::complete& c) { return "complete with order " + c.order_id; },
          [](const cart::absorb& c) {
            return "absorb cart " + c.from_cart + " with" + lines_of(c.lines);
          },
          [](const cart::merge_answered& c) { return "merge_answered by " + c.to_cart; },
          [](const cart::merge_refused& c) { return "merge_refused by " + c.to_cart; },
          [](const cart::expire&) { return text{"expire"}; },
      },
      what);
}

text intent_in_words(const payment::intent& i) {
  static const char* const names[] = {"requires_payment_method", "requires_action", "processing",
                                      "requires_capture",        "succeeded",       "canceled"};
  return i.id + " " + names[static_cast<size_t>(i.status)] + " authorised " + n(i.authorised) +
         " captured " + n(i.captured) + " refunded " + n(i.refunded);
}

text in_words(const order::command& what) {
  return std::visit(
      overloaded{
          [](const order::place& c) {
            return "place" + lines_of(c.what.lines) + " for " + n(c.what.sums.total.amount);
          },
          [](const order::get&) { return text{"get"}; },
          [](const order::await_outcome&) { return text{"await_outcome"}; },
          [](const order::pay& c) { return "pay " + c.payment_method; },
          [](const order::cancel& c) { return "cancel: " + c.reason; },
          [](const order::ship& c) { return "ship " + c.tracking; },
          [](const order::refund& c) { return "refund " + n(c.amount); },
          [](const order::units_held& c) {
            return "units_held " + c.reservation + " x" + n(c.granted);
          },
          [](const order::units_refused& c) {
            return "units_refused " + c.reservation + ": " + text(to_string(c.why)) + ", " +
                   n(c.available) + " available";
          },
          [](const order::units_extended& c) {
            return "units_extended " + c.reservation + " " + time_in_words(c.expires);
          },
          [](const order::units_claimed& c) { return "units_claimed " + c.reservation; },
          [](const order::units_lost& c) { return "units_lost " + c.reservation; },
          [](const order::units_released& c) { return "units_released " + c.reservation; },
          [](const order::units_shipped& c) { return "units_shipped " + c.reservation; },
          [](const order::intent_seen& c) {
            return "intent_seen " + intent_in_words(c.intent) +
                   (c.answers ? " as the answer to attempt " + n(c.answers) : "");
          },
          [](const order::attempt_failed& c) {
            return "attempt_failed " + n(c.attempt) + ": " + c.why;
          },
          [](const order::cart_told&) { return text{"cart_told"}; },
          [](const order::shipment_routed& c) { return "shipment_routed " + c.shipment; },
          [](const order::shipment_told& c) { return "shipment_told " + c.shipment; },
          [](const order::shipment_delivered& c) { return "shipment_delivered " + c.shipment; },
          [](const order::check_time&) { return text{"check_time"}; },
      },
      what);
}

text in_words(const session::command& what) {
  static const char* const names[] = {"begin", "attach_cart", "log_in", "revoke", "check", "get"};
  return names[what.index()];
}

text in_words(const shipment::command& what) {
  static const char* const names[] = {"route",  "dispatch",   "deliver",
                                      "cancel", "order_told", "get"};
  return names[what.index()];
}

text in_words(const stock::reply& what) {
  return std::visit(overloaded{
                        [](const stock::held_units& r) {
                          return "held x" + n(r.granted) + " " + time_in_words(r.expires);
                        },
                        [](const stock::claimed& r) { return "claimed x" + n(r.quantity); },
                        [](const stock::released&) { return text{"released"}; },
                        [](const stock::shipped& r) { return "shipped x" + n(r.quantity); },
                        [](const stock::level& r) {
                          return n(r.on_hand) + " on hand, " + n(r.holds) + " held, " +
                                 n(r.claims) + " claimed, " + n(r.available) + " available";
                        },
                    },
                    what);
}

text in_words(const cart::reply& what) {
  const auto& v = std::get<cart::cart_view>(what);
  return "version " + std::to_string(v.version) + " " + text(cart::to_string(v.status)) +
         (v.order_id.empty() ? "" : " order " + v.order_id) + lines_of(v.lines);
}

text in_words(const order::reply& what) {
  const auto* v = std::get_if<order::order_view>(&what);
  if (!v)
    return "accepted";
  return "version " + std::to_string(v->version) + " " + text(order::to_string(v->status)) +
         ", payment " + v->payment.status + " authorised " + n(v->payment.authorised) +
         " captured " + n(v->payment.captured) + " refunded " + n(v->payment.refunded);
}

text in_words(const session::reply&) { return "the session"; }
text in_words(const shipment::reply& what) {
  return text(shipment::to_string(std::get<shipment::shipment_view>(what).status));
}

template <class Event>
text json_of(const std::string& bytes) {
  Event e;
  text out;
  if (!e.ParseFromString(bytes) || !google::protobuf::util::MessageToJsonString(e, &out).ok())
    return "an event that cannot be read";
  return out;
}

} // namespace

std::string in_words(const any_command& what) {
  return std::visit([](const auto& c) { return in_words(c); }, what);
}

std::string in_words(const heard& what) {
  if (what.way == heard::how::either)
    return "heard";
  if (what.way == heard::how::said)
    return what.reply ? std::visit([](const auto& r) { return in_words(r); }, *what.reply) : "done";
  return "refused" + (what.code ? " " + text(to_string(*what.code)) : text{}) +
         (what.available ? ", " + n(*what.available) + " available" : text{});
}

std::string event_in_words(std::string_view kind, const std::string& bytes) {
  if (kind == stock::kind)
    return json_of<pb::stock_event>(bytes);
  if (kind == cart::kind)
    return json_of<pb::cart_event>(bytes);
  if (kind == order::kind)
    return json_of<pb::order_event>(bytes);
  if (kind == session::kind)
    return json_of<pb::session_event>(bytes);
  return json_of<pb::shipment_event>(bytes);
}

} // namespace souk::sim
