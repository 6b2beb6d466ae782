#include "base/ids.hpp"

#include "base/crypto.hpp"
#include "base/entity_id.hpp"

#include <sodium.h>

namespace souk {

namespace {

constexpr std::string_view base32_letters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr size_t uuid_length = 36;
constexpr size_t capability_bytes = 10;
constexpr size_t capability_length = uuid_length + 1 + capability_bytes * 8 / 5;

std::string uuid_text(const std::array<unsigned char, 16>& bytes) {
  auto hex = to_hex(bytes);
  for (size_t dash : {8u, 13u, 18u, 23u})
    hex.insert(dash, 1, '-');
  return hex;
}

void mark_version(std::array<unsigned char, 16>& bytes, unsigned char version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | version << 4);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
}

std::string base32(std::span<const unsigned char> bytes) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (auto b : bytes) {
    bits = bits << 8 | b;
    for (count += 8; count >= 5; count -= 5)
      out += base32_letters[bits >> (count - 5) & 31];
  }
  return out;
}

} // namespace

std::string make_uuid7(time_point now, entropy& random) {
  std::array<unsigned char, 16> bytes{};
  random.fill(bytes);
  const auto ms = static_cast<uint64_t>(to_micros(now) / 1000);
  for (int i = 0; i < 6; ++i)
    bytes[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  mark_version(bytes, 7);
  return uuid_text(bytes);
}

std::string make_capability(time_point now, entropy& random) {
  std::array<unsigned char, capability_bytes> secret{};
  random.fill(secret);
  return make_uuid7(now, random) + "." + base32(secret);
}

std::string derive_capability(std::string_view secret, std::string_view seed) {
  const auto mac = hmac_sha256(secret, seed);
  std::array<unsigned char, 16> bytes{};
  std::copy_n(mac.begin(), 16, bytes.begin());
  mark_version(bytes, 8); // RFC 9562 version 8: made by a rule of our own
  return uuid_text(bytes) + "." +
         base32(
             std::span{reinterpret_cast<const unsigned char*>(mac.data()) + 16, capability_bytes});
}

bool is_plausible_id(std::string_view id) {
  if (id.size() != uuid_length && id.size() != capability_length)
    return false;
  for (size_t i = 0; i < id.size(); ++i) {
    const char c = id[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-'
        : i == uuid_length                      ? c != '.'
        : i < uuid_length                       ? !hex
                                                : base32_letters.find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

command_id make_command_id(std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  command_id id;
  crypto_generichash_init(&state, nullptr, 0, id.bytes.size());
  for (auto part : parts) {
    const uint64_t size = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), size);
  }
  crypto_generichash_final(&state, id.bytes.data(), id.bytes.size());
  return id;
}

command_id random_command_id(entropy& random) {
  command_id id;
  random.fill(id.bytes);
  return id;
}

uint64_t fingerprint(std::string_view body) {
  const auto hash = entity_hash(body);
  return hash == 0 ? 1 : hash;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (auto b : bytes) {
    out += digits[b >> 4];
    out += digits[b & 15];
  }
  return out;
}

} // namespace souk
