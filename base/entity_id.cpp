#include "base/entity_id.hpp"

#include "base/assert.hpp"

#include <sodium.h>

namespace souk {

uint64_t entity_hash(std::string_view text) {
  static constexpr unsigned char zero_key[crypto_shorthash_KEYBYTES] = {};
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, reinterpret_cast<const unsigned char*>(text.data()), text.size(), zero_key);
  uint64_t number = 0;
  for (int i = 7; i >= 0; --i)
    number = number << 8 | out[i];
  return number;
}

uint32_t shard_of(std::string_view text) {
  return static_cast<uint32_t>(entity_hash(text) % shard_count);
}

entity_id::entity_id(std::string_view kind, std::string_view key) {
  text_.reserve(kind.size() + 1 + key.size());
  text_.append(kind).append(1, '/').append(key);
  slash_ = static_cast<uint32_t>(kind.size());
  hash_ = entity_hash(text_);
}

entity_id entity_id::from_text(std::string text) {
  entity_id id;
  const auto slash = text.find('/');
  SOUK_ASSERT(slash != std::string::npos, "entities are named kind/key");
  id.slash_ = static_cast<uint32_t>(slash);
  id.hash_ = entity_hash(text);
  id.text_ = std::move(text);
  return id;
}

} // namespace souk
