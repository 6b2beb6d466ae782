#include "adapters/stripe_gateway.hpp"

#include "adapters/stripe_objects.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>

namespace souk::adapters {

namespace {

namespace bj = boost::json;
using payment::intent;

std::string encode(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string lower(std::string_view code) {
  std::string out{code};
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

const std::pair<std::string, std::string> with_charge{"expand[]", "latest_charge"};

std::string intent_path(const std::string& id) { return "/v1/payment_intents/" + encode(id); }

bool is_outcome_unknown(int status) { return status == 409 || status == 429 || status >= 500; }

/// The error object of a refused call as what it means to an order.
result<intent> read_error(int status, const bj::value& body) {
  const auto* outer = body.if_object();
  const auto* inner = outer ? outer->if_contains("error") : nullptr;
  const auto* error = inner ? inner->if_object() : nullptr;
  if (!error)
    return fail(errc::unavailable,
                "an error without an error object, status " + std::to_string(status));
  const auto* at = error->if_contains("payment_intent");
  const auto* code = error->if_contains("code");
  // The intent has moved on already (the buyer authenticated, another call won): that is a fact,
  // too.
  const bool moved_on = code && *code == "payment_intent_unexpected_state";
  if (at && (status == 402 || moved_on))
    return read_intent(*at);
  const auto* message = error->if_contains("message");
  return fail(errc::invalid,
              "the payment provider refused the call: " + (message && message->is_string()
                                                               ? std::string{message->get_string()}
                                                               : std::to_string(status)));
}

result<bj::value> read_body(const result<http_answer>& answer) {
  if (!answer)
    return answer.error();
  if (is_outcome_unknown(answer->status))
    return fail(answer->status == 429 ? errc::unavailable : errc::timed_out,
                "the payment provider answered " + std::to_string(answer->status));
  boost::system::error_code ec;
  auto body = bj::parse(answer->body, ec);
  if (ec)
    return fail(errc::timed_out, "the payment provider answered something else than JSON");
  return body;
}

result<intent> read_answer(const result<http_answer>& answer) {
  const auto body = read_body(answer);
  if (!body)
    return body.error();
  return answer->status < 300 ? read_intent(*body) : read_error(answer->status, *body);
}

/// Of several objects with the same metadata the one that moved money, else the newest.
result<std::optional<intent>> read_list(const result<http_answer>& answer) {
  const auto body = read_body(answer);
  if (!body)
    return body.error();
  if (answer->status >= 300)
    return read_error(answer->status, *body).error();
  const auto* list = body->if_object() ? body->get_object().if_contains("data") : nullptr;
  if (!list || !list->is_array())
    return fail(errc::timed_out, "the payment provider answered no list");
  std::optional<intent> best;
  for (const auto& item : list->get_array()) {
    auto one = read_intent(item);
    if (!one)
      return one.error();
    if (!best || (best->authorised + best->captured == 0 && one->authorised + one->captured > 0))
      best = std::move(*one);
  }
  return best;
}

} // namespace

stripe_gateway::stripe_gateway(http_client& through, stripe_options options)
    : through_(through), options_(std::move(options)) {}

http_call stripe_gateway::make_call(std::string verb, const std::string& path, const form& fields,
                                    const std::string& key) const {
  std::string encoded;
  for (const auto& [name, value] : fields)
    encoded += (encoded.empty() ? "" : "&") + encode(name) + "=" + encode(value);
  http_call out{.verb = std::move(verb),
                .url = options_.url + path,
                .timeout = options_.timeout,
                .repeatable = true};
  out.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
  if (out.verb == "GET") {
    out.url += "?" + encoded;
    return out;
  }
  out.headers.emplace_back("Idempotency-Key", key);
  out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  out.body = std::move(encoded);
  return out;
}

void stripe_gateway::post(const std::string& path, form fields, const std::string& key,
                          callback<intent> done) {
  fields.push_back(with_charge);
  through_.send(
      make_call("POST", path, fields, key),
      [done = std::move(done)](const result<http_answer>& answer) { done(read_answer(answer)); });
}

void stripe_gateway::authorise(const std::string& key, const payment::authorisation& what,
                               callback<intent> done) {
  post("/v1/payment_intents",
       {{"amount", std::to_string(what.amount.amount)},
        {"currency", lower(what.amount.currency.code())},
        {"capture_method", "manual"},
        {"confirm", "true"},
        {"payment_method", what.payment_method},
        {"return_url", what.return_url},
        {"metadata[order_id]", what.order_id},
        {"metadata[attempt]", std::to_string(what.attempt)}},
       key, std::move(done));
}

void stripe_gateway::confirm(const std::string& key, const std::string& intent_id,
                             callback<intent> done) {
  post(intent_path(intent_id) + "/confirm", {}, key, std::move(done));
}

void stripe_gateway::capture(const std::string& key, const std::string& intent_id, money amount,
                             callback<intent> done) {
  post(intent_path(intent_id) + "/capture", {{"amount_to_capture", std::to_string(amount.amount)}},
       key, std::move(done));
}

void stripe_gateway::cancel(const std::string& key, const std::string& intent_id,
                            callback<intent> done) {
  post(intent_path(intent_id) + "/cancel", {}, key, std::move(done));
}

void stripe_gateway::refund(const std::string& key, const std::string& intent_id, money amount,
                            callback<intent> done) {
  const form fields{{"payment_intent", intent_id}, {"amount", std::to_string(amount.amount)}};
  through_.send(make_call("POST", "/v1/refunds", fields, key),
                [this, intent_id, done = std::move(done)](const result<http_answer>& answer) {
                  const auto body = read_body(answer);
                  if (!body)
                    return done(body.error());
                  if (answer->status >= 300)
                    return done(read_error(answer->status, *body));
                  read(intent_id, done);
                });
}

void stripe_gateway::read(const std::string& intent_id, callback<intent> done) {
  through_.send(
      make_call("GET", intent_path(intent_id), {with_charge}, ""),
      [done = std::move(done)](const result<http_answer>& answer) { done(read_answer(answer)); });
}

void stripe_gateway::find(const std::string& order_id, int64_t attempt,
                          callback<std::optional<intent>> done) {
  if (order_id.find_first_of("'\\") != std::string::npos)
    return done(fail(errc::invalid, "no order id of ours"));
  const auto query = "metadata['order_id']:'" + order_id + "' AND metadata['attempt']:'" +
                     std::to_string(attempt) + "'";
  through_.send(
      make_call("GET", "/v1/payment_intents/search",
                {{"query", query}, {"expand[]", "data.latest_charge"}}, ""),
      [done = std::move(done)](const result<http_answer>& answer) { done(read_list(answer)); });
}

} // namespace souk::adapters
