#include "app/sim/node.hpp"

#include "actors/cart/effects.hpp"
#include "actors/entity/entity.hpp"
#include "actors/entity/hand_over.hpp"
#include "actors/order/effects.hpp"
#include "actors/shipment/effects.hpp"

#include <caf/logger.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace souk::sim {

namespace {

/// The test clock tells only whether something is due, not when.
struct schedule_of : caf::detail::test_actor_clock {
  static const schedule_map& get(caf::detail::test_actor_clock& of) {
    return of.*(&schedule_of::schedule_);
  }
};

constexpr persistence::sim_faults calm{};
/// Of those that leave politely.
constexpr int64_t killed_before_goodbye_percent = 20;
/// As in app/seat.
constexpr std::chrono::seconds goodbye_deadline{2};

/// Actors whose timers never end: scans, heartbeats, and the router's sweeps (without a name).
bool is_for_ever(std::string_view actor) {
  return actor == "waker" || actor == "participant" || actor == "scheduled_actor";
}

/// What an entity gets that recovers while its node dies.
class dead_stream final : public persistence::journal_stream {
  bool accepts() override { return false; }
  void append(persistence::fragment) override {}
};

} // namespace

void node::socket::set_faults(const persistence::sim_faults& f) {
  if (to_)
    to_->set_faults(f);
}

void node::socket::set_reachable(bool is) {
  if (to_)
    to_->set_reachable(is);
}

void node::socket::set_stuck(std::chrono::nanoseconds most) {
  if (to_)
    to_->set_stuck(most);
}

bool node::socket::ready() const { return to_ && to_->ready(); }

void node::socket::recover(const entity_id& entity, callback<persistence::recovered> done) {
  if (to_)
    to_->recover(entity, std::move(done));
}

std::unique_ptr<persistence::journal_stream>
node::socket::open(const entity_id& entity, uint64_t seq, const chain_hash& chain,
                   std::weak_ptr<persistence::journal_observer> observer) {
  if (!to_)
    return std::make_unique<dead_stream>();
  return to_->open(entity, seq, chain, std::move(observer));
}

void node::socket::due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                              callback<std::vector<due_entity>> done) {
  if (to_)
    to_->due_before(shards, until, limit, std::move(done));
}

node::node(const surroundings& around, outcome_tap tap, node_options options)
    : world_time_(around.time), random_(around.random), options_(std::move(options)),
      clock_(
          around.time, [&store = around.store] { return !store.is_away(); }, options_.clock,
          options_.seed),
      alive_(std::make_shared<const uint64_t>(options_.generation)),
      provider_(around.money, alive_),
      people_(around.halted), environment_{journal_, clock_, breakers_,
                                           people_,  {},     options_.snapshot_tail},
      actors_(config_),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(actors_.scheduler())),
      router_(actors_, clock_, {.idle = options_.idle}),
      table_(around.members, run_later(), "souk", options_.seed, options_.table),
      links_(around.wires, {options_.name, options_.generation}, options_.name, 1),
      mesh_(actors_, {options_.name, options_.generation}, links_, router_, clock_),
      happened_(around.happened), unheard_(around.unheard), caught_up_(clock_.monotonic()) {
  // CAF would write down at each message which actor runs, for lines that nobody asks for.
  caf::logger::set_current_actor_system(nullptr);
  journal_.connect(std::make_unique<persistence::sim_journal>(
      around.store, run_later(),
      persistence::sim_journal_options{.node = options_.name,
                                       .generation = options_.generation,
                                       .seed = options_.seed,
                                       .queue_bytes_max = options_.queue_bytes_max},
      options_.journal));
  scheduler_.clock().current_time += 1h;
  add_kinds(std::move(tap), around.told);
  table_.when_reached([this](uint32_t timeline, size_t host) { journal_.meet(timeline, host); });
  join();
  waker_ = cluster::spawn_waker(actors_, router_, journal_, clock_);
}

persistence::run_later node::run_later() const {
  return [&time = world_time_](std::chrono::nanoseconds delay, std::function<void()> what) {
    time.after(delay, std::move(what), errand::of_machines);
  };
}

cluster::member node::row() const {
  return {.who = {options_.name, options_.generation},
          .state = cluster::member_state::joining,
          .host = options_.name,
          .port = 1,
          .region = {},
          .feature_level = options_.level,
          .started = clock_.now(),
          .alive_at = clock_.now(),
          .suspicions = {}};
}

template <class What>
void node::run_on_participant(What what) {
  if (participant_)
    caf::anon_send(participant_, cluster::make_task([what = std::move(what),
                                                     to = caf::actor_cast<cluster::participant*>(
                                                         participant_)] { what(*to); }));
}

void node::join() {
  router_.start(
      {.heard_of =
           [this](uint64_t version) {
             run_on_participant([version](auto& p) { p.heard_of(version); });
           },
       .refresh =
           [this](std::function<void()> then) {
             run_on_participant([then = std::move(then)](auto& p) { p.refresh(then); });
           },
       .emptied =
           [this](uint32_t shard) { run_on_participant([shard](auto& p) { p.emptied(shard); }); }});
  settle();
  const auto listening = mesh_.start(
      [this](const cluster::node_ref& from, const pb::item& what) {
        run_on_participant([from, what](auto& p) { p.control(from, what); });
      },
      [this](const cluster::node_ref& peer, std::optional<cluster::link_loss> lost) {
        run_on_participant([peer, lost](auto& p) { p.link_changed(peer, lost); });
      });
  SOUK_ASSERT(listening, "simulated links listen");
  const cluster::participant_events events{
      .joined = [this] { active_ = true; },
      .refused = [this](const failure&) { expelled_ = refused_ = true; },
      .expelled = [this] { expelled_ = true; },
      .asked_to_leave = [this] { leave(); },
      .left = [this] { say_goodbye(); }};
  participant_ = actors_.spawn<cluster::participant>(
      row(), cluster::participant::surroundings{&table_, &mesh_, &router_, &clock_,
                                                [this] { return journal_.ready(); }, events});
}

/// As app/seat does; some are killed before they can.
void node::say_goodbye() {
  if (left_ || random_.percent(killed_before_goodbye_percent)) {
    left_ = true;
    return;
  }
  run_on_participant([this](auto& p) { p.end([this] { left_ = said_so_ = true; }); });
  world_time_.after(goodbye_deadline, [this, mine = std::weak_ptr<const uint64_t>{alive_}] {
    if (mine.lock())
      left_ = true;
  });
}

void node::leave() {
  run_on_participant([](auto& p) { p.leave(); });
}

void node::cut_off_store(bool off) {
  table_.set_reachable(!off);
  journal_.set_reachable(!off);
}

void node::heal() {
  clock_.heal();
  set_journal_faults(calm);
  table_.set_faults({.fence_most = options_.table.fence_most}); // sessions end when they end
  cut_off_store(false);
  hold_up_commits(false);
  options_.stragglers_percent = options_.unheard_percent = 0;
  unheard_.clear();
}

node::~node() {
  alive_.reset();
  journal_.cut();
  mesh_.stop();
  router_.stop();
  settle(); // a shard may still bring an entity to life before it sees that it is to end
  caf::anon_send_exit(waker_, caf::exit_reason::kill);
  if (participant_)
    caf::anon_send_exit(participant_, caf::exit_reason::kill);
  for (const auto& actor : born_)
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  scheduler_.clock().cancel_all(); // re-armed timers would keep the system from stopping
  settle();
}

void node::settle() {
  while (scheduler_.try_run_once()) {
  }
}

entity::performer<order::model> node::order_performer(outcome_tap tap) {
  auto real = order::make_performer(router_, clock_, provider_, "https://shop/orders/");
  return [this, real = std::move(real), tap = std::move(tap)](const entity_id& source,
                                                              const order::model::effect& effect,
                                                              callback<order::command> done) {
    const std::weak_ptr<const uint64_t> mine = alive_;
    real(source, effect, [=, done = std::move(done)](result<order::command> outcome) {
      if (outcome && mine.lock())
        tap(source, effect, *outcome);
      done(std::move(outcome));
    });
  };
}

/// As `real`; but a message that was given up may still be on its way, and arrive with its answer
/// when all has gone on.
template <entity::model M>
entity::performer<M> node::straggling(entity::performer<M> real) {
  return [this, real = std::move(real)](const entity_id& source, const typename M::effect& effect,
                                        callback<typename M::command> done) {
    const bool is_sent = effect.target != "psp" && effect.target != "self";
    if (is_sent && random_.percent(options_.stragglers_percent)) {
      const auto on_its_way = std::chrono::duration_cast<std::chrono::milliseconds>(
          random_.percent(50) ? entity::hand_over_age / random_.between(1, 100)
                              : entity::hand_over_age * random_.between(1, 100) / 100);
      world_time_.after(on_its_way, [=, this, mine = std::weak_ptr<const uint64_t>{alive_}] {
        if (!mine.lock())
          return;
        happened_.note("a hand-over arrives again, much later");
        real(source, effect, done);
      });
    }
    if (is_sent)
      lose_hand_over(source, effect.step, effect.target);
    real(source, effect, done);
  };
}

/// Most hand-overs are of orders to cells, few of parcels; the fewer, the more often they are lost.
void node::lose_hand_over(const entity_id& source, const std::string& step,
                          std::string_view target) {
  const int64_t rarity = target == "stock" ? 1 : source.kind() == "shipment" ? 5 : 2;
  const auto chance = options_.unheard_percent * rarity;
  if (chance > 0 && random_.percent(chance))
    unheard_.try_emplace(
        entity::hand_over_meta(source, step, clock_).id,
        lost_ask{random_.percent(50), world_time_.elapsed() + entity::hand_over_age + 1s});
}

/// As `real`; but what is to be lost gets no answer, as if its thread stood still for so long.
cluster::receive_command node::losing(cluster::receive_command real) {
  return [this, real = std::move(real)](entity_id to, cluster::command_meta how,
                                        std::string_view bytes,
                                        cluster::respond answer) -> cluster::request_ptr {
    const auto found = unheard_.find(how.id);
    if (found == unheard_.end() || found->second.until < world_time_.elapsed())
      return real(std::move(to), std::move(how), bytes, std::move(answer));
    happened_.note("nobody hears of a hand-over in time");
    if (!found->second.carried_out)
      return nullptr;
    return real(std::move(to), std::move(how), bytes, [](const auto&) {});
  };
}

/// As the real wiring does; but activations that failed leave the router, and a crash ends those,
/// too.
template <entity::model M, class Contract>
void node::add_kind(entity::performer<M>& perform) {
  router_.add_kind(
      std::string(M::kind),
      [this, spawn = entity::spawner<M>(environment_, perform)](auto& system, auto& route,
                                                                auto me) {
        newest_[me->entity] = me;
        return born_.emplace_back(spawn(system, route, std::move(me)));
      },
      losing(entity::receiver<Contract>()));
}

void node::add_kinds(outcome_tap tap, history& told) {
  stock_ = witnessed<stock::model>(
      [](const entity_id&, const stock::model::effect&, callback<stock::command> done) {
        done(stock::command{stock::expire{}});
      },
      told, alive_);
  cart_ = straggling<cart::model>(
      witnessed<cart::model>(cart::make_performer(router_, clock_), told, alive_));
  order_ = straggling<order::model>(
      witnessed<order::model>(order_performer(std::move(tap)), told, alive_));
  session_ = [](const entity_id&, const session::model::effect&, callback<session::command>) {};
  shipment_ = straggling<shipment::model>(
      witnessed<shipment::model>(shipment::make_performer(router_, clock_), told, alive_));
  add_kind<stock::model, stock::contract>(stock_);
  if (options_.level < new_level)
    add_kind<older_cart, older_cart_contract>(cart_);
  else
    add_kind<newer_cart, cart::contract>(cart_);
  add_kind<order::model, order::contract>(order_);
  add_kind<session::model, session::contract>(session_);
  add_kind<shipment::model, shipment::contract>(shipment_);
}

void node::fall_behind(const entity_id& of) {
  const auto it = newest_.find(of);
  if (it != newest_.end() && !it->second->is_closed())
    behind_.push_back(it->second);
}

std::optional<entity_id> node::serves_behind() {
  std::erase_if(behind_, [](const auto& a) { return a->is_closed(); });
  if (behind_.empty() || !router_.reads_allowed())
    return {};
  const auto it =
      std::ranges::find_if(behind_, [&](const auto& a) { return router_.serves(a->entity); });
  return it == behind_.end() ? std::nullopt : std::optional{(*it)->entity};
}

uint64_t node::run_one() {
  auto& jobs = scheduler_.jobs;
  if (options_.shuffle && jobs.size() > 1)
    std::iter_swap(jobs.begin(),
                   jobs.begin() + random_.between(0, static_cast<int64_t>(jobs.size()) - 1));
  const auto* job = jobs.front();
  const auto who = job->subtype() == caf::resumable::scheduled_actor
                       ? static_cast<const caf::scheduled_actor*>(job)->id()
                       : 0;
  scheduler_.try_run_once();
  return who;
}

std::optional<std::chrono::nanoseconds> node::next_timer() {
  const auto& schedule = schedule_of::get(scheduler_.clock());
  if (schedule.empty())
    return {};
  const auto due = schedule.begin()->first - scheduler_.clock().current_time + caught_up_;
  if (due != next_timer_.own)
    next_timer_ = {due, world_time_.elapsed() + clock_.world_span(due - clock_.monotonic())};
  return std::max(next_timer_.worlds, world_time_.elapsed());
}

bool node::has_errand_before(std::chrono::nanoseconds when) {
  using caf::detail::simple_actor_clock;
  const auto& clock = scheduler_.clock();
  const auto until = clock.current_time + (when - world_time_.elapsed());
  return std::ranges::any_of(schedule_of::get(scheduler_.clock()), [&](const auto& timer) {
    if (timer.first > until || timer.second->subtype != simple_actor_clock::actor_msg_type)
      return false;
    const auto& message = static_cast<const simple_actor_clock::actor_msg&>(*timer.second);
    const auto* to = caf::actor_cast<caf::abstract_actor*>(message.receiver);
    return !is_for_ever(static_cast<const caf::local_actor*>(to)->name());
  });
}

void node::catch_up() {
  const auto now = clock_.monotonic();
  const auto lived = now - std::exchange(caught_up_, now);
  if (lived > 0ns)
    scheduler_.advance_time(lived);
}

} // namespace souk::sim
