// What a cart's events and snapshots have in common with what travels between nodes. Numbers are
// read as they stand there: what is stored must be possible (codec.cpp), what is asked is for
// decide to judge.
#pragma once

#include "actors/cart/messages.hpp"

#include <proto/cart.pb.h>

namespace souk::cart {

void to_proto(const line& from, pb::cart_line& to);
/// errc::corrupt for an unknown currency, as of the following.
result<line> from_proto(const pb::cart_line& from);

void to_proto(const std::vector<price>& from, pb::cart_event_price_list& to);
result<std::vector<price>> from_proto(const pb::cart_event_price_list& from);

template <class Lines>
result<std::vector<line>> lines_from(const Lines& from) {
  std::vector<line> to;
  to.reserve(static_cast<size_t>(from.size()));
  for (const auto& l : from) {
    auto one = from_proto(l);
    if (!one)
      return one.error();
    to.push_back(std::move(*one));
  }
  return to;
}

/// `From` is the event or the command that opens a cart.
template <class From>
void to_proto(const From& from, pb::cart_event_opening& to) {
  to.set_currency(std::string(from.currency.code()));
  to.set_country(from.country);
  to.set_user_id(from.user_id);
  to.set_session(from.session);
}
template <class To>
result<To> opening_from(const pb::cart_event_opening& from) {
  const auto unit = currency::parse(from.currency());
  if (!unit)
    return fail(errc::corrupt, "a cart in an unknown currency");
  return To{*unit, from.country(), from.user_id(), from.session()};
}

} // namespace souk::cart
