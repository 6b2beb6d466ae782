// The JSON the Stripe API shows of what the model holds.
#include "app/psp/psp_model.hpp"

#include <boost/json.hpp>

namespace souk::psp {

namespace {

namespace bj = boost::json;

// Parentheses: braces would make a value into a list of one.
bj::value text_or_null(const std::string& text) {
  return text.empty() ? bj::value{} : bj::value(text);
}

bj::object metadata_of(const payment_intent& in) {
  bj::object out;
  for (const auto& [key, value] : in.metadata)
    out[key] = value;
  return out;
}

bj::value next_action(const payment_intent& in, const std::string& base_url) {
  if (in.status != "requires_action")
    return {};
  return bj::object{
      {"type", "redirect_to_url"},
      {"redirect_to_url", bj::object{{"url", base_url + "/_souk/authenticate/" + in.id},
                                     {"return_url", text_or_null(in.return_url)}}}};
}

bj::value last_error(const payment_intent& in) {
  if (in.error_code.empty())
    return {};
  return bj::object{{"type", "card_error"},
                    {"code", in.error_code},
                    {"decline_code", text_or_null(in.decline_code)},
                    {"message", "Your card was declined."}};
}

} // namespace

bj::object charge_json(const payment_intent& in) {
  return {{"id", in.charge},
          {"object", "charge"},
          {"amount", in.amount},
          {"amount_captured", in.received},
          {"amount_refunded", in.refunded},
          {"captured", in.received > 0},
          {"refunded", in.received > 0 && in.refunded == in.received},
          {"currency", in.currency},
          {"payment_intent", in.id},
          {"metadata", metadata_of(in)},
          {"status", "succeeded"},
          {"livemode", false}};
}

bj::object to_json(const payment_intent& in, bool expanded, const std::string& base_url) {
  bj::value charge;
  if (!in.charge.empty())
    charge = expanded ? bj::value(charge_json(in)) : bj::value(in.charge);
  return {{"id", in.id},
          {"object", "payment_intent"},
          {"amount", in.amount},
          {"amount_capturable", in.capturable},
          {"amount_received", in.received},
          {"capture_method", in.capture_method},
          {"client_secret", in.id + "_secret_souk"},
          {"created", in.created},
          {"currency", in.currency},
          {"last_payment_error", last_error(in)},
          {"latest_charge", charge},
          {"livemode", false},
          {"metadata", metadata_of(in)},
          {"next_action", next_action(in, base_url)},
          {"payment_method", text_or_null(in.payment_method)},
          {"status", in.status}};
}

} // namespace souk::psp
