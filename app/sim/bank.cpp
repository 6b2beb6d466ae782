#include "app/sim/bank.hpp"

#include "adapters/stripe_objects.hpp"
#include "adapters/stripe_webhook.hpp"

#include <boost/json.hpp>

#include <array>

namespace souk::sim {

namespace {

namespace bj = boost::json;
using payment::intent;

constexpr int webhook_attempts_max = 16;
constexpr std::chrono::milliseconds webhook_first_pause{500};
const std::pair<std::string, std::string> with_charge{"expand[]", "latest_charge"};

std::string path_of(const std::string& id, const char* verb = "") {
  return "/v1/payment_intents/" + id + verb;
}

/// Memory on the stack, which most answers fit into.
struct json_memory {
  std::array<unsigned char, 4096> room;
  bj::monotonic_resource all{room.data(), room.size()};
};

result<bj::value> read_body(const result<psp::outcome>& answer, json_memory& where) {
  if (!answer)
    return answer.error();
  if (answer->status >= 500)
    return fail(errc::timed_out, "the bank answered " + std::to_string(answer->status));
  return bj::parse(answer->body, &where.all);
}

result<intent> read_answer(const result<psp::outcome>& answer) {
  json_memory memory;
  const auto body = read_body(answer, memory);
  if (!body)
    return body.error();
  if (answer->status < 300)
    return adapters::read_intent(*body);
  const auto& error = body->at("error").as_object();
  const auto* about = error.if_contains("payment_intent");
  const auto* code = error.if_contains("code");
  if (about && (answer->status == 402 || (code && *code == "payment_intent_unexpected_state")))
    return adapters::read_intent(*about);
  return fail(errc::invalid, "the bank refused the call");
}

} // namespace

bank::bank(timeline& time, dice& random, bank_faults faults)
    : time_(time), random_(random), faults_(faults), model_("https://bank", faults.knobs) {}

void bank::call(psp::call what, const life& caller, hang_up done) {
  const std::weak_ptr<const uint64_t> alive = caller;
  watch_(what, false);
  time_.after(random_.millis(1, faults_.network_ms), [=, this, done = std::move(done)] {
    auto out = model_.handle(what, time_.now());
    watch_(what, true);
    announce(std::move(out.webhooks));
    if (out.lost)
      happened_.note("a call of the bank or its answer is lost");
    else if (out.status >= 500)
      happened_.note("the bank fails");
    const auto way_back =
        std::chrono::milliseconds{out.delay_ms} + random_.millis(1, faults_.network_ms);
    time_.after(way_back, [this, alive, done, out = std::move(out)] {
      if (!alive.lock())
        happened_.note("the bank answers a node that is gone");
      else
        done(out.lost ? result<psp::outcome>{fail(errc::timed_out, "the connection was cut")}
                      : out);
    });
  });
}

void bank::authenticate(const std::string& intent_id, bool passes) {
  psp::form how;
  if (!passes)
    how.emplace_back("outcome", "failed");
  announce(
      model_.handle({"GET", "/_souk/authenticate/" + intent_id, std::move(how), {}}, time_.now())
          .webhooks);
}

void bank::go_away() {
  model_.handle({"POST", "/_souk/knobs", {{"lose_before_ppm", "1000000"}}, {}}, time_.now());
}

void bank::heal() {
  faults_.webhooks_lost_percent = 0;
  psp::form calm;
  for (const auto* name : {"delay_min_ms", "delay_max_ms", "lose_before_ppm", "lose_after_ppm",
                           "error_ppm", "duplicate_ppm", "reorder_ppm"})
    calm.emplace_back(name, "0");
  model_.handle({"POST", "/_souk/knobs", std::move(calm), {}}, time_.now());
}

void bank::let_lapse() {
  const auto oldest = time_.now() - payment::authorisation_life;
  std::vector<std::string> old;
  for (const auto& [id, intent] : intents())
    if (intent.status == "requires_capture" &&
        time_point{std::chrono::seconds{intent.created}} <= oldest)
      old.push_back(id);
  for (const auto& id : old) {
    lapsed_.insert(id);
    happened_.note("an authorisation lapses");
    announce(model_.handle({"POST", path_of(id, "/cancel"), {}, {}}, time_.now()).webhooks);
  }
}

void bank::announce(std::vector<psp::webhook> all) {
  for (auto& hook : all) {
    if (random_.percent(faults_.webhooks_lost_percent)) {
      happened_.note("a webhook is lost");
      continue;
    }
    const auto delay = std::chrono::milliseconds{hook.after_ms} + random_.millis(1, 200);
    time_.after(delay, [this, hook = std::move(hook)] { deliver(hook, 1); });
  }
}

void bank::deliver(const psp::webhook& what, int attempt) {
  const auto event = adapters::parse_webhook(what.body);
  if (!event || !event->fact || attempt > webhook_attempts_max)
    return;
  if (attempt > 1)
    happened_.note("a webhook comes again");
  const auto taken = std::make_shared<bool>(false);
  hear_(what.id, *event->fact, [taken](bool ok) { *taken |= ok; });
  time_.after(5s + webhook_first_pause * (1 << std::min(attempt, 8)), [=, this] {
    if (!*taken)
      deliver(what, attempt + 1);
  });
}

void bank_gateway::post(std::string path, psp::form fields, const std::string& key,
                        callback<intent> done) {
  fields.push_back(with_charge);
  if (const auto alive = owner_.lock())
    at_.call({"POST", std::move(path), std::move(fields), key}, alive,
             [done = std::move(done)](const result<psp::outcome>& r) { done(read_answer(r)); });
}

void bank_gateway::authorise(const std::string& key, const payment::authorisation& what,
                             callback<intent> done) {
  post("/v1/payment_intents",
       {{"amount", std::to_string(what.amount.amount)},
        {"currency", "eur"},
        {"capture_method", "manual"},
        {"confirm", "true"},
        {"payment_method", what.payment_method},
        {"return_url", what.return_url},
        {"metadata[order_id]", what.order_id},
        {"metadata[attempt]", std::to_string(what.attempt)}},
       key, std::move(done));
}

void bank_gateway::confirm(const std::string& key, const std::string& id, callback<intent> done) {
  post(path_of(id, "/confirm"), {}, key, std::move(done));
}

void bank_gateway::capture(const std::string& key, const std::string& id, money amount,
                           callback<intent> done) {
  post(path_of(id, "/capture"), {{"amount_to_capture", std::to_string(amount.amount)}}, key,
       std::move(done));
}

void bank_gateway::cancel(const std::string& key, const std::string& id, callback<intent> done) {
  post(path_of(id, "/cancel"), {}, key, std::move(done));
}

void bank_gateway::refund(const std::string& key, const std::string& id, money amount,
                          callback<intent> done) {
  const auto alive = owner_.lock();
  if (!alive)
    return;
  at_.call({"POST",
            "/v1/refunds",
            {{"payment_intent", id}, {"amount", std::to_string(amount.amount)}},
            key},
           alive, [this, id, done = std::move(done)](const result<psp::outcome>& r) {
             json_memory memory;
             const auto body = read_body(r, memory);
             if (!body)
               return done(body.error());
             if (r->status >= 300)
               return done(read_answer(r));
             read(id, done);
           });
}

void bank_gateway::read(const std::string& id, callback<intent> done) {
  if (const auto alive = owner_.lock())
    at_.call({"GET", path_of(id), {with_charge}, {}}, alive,
             [done = std::move(done)](const result<psp::outcome>& r) { done(read_answer(r)); });
}

void bank_gateway::find(const std::string& order_id, int64_t attempt,
                        callback<std::optional<intent>> done) {
  const auto alive = owner_.lock();
  if (!alive)
    return;
  const auto query = "metadata['order_id']:'" + order_id + "' AND metadata['attempt']:'" +
                     std::to_string(attempt) + "'";
  at_.call({"GET",
            "/v1/payment_intents/search",
            {{"query", query}, {"expand[]", "data.latest_charge"}},
            {}},
           alive, [done = std::move(done)](const result<psp::outcome>& r) {
             json_memory memory;
             const auto body = read_body(r, memory);
             if (!body)
               return done(body.error());
             if (r->status >= 300)
               return done(fail(errc::timed_out, "the bank refused the search"));
             const auto& found = body->at("data").as_array();
             if (found.empty())
               return done(std::optional<intent>{});
             auto one = adapters::read_intent(found.front());
             done(one ? result<std::optional<intent>>{std::optional{std::move(*one)}}
                      : result<std::optional<intent>>{one.error()});
           });
}

} // namespace souk::sim
