#include "adapters/stripe_objects.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace souk::adapters {

namespace {

namespace bj = boost::json;

std::string text_at(const bj::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  return found && found->is_string() ? std::string{found->get_string()} : std::string{};
}

int64_t number_at(const bj::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  return found && found->is_int64() ? found->get_int64() : 0;
}

const bj::object* object_at(const bj::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  return found ? found->if_object() : nullptr;
}

std::optional<payment::intent_status> parse_status(std::string_view text) {
  using enum payment::intent_status;
  if (text == "requires_payment_method" || text == "requires_confirmation")
    return requires_payment_method;
  if (text == "requires_action")
    return requires_action;
  if (text == "processing")
    return processing;
  if (text == "requires_capture")
    return requires_capture;
  if (text == "succeeded")
    return succeeded;
  if (text == "canceled")
    return canceled;
  return std::nullopt;
}

std::string decline_of(const bj::object& error) {
  auto decline = text_at(error, "decline_code");
  return decline.empty() ? text_at(error, "code") : decline;
}

} // namespace

result<payment::intent> read_intent(const bj::value& value) {
  const auto* in = value.if_object();
  if (!in || text_at(*in, "object") != "payment_intent")
    return fail(errc::invalid, "not a payment_intent");
  auto code = text_at(*in, "currency");
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return std::toupper(c); });
  const auto unit = currency::parse(code);
  const auto status = parse_status(text_at(*in, "status"));
  payment::intent out;
  out.id = text_at(*in, "id");
  if (!unit || !status || out.id.empty())
    return fail(errc::invalid, "a payment_intent with an unknown currency or status");
  out.status = *status;
  out.amount = {number_at(*in, "amount"), *unit};
  out.authorised = number_at(*in, "amount_capturable");
  out.captured = number_at(*in, "amount_received");
  if (const auto* charge = object_at(*in, "latest_charge"))
    out.refunded = number_at(*charge, "amount_refunded");
  if (const auto* error = object_at(*in, "last_payment_error"))
    out.decline_code = decline_of(*error);
  if (const auto* next = object_at(*in, "next_action"))
    if (const auto* redirect = object_at(*next, "redirect_to_url"))
      out.next_action_url = text_at(*redirect, "url");
  if (const auto* metadata = object_at(*in, "metadata")) {
    out.order_id = text_at(*metadata, "order_id");
    const auto attempt = text_at(*metadata, "attempt");
    std::from_chars(attempt.data(), attempt.data() + attempt.size(), out.attempt);
  }
  return out;
}

} // namespace souk::adapters
