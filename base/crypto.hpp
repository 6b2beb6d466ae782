// Cryptography through libsodium: hashes, HMAC, sealing of personal data, passwords.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace souk {

/// Once at start, before any other call here.
void start_crypto();

/// 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
/// 32 bytes; what is stored in place of a token.
std::string sha256(std::string_view text);
/// Constant time; false for different lengths.
bool equal_secrets(std::string_view a, std::string_view b);

using chain_hash = std::array<unsigned char, 32>;
/// The journal's chain: BLAKE2b-256(previous ‖ first seq, 8 bytes big-endian ‖ payload).
chain_hash next_chain(const chain_hash& previous, uint64_t first_seq, std::string_view payload);

/// XChaCha20-Poly1305 with a random nonce in front. `key` has 32 bytes.
std::string seal(std::string_view plain, std::string_view key, entropy& random);
/// errc::corrupt when the key or the text is not the one it was sealed with.
result<std::string> unseal(std::string_view sealed, std::string_view key);

/// Argon2id, libsodium's "interactive" cost (64 MiB, some 60 ms): call it off the hot threads.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);

std::string base64url(std::string_view bytes);
/// errc::invalid for anything but unpadded base64url.
result<std::string> parse_base64url(std::string_view text);

} // namespace souk
