// A set of shards that any thread may look at while others change it: one bit each, so that looking
// through all of them is cheap.
#pragma once

#include "base/entity_id.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <optional>
#include <vector>

namespace souk::cluster {

/// Thread-safe shard by shard; what looks at many sees each at some moment.
class shard_set {
public:
  bool contains(uint32_t shard) const { return (words_[shard / bits] >> (shard % bits)) & 1U; }
  void insert(uint32_t shard) { words_[shard / bits] |= bit_of(shard); }
  void erase(uint32_t shard) { words_[shard / bits] &= ~bit_of(shard); }

  /// In rising order.
  std::vector<uint32_t> all() const {
    std::vector<uint32_t> found;
    for (uint32_t word = 0; word < words_.size(); ++word)
      for (uint64_t rest = words_[word]; rest != 0; rest &= rest - 1)
        found.push_back(word * bits + static_cast<uint32_t>(std::countr_zero(rest)));
    return found;
  }

  std::optional<uint32_t> first_in_both(const shard_set& other) const {
    for (uint32_t word = 0; word < words_.size(); ++word)
      if (const uint64_t both = words_[word] & other.words_[word]; both != 0)
        return word * bits + static_cast<uint32_t>(std::countr_zero(both));
    return {};
  }

private:
  static constexpr uint32_t bits = 64;
  static_assert(shard_count % bits == 0);
  static uint64_t bit_of(uint32_t shard) { return uint64_t{1} << (shard % bits); }

  std::array<std::atomic<uint64_t>, shard_count / bits> words_{};
};

} // namespace souk::cluster
