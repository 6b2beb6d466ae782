// What travels between the actors of one node. These hold pointers and closures: they never leave
// it.
#pragma once

#include "cluster/request.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>

namespace souk::cluster {

/// A request, for the shard or the entity that gets it.
struct delivery {
  request_ptr what;
};

/// The journal has everything of this entity up to `seq`.
struct commit_note {
  uint64_t seq = 0;
};

/// Nobody asked for this entity for a while: it may go. `to_another_node`: it has to, as soon as
/// all it did is committed, and what it cannot answer yet is asked again there.
struct idle_note {
  bool to_another_node = false;
};

/// Work that must run on the receiving actor.
struct task {
  std::shared_ptr<std::function<void()>> run;
};

inline task make_task(std::function<void()> f) {
  return {std::make_shared<std::function<void()>>(std::move(f))};
}

} // namespace souk::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(souk::cluster::delivery)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(souk::cluster::commit_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(souk::cluster::idle_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(souk::cluster::task)

namespace souk::cluster {

/// Every entity, whatever its model.
using entity_actor = caf::typed_actor<caf::reacts_to<delivery>, caf::reacts_to<commit_note>,
                                      caf::reacts_to<idle_note>, caf::reacts_to<task>>;
/// A shard host: activates entities that are asked for.
using shard_actor = caf::typed_actor<caf::reacts_to<delivery>, caf::reacts_to<task>>;
/// The way to one other node.
using gateway_actor = caf::typed_actor<caf::reacts_to<delivery>, caf::reacts_to<task>>;
/// Periodic duties.
using duty_actor = caf::typed_actor<caf::reacts_to<task>>;

} // namespace souk::cluster
