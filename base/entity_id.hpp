// The durable address of an entity: "kind/key". Never an actor handle, never a node.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace souk {

inline constexpr uint32_t shard_count = 1024;

/// SipHash-2-4 of `text` under the all-zero key, as a 64-bit little-endian number. This function is
/// for ever: shard_of and every stored shard number depend on it (vectors in tests/unit).
uint64_t entity_hash(std::string_view text);
/// The shard an entity lives in: entity_hash(text) mod 1,024.
uint32_t shard_of(std::string_view text);

/// Immutable value; copying copies one string.
class entity_id {
public:
  entity_id() = default;
  /// `kind` without '/', for example {"stock", "SKU-1@berlin"}.
  entity_id(std::string_view kind, std::string_view key);
  /// From stored text "kind/key".
  static entity_id from_text(std::string text);

  const std::string& text() const { return text_; }
  std::string_view kind() const { return std::string_view{text_}.substr(0, slash_); }
  std::string_view key() const { return std::string_view{text_}.substr(slash_ + 1); }
  uint64_t hash() const { return hash_; }
  uint32_t shard() const { return static_cast<uint32_t>(hash_ % shard_count); }
  bool operator==(const entity_id& other) const {
    return hash_ == other.hash_ && text_ == other.text_;
  }
  bool operator<(const entity_id& other) const { return text_ < other.text_; }

private:
  std::string text_;
  uint64_t hash_ = 0;
  uint32_t slash_ = 0;
};

} // namespace souk

template <>
struct std::hash<souk::entity_id> {
  size_t operator()(const souk::entity_id& id) const noexcept { return id.hash(); }
};
