#include "app/psp/psp_model.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace souk::psp {

namespace {

namespace bj = boost::json;
constexpr int64_t amount_limit = 99'999'999; ///< Stripe's own
constexpr size_t json_room = 4096;           ///< on the stack: most webhooks fit
constexpr const char* invalid_request = "invalid_request_error";

const std::map<std::string, std::string, std::less<>> declines = {
    {"pm_card_visa_chargeDeclined", "generic_decline"},
    {"pm_card_chargeDeclined", "generic_decline"},
    {"pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"},
    {"pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"},
    {"pm_card_chargeDeclinedLostCard", "lost_card"},
    {"pm_card_chargeDeclinedExpiredCard", "expired_card"}};
const std::set<std::string, std::less<>> good_cards = {"pm_card_visa", "pm_card_mastercard",
                                                       "pm_card_amex", "pm_souk_lost_before",
                                                       "pm_souk_lost_after"};

std::optional<int64_t> parse_number(std::string_view text) {
  int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size() ? std::optional{out} : std::nullopt;
}

} // namespace

psp_model::reply psp_model::reply::error(int status, std::string type, std::string code,
                                         std::string message, std::string param) {
  bj::object inner{{"type", type}, {"message", message}};
  if (!code.empty())
    inner["code"] = code;
  if (!param.empty())
    inner["param"] = param;
  return {status, {{"error", std::move(inner)}}};
}

/// Fields taken one by one; whatever is left over is a mistake of the caller.
struct psp_model::arguments {
  form left;
  std::optional<reply> wrong;

  std::string text(std::string_view name) {
    const auto at = std::ranges::find(left, name, &form::value_type::first);
    if (at == left.end())
      return {};
    auto out = std::move(at->second);
    left.erase(at);
    return out;
  }
  /// `fallback` when absent.
  int64_t number(const char* name, int64_t fallback, int64_t max) {
    const auto given = text(name);
    if (given.empty())
      return fallback;
    const auto value = parse_number(given);
    if (!value || *value < 1 || *value > max)
      refuse(value && *value > max ? "amount_too_large" : "parameter_invalid_integer", name,
             "Invalid integer");
    return value.value_or(fallback);
  }
  std::map<std::string, std::string> metadata() {
    std::map<std::string, std::string> out;
    std::erase_if(left, [&](auto& field) {
      if (!field.first.starts_with("metadata[") || !field.first.ends_with("]"))
        return false;
      out[field.first.substr(9, field.first.size() - 10)] = field.second;
      return true;
    });
    return out;
  }
  void refuse(const char* code, const std::string& param, const std::string& message) {
    if (!wrong)
      wrong = reply::error(400, invalid_request, code, message + ": " + param, param);
  }
  void refuse_rest() {
    if (!left.empty())
      refuse("parameter_unknown", left.front().first, "Received unknown parameter");
  }
};

psp_model::psp_model(std::string base_url, knobs k)
    : base_url_(std::move(base_url)), knobs_(k), random_(static_cast<uint64_t>(k.seed)) {}

bool psp_model::changes_state(const call& what) {
  return what.verb == "POST" || what.path.starts_with("/_souk/authenticate/");
}

bool psp_model::chance(int64_t ppm) {
  return ppm > 0 && static_cast<int64_t>(random_() % 1'000'000) < ppm;
}

std::string psp_model::next_id(const char* prefix) {
  static constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string out = std::string{prefix} + "_souk" + std::to_string(++counter_);
  for (int i = 0; i < 12; ++i)
    out += digits[random_() % 36];
  return out;
}

payment_intent* psp_model::lookup(const std::string& id) {
  const auto found = intents_.find(id);
  return found == intents_.end() ? nullptr : &found->second;
}

void psp_model::announce(const char* type, const payment_intent& about, bool as_charge) {
  constexpr int64_t held_back_ms = 400;
  std::array<unsigned char, json_room> room;
  bj::monotonic_resource memory(room.data(), room.size());
  webhook out{next_id("evt"), {}, chance(knobs_.reorder_ppm) ? held_back_ms : 0};
  auto object = as_charge ? charge_json(about, &memory) : to_json(about, false, base_url_, &memory);
  out.body =
      bj::serialize(bj::object({{"id", out.id},
                                {"object", "event"},
                                {"type", type},
                                {"created", now_s_},
                                {"livemode", false},
                                {"data", bj::object({{"object", std::move(object)}}, &memory)}},
                               &memory));
  announced_.push_back(out);
  if (chance(knobs_.duplicate_ppm))
    announced_.push_back(std::move(out));
}

psp_model::reply psp_model::show(const payment_intent& in) const {
  return {200, to_json(in, expand_, base_url_, memory_)};
}

psp_model::reply psp_model::unexpected_state(const payment_intent& in, const char* verb) const {
  auto out =
      reply::error(400, invalid_request, "payment_intent_unexpected_state",
                   std::string{"This PaymentIntent cannot be "} + verb + " in status " + in.status);
  out.body["error"].get_object()["payment_intent"] = to_json(in, expand_, base_url_, memory_);
  return out;
}

psp_model::reply psp_model::create(arguments& in) {
  payment_intent made;
  made.amount = in.number("amount", 0, amount_limit);
  made.currency = in.text("currency");
  made.capture_method = in.text("capture_method");
  made.metadata = in.metadata();
  const bool confirmed = in.text("confirm") == "true";
  if (made.capture_method.empty())
    made.capture_method = "automatic";
  if (made.amount == 0)
    in.refuse("parameter_missing", "amount", "Missing required param");
  if (made.currency.size() != 3)
    in.refuse("parameter_missing", "currency", "Missing or wrong param");
  if (made.capture_method != "automatic" && made.capture_method != "manual")
    in.refuse("parameter_invalid", "capture_method", "Invalid value");
  const form confirm_fields{{"payment_method", in.text("payment_method")},
                            {"return_url", in.text("return_url")}};
  in.refuse_rest();
  if (in.wrong)
    return *in.wrong;
  arguments rest{confirm_fields, {}};
  const auto& method = confirm_fields.front().second;
  if (confirmed && !declines.contains(method) && !good_cards.contains(method) &&
      method != "pm_card_authenticationRequired")
    return reply::error(400, invalid_request, "resource_missing",
                        "No such PaymentMethod: " + method, "payment_method");
  made.id = next_id("pi");
  made.created = now_s_;
  auto& kept = intents_[made.id] = made;
  in_order_.push_back(&kept);
  announce("payment_intent.created", kept);
  if (confirmed)
    return confirm(kept, rest);
  kept.payment_method = method;
  return show(kept);
}

psp_model::reply psp_model::confirm(payment_intent& on, arguments& in) {
  auto method = in.text("payment_method");
  const auto return_url = in.text("return_url");
  in.refuse_rest();
  if (in.wrong)
    return *in.wrong;
  if (on.status != "requires_payment_method" && on.status != "requires_action")
    return unexpected_state(on, "confirmed");
  if (method.empty())
    method = on.payment_method;
  if (!return_url.empty())
    on.return_url = return_url;
  return charge(on, method);
}

psp_model::reply psp_model::charge(payment_intent& on, const std::string& method) {
  const bool waits_for_buyer = on.status == "requires_action" && method == on.payment_method;
  if (waits_for_buyer)
    return show(on);
  if (const auto declined = declines.find(method); declined != declines.end()) {
    on.payment_method.clear();
    return decline(on, "card_declined", declined->second);
  }
  if (method == "pm_card_authenticationRequired") {
    on.payment_method = method;
    on.status = "requires_action";
    announce("payment_intent.requires_action", on);
    return show(on);
  }
  if (!good_cards.contains(method))
    return reply::error(400, invalid_request, "resource_missing",
                        "No such PaymentMethod: " + method, "payment_method");
  on.payment_method = method;
  authorise(on);
  return show(on);
}

psp_model::reply psp_model::decline(payment_intent& on, std::string code,
                                    std::string decline_code) {
  on.status = "requires_payment_method";
  on.error_code = std::move(code);
  on.decline_code = std::move(decline_code);
  announce("payment_intent.payment_failed", on);
  auto out = reply::error(402, "card_error", on.error_code, "Your card was declined.");
  auto& error = out.body["error"].get_object();
  error["decline_code"] = on.decline_code;
  error["payment_intent"] = to_json(on, expand_, base_url_, memory_);
  return out;
}

void psp_model::authorise(payment_intent& on) {
  on.error_code.clear();
  on.decline_code.clear();
  on.charge = next_id("ch");
  if (on.capture_method == "manual") {
    on.status = "requires_capture";
    on.capturable = on.amount;
    announce("payment_intent.amount_capturable_updated", on);
  } else {
    on.status = "succeeded";
    on.received = on.amount;
    announce("payment_intent.succeeded", on);
  }
}

psp_model::reply psp_model::capture(payment_intent& on, arguments& in) {
  const auto amount = in.number("amount_to_capture", on.capturable, amount_limit);
  in.refuse_rest();
  if (in.wrong)
    return *in.wrong;
  if (on.status != "requires_capture")
    return unexpected_state(on, "captured");
  if (amount > on.capturable)
    return reply::error(400, invalid_request, "amount_too_large",
                        "The amount to capture is more than is capturable", "amount_to_capture");
  on.received = amount;
  on.capturable = 0;
  on.status = "succeeded";
  announce("payment_intent.succeeded", on);
  return show(on);
}

psp_model::reply psp_model::cancel(payment_intent& on) {
  if (on.status == "succeeded" || on.status == "canceled")
    return unexpected_state(on, "canceled");
  on.status = "canceled";
  on.capturable = 0;
  announce("payment_intent.canceled", on);
  return show(on);
}

psp_model::reply psp_model::refund(arguments& in) {
  auto* on = lookup(in.text("payment_intent"));
  const auto metadata = in.metadata();
  in.text("reason");
  if (!on)
    return reply::error(400, invalid_request, "resource_missing", "No such payment_intent",
                        "payment_intent");
  const auto left = on->received - on->refunded;
  const auto amount = in.number("amount", left, amount_limit);
  in.refuse_rest();
  if (in.wrong)
    return *in.wrong;
  if (on->status != "succeeded" || left == 0)
    return reply::error(400, invalid_request, "charge_already_refunded",
                        "There is nothing to refund");
  if (amount > left)
    return reply::error(400, invalid_request, "amount_too_large",
                        "The refund is more than what is left of the charge", "amount");
  on->refunded += amount;
  announce("charge.refunded", *on, true);
  const auto id = next_id("re");
  bj::object shown{{"id", id},
                   {"object", "refund"},
                   {"amount", amount},
                   {"currency", on->currency},
                   {"payment_intent", on->id},
                   {"charge", on->charge},
                   {"created", now_s_},
                   {"status", "succeeded"}};
  bj::object kept_metadata;
  for (const auto& [key, value] : metadata)
    kept_metadata[key] = value;
  shown["metadata"] = std::move(kept_metadata);
  refunds_[id] = shown;
  return {200, std::move(shown)};
}

psp_model::reply psp_model::route(const call& what) {
  static const std::string all = "/v1/payment_intents";
  const bool is_post = what.verb == "POST";
  arguments in{what.fields, {}};
  std::erase_if(in.left, [](const auto& field) { return field.first.starts_with("expand"); });
  if (what.path == all)
    return is_post ? create(in) : list(what);
  if (what.path == all + "/search" && !is_post)
    return search(what);
  if (what.path == "/v1/refunds" && is_post)
    return refund(in);
  if (!what.path.starts_with(all + "/"))
    return reply::error(404, invalid_request, "", "Unrecognized request URL " + what.path);
  const auto rest = what.path.substr(all.size() + 1);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto* on = lookup(rest.substr(0, slash));
  if (!on)
    return reply::error(404, invalid_request, "resource_missing", "No such payment_intent",
                        "intent");
  const auto verb = rest.substr(slash);
  if (!is_post && verb.empty())
    return show(*on);
  if (is_post && verb == "/confirm")
    return confirm(*on, in);
  if (is_post && verb == "/capture")
    return capture(*on, in);
  if (is_post && verb == "/cancel")
    return cancel(*on);
  return reply::error(404, invalid_request, "", "Unrecognized request URL " + what.path);
}

} // namespace souk::psp
