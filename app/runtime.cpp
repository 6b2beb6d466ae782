#include "app/runtime.hpp"

#include "actors/cart/effects.hpp"
#include "actors/order/effects.hpp"
#include "actors/shipment/effects.hpp"
#include "base/log.hpp"

#include <caf/send.hpp>

#include <thread>

namespace souk::app {

namespace {

cluster::router_limits limits_from(const config& c) {
  return {.activations = c.limits.activations,
          .entity_commands = c.limits.entity_commands,
          .idle = std::chrono::seconds{c.limits.passivate_after_seconds}};
}

persistence::journal_options journal_from(const config& c, const runtime::writer& who) {
  return {.url = c.postgres.url,
          .node = who.name,
          .generation = who.generation,
          .is_member = who.is_member,
          .writers = c.postgres.writers,
          .queue_bytes_max = static_cast<size_t>(c.limits.writer_bytes)};
}

} // namespace

runtime::actor_config::actor_config(int workers) {
  const auto threads = workers > 0 ? static_cast<size_t>(workers)
                                   : std::max<size_t>(std::thread::hardware_concurrency(), 1);
  // Sharing has no polling sleeps; see the measured traps of this CAF in docs/adr.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", threads);
  set("scheduler.max-throughput", size_t{100});
}

persistence::pg_options runtime::postgres_options(const config& c, const std::string& application) {
  return {.url = c.postgres.url, .application_name = application};
}

runtime::runtime(const config& c, const writer& who, payment::gateway& provider)
    : rows({.connection = postgres_options(c, "souk/" + who.name + "/rows"),
            .connections = c.postgres.connections}),
      journal(journal_from(c, who), rows),
      people(rows), environment{journal, time, breakers, people, {}}, actor_config_(c.node.workers),
      actors(actor_config_), route(actors, time, limits_from(c)) {
  performers_.stock = [](const entity_id&, const stock::model::effect&,
                         callback<stock::command> done) { done(stock::command{stock::expire{}}); };
  performers_.cart = cart::make_performer(route, time);
  performers_.order = order::make_performer(route, time, provider, c.http.public_url + "/orders/");
  performers_.session = [](const entity_id&, const session::model::effect&,
                           callback<session::command>) {};
  performers_.shipment = shipment::make_performer(route, time);
  add_kind<stock::model, stock::contract>(performers_.stock);
  add_kind<cart::model, cart::contract>(performers_.cart);
  add_kind<order::model, order::contract>(performers_.order);
  add_kind<session::model, session::contract>(performers_.session);
  add_kind<shipment::model, shipment::contract>(performers_.shipment);
}

runtime::~runtime() { stop(); }

template <class Model, class Contract>
void runtime::add_kind(const entity::performer<Model>& perform) {
  route.add_kind(std::string(Contract::kind), entity::spawner<Model>(environment, perform),
                 entity::receiver<Contract>());
}

result<void> runtime::start(std::chrono::seconds patience,
                            std::optional<cluster::membership_hooks> hooks) {
  for (auto waited = 0ms; !journal.ready(); waited += 20ms) {
    if (waited >= patience)
      return fail(errc::unavailable, "Postgres does not take the journal's sessions");
    std::this_thread::sleep_for(20ms);
  }
  if (auto told = time.follow(rows, patience); !told)
    return told;
  hooks ? route.start(std::move(*hooks)) : route.start();
  started_ = true;
  return {};
}

void runtime::stop() {
  if (!std::exchange(started_, false))
    return;
  route.stop();
  actors.await_all_actors_done();
  time.stop();
  rows.stop(); // what is queued there answers services that go before the pool does
}

} // namespace souk::app
