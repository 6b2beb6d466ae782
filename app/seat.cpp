#include "app/seat.hpp"

#include "base/log.hpp"

#include <caf/send.hpp>

#include <csignal>
#include <cstdlib>
#include <unistd.h>

namespace souk::app {

namespace {

/// The newest formats of events and commands this program reads and, once all members do, writes.
constexpr int feature_level = 1;
constexpr int exit_expelled = 75; ///< EX_TEMPFAIL: start it again

adapters::basp_options link_options(const config& c, uint64_t generation) {
  adapters::basp_options o;
  o.hello = {.cluster = c.cluster.name,
             .who = {c.node.name, generation},
             .envelope_oldest = cluster::envelope_version_oldest,
             .envelope_newest = cluster::envelope_version,
             .feature_level = feature_level};
  o.address = c.cluster.address;
  o.port = c.cluster.port;
  o.ca = c.cluster.ca;
  o.certificate = c.cluster.certificate;
  o.key = c.cluster.key;
  if (auto via = adapters::parse_detours(c.cluster.via))
    o.via = std::move(*via);
  return o;
}

} // namespace

seat::seat(const config& c, uint64_t generation, runtime& on, entropy& random)
    : config_(c), generation_(generation), runtime_(on),
      table_rows_(cluster::membership_pool(
          runtime::postgres_options(c, "souk/" + c.node.name + "/membership"))),
      table_(table_rows_, runtime::postgres_options(c, "souk/" + c.node.name + "/watch"),
             c.cluster.name),
      links_(link_options(c, generation), random),
      mesh_(on.actors, {c.node.name, generation}, links_, on.route, on.time) {}

seat::~seat() { stop(); }

cluster::membership_hooks seat::hooks() {
  return {
      .heard_of =
          [this](uint64_t version) {
            run_on_participant([version](auto& p) { p.heard_of(version); });
          },
      .refresh =
          [this](std::function<void()> then) {
            run_on_participant([then = std::move(then)](auto& p) { p.refresh(then); });
          },
      .emptied =
          [this](uint32_t shard) { run_on_participant([shard](auto& p) { p.emptied(shard); }); }};
}

void seat::run_on_participant(std::function<void(cluster::participant&)> what) {
  std::lock_guard lock(mutex_);
  if (participant_)
    caf::anon_send(participant_, cluster::make_task([what = std::move(what),
                                                     to = caf::actor_cast<cluster::participant*>(
                                                         participant_)] { what(*to); }));
}

cluster::member seat::row() const {
  return {.who = {config_.node.name, generation_},
          .state = cluster::member_state::joining,
          .host = config_.cluster.address,
          .port = links_.port(),
          .region = config_.cluster.region,
          .weight = config_.cluster.weight,
          .feature_level = feature_level,
          .started = runtime_.time.now(),
          .alive_at = runtime_.time.now(),
          .suspicions = {}};
}

cluster::participant_events seat::events() {
  return {.joined = [this] { tell(news::joined); },
          .refused =
              [this](const failure& why) {
                {
                  std::lock_guard lock(mutex_);
                  why_refused_ = why;
                }
                tell(news::refused);
              },
          .expelled =
              [] {
                // Somebody else serves what was ours: the sooner nothing is said here, the better.
                std::_Exit(exit_expelled);
              },
          .asked_to_leave =
              [] {
                log::info("cluster.asked_to_leave", {});
                ::kill(::getpid(), SIGTERM); // the main thread waits for it (commands/serve)
              },
          .left = [this] { tell(news::left); }};
}

void seat::tell(news what) {
  {
    std::lock_guard lock(mutex_);
    latest_ = what;
  }
  changed_.notify_all();
}

bool seat::await(news what, std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [&] { return latest_ == what || latest_ == news::refused; });
  return latest_ == what;
}

result<void> seat::start() {
  if (auto via = adapters::parse_detours(config_.cluster.via); !via)
    return via.error();
  auto up = mesh_.start(
      [this](const cluster::node_ref& from, const pb::item& what) {
        run_on_participant([from, what](auto& p) { p.control(from, what); });
      },
      [this](const cluster::node_ref& peer, std::optional<cluster::link_loss> lost) {
        run_on_participant([peer, lost](auto& p) { p.link_changed(peer, lost); });
      });
  if (!up)
    return up;
  {
    std::lock_guard lock(mutex_);
    participant_ = runtime_.actors.spawn<cluster::participant>(
        row(), cluster::participant::surroundings{&table_, &mesh_, &runtime_.route, &runtime_.time,
                                                  [this] { return runtime_.ready(); }, events()});
  }
  if (!await(news::joined, join_deadline)) {
    std::lock_guard lock(mutex_);
    return why_refused_ ? *why_refused_
                        : fail(errc::timed_out, "the cluster did not let this node in");
  }
  member_ = true;
  return {};
}

void seat::leave(std::chrono::seconds most) {
  if (!member_)
    return;
  run_on_participant([](auto& p) { p.leave(); });
  if (!await(news::left, most))
    log::warn("cluster.left_in_haste", {{"node", config_.node.name}});
}

void seat::stop() {
  if (member_.exchange(false)) {
    tell(news::none);
    run_on_participant([this](auto& p) { p.end([this] { tell(news::left); }); });
    (void)await(news::left, farewell_deadline);
  }
  cluster::duty_actor last;
  {
    std::lock_guard lock(mutex_);
    last.swap(participant_);
  }
  if (last)
    caf::anon_send_exit(last, caf::exit_reason::user_shutdown);
  mesh_.stop();
}

} // namespace souk::app
