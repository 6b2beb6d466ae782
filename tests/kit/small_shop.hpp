// A shop in a scratch database without nodes: real models, one journal row a command, every effect
// carried out at once. What it leaves is what the audit has to find clean.
#pragma once

#include "actors/cart/cart.hpp"
#include "actors/entity/codec.hpp"
#include "actors/order/order.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "tests/kit/carts.hpp"
#include "tests/kit/scratch_database.hpp"

#include <map>
#include <tuple>

namespace souk::kit {

class small_shop {
public:
  small_shop() : admin(database.connect()) {
    now = admin->execute("select clock_timestamp()")->time(0, 0);
    must(admin->script("set session_replication_role = replica")); // planting breaks rules
  }

  void must(const auto& outcome) {
    if (!outcome)
      assertion_failed(outcome.error().detail.c_str(), "the shop works", __FILE__, __LINE__);
  }

  /// Decides and writes; answers whether the model accepted.
  template <class M>
  bool run(const std::string& key, const typename M::command& c, command_id id = {}) {
    now += 1ms;
    auto& state = of<M>()[key];
    const auto events = M::decide(state, c, now);
    if (!events)
      return false;
    if (events->empty())
      return true;
    entity::journal_entry entry{{id, 1, now}, {}, {}};
    std::vector<persistence::posting> postings;
    for (const auto& e : *events) {
      entry.events.push_back(M::encode(e));
      if constexpr (requires { M::postings(state, e, now); })
        for (auto& p : M::postings(state, e, now))
          postings.push_back(p);
      M::apply(state, e, now);
    }
    const entity_id entity{M::kind, key};
    const auto first = append(entity, entry);
    book(entity, first, postings);
    wake(entity, M::due(state));
    snapshot(entity, M::encode(state), first + static_cast<int64_t>(events->size()) - 1);
    if constexpr (std::is_same_v<M, order::model>)
      show(key, *events, first);
    return true;
  }

  /// One more row at the end of an entity's journal, whatever its model would say.
  template <class M>
  void plant(const std::string& key, const std::vector<typename M::event>& events,
             command_id id = {}) {
    entity::journal_entry entry{{id, 1, now}, {}, {}};
    for (const auto& e : events)
      entry.events.push_back(M::encode(e));
    append({M::kind, key}, entry);
  }

  /// From cart to whatever becomes of the order, effects and all.
  void check_out(const std::string& order_id, const std::string& sku, int64_t quantity) {
    const auto cart_id = "cart-" + order_id;
    run<cart::model>(cart_id, cart::open{eur, "DE", "", ""}, command(cart_id + "/open"));
    run<cart::model>(cart_id, line_of("l1", sku, quantity), command(cart_id + "/add"));
    auto placed = placement_of(of<cart::model>()[cart_id], order_id);
    placed.number = "number-" + order_id;
    placed.cart_id = cart_id;
    run<cart::model>(cart_id, cart::checkout{placed, {}}, command(cart_id + "/checkout"));
    run<order::model>(order_id, order::place{placed}, command(order_id + "/place"));
    run<cart::model>(cart_id, cart::order_answered{order_id});
  }
  void settle(const std::string& order_id) {
    for (int turn = 0; turn < 100; ++turn) {
      const auto owed = order::model::pending(of<order::model>()[order_id], now);
      if (owed.empty())
        return;
      for (const auto& e : owed)
        std::visit([&](const auto& x) { perform(order_id, x); }, e.what);
    }
  }
  /// Brings stock_level to what the journal says.
  void show_stock() {
    for (const auto& [key, state] : of<stock::model>()) {
      const auto l = std::get<stock::level>(stock::model::answer(state, stock::get{}));
      const auto at = key.find('@');
      must(admin->execute(
          "insert into stock_level select $1, $2, $3, $4, $5, (select max(seq + events - 1)"
          " from journal where entity = $6)",
          {key.substr(0, at), key.substr(at + 1), l.on_hand, l.reserved, l.available,
           "stock/" + key}));
    }
  }

  static command_id command(const std::string& text) { return make_command_id({text}); }

  persistence::scratch_database database{true};
  std::unique_ptr<persistence::pg_connection> admin;
  time_point now;

  template <class M>
  std::map<std::string, typename M::state>& of() {
    return std::get<std::map<std::string, typename M::state>>(states_);
  }

private:
  int64_t append(const entity_id& entity, const entity::journal_entry& entry) {
    auto last = admin->execute("select seq + events, chain from journal where entity = $1"
                               " order by seq desc limit 1",
                               {entity.text()});
    chain_hash chain{};
    int64_t first = 1;
    if (!last->empty()) {
      first = last->integer(0, 0);
      std::ranges::copy(last->bytea(0, 1), chain.begin());
    }
    const auto payload = entity::pack(entry);
    chain = next_chain(chain, static_cast<uint64_t>(first), payload);
    chain_ = {reinterpret_cast<const char*>(chain.data()), chain.size()};
    must(admin->execute("insert into journal (shard, entity, seq, events, payload, chain)"
                        " values ($1, $2, $3, $4, $5, $6)",
                        {int64_t{entity.shard()}, entity.text(), first,
                         static_cast<int64_t>(entry.events.size()),
                         persistence::sql::bytes{payload}, persistence::sql::bytes{chain_}}));
    return first;
  }
  void book(const entity_id& entity, int64_t seq,
            const std::vector<persistence::posting>& postings) {
    for (size_t i = 0; i < postings.size(); ++i)
      must(admin->execute("insert into ledger values ($1, $2, $3, $4, $5, $6, $7)",
                          {entity.text(), seq, static_cast<int64_t>(i), postings[i].account,
                           postings[i].reference, postings[i].amount,
                           std::string{postings[i].currency.code()}}));
  }
  void wake(const entity_id& entity, time_point due) {
    must(admin->execute("delete from wakeup where entity = $1", {entity.text()}));
    if (due != never)
      must(admin->execute("insert into wakeup values ($1, $2, $3)",
                          {int64_t{entity.shard()}, entity.text(), due}));
  }
  void snapshot(const entity_id& entity, std::string state, int64_t seq) {
    const auto payload = entity::pack(entity::packed_snapshot{std::move(state), {}, now});
    must(admin->execute(
        "insert into snapshot values ($1, $2, $3, 1, $4, $5) on conflict (shard, entity)"
        " do update set seq = excluded.seq, payload = excluded.payload,"
        " chain = excluded.chain",
        {int64_t{entity.shard()}, entity.text(), seq, persistence::sql::bytes{payload},
         persistence::sql::bytes{chain_}}));
  }
  void show(const std::string& id, const std::vector<order::model::event>& events, int64_t seq) {
    const auto& s = of<order::model>()[id];
    for (const auto& e : events) {
      if (std::holds_alternative<order::placed>(e))
        must(admin->execute(
            "insert into order_summary values ($1, $2, null, $3, 'pending_payment', $4,"
            " 'EUR', $5, $5, $6)",
            {id, s.what.number, s.what.cart_id, s.what.sums.total.amount, now, seq}));
      if (const auto* m = std::get_if<order::moved>(&e))
        must(admin->execute("update order_summary set status = $2, seq = $3 where order_id = $1",
                            {id, std::string{to_string(m->to)}, seq}));
      ++seq;
    }
  }

  bool cell(const auto& e, const stock::command& c) {
    return run<stock::model>(e.sku + "@" + e.warehouse, c);
  }
  void tell(const std::string& id, const order::command& c) { run<order::model>(id, c); }

  void perform(const std::string& id, const order::ask_hold& e) {
    if (cell(e, stock::hold{e.reservation, e.quantity, e.expires, e.partial}))
      tell(id, order::units_held{e.reservation, e.quantity, e.expires});
    else
      tell(id, order::units_refused{e.reservation, errc::sold_out, 0});
  }
  void perform(const std::string& id, const order::ask_extend& e) {
    cell(e, stock::extend{e.reservation, e.expires});
    tell(id, order::units_extended{e.reservation, e.expires});
  }
  void perform(const std::string& id, const order::ask_claim& e) {
    cell(e, stock::claim{e.reservation, e.quantity});
    tell(id, order::units_claimed{e.reservation});
  }
  void perform(const std::string& id, const order::ask_release& e) {
    cell(e, stock::release{e.reservation});
    tell(id, order::units_released{e.reservation});
  }
  void perform(const std::string& id, const order::ask_ship_units& e) {
    cell(e, stock::ship{e.reservation});
    tell(id, order::units_shipped{e.reservation});
  }
  void perform(const std::string& id, const order::call_provider& e) {
    auto& i = intents[id];
    using payment::intent_status;
    switch (e.what.kind) {
    case order::attempt_kind::authorise:
    case order::attempt_kind::confirm:
      i = {.id = "pi_" + id,
           .status = intent_status::requires_capture,
           .amount = e.amount,
           .authorised = e.amount.amount,
           .order_id = id,
           .attempt = e.what.number};
      break;
    case order::attempt_kind::capture:
      i.status = intent_status::succeeded;
      i.captured = e.amount.amount;
      i.authorised = 0;
      break;
    case order::attempt_kind::cancel:
      i.status = intent_status::canceled;
      i.authorised = 0;
      break;
    case order::attempt_kind::refund:
      i.refunded += e.amount.amount;
      break;
    }
    tell(id, order::intent_seen{i, e.what.number});
  }
  void perform(const std::string& id, const order::tell_cart& e) {
    if (e.confirmed)
      run<cart::model>(e.cart_id, cart::complete{id});
    else
      run<cart::model>(e.cart_id, cart::reopen{id, e.problems});
    tell(id, order::cart_told{});
  }
  void perform(const std::string& id, const order::ask_route& e) {
    run<shipment::model>(e.what.id, shipment::route{id, e.what.warehouse, {{"A", "A", 1}}});
    tell(id, order::shipment_routed{e.what.id});
  }
  void perform(const std::string& id, const order::tell_shipment& e) {
    if (e.cancelled)
      run<shipment::model>(e.shipment, shipment::cancel{});
    else
      run<shipment::model>(e.shipment, shipment::dispatch{e.tracking});
    tell(id, order::shipment_told{e.shipment});
  }
  void perform(const std::string& id, const order::look_at_clock&) {
    tell(id, order::check_time{});
  }

  std::tuple<std::map<std::string, cart::model::state>, std::map<std::string, stock::model::state>,
             std::map<std::string, order::model::state>,
             std::map<std::string, shipment::model::state>>
      states_;
  std::string chain_;

public:
  std::map<std::string, payment::intent> intents; ///< what the provider holds, by order
};

} // namespace souk::kit
