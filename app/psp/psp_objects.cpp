// The JSON the Stripe API shows of what the model holds.
#include "app/psp/psp_model.hpp"

#include <boost/json.hpp>

namespace souk::psp {

namespace {

namespace bj = boost::json;

// Parentheses: braces would make a value into a list of one.
bj::value text_or_null(const std::string& text, const bj::storage_ptr& where) {
  return text.empty() ? bj::value(where) : bj::value(text, where);
}

bj::object metadata_of(const payment_intent& in, const bj::storage_ptr& where) {
  bj::object out(where);
  for (const auto& [key, value] : in.metadata)
    out[key] = value;
  return out;
}

bj::value next_action(const payment_intent& in, const std::string& base_url,
                      const bj::storage_ptr& where) {
  if (in.status != "requires_action")
    return bj::value(where);
  return bj::object(
      {{"type", "redirect_to_url"},
       {"redirect_to_url", bj::object({{"url", base_url + "/_souk/authenticate/" + in.id},
                                       {"return_url", text_or_null(in.return_url, where)}},
                                      where)}},
      where);
}

bj::value last_error(const payment_intent& in, const bj::storage_ptr& where) {
  if (in.error_code.empty())
    return bj::value(where);
  return bj::object({{"type", "card_error"},
                     {"code", in.error_code},
                     {"decline_code", text_or_null(in.decline_code, where)},
                     {"message", "Your card was declined."}},
                    where);
}

} // namespace

bj::object charge_json(const payment_intent& in, bj::storage_ptr where) {
  return bj::object({{"id", in.charge},
                     {"object", "charge"},
                     {"amount", in.amount},
                     {"amount_captured", in.received},
                     {"amount_refunded", in.refunded},
                     {"captured", in.received > 0},
                     {"refunded", in.received > 0 && in.refunded == in.received},
                     {"currency", in.currency},
                     {"payment_intent", in.id},
                     {"metadata", metadata_of(in, where)},
                     {"status", "succeeded"},
                     {"livemode", false}},
                    where);
}

bj::object to_json(const payment_intent& in, bool expanded, const std::string& base_url,
                   bj::storage_ptr where) {
  bj::value charge(where);
  if (!in.charge.empty())
    charge = expanded ? bj::value(charge_json(in, where)) : bj::value(in.charge, where);
  return bj::object({{"id", in.id},
                     {"object", "payment_intent"},
                     {"amount", in.amount},
                     {"amount_capturable", in.capturable},
                     {"amount_received", in.received},
                     {"capture_method", in.capture_method},
                     {"client_secret", in.id + "_secret_souk"},
                     {"created", in.created},
                     {"currency", in.currency},
                     {"last_payment_error", last_error(in, where)},
                     {"latest_charge", std::move(charge)},
                     {"livemode", false},
                     {"metadata", metadata_of(in, where)},
                     {"next_action", next_action(in, base_url, where)},
                     {"payment_method", text_or_null(in.payment_method, where)},
                     {"status", in.status}},
                    where);
}

} // namespace souk::psp
