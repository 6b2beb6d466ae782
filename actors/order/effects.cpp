#include "actors/order/effects.hpp"

#include "actors/cart/messages.hpp"
#include "actors/entity/hand_over.hpp"
#include "actors/shipment/messages.hpp"
#include "actors/stock/messages.hpp"

namespace souk::order {

namespace {

using done_fn = callback<command>;

/// The tools of one attempt at one effect.
struct performance {
  cluster::router& route;
  const clock& time;
  payment::gateway& provider;
  const std::string& return_url; ///< the performer's
  entity_id source;
  std::string step;
  done_fn done;

  template <class C, class Then>
  void ask_stock(const std::string& sku, const std::string& warehouse, C what, Then then) const {
    entity::hand_over<stock::contract, command>(route, time, source, step,
                                                stock::key_of(sku, warehouse), std::move(what),
                                                std::move(then), done);
  }
};

/// A final "no" of the stock cell; everything else is tried again.
bool is_refusal(const failure& f) {
  return !is_transient(f.code) && f.code != errc::internal && f.code != errc::corrupt;
}

void perform(const ask_hold& e, const performance& p) {
  p.ask_stock(e.sku, e.warehouse, stock::hold{e.reservation, e.quantity, e.expires, e.partial},
              [id = e.reservation](result<stock::held_units> r) -> result<command> {
                if (r)
                  return command{units_held{id, r->granted, r->expires}};
                if (!is_refusal(r.error()))
                  return r.error();
                const auto& problems = r.error().problems;
                const auto free = problems.empty() ? 0 : problems.front().available.value_or(0);
                return command{units_refused{
                    id, r.error().code == errc::held ? errc::held : errc::sold_out, free}};
              });
}

void perform(const ask_extend& e, const performance& p) {
  p.ask_stock(e.sku, e.warehouse, stock::extend{e.reservation, e.expires},
              [id = e.reservation](result<stock::held_units> r) -> result<command> {
                if (r)
                  return command{units_extended{id, r->expires}};
                return is_refusal(r.error()) ? result<command>{command{units_lost{id}}} : r.error();
              });
}

void perform(const ask_claim& e, const performance& p) {
  p.ask_stock(e.sku, e.warehouse, stock::claim{e.reservation, e.quantity},
              [id = e.reservation](result<stock::claimed> r) -> result<command> {
                if (r)
                  return command{units_claimed{id}};
                return is_refusal(r.error()) ? result<command>{command{units_lost{id}}} : r.error();
              });
}

void perform(const ask_release& e, const performance& p) {
  p.ask_stock(e.sku, e.warehouse, stock::release{e.reservation},
              [id = e.reservation](result<stock::released> r) -> result<command> {
                return r ? result<command>{command{units_released{id}}} : r.error();
              });
}

void perform(const ask_ship_units& e, const performance& p) {
  p.ask_stock(e.sku, e.warehouse, stock::ship{e.reservation},
              [id = e.reservation](result<stock::shipped> r) -> result<command> {
                // Claimed units vanish from a cell only by shipping, which it remembers for an
                // hour.
                const bool forgotten = !r && r.error().code == errc::not_found;
                return r || forgotten ? result<command>{command{units_shipped{id}}} : r.error();
              });
}

void perform(const tell_cart& e, const performance& p) {
  const auto& order_id = p.source.key();
  const auto told = [](result<cart::cart_view> r) -> result<command> {
    // A cart that is gone or went on without us needs no telling.
    return r || is_refusal(r.error()) ? result<command>{command{cart_told{}}} : r.error();
  };
  if (e.confirmed)
    entity::hand_over<cart::contract, command>(p.route, p.time, p.source, p.step, e.cart_id,
                                               cart::complete{std::string(order_id)}, told, p.done);
  else
    entity::hand_over<cart::contract, command>(p.route, p.time, p.source, p.step, e.cart_id,
                                               cart::reopen{std::string(order_id), e.problems},
                                               told, p.done);
}

void perform(const ask_route& e, const performance& p) {
  souk::shipment::route what{std::string(p.source.key()), e.what.warehouse, {}};
  for (const auto& line : e.lines)
    what.lines.push_back({line.sku, line.title, line.quantity});
  entity::hand_over<souk::shipment::contract, command>(
      p.route, p.time, p.source, p.step, e.what.id, std::move(what),
      [id = e.what.id](result<souk::shipment::shipment_view> r) -> result<command> {
        return r ? result<command>{command{shipment_routed{id}}} : r.error();
      },
      p.done);
}

void perform(const tell_shipment& e, const performance& p) {
  const auto told = [id = e.shipment](result<souk::shipment::shipment_view> r) -> result<command> {
    return r ? result<command>{command{shipment_told{id}}} : r.error();
  };
  if (e.cancelled)
    entity::hand_over<souk::shipment::contract, command>(
        p.route, p.time, p.source, p.step, e.shipment, souk::shipment::cancel{}, told, p.done);
  else
    entity::hand_over<souk::shipment::contract, command>(
        p.route, p.time, p.source, p.step, e.shipment, souk::shipment::dispatch{e.tracking}, told,
        p.done);
}

void perform(const look_at_clock&, const performance& p) { p.done(command{check_time{}}); }

// --- the provider

/// The fact an attempt's call brought, as the command that records it.
callback<payment::intent> as_fact(const performance& p, int64_t attempt) {
  return [done = p.done, attempt](result<payment::intent> r) {
    if (!r)
      return done(r.error());
    done(command{intent_seen{std::move(*r), attempt}});
  };
}

bool is_forgotten(const attempt& a, const performance& p) {
  return p.time.now() - a.opened > provider_memory;
}

/// What did that call do, if anything? Asked when its outcome is unknown: the provider may have
/// saved a failure under the key, and may have forgotten the key. While the key is remembered what
/// is found is a mere fact and the call may still be repeated; later it is the answer.
void look_up(const attempt& a, const performance& p, const failure& unknown) {
  const auto answers = is_forgotten(a, p) ? a.number : 0;
  if (!a.intent.empty())
    return p.provider.read(a.intent, as_fact(p, answers));
  p.provider.find(std::string(p.source.key()), a.number,
                  [done = p.done, answers, unknown](result<std::optional<payment::intent>> r) {
                    if (!r)
                      return done(r.error());
                    if (*r)
                      return done(command{intent_seen{std::move(**r), answers}});
                    if (answers == 0)
                      return done(unknown);
                    done(command{attempt_failed{answers, "the provider never got it"}});
                  });
}

/// After a call: a fact, a final refusal, or a look at what it did.
callback<payment::intent> after_call(const attempt& a, const performance& p) {
  return [a, p](result<payment::intent> r) {
    // An answer saved under the key may be older than what became of it.
    if (r && r->status == payment::intent_status::processing)
      return p.provider.read(r->id, as_fact(p, a.number));
    if (r)
      return p.done(command{intent_seen{std::move(*r), a.number}});
    const auto& why = r.error();
    const bool buyers = a.kind == attempt_kind::authorise || a.kind == attempt_kind::confirm;
    if (why.code == errc::invalid && buyers)
      return p.done(command{attempt_failed{a.number, why.detail}});
    if (why.code == errc::invalid || why.code == errc::timed_out)
      return look_up(a, p, why);
    p.done(why);
  };
}

void perform(const call_provider& e, const performance& p) {
  const auto& a = e.what;
  if (is_forgotten(a, p))
    return look_up(a, p, fail(errc::timed_out, "the provider's answer is unknown"));
  const auto order_id = std::string(p.source.key());
  const auto key = order_id + "/" + p.step;
  switch (a.kind) {
  case attempt_kind::authorise:
    return p.provider.authorise(
        key, {order_id, a.number, a.payment_method, e.amount, p.return_url + order_id},
        after_call(a, p));
  case attempt_kind::confirm:
    return p.provider.confirm(key, a.intent, after_call(a, p));
  case attempt_kind::capture:
    return p.provider.capture(key, a.intent, e.amount, after_call(a, p));
  case attempt_kind::cancel:
    return p.provider.cancel(key, a.intent, after_call(a, p));
  case attempt_kind::refund:
    return p.provider.refund(key, a.intent, e.amount, after_call(a, p));
  }
}

} // namespace

entity::performer<model> make_performer(cluster::router& route, const clock& time,
                                        payment::gateway& provider, std::string return_url) {
  return [&route, &time, &provider, return_url = std::move(return_url)](
             const entity_id& source, const model::effect& effect, callback<command> done) {
    const performance p{route, time, provider, return_url, source, effect.step, std::move(done)};
    std::visit([&](const auto& what) { perform(what, p); }, effect.what);
  };
}

} // namespace souk::order
