// Commands and replies of sessions between nodes ↔ Protobuf.
#include "actors/session/convert.hpp"

namespace souk::session {

namespace {

using pb_command = pb::session_command;
using pb_reply = pb::session_reply;

void write(const begin& c, pb_command& out) { to_proto(c, *out.mutable_begin()); }
void write(const attach_cart& c, pb_command& out) {
  out.mutable_attach_cart()->set_cart_id(c.cart_id);
}
void write(const log_in& c, pb_command& out) { to_proto(c, *out.mutable_log_in()); }
void write(const revoke& c, pb_command& out) { out.mutable_revoke()->set_reason(c.reason); }
void write(const check& c, pb_command& out) { out.mutable_check()->set_token_hash(c.token_hash); }
void write(const get&, pb_command& out) { out.mutable_get(); }
void write(const session_view& r, pb_reply& out) { write_view(r, *out.mutable_view()); }

} // namespace

std::string contract::encode(const session::command& what) {
  pb_command out;
  std::visit([&](const auto& c) { write(c, out); }, what);
  return out.SerializeAsString();
}

result<session::command> contract::decode_command(std::string_view bytes) {
  pb_command in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a session command");
  switch (in.kind_case()) {
  case pb_command::kBegin:
    return from_proto<begin>(in.begin());
  case pb_command::kAttachCart:
    return attach_cart{in.attach_cart().cart_id()};
  case pb_command::kLogIn:
    return from_proto<log_in>(in.log_in());
  case pb_command::kRevoke:
    return revoke{in.revoke().reason()};
  case pb_command::kCheck:
    return check{in.check().token_hash()};
  case pb_command::kGet:
    return get{};
  case pb_command::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "a session command of an unknown kind");
}

std::string contract::encode(const session::reply& what) {
  pb_reply out;
  std::visit([&](const auto& r) { write(r, out); }, what);
  return out.SerializeAsString();
}

result<session::reply> contract::decode_reply(std::string_view bytes) {
  pb_reply in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a session reply");
  if (!in.has_view())
    return fail(errc::corrupt, "a session reply of an unknown kind");
  return read_view(in.view());
}

} // namespace souk::session
