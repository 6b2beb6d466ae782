#include "app/sim/witness.hpp"

#include "actors/entity/hand_over.hpp"

namespace souk::sim {

namespace {

using entity::overloaded;

/// One ask of `source`, under the id of the hand-over's step.
template <class Domain>
uint64_t ask(history& log, const entity_id& source, const std::string& step, std::string_view key,
             typename Domain::command what, const caller& who) {
  return log.ask(std::string(Domain::kind) + "/" + std::string(key), source.text(), std::move(what),
                 make_command_id({"hand-over", source.text(), step}),
                 log.now() + entity::hand_over_age + clock_tolerance, who);
}

template <class E>
uint64_t ask_cell(history& log, const entity_id& source, const std::string& step, const E& e,
                  stock::command what, const caller& who) {
  return ask<stock::contract>(log, source, step, stock::key_of(e.sku, e.warehouse), std::move(what),
                              who);
}

/// What an order has to tell its cart, by its journal.
std::vector<problem> problems_by(history& log, const entity_id& order) {
  const auto* state = log.order(order.text());
  if (!state)
    return {};
  auto all = std::get<order::order_view>(order_model::answer(*state, order::get{})).problems;
  std::erase_if(all, [](const problem& p) { return p.code == "not_paid"; }); // no line's
  return all;
}

/// A final refusal, whatever its words.
heard some_refusal(std::optional<errc> code = {}, std::optional<int64_t> available = {}) {
  return {.way = heard::how::refused, .code = code, .available = available};
}

heard heard_of_hold(const order::command& outcome) {
  if (const auto* got = std::get_if<order::units_held>(&outcome))
    return heard::saying(stock::reply{stock::held_units{got->granted, got->expires}});
  const auto& lost = std::get<order::units_refused>(outcome);
  const bool held = lost.why == errc::held;
  return some_refusal(held ? std::optional{errc::held} : std::nullopt, lost.available);
}

} // namespace

uint64_t write_down(history&, const entity_id&, const stock::model::effect&, const caller&) {
  return 0;
}

uint64_t write_down(history& log, const entity_id& source, const cart::model::effect& what,
                    const caller& who) {
  return std::visit(overloaded{
                        [&](const cart::place_order& e) {
                          return ask<order::contract>(log, source, what.step, e.placed.order_id,
                                                      order::place{e.placed}, who);
                        },
                        [&](const cart::merge_into& e) {
                          return ask<cart::contract>(log, source, what.step, e.to_cart, e.what,
                                                     who);
                        },
                        [](const cart::expire&) { return uint64_t{0}; },
                    },
                    what.what);
}

uint64_t write_down(history& log, const entity_id& source, const order::model::effect& what,
                    const caller& who) {
  const auto cell = [&](const auto& e, stock::command c) {
    return ask_cell(log, source, what.step, e, std::move(c), who);
  };
  return std::visit(
      overloaded{
          [&](const order::ask_hold& e) {
            return cell(e, stock::hold{e.reservation, e.quantity, e.expires, e.partial});
          },
          [&](const order::ask_extend& e) {
            return cell(e, stock::extend{e.reservation, e.expires});
          },
          [&](const order::ask_claim& e) {
            return cell(e, stock::claim{e.reservation, e.quantity});
          },
          [&](const order::ask_release& e) { return cell(e, stock::release{e.reservation}); },
          [&](const order::ask_ship_units& e) { return cell(e, stock::ship{e.reservation}); },
          [&](const order::tell_cart& e) {
            const std::string order{source.key()};
            cart::command c = cart::reopen{order, problems_by(log, source)};
            if (e.confirmed)
              c = cart::complete{order};
            return ask<cart::contract>(log, source, what.step, e.cart_id, std::move(c), who);
          },
          [&](const order::ask_route& e) {
            shipment::route c{std::string{source.key()}, e.what.warehouse, {}};
            for (const auto& l : e.lines)
              c.lines.push_back({l.sku, l.title, l.quantity});
            return ask<shipment::contract>(log, source, what.step, e.what.id, std::move(c), who);
          },
          [&](const order::tell_shipment& e) {
            shipment::command c = shipment::dispatch{e.tracking};
            if (e.cancelled)
              c = shipment::cancel{};
            return ask<shipment::contract>(log, source, what.step, e.shipment, std::move(c), who);
          },
          [](const order::call_provider&) { return uint64_t{0}; },
          [](const order::look_at_clock&) { return uint64_t{0}; },
      },
      what.what);
}

uint64_t write_down(history& log, const entity_id& source, const shipment::model::effect& what,
                    const caller& who) {
  const auto& e = std::get<shipment::tell_order_delivered>(what.what);
  return ask<order::contract>(log, source, what.step, e.order_id,
                              order::shipment_delivered{std::string{source.key()}}, who);
}

heard heard_by(const stock::model::effect&, const stock::command&) { return heard::done(); }

heard heard_by(const cart::model::effect&, const cart::command& outcome) {
  return std::holds_alternative<cart::merge_refused>(outcome) ? some_refusal() : heard::done();
}

heard heard_by(const order::model::effect& what, const order::command& outcome) {
  const bool lost = std::holds_alternative<order::units_lost>(outcome);
  return std::visit(
      overloaded{
          [&](const order::ask_hold&) { return heard_of_hold(outcome); },
          [&](const order::ask_extend&) {
            if (lost)
              return some_refusal();
            const auto until = std::get<order::units_extended>(outcome).expires;
            return heard::saying(stock::reply{stock::held_units{unknown_units, until}});
          },
          [&](const order::ask_claim& e) {
            return lost ? some_refusal() : heard::saying(stock::reply{stock::claimed{e.quantity}});
          },
          // Claimed units vanish only by shipping, which a cell forgets after a while.
          [&](const order::ask_ship_units&) {
            return heard{.way = heard::how::either, .code = errc::not_found};
          },
          [&](const order::tell_cart&) { return heard{.way = heard::how::either}; },
          [](const auto&) { return heard::done(); },
      },
      what.what);
}

heard heard_by(const shipment::model::effect&, const shipment::command&) { return heard::done(); }

} // namespace souk::sim
