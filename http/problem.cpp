#include "http/problem.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace {

struct kind {
  int status;
  const char* title;
};

kind kind_of(errc code) {
  switch (code) {
  case errc::malformed:
    return {400, "The request cannot be read"};
  case errc::invalid:
    return {400, "A field has a wrong value"};
  case errc::too_large:
    return {413, "The request is too large"};
  case errc::unsupported_media_type:
    return {415, "This media type is not accepted"};
  case errc::method_not_allowed:
    return {405, "This method is not allowed here"};
  case errc::not_found:
    return {404, "Nothing is here"};
  case errc::unauthenticated:
    return {401, "Who is asking is not known"};
  case errc::forbidden:
    return {403, "This caller may not do that"};
  case errc::rate_limited:
    return {429, "Too many requests"};
  case errc::precondition_failed:
    return {412, "The resource has another version"};
  case errc::idempotency_mismatch:
    return {422, "The same key came with another body"};
  case errc::conflict:
    return {409, "The present state does not allow this"};
  case errc::cart_closed:
    return {409, "The cart is closed"};
  case errc::sold_out:
    return {409, "Not enough units"};
  case errc::held:
    return {409, "Others hold the last units"};
  case errc::quote_changed:
    return {409, "The total has changed"};
  case errc::payment_declined:
    return {402, "The payment was declined"};
  case errc::authentication_required:
    return {402, "The buyer has to authenticate the payment"};
  case errc::not_cancellable:
    return {409, "The order can no longer be cancelled"};
  case errc::overloaded:
    return {503, "Too busy; nothing was done"};
  case errc::timed_out:
    return {503, "The outcome is not known yet; repeat with the same key"};
  case errc::unavailable:
    return {503, "A part is away; nothing was done"};
  case errc::expired:
    return {503, "The command waited too long; nothing was done"};
  case errc::superseded:
    return {503, "The owner changed; repeat with the same key"};
  case errc::corrupt:
    return {500, "This record is halted for repair"};
  case errc::internal:
    return {500, "An error on our side"};
  case errc::second_factor_required:
    return {401, "The second factor is missing"};
  }
  return {500, "An error on our side"};
}

boost::json::array problems_of(const failure& why) {
  boost::json::array out;
  for (const auto& p : why.problems) {
    boost::json::object item{{"code", p.code}, {"field", p.field}, {"detail", p.detail}};
    if (p.available)
      item["available"] = *p.available;
    out.push_back(std::move(item));
  }
  return out;
}

} // namespace

int status_of(errc code) { return kind_of(code).status; }

response to_response(const failure& why, std::string_view trace_id, std::optional<int> finer) {
  const auto [usual, title] = kind_of(why.code);
  const int status = finer.value_or(usual);
  boost::json::object body;
  if (!why.extra.empty()) {
    boost::system::error_code not_json;
    auto extra = boost::json::parse(why.extra, not_json);
    SOUK_ASSERT(!not_json && extra.is_object(), "failure.extra is a JSON object");
    body = std::move(extra.get_object());
  }
  body["type"] = "about:blank";
  body["title"] = title;
  body["status"] = status;
  body["code"] = to_string(why.code);
  if (!why.detail.empty())
    body["detail"] = why.detail;
  if (!why.problems.empty())
    body["problems"] = problems_of(why);
  if (!trace_id.empty()) {
    body["instance"] = "urn:trace:" + std::string{trace_id};
    body["trace_id"] = trace_id;
  }
  auto out = response::json(status, body);
  out.content_type = "application/problem+json";
  out.problem = why.code;
  out.with("Cache-Control", "no-store");
  if (why.retry_after || status == 503)
    out.with("Retry-After",
             std::to_string(why.retry_after.value_or(std::chrono::seconds{1}).count()));
  if (status == 401)
    out.with("WWW-Authenticate", "Bearer realm=\"souk\"");
  return out;
}

} // namespace souk::http
