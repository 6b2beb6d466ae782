#include "app/psp/psp_server.hpp"

#include "adapters/http_client.hpp"
#include "adapters/stripe_webhook.hpp"
#include "app/psp/call_log.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "http/form.hpp"
#include "http/headers.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace souk::psp {

namespace {

http::response to_response(outcome&& from) {
  if (from.lost)
    return http::response::cut();
  auto out = from.is_page ? http::response::text(from.status, std::move(from.body),
                                                 "text/html; charset=utf-8")
                          : http::response::json_text(from.status, std::move(from.body));
  if (from.replayed)
    out.with("Idempotent-Replayed", "true");
  return out;
}

constexpr int attempts_max = 16; ///< of a webhook
constexpr std::chrono::milliseconds first_pause{500};

/// What is due at a later time: answers held back and webhooks to send or to send again.
class later {
public:
  ~later() { stop(); }
  void start() {
    thread_ = std::thread{[this] { run(); }};
  }
  void stop() {
    {
      std::lock_guard hold(lock_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
      thread_.join();
  }
  void at(std::chrono::milliseconds from_now, std::function<void()> act) {
    std::lock_guard hold(lock_);
    due_.emplace(std::chrono::steady_clock::now() + from_now, std::move(act));
    changed_.notify_all();
  }

private:
  void run() {
    std::unique_lock hold(lock_);
    while (!stopping_) {
      if (due_.empty()) {
        changed_.wait(hold);
      } else if (due_.begin()->first > std::chrono::steady_clock::now()) {
        changed_.wait_until(hold, due_.begin()->first);
      } else {
        const auto act = std::move(due_.begin()->second);
        due_.erase(due_.begin());
        hold.unlock();
        act();
        hold.lock();
      }
    }
  }
  std::mutex lock_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> due_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace

struct psp_server::inside {
  psp_options options;
  const clock& time;
  entropy& random;
  std::mutex lock; ///< of model and log
  std::unique_ptr<psp_model> model;
  call_log log;
  later timer;
  std::unique_ptr<adapters::http_client> client;
  std::unique_ptr<http::server> server;

  http::router make_routes();
  void handle(const http::request_ptr& in, const http::responder& done);
  void deliver(const webhook& what, int attempt);
};

http::router psp_server::inside::make_routes() {
  http::router out;
  const http::handler any = [this](http::request_ptr in, http::responder done) {
    handle(in, done);
  };
  for (const auto verb : {http::method::get, http::method::post})
    for (const auto* path : {"/v1/{path*}", "/_souk/{path*}"})
      out.add(verb, path, "", any);
  return out;
}

void psp_server::inside::handle(const http::request_ptr& in, const http::responder& done) {
  const bool ours = in->path.starts_with("/_souk/");
  if (!ours && !options.api_key.empty() && !equal_secrets(http::bearer_token(*in), options.api_key))
    return done(http::response::json_text(
        401, R"({"error":{"type":"invalid_request_error","message":"Invalid API Key provided"}})"));
  call what{std::string{http::to_string(in->verb)}, in->path, {}, in->idempotency_key};
  what.fields = in->query;
  if (what.verb == "POST") {
    auto fields = http::parse_form(in->body);
    if (!fields)
      return done(http::to_response(fields.error(), *in));
    what.fields = std::move(*fields);
  }
  outcome made;
  {
    std::lock_guard hold(lock);
    const auto now = time.now();
    if (psp_model::changes_state(what))
      log.append(what, now);
    made = model->handle(what, now);
  }
  for (const auto& hook : made.webhooks)
    if (!options.webhook_url.empty())
      timer.at(std::chrono::milliseconds{hook.after_ms}, [this, hook] { deliver(hook, 0); });
  const std::chrono::milliseconds delay{made.delay_ms};
  auto answer = to_response(std::move(made));
  if (delay.count() == 0)
    return done(std::move(answer));
  timer.at(delay, [done, answer = std::move(answer)] { done(answer); });
}

/// Retries with growing pauses, some nine hours in all; a restart of the simulator forgets what was
/// not delivered yet, as an outage of a real provider could: the shop has to find out by asking.
void psp_server::inside::deliver(const webhook& what, int attempt) {
  adapters::http_call call{
      .verb = "POST", .url = options.webhook_url, .body = what.body, .repeatable = true};
  call.headers = {
      {"Content-Type", "application/json; charset=utf-8"},
      {"Stripe-Signature", adapters::sign_webhook(options.webhook_secret, what.body, time.now())}};
  client->send(std::move(call), [this, what, attempt](const result<adapters::http_answer>& answer) {
    if (answer && answer->status / 100 == 2)
      return;
    if (attempt + 1 == attempts_max)
      return log::warn("psp.webhook_given_up", {{"event", what.id}});
    timer.at(first_pause * (1 << attempt), [this, what, attempt] { deliver(what, attempt + 1); });
  });
}

psp_server::psp_server(psp_options options, const clock& time, entropy& random)
    : inside_(new inside{.options = std::move(options), .time = time, .random = random}) {}

psp_server::~psp_server() { stop(); }

result<void> psp_server::start() {
  auto& in = *inside_;
  in.client = std::make_unique<adapters::http_client>();
  in.server = std::make_unique<http::server>(
      http::server_options{.address = in.options.address, .port = in.options.port},
      in.make_routes(), http::edge_options{.deadline = std::chrono::seconds{90}}, in.time,
      in.random);
  std::lock_guard hold(in.lock); // calls wait until the log is replayed
  if (auto listening = in.server->start(); !listening)
    return listening.error();
  auto url = in.options.public_url;
  if (url.empty())
    url = "http://" + in.options.address + ":" + std::to_string(port());
  in.model = std::make_unique<psp_model>(url, in.options.first_knobs);
  if (!in.options.data.empty())
    if (auto opened = in.log.open(in.options.data, *in.model); !opened)
      return opened.error();
  in.timer.start();
  return {};
}

void psp_server::stop() {
  auto& in = *inside_;
  if (in.server)
    in.server->stop(std::chrono::seconds{1});
  in.timer.stop();
  in.client.reset();
}

int psp_server::port() const { return inside_->server->port(); }

int run_psp(const psp_options& options, const clock& time, entropy& random) {
  // Blocked before the threads start, so that only sigwait sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  psp_server server{options, time, random};
  if (const auto started = server.start(); !started) {
    log::error("psp.cannot_start", {{"why", started.error().detail}});
    return 1;
  }
  log::info("psp.started", {{"port", server.port()}});
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  return 0;
}

} // namespace souk::psp
