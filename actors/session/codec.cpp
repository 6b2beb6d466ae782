// Session events and snapshots ↔ Protobuf.
#include "actors/session/convert.hpp"
#include "actors/session/session.hpp"

namespace souk::session {

namespace {
using pb_event = pb::session_event;

void write(const begun& e, pb_event& out) { to_proto(e, *out.mutable_begun()); }
void write(const cart_attached& e, pb_event& out) { out.set_cart_attached(e.cart_id); }
void write(const logged_in& e, pb_event& out) { to_proto(e, *out.mutable_logged_in()); }
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
  case pb_event::kBegun:
    return from_proto<session::begun>(in.begun());
  case pb_event::kCartAttached:
    return cart_attached{in.cart_attached()};
  case pb_event::kLoggedIn:
    return from_proto<logged_in>(in.logged_in());
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
  out.set_token_hash(s.token_hash);
  write_view(s.view, out);
  return out.SerializeAsString();
}

result<model::state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::session_state in;
  if (version != state_version || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a session snapshot of this version");
  return state{.begun = in.begun(), .token_hash = in.token_hash(), .view = read_view(in)};
}

} // namespace souk::session
