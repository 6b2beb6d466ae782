// A small world around orders: stock cells, a payment provider, and mail in flight that is lost,
// late, doubled and out of order. Pure functions and dice; a life runs in microseconds.
#pragma once

#include "actors/order/order.hpp"
#include "actors/stock/stock.hpp"
#include "tests/kit/provider_double.hpp"

#include <map>
#include <random>

namespace souk::kit {

inline order::placement order_of(const std::string& id, std::vector<order::placed_line> lines,
                                 int64_t total) {
  const auto cents = [](int64_t amount) { return money{amount, {}}; };
  order::placement p{.order_id = id, .number = "7", .cart_id = "cart-" + id, .country = "DE"};
  p.lines = std::move(lines);
  p.sums = {cents(total), cents(0), cents(total / 7), cents(total / 6), cents(total), true};
  p.provider = "stripe";
  p.payment_method = "good";
  return p;
}

inline order::placed_line order_line(const std::string& id, const std::string& sku,
                                     int64_t quantity, std::vector<std::string> warehouses) {
  return {.id = id,
          .sku = sku,
          .title = sku,
          .quantity = quantity,
          .warehouses = std::move(warehouses)};
}

/// One order as its shell would run it: history, ledger, replies.
struct order_life {
  using model = order::model;
  model::state state{};
  std::vector<std::pair<std::string, time_point>> history;
  std::map<std::string, int64_t> ledger;

  result<model::reply> run(const order::command& c, time_point now) {
    auto events = model::decide(state, c, now);
    if (!events)
      return events.error();
    for (const auto& e : *events) {
      int64_t sum = 0;
      for (const auto& p : model::postings(state, e, now)) {
        ledger[p.account] += p.amount;
        sum += p.amount;
      }
      EXPECT_EQ(sum, 0) << "postings of one event balance";
      model::apply(state, e, now);
      history.emplace_back(model::encode(e), now);
    }
    return model::answer(state, c);
  }
  model::state replayed(size_t snapshot_after) const {
    model::state s{};
    for (size_t i = 0; i < history.size(); ++i) {
      model::apply(s, model::decode_event(history[i].first).value(), history[i].second);
      if (i == snapshot_after)
        s = model::decode_state(model::encode(s), model::state_version).value();
    }
    return s;
  }
};

/// `dice` decides what happens to mail; a world whose `faulty` is off delivers everything once.
class order_world {
public:
  using owed = order::model::effect;

  explicit order_world(uint64_t seed) : dice(seed) {}

  std::mt19937_64 dice;
  time_point now = from_micros(1'790'000'000'000'000);
  std::map<std::string, stock::model::state> cells;
  std::vector<order_life> orders;
  provider_double provider;
  bool faulty = true;

  int64_t roll(int64_t below) {
    return static_cast<int64_t>(dice() % static_cast<uint64_t>(below));
  }
  bool chance(int64_t percent) { return faulty && roll(100) < percent; }

  result<stock::reply> ask_cell(const std::string& key, const stock::command& c) {
    auto& cell = cells[key];
    auto events = stock::model::decide(cell, c, now);
    if (!events)
      return events.error();
    for (const auto& e : *events)
      stock::model::apply(cell, e, now);
    return stock::model::answer(cell, c);
  }

  /// Something the order owes sets out; now and then twice.
  void send(size_t order, const owed& what) {
    requests_.push_back({order, what, now});
    if (chance(10))
      requests_.push_back({order, what, now});
  }
  /// A request arrives, an answer comes back, or a webhook is delivered. False: nothing is under
  /// way.
  bool step() {
    const auto all = requests_.size() + answers_.size() + provider.webhooks.size();
    if (all == 0)
      return false;
    auto at = static_cast<size_t>(roll(static_cast<int64_t>(all)));
    if (at < requests_.size())
      arrive(take(requests_, at));
    else if ((at -= requests_.size()) < answers_.size())
      come_back(take(answers_, at));
    else
      notify(take(provider.webhooks, at - answers_.size()));
    return true;
  }
  /// Everybody answers from now on: runs until nothing is owed and no clock is waited for. False:
  /// it never ends.
  bool heal() {
    faulty = false;
    auto known = events() + 1;
    for (int turns = 0; turns < 2'000; ++turns) {
      provider.settle_processing(dice);
      while (step()) {
      }
      if (std::exchange(known, events()) == events())
        now += 10min; // asked in vain, as by a key whose saved answer is stale: once more, later
      time_point next = never;
      for (size_t i = 0; i < orders.size(); ++i) {
        for (const auto& e : order::model::pending(orders[i].state, now))
          send(i, e);
        if (const auto due = order::model::due(orders[i].state); due > now)
          next = std::min(next, due);
      }
      if (!requests_.empty())
        continue;
      for (auto& [key, cell] : cells) {
        ask_cell(key, stock::expire{});
        next = std::min(next, stock::model::due(cell));
      }
      if (next == never)
        return true;
      now = std::max(now, next);
    }
    return false;
  }

private:
  size_t events() const {
    size_t sum = 0;
    for (const auto& o : orders)
      sum += o.history.size();
    return sum;
  }
  struct request {
    size_t order;
    owed what;
    time_point sent;
  };
  struct answer {
    size_t order;
    order::command what;
  };

  template <class T>
  static T take(std::vector<T>& from, size_t at) {
    T one = std::move(from[at]);
    from[at] = std::move(from.back());
    from.pop_back();
    return one;
  }
  void arrive(const request& r) {
    if (now > r.sent + (r.what.target == "psp" ? 60s : 900s))
      return; // commands expire (DESIGN §3), calls time out
    if (chance(10))
      return;
    auto news = std::visit([&](const auto& what) { return perform(r.order, r.what.step, what); },
                           r.what.what);
    if (news && !chance(15))
      answers_.push_back({r.order, std::move(*news)});
  }
  void come_back(answer a) {
    if (chance(10))
      answers_.push_back(a);
    orders[a.order].run(a.what, now);
  }
  void notify(const payment::intent& fact) {
    if (chance(15))
      provider.webhooks.push_back(fact);
    if (chance(15))
      return; // its endpoint was down for too long
    for (auto& o : orders)
      if (o.state.what.order_id == fact.order_id)
        o.run(order::intent_seen{fact, 0}, now);
  }

  // What actors/order/effects.cpp makes of answers, without its actors.
  using outcome = result<order::command>;

  outcome perform(size_t, const std::string&, const order::ask_hold& e) {
    auto r = ask_cell(stock::key_of(e.sku, e.warehouse),
                      stock::hold{e.reservation, e.quantity, e.expires, e.partial});
    if (r) {
      const auto units = std::get<stock::held_units>(*r);
      return order::command{order::units_held{e.reservation, units.granted, units.expires}};
    }
    const auto& problems = r.error().problems;
    const auto free = problems.empty() ? 0 : problems.front().available.value_or(0);
    return order::command{order::units_refused{
        e.reservation, r.error().code == errc::held ? errc::held : errc::sold_out, free}};
  }
  outcome perform(size_t, const std::string&, const order::ask_extend& e) {
    auto r = ask_cell(stock::key_of(e.sku, e.warehouse), stock::extend{e.reservation, e.expires});
    if (r)
      return order::command{
          order::units_extended{e.reservation, std::get<stock::held_units>(*r).expires}};
    return order::command{order::units_lost{e.reservation}};
  }
  outcome perform(size_t, const std::string&, const order::ask_claim& e) {
    if (ask_cell(stock::key_of(e.sku, e.warehouse), stock::claim{e.reservation, e.quantity}))
      return order::command{order::units_claimed{e.reservation}};
    return order::command{order::units_lost{e.reservation}};
  }
  outcome perform(size_t, const std::string&, const order::ask_release& e) {
    auto r = ask_cell(stock::key_of(e.sku, e.warehouse), stock::release{e.reservation});
    return r ? outcome{order::command{order::units_released{e.reservation}}} : r.error();
  }
  outcome perform(size_t, const std::string&, const order::ask_ship_units& e) {
    auto r = ask_cell(stock::key_of(e.sku, e.warehouse), stock::ship{e.reservation});
    const bool forgotten = !r && r.error().code == errc::not_found;
    return r || forgotten ? outcome{order::command{order::units_shipped{e.reservation}}}
                          : r.error();
  }
  outcome perform(size_t order, const std::string& step, const order::call_provider& e) {
    const auto& a = e.what;
    const auto& id = orders[order].state.what.order_id;
    if (now > a.opened + order::provider_memory) {
      const auto* known = a.intent.empty() ? provider.find(id, a.number) : provider.read(a.intent);
      return known ? outcome{order::command{order::intent_seen{*known, a.number}}}
                   : outcome{order::command{order::attempt_failed{a.number, "never got there"}}};
    }
    auto fact = provider.call(id + "/" + step, id, a);
    if (fact)
      return order::command{order::intent_seen{*fact, a.number}};
    const bool gives_up =
        a.kind == order::attempt_kind::authorise || a.kind == order::attempt_kind::confirm;
    if (gives_up && fact.error().code == errc::invalid)
      return order::command{order::attempt_failed{a.number, fact.error().detail}};
    return fact.error();
  }
  outcome perform(size_t, const std::string&, const order::tell_cart&) {
    return order::command{order::cart_told{}};
  }
  outcome perform(size_t, const std::string&, const order::ask_route& e) {
    return order::command{order::shipment_routed{e.what.id}};
  }
  outcome perform(size_t, const std::string&, const order::tell_shipment& e) {
    return order::command{order::shipment_told{e.shipment}};
  }
  outcome perform(size_t, const std::string&, const order::look_at_clock&) {
    return order::command{order::check_time{}};
  }

  std::vector<request> requests_;
  std::vector<answer> answers_;
};

} // namespace souk::kit
