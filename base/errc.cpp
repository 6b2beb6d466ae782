#include "base/errc.hpp"

namespace souk {

std::string_view to_string(errc code) {
  switch (code) {
  case errc::malformed:
    return "malformed";
  case errc::invalid:
    return "invalid";
  case errc::too_large:
    return "too_large";
  case errc::unsupported_media_type:
    return "unsupported_media_type";
  case errc::method_not_allowed:
    return "method_not_allowed";
  case errc::not_found:
    return "not_found";
  case errc::unauthenticated:
    return "unauthenticated";
  case errc::forbidden:
    return "forbidden";
  case errc::rate_limited:
    return "rate_limited";
  case errc::precondition_failed:
    return "precondition_failed";
  case errc::idempotency_mismatch:
    return "idempotency_mismatch";
  case errc::conflict:
    return "conflict";
  case errc::cart_closed:
    return "cart_closed";
  case errc::sold_out:
    return "sold_out";
  case errc::held:
    return "held";
  case errc::quote_changed:
    return "quote_changed";
  case errc::payment_declined:
    return "payment_declined";
  case errc::authentication_required:
    return "authentication_required";
  case errc::not_cancellable:
    return "not_cancellable";
  case errc::overloaded:
    return "overloaded";
  case errc::timed_out:
    return "timed_out";
  case errc::unavailable:
    return "unavailable";
  case errc::expired:
    return "expired";
  case errc::superseded:
    return "superseded";
  case errc::corrupt:
    return "corrupt";
  case errc::internal:
    return "internal";
  case errc::second_factor_required:
    return "second_factor_required";
  }
  return "internal";
}

bool is_transient(errc code) {
  switch (code) {
  case errc::overloaded:
  case errc::timed_out:
  case errc::unavailable:
  case errc::superseded:
  case errc::rate_limited:
    return true;
  default:
    return false;
  }
}

} // namespace souk
