// Ids: time-ordered UUIDv7 for what is stored in order, capabilities that cannot be guessed, and
// command ids that make a repeat recognisable.
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace souk {

/// Where randomness comes from; handed in, so that a simulated run repeats. Thread-safe.
class entropy {
public:
  virtual ~entropy() = default;
  virtual void fill(std::span<unsigned char> out) = 0;
};

/// RFC 9562 UUIDv7 (48 bits of milliseconds, 74 random bits) as 36 lower-case characters.
std::string make_uuid7(time_point now, entropy& random);
/// A UUIDv7 and 80 random bits more, as "<uuid>.<16 base32 characters>": an unguessable id.
std::string make_capability(time_point now, entropy& random);
/// The same shape, derived from `seed` alone: a repeated request gets the same capability.
std::string derive_capability(std::string_view secret, std::string_view seed);

/// True for what make_uuid7 or make_capability could have made; anything else is not looked up.
bool is_plausible_id(std::string_view id);

/// 128 bits: hash(caller, route, key). All zero means "none".
struct command_id {
  std::array<unsigned char, 16> bytes{};
  bool empty() const { return bytes == std::array<unsigned char, 16>{}; }
  bool operator==(const command_id&) const = default;
  auto operator<=>(const command_id&) const = default;
};

/// BLAKE2b-128 over the parts, each preceded by its length.
command_id make_command_id(std::initializer_list<std::string_view> parts);
/// A fresh one where the client sent no key.
command_id random_command_id(entropy& random);
/// What the body was, to recognise the same key with another body. SipHash-2-4, never 0.
uint64_t fingerprint(std::string_view body);

std::string to_hex(std::span<const unsigned char> bytes);

} // namespace souk

template <>
struct std::hash<souk::command_id> {
  size_t operator()(const souk::command_id& id) const noexcept {
    size_t h = 0;
    static_assert(sizeof h <= sizeof id.bytes);
    __builtin_memcpy(&h, id.bytes.data(), sizeof h);
    return h;
  }
};
