// Which commands an entity has executed, so that a repeat gets the first answer and not a second
// effect (law 3). Bounded by number and age; rebuilt by replay, kept in snapshots.
#pragma once

#include "actors/entity/model.hpp"

#include <deque>
#include <unordered_map>

namespace souk::entity {

class command_memory {
public:
  struct remembered {
    command_id id;
    uint64_t fingerprint = 0;
    time_point at;
  };

  explicit command_memory(memory_policy policy) : policy_(policy) {}

  void remember(const remembered& command) {
    if (command.id.empty() || !fingerprints_.emplace(command.id, command.fingerprint).second)
      return;
    order_.push_back(command);
    forget_before(command.at - policy_.age);
  }

  /// The fingerprint the command came with, nothing if it is not known.
  std::optional<uint64_t> find(const command_id& id) const {
    const auto it = fingerprints_.find(id);
    return it == fingerprints_.end() ? std::nullopt : std::optional{it->second};
  }

  const std::deque<remembered>& commands() const { return order_; }

private:
  void forget_before(time_point oldest) {
    while (order_.size() > policy_.commands || (!order_.empty() && order_.front().at < oldest)) {
      fingerprints_.erase(order_.front().id);
      order_.pop_front();
    }
  }

  memory_policy policy_;
  std::deque<remembered> order_;
  std::unordered_map<command_id, uint64_t> fingerprints_;
};

} // namespace souk::entity
