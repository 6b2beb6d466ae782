// Session events and snapshots ↔ Protobuf.
#include "actors/session/session.hpp"

#include <proto/session.pb.h>

namespace souk::session {

namespace {
using pb_event = pb::session_event;

void write(const begun& e, pb_event& out) {
  auto& to = *out.mutable_begun();
  to.set_user_id(e.user_id);
  to.mutable_roles()->Assign(e.roles.begin(), e.roles.end());
  to.set_token_hash(e.token_hash);
  to.set_device(e.device);
}
void write(const cart_attached& e, pb_event& out) { out.set_cart_attached(e.cart_id); }
void write(const logged_in& e, pb_event& out) {
  auto& to = *out.mutable_logged_in();
  to.set_user_id(e.user_id);
  to.mutable_roles()->Assign(e.roles.begin(), e.roles.end());
  to.set_token_hash(e.token_hash);
}
void write(const revoked& e, pb_event& out) { out.set_revoked(e.reason); }
} // namespace

std::string model::encode(const event& e) {
  pb_event out;
  std::visit([&](const auto& x) { write(x, out); }, e);
  return out.SerializeAsString();
}

result<model::event> model::decode_event(std::string_view bytes) {
  pb_event in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a session event");
  switch (in.kind_case()) {
  case pb_event::kBegun: {
    const auto& x = in.begun();
    return session::begun{
        x.user_id(), {x.roles().begin(), x.roles().end()}, x.token_hash(), x.device()};
  }
  case pb_event::kCartAttached:
    return cart_attached{in.cart_attached()};
  case pb_event::kLoggedIn: {
    const auto& x = in.logged_in();
    return logged_in{x.user_id(), {x.roles().begin(), x.roles().end()}, x.token_hash()};
  }
  case pb_event::kRevoked:
    return revoked{in.revoked()};
  case pb_event::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "session event of an unknown kind");
}

std::string model::encode(const state& s) {
  pb::session_state out;
  out.set_begun(s.begun);
  out.set_user_id(s.view.user_id);
  out.mutable_roles()->Assign(s.view.roles.begin(), s.view.roles.end());
  out.set_token_hash(s.token_hash);
  out.set_device(s.view.device);
  out.set_cart_id(s.view.cart_id);
  out.set_revoked(s.view.revoked);
  out.set_expires_us(to_micros(s.view.expires));
  return out.SerializeAsString();
}

result<model::state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::session_state in;
  if (version != state_version || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a session snapshot of this version");
  return state{.begun = in.begun(),
               .token_hash = in.token_hash(),
               .view = {.user_id = in.user_id(),
                        .roles = {in.roles().begin(), in.roles().end()},
                        .cart_id = in.cart_id(),
                        .revoked = in.revoked(),
                        .expires = from_micros(in.expires_us()),
                        .device = in.device()}};
}

} // namespace souk::session
