// The one closed list of ways a request can fail. http/problem.cpp maps each to a status in an
// exhaustive switch; everything a client may branch on is here and nowhere else.
#pragma once

#include <cstdint>
#include <string_view>

namespace souk {

enum class errc : uint8_t {
  // what was sent
  malformed, ///< not JSON, not UTF-8, not HTTP
  invalid,   ///< a field has a wrong type or value; problems[] name it
  too_large, ///< body or header over its limit
  unsupported_media_type,
  method_not_allowed,
  not_found,
  unauthenticated,
  forbidden,
  rate_limited,
  // which state it met
  precondition_failed,  ///< If-Match names another version
  idempotency_mismatch, ///< the same key came with another body
  conflict,             ///< a legal request that this state does not allow
  cart_closed,          ///< the cart was ordered or merged
  sold_out,             ///< not enough units, and no hold that could lapse
  held,                 ///< not enough units now, but others hold some that may come back
  quote_changed,        ///< the total is not the expected one; the new quote is attached
  payment_declined,
  authentication_required, ///< the card's bank wants the buyer to act
  not_cancellable,
  // us
  overloaded,  ///< a queue is at its limit; nothing was done
  timed_out,   ///< outcome unknown: repeat with the same key
  unavailable, ///< a part we need is away; nothing was done
  expired,     ///< the command is older than commands may get
  superseded,  ///< another activation wrote this entity's journal: replay, then retry
  corrupt,     ///< the journal of this entity is broken; it is halted
  internal,
  // journaled as numbers: new ones stand at the end
  second_factor_required, ///< the password is right; a code or recovery code is needed as well
};

/// The stable `code` of problem details and logs, for example "sold_out".
std::string_view to_string(errc code);

/// True where the same request may succeed if it is simply sent again.
bool is_transient(errc code);

} // namespace souk
