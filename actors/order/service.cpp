#include "actors/order/service.hpp"

#include "actors/shipment/messages.hpp"

namespace souk::order {

void service::with_access(const credentials& who, const std::string& id,
                          const cluster::command_meta& how, std::function<void(failure)> refused,
                          std::function<void(order_view)> then) {
  if (!is_plausible_id(id))
    return refused(fail(errc::not_found, "no such order"));
  const bool holds_token =
      !who.access_token.empty() && equal_secrets(who.access_token, checkouts_.access_token(id));
  entity::ask<contract>(
      route_, id, order::get{}, entity::read_meta(how),
      [=, refused = std::move(refused), then = std::move(then)](result<order_view> r) {
        if (!r)
          return refused(r.error());
        const bool owns = !who.user_id.empty() && who.user_id == r->placed.user_id;
        if (!who.staff && !holds_token && !owns)
          return refused(fail(errc::not_found, "no such order"));
        then(std::move(*r));
      });
}

void service::get(credentials who, std::string id, cluster::command_meta how,
                  callback<order_view> done) {
  with_access(who, id, how, done, done);
}

void service::pay(credentials who, std::string id, std::string payment_method,
                  cluster::command_meta how, callback<checkout::placed_order> done) {
  with_access(who, id, how, done, [=, this](const order_view&) {
    entity::ask<contract>(route_, id, order::pay{payment_method}, how,
                          [=, this](result<order_view> r) {
                            if (!r)
                              return done(r.error());
                            checkouts_.await(id, how, done);
                          });
  });
}

void service::cancel(credentials who, std::string id, std::string reason, cluster::command_meta how,
                     callback<checkout::placed_order> done) {
  with_access(who, id, how, done, [=, this](const order_view&) {
    entity::ask<contract>(route_, id, order::cancel{reason}, how, [=, this](result<order_view> r) {
      if (!r)
        return done(r.error());
      checkouts_.await(id, how, done);
    });
  });
}

void service::ship(std::string id, std::vector<std::string> shipments, std::string tracking,
                   cluster::command_meta how, callback<order_view> done) {
  if (!is_plausible_id(id))
    return done(fail(errc::not_found, "no such order"));
  entity::ask<contract>(route_, id, order::ship{std::move(shipments), std::move(tracking)},
                        std::move(how), std::move(done));
}

void service::refund(std::string id, int64_t amount, std::string reason, cluster::command_meta how,
                     callback<order_view> done) {
  if (!is_plausible_id(id))
    return done(fail(errc::not_found, "no such order"));
  entity::ask<contract>(route_, id, order::refund{amount, std::move(reason)}, std::move(how),
                        std::move(done));
}

void service::deliver(std::string id, std::string shipment, cluster::command_meta how,
                      callback<order_view> done) {
  with_access({.staff = true}, id, how, done, [=, this](const order_view& view) {
    if (std::ranges::find(view.shipments, shipment, &shipment_view::id) == view.shipments.end())
      return done(fail(errc::not_found, "no such shipment"));
    entity::ask<souk::shipment::contract>(route_, shipment, souk::shipment::deliver{}, how,
                                          [=, this](result<souk::shipment::shipment_view> r) {
                                            if (!r)
                                              return done(r.error());
                                            entity::ask<contract>(route_, id, order::get{},
                                                                  entity::read_meta(how), done);
                                          });
  });
}

void service::hear(payment::intent fact, cluster::command_meta how, callback<accepted> done) {
  const auto id = fact.order_id;
  if (!is_plausible_id(id))
    return done(fail(errc::not_found, "no order stands in the metadata"));
  entity::ask<contract>(route_, id, intent_seen{std::move(fact), 0}, std::move(how),
                        std::move(done));
}

} // namespace souk::order
