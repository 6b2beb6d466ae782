#include "adapters/stripe_webhook.hpp"

#include "adapters/stripe_objects.hpp"
#include "base/crypto.hpp"

#include <boost/json.hpp>

#include <array>
#include <charconv>

namespace souk::adapters {

namespace {

namespace bj = boost::json;

std::string hex_signature(std::string_view secret, std::string_view time, std::string_view body) {
  std::string signed_text{time};
  signed_text += '.';
  signed_text += body;
  const auto mac = hmac_sha256(secret, signed_text);
  return to_hex({reinterpret_cast<const unsigned char*>(mac.data()), mac.size()});
}

/// A charge says what was refunded of its intent; its amounts are the intent's, captured once.
bj::object intent_of_charge(const bj::object& charge) {
  bj::object out{{"object", "payment_intent"}, {"status", "succeeded"}, {"amount_capturable", 0}};
  const auto copy = [&](const char* to, const char* from) {
    if (const auto* found = charge.if_contains(from))
      out[to] = *found;
  };
  copy("id", "payment_intent");
  copy("amount", "amount");
  copy("currency", "currency");
  copy("amount_received", "amount_captured");
  copy("metadata", "metadata");
  out["latest_charge"] = charge;
  return out;
}

} // namespace

std::string sign_webhook(std::string_view secret, std::string_view body, time_point at) {
  const auto time =
      std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  return "t=" + time + ",v1=" + hex_signature(secret, time, body);
}

result<void> verify_webhook(std::string_view secret, std::string_view header, std::string_view body,
                            time_point now) {
  std::string_view time;
  std::vector<std::string_view> given;
  while (!header.empty()) {
    const auto end = std::min(header.find(','), header.size());
    const auto part = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    if (part.starts_with("t="))
      time = part.substr(2);
    else if (part.starts_with("v1="))
      given.push_back(part.substr(3));
  }
  int64_t seconds = 0;
  const auto [last, ec] = std::from_chars(time.data(), time.data() + time.size(), seconds);
  if (time.empty() || ec != std::errc{} || last != time.data() + time.size() || given.empty())
    return fail(errc::forbidden, "the Stripe-Signature header cannot be read");
  const auto right = hex_signature(secret, time, body);
  bool matches = false;
  for (const auto signature : given)
    matches |= equal_secrets(signature, right);
  if (!matches)
    return fail(errc::forbidden, "the webhook's signature is wrong");
  const auto now_seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto tolerance = stripe_tolerance.count();
  if (seconds < now_seconds - tolerance || seconds > now_seconds + tolerance)
    return fail(errc::forbidden, "the webhook's signature is too old or of the future");
  return {};
}

result<webhook_event> parse_webhook(std::string_view body) {
  boost::system::error_code ec;
  std::array<unsigned char, 4096> room; // most events fit
  bj::monotonic_resource memory(room.data(), room.size());
  const auto parsed = bj::parse(body, ec, &memory);
  const auto* event = ec ? nullptr : parsed.if_object();
  const auto* id = event ? event->if_contains("id") : nullptr;
  const auto* type = event ? event->if_contains("type") : nullptr;
  if (!id || !id->is_string() || !type || !type->is_string())
    return fail(errc::malformed, "not an event");
  webhook_event out{std::string{id->get_string()}, std::string{type->get_string()}, std::nullopt};
  const auto* data = event->if_contains("data");
  const auto* object =
      data && data->is_object() ? data->get_object().if_contains("object") : nullptr;
  const bool is_intent = out.type.starts_with("payment_intent.");
  if (!is_intent && out.type != "charge.refunded")
    return out;
  if (!object || !object->is_object())
    return fail(errc::malformed, "an event without its object");
  auto fact = read_intent(is_intent ? *object : bj::value(intent_of_charge(object->get_object())));
  if (!fact)
    return fail(errc::malformed, fact.error().detail);
  out.fact = std::move(*fact);
  return out;
}

} // namespace souk::adapters
