#include "actors/entity/codec.hpp"

#include <algorithm>
#include <proto/journal.pb.h>

namespace souk::entity {

namespace {

std::string id_bytes(const command_id& id) {
  return id.empty() ? std::string{}
                    : std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

result<command_id> id_from(const std::string& bytes) {
  command_id id;
  if (!bytes.empty() && bytes.size() != id.bytes.size())
    return fail(errc::corrupt, "a command id has 16 bytes");
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

} // namespace

std::string pack(const journal_entry& entry) {
  // Kept: making messages takes longer than filling them, and this runs for every command.
  thread_local pb::commit commit;
  commit.Clear();
  auto& out = *commit.add_entries();
  out.set_command_id(id_bytes(entry.command.id));
  out.set_fingerprint(entry.command.fingerprint);
  out.set_at_us(to_micros(entry.command.at));
  for (const auto& event : entry.events)
    out.add_events(event);
  out.set_trace(entry.trace);
  return commit.SerializeAsString();
}

result<std::vector<journal_entry>> unpack_commit(const std::string& payload) {
  pb::commit commit;
  if (!commit.ParseFromString(payload))
    return fail(errc::corrupt, "a journal payload does not parse");
  std::vector<journal_entry> entries;
  entries.reserve(static_cast<size_t>(commit.entries_size()));
  for (auto& entry : *commit.mutable_entries()) {
    auto id = id_from(entry.command_id());
    if (!id)
      return id.error();
    journal_entry to{.command = {*id, entry.fingerprint(), from_micros(entry.at_us())},
                     .events = {},
                     .trace = std::move(*entry.mutable_trace())};
    to.events.reserve(static_cast<size_t>(entry.events_size()));
    for (auto& event : *entry.mutable_events())
      to.events.push_back(std::move(event));
    entries.push_back(std::move(to));
  }
  return entries;
}

std::string pack(packed_snapshot snapshot) {
  pb::snapshot out;
  out.set_state(std::move(snapshot.state));
  out.set_at_us(to_micros(snapshot.at));
  if (snapshot.level > 1) // as it was before there were levels
    out.set_level(snapshot.level);
  for (const auto& command : snapshot.commands) {
    auto& one = *out.add_commands();
    one.set_command_id(id_bytes(command.id));
    one.set_fingerprint(command.fingerprint);
    one.set_at_us(to_micros(command.at));
  }
  return out.SerializeAsString();
}

result<packed_snapshot> unpack_snapshot(const std::string& payload) {
  pb::snapshot in;
  if (!in.ParseFromString(payload))
    return fail(errc::corrupt, "a snapshot does not parse");
  packed_snapshot to{.state = std::move(*in.mutable_state()),
                     .commands = {},
                     .at = from_micros(in.at_us()),
                     .level = std::max(1, in.level())};
  for (const auto& command : in.commands()) {
    auto id = id_from(command.command_id());
    if (!id)
      return id.error();
    to.commands.push_back({*id, command.fingerprint(), from_micros(command.at_us())});
  }
  return to;
}

} // namespace souk::entity
