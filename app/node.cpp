#include "app/node.hpp"

#include "actors/live/projection.hpp"
#include "actors/order/projection.hpp"
#include "actors/stock/projection.hpp"
#include "adapters/stripe_webhook.hpp"
#include "base/log.hpp"
#include "cluster/waker.hpp"
#include "http/live/look_up.hpp"
#include "http/pages/visit.hpp"
#include "persistence/redis_note_bus.hpp"

#include <caf/send.hpp>

#include <thread>

namespace souk::app {

namespace {

constexpr int password_threads = 2;
constexpr int passwords_waiting_max = 64;
/// Each holds an upload and the picture decoded from it.
constexpr int picture_threads = 2;
constexpr int pictures_waiting_max = 8;
constexpr int picture_readers = 2;
constexpr int picture_reads_waiting_max = 256;
/// How long an order's answer may wait within a request, so that a late one is 202 and not a
/// timeout.
constexpr double wait_share = 0.8;

/// For user::service and adapters::vips_pictures, which name the same type for themselves.
user::executor executor_of(bounded_threads& threads) {
  return [&threads](std::function<void()> job) { return threads.run(std::move(job)); };
}

/// Real providers are reached over TLS alone, our simulator never is.
bool is_simulator(const std::string& payments_url) { return payments_url.starts_with("http://"); }

checkout::options checkout_options(const config& c) {
  return {.secret = c.node.secret,
          .hold = std::chrono::seconds{c.shop.hold_seconds},
          .wait = std::chrono::milliseconds{static_cast<int64_t>(
              static_cast<double>(c.limits.request_milliseconds) * wait_share)}};
}

} // namespace

node::node(const config& c, uint64_t generation, entropy& random)
    : config_(c), random_(random),
      provider_(*client_, {.url = c.payments.url, .api_key = c.payments.api_key}),
      passwords_(password_threads, passwords_waiting_max),
      picture_work_(picture_threads, pictures_waiting_max),
      picture_reads_(picture_readers, picture_reads_waiting_max),
      runtime_(c, {.name = c.node.name, .generation = generation, .is_member = true}, provider_),
      seat_(config_, generation, runtime_, random),
      mail_(config_, runtime_.rows, runtime_.time, random),
      pictures_(c.media.directory, executor_of(picture_work_), executor_of(picture_reads_)),
      goods_(runtime_.rows, runtime_.time, random), office_(runtime_.rows, pictures_),
      prices_(runtime_.rows, runtime_.time), warehouses_(runtime_.rows, runtime_.time),
      people_(runtime_.rows, executor_of(passwords_), runtime_.time, random,
              {.secret = c.node.secret, .public_url = c.http.public_url}),
      codes_(runtime_.rows, runtime_.time, random, {.secret = c.node.secret}),
      trail_(runtime_.rows, runtime_.time, random), letters_(runtime_.rows),
      carts_(runtime_.route, goods_, runtime_.time, random, c.node.secret),
      checkouts_(runtime_.route, carts_, goods_, prices_, warehouses_, people_, runtime_.rows,
                 runtime_.time, random, checkout_options(c)),
      orders_(runtime_.route, checkouts_), history_(runtime_.rows),
      sessions_(runtime_.route, people_, codes_, carts_, runtime_.rows, runtime_.time, random,
                c.node.secret),
      live_(live::make_look_up(runtime_.route, goods_, runtime_.time), runtime_.time,
            [this] { return notes_->flowing(); }),
      imports_(config_, runtime_, random), shop_{.route = runtime_.route,
                                                 .goods = goods_,
                                                 .office = office_,
                                                 .pictures = pictures_,
                                                 .carts = carts_,
                                                 .checkouts = checkouts_,
                                                 .orders = orders_,
                                                 .history = history_,
                                                 .sessions = sessions_,
                                                 .people = people_,
                                                 .codes = codes_,
                                                 .trail = trail_,
                                                 .prices = prices_,
                                                 .warehouses = warehouses_,
                                                 .operators = runtime_.people,
                                                 .letters = letters_,
                                                 .webhooks = webhook_reader(),
                                                 .time = runtime_.time,
                                                 .random = random,
                                                 .public_url = c.http.public_url,
                                                 .deadline =
                                                     std::chrono::milliseconds{
                                                         c.limits.request_milliseconds},
                                                 .home = {.country = "DE"},
                                                 .secret = c.node.secret,
                                                 .imports = &imports_,
                                                 .live = &live_,
                                                 .time_zone = c.shop.time_zone,
                                                 .test_cards = is_simulator(c.payments.url)} {}

node::~node() { stop(); }

http::webhook_reader node::webhook_reader() const {
  return [this](std::string_view provider,
                const http::request& in) -> result<std::optional<payment::intent>> {
    if (provider != "stripe")
      return fail(errc::not_found, "no such payment provider");
    if (auto right = adapters::verify_webhook(config_.payments.webhook_secret,
                                              in.header_value("Stripe-Signature"), in.body,
                                              runtime_.time.now());
        !right)
      return right.error();
    auto event = adapters::parse_webhook(in.body);
    if (!event)
      return event.error();
    return std::move(event->fact);
  };
}

http::readiness node::readiness() const {
  http::readiness now;
  if (leaving_)
    now.reasons.push_back("stopping");
  if (!runtime_.ready())
    now.reasons.push_back("the journal is away");
  if (!runtime_.route.reads_allowed())
    now.reasons.push_back("membership is not proved");
  now.ready = now.reasons.empty();
  return now;
}

/// Changes reach the live topics of all nodes through Redis, without it those of this one.
result<void> node::open_notes() {
  auto tell = [this](const std::vector<persistence::change_note>& notes) {
    for (const auto& note : notes)
      live_.changed(note.subject, note.seq);
  };
  if (config_.redis.url.empty()) {
    notes_ = std::make_unique<persistence::local_note_bus>(
        tell, [this] { return feed_ && feed_->leads(); });
    return {};
  }
  auto bus = persistence::redis_note_bus::make({.url = config_.redis.url}, tell);
  if (!bus)
    return bus.error();
  notes_ = std::move(*bus);
  return {};
}

result<void> node::start() {
  if (auto running = runtime_.start(start_patience, seat_.hooks()); !running)
    return running;
  started_ = true;
  if (auto joined = seat_.start(); !joined)
    return joined;
  waker_ = cluster::spawn_waker(runtime_.actors, runtime_.route, runtime_.journal, runtime_.time);
  if (auto open = open_notes(); !open)
    return open;
  if (config_.shop.feed == 1)
    feed_ = std::make_unique<persistence::feed>(
        persistence::feed_options{.url = config_.postgres.url,
                                  .tables = {"journal", live::stock_table}},
        std::vector{stock::make_projection(), order::make_projection(),
                    mail_.follow_orders([this](const std::string& order) {
                      return checkouts_.access_token(order);
                    }),
                    live::make_projection(*notes_)});
  auto routes = http::make_routes(shop_, [this] { return readiness(); });
  mail_.add_routes(routes);
  server_ = std::make_unique<http::server>(
      http::server_options{.address = config_.http.address,
                           .port = config_.http.port,
                           .threads = config_.http.threads,
                           .on_tick = [this] { live_.tick(); }},
      std::move(routes),
      http::edge_options{.public_origin = config_.http.public_url,
                         .deadline = shop_.deadline,
                         .limits = http::route_limits(),
                         .authorise = http::make_authoriser(shop_),
                         .page_of =
                             [this](const http::request& in, const http::response& why) {
                               return http::error_page(shop_, in, why);
                             }},
      runtime_.time, random_);
  if (auto open = server_->start(); !open)
    return open;
  mail_.start();
  housekeeping_.emplace(runtime_.rows, runtime_.time, config_.media.directory);
  log::info("node.ready", {{"node", config_.node.name}, {"port", server_->port()}});
  return {};
}

void node::stop() {
  if (!std::exchange(started_, false))
    return;
  leaving_ = true;
  if (server_) {
    std::this_thread::sleep_for(unready_before_drain);
    seat_.leave(drain_deadline); // requests go on meanwhile, by way of the new owners
    server_->stop(drain_deadline);
  }
  imports_.stop();
  housekeeping_.reset();
  // Their jobs call services and rows. What waited longer than its request may still be queued.
  for (auto* threads : {&passwords_, &picture_work_, &picture_reads_})
    threads->stop();
  feed_.reset();
  mail_.stop();
  notes_.reset();
  caf::anon_send_exit(waker_, caf::exit_reason::user_shutdown);
  waker_ = nullptr;
  seat_.stop();
  runtime_.stop();
  // Calls still under way are answered now, while what hears the answer is there.
  client_.reset();
  log::info("node.stopped", {{"node", config_.node.name}});
}

} // namespace souk::app
