// What a session's events and snapshots have in common with what travels between nodes.
#pragma once

#include "actors/session/messages.hpp"

#include <proto/session.pb.h>

namespace souk::session {

/// `From` is the event or the command that begins a session.
template <class From>
void to_proto(const From& from, pb::session_event_beginning& to) {
  to.set_user_id(from.user_id);
  to.mutable_roles()->Assign(from.roles.begin(), from.roles.end());
  to.set_token_hash(from.token_hash);
  to.set_device(from.device);
}
template <class To>
To from_proto(const pb::session_event_beginning& from) {
  return {
      from.user_id(), {from.roles().begin(), from.roles().end()}, from.token_hash(), from.device()};
}

/// `From` is the event or the command of a login.
template <class From>
void to_proto(const From& from, pb::session_event_login& to) {
  to.set_user_id(from.user_id);
  to.mutable_roles()->Assign(from.roles.begin(), from.roles.end());
  to.set_token_hash(from.token_hash);
}
template <class To>
To from_proto(const pb::session_event_login& from) {
  return {from.user_id(), {from.roles().begin(), from.roles().end()}, from.token_hash()};
}

/// `Message` is the snapshot or the reply.
template <class Message>
void write_view(const session_view& from, Message& to) {
  to.set_user_id(from.user_id);
  to.mutable_roles()->Assign(from.roles.begin(), from.roles.end());
  to.set_device(from.device);
  to.set_cart_id(from.cart_id);
  to.set_revoked(from.revoked);
  to.set_expires_us(to_micros(from.expires));
}
template <class Message>
session_view read_view(const Message& from) {
  return {.user_id = from.user_id(),
          .roles = {from.roles().begin(), from.roles().end()},
          .cart_id = from.cart_id(),
          .revoked = from.revoked(),
          .expires = from_micros(from.expires_us()),
          .device = from.device()};
}

} // namespace souk::session
