#include "cluster/envelope.hpp"

#include "cluster/activation.hpp"

#include <algorithm>

namespace souk::cluster {

namespace {
constexpr size_t entity_text_max = 512;
constexpr size_t trace_max = 64;
} // namespace

void write(pb::envelope::node& to, const node_ref& from) {
  to.set_name(from.node);
  to.set_generation(from.generation);
}

node_ref read(const pb::envelope::node& from) { return {from.name(), from.generation()}; }

result<pb::item::question> to_ask(const request& what) {
  auto command = what.encoded();
  if (!command)
    return command.error();
  pb::item::question out;
  out.set_entity(what.target.text());
  out.set_command(std::move(*command));
  const auto& meta = what.meta;
  if (!meta.id.empty())
    out.set_command_id(meta.id.bytes.data(), meta.id.bytes.size());
  out.set_fingerprint(meta.fingerprint);
  out.set_expires_us(to_micros(meta.expires));
  out.set_trace(meta.trace);
  return out;
}

result<std::pair<entity_id, command_meta>> read(const pb::item::question& from) {
  const auto& text = from.entity();
  const auto slash = text.find('/');
  if (slash == 0 || slash == std::string::npos || text.size() > entity_text_max)
    return fail(errc::malformed, "an ask names no entity");
  command_meta meta{.id = {},
                    .fingerprint = from.fingerprint(),
                    .expires = from_micros(from.expires_us()),
                    .trace = from.trace()};
  const auto& id = from.command_id();
  if ((!id.empty() && id.size() != meta.id.bytes.size()) || meta.trace.size() > trace_max)
    return fail(errc::malformed, "an ask with a command id or a trace of a wrong length");
  std::ranges::copy(id, meta.id.bytes.begin());
  return std::pair{entity_id::from_text(text), std::move(meta)};
}

// Messages that stand one behind the other are read as one, with the items of both.
bool outbox::add(pb::item&& what) {
  pb::envelope lone;
  *lone.add_items() = std::move(what);
  const auto bytes = lone.SerializeAsString();
  std::lock_guard lock(mutex_);
  const bool first = packed_.empty();
  if (first || packed_.back().size() >= envelope_bytes)
    packed_.emplace_back();
  packed_.back() += bytes;
  return first;
}

std::vector<std::string> outbox::take(const node_ref& from, const node_ref& to, uint64_t view) {
  std::vector<std::string> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(packed_);
  }
  pb::envelope head;
  write(*head.mutable_from(), from);
  write(*head.mutable_to(), to);
  head.set_view(view);
  for (auto& envelope : all)
    head.AppendToString(&envelope);
  return all;
}

result<std::shared_ptr<const pb::envelope>> parse_envelope(const std::string& message) {
  const auto out = std::make_shared<pb::envelope>();
  if (!out->ParseFromString(message))
    return fail(errc::malformed, "an envelope that does not parse");
  if (out->from().name().empty())
    return fail(errc::malformed, "an envelope without a sender");
  return std::shared_ptr<const pb::envelope>{out};
}

} // namespace souk::cluster
