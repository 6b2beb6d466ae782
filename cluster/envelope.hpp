// What travels over a link: items for one peer, packed as proto/cluster.proto says.
#pragma once

#include "cluster/member.hpp"
#include "cluster/request.hpp"

#include <memory>
#include <mutex>
#include <proto/cluster.pb.h>

namespace souk::cluster {

/// The newest layout of envelopes this program writes, and the oldest it reads.
inline constexpr uint32_t envelope_version = 1;
inline constexpr uint32_t envelope_version_oldest = 1;

void write(pb::envelope::node& to, const node_ref& from);
node_ref read(const pb::envelope::node& from);

/// The command of `what`, its address and its deadline. Fails when the request cannot travel.
result<pb::item::question> to_ask(const request& what);
/// errc::malformed for an address, an id or a trace that is none.
result<std::pair<entity_id, command_meta>> read(const pb::item::question& from);

/// A fuller envelope gets no more items.
inline constexpr size_t envelope_bytes = 256 << 10;

/// What waits for one peer, packed by whoever puts it in. Thread-safe.
class outbox {
public:
  /// True when it was empty: somebody has to take().
  bool add(pb::item&& what);
  /// Everything, as envelopes in the order of add().
  std::vector<std::string> take(const node_ref& from, const node_ref& to, uint64_t view);

private:
  std::mutex mutex_;
  std::vector<std::string> packed_; ///< envelopes without sender and addressee
};

/// errc::malformed when the bytes are no envelope, or one without a sender.
result<std::shared_ptr<const pb::envelope>> parse_envelope(const std::string& message);

} // namespace souk::cluster
