#include "base/crypto.hpp"

#include <sodium.h>

namespace souk {

namespace {
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
} // namespace

void start_crypto() { SOUK_ASSERT(sodium_init() >= 0, "libsodium starts"); }

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, bytes_of(out));
  return out;
}

std::string sha256(std::string_view text) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(bytes_of(out), bytes_of(text), text.size());
  return out;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

chain_hash next_chain(const chain_hash& previous, uint64_t first_seq, std::string_view payload) {
  unsigned char seq[8];
  for (int i = 0; i < 8; ++i)
    seq[i] = static_cast<unsigned char>(first_seq >> (56 - 8 * i));
  crypto_generichash_state state;
  chain_hash out;
  crypto_generichash_init(&state, nullptr, 0, out.size());
  crypto_generichash_update(&state, previous.data(), previous.size());
  crypto_generichash_update(&state, seq, sizeof seq);
  crypto_generichash_update(&state, bytes_of(payload), payload.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

std::string seal(std::string_view plain, std::string_view key, entropy& random) {
  SOUK_ASSERT(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
              "sealing keys have 32 bytes");
  std::string out(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, '\0');
  random.fill({bytes_of(out), out.size()});
  const auto nonce = out;
  out.resize(nonce.size() + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(out) + nonce.size(), &written,
                                             bytes_of(plain), plain.size(), nullptr, 0, nullptr,
                                             bytes_of(nonce), bytes_of(key));
  return out;
}

result<std::string> unseal(std::string_view sealed, std::string_view key) {
  constexpr size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.size() < nonce_size + tag_size ||
      key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    return fail(errc::corrupt, "sealed text is too short");
  std::string out(sealed.size() - nonce_size - tag_size, '\0');
  unsigned long long written = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          bytes_of(out), &written, nullptr, bytes_of(sealed) + nonce_size,
          sealed.size() - nonce_size, nullptr, 0, bytes_of(sealed), bytes_of(key)) != 0)
    return fail(errc::corrupt, "sealed text does not open with this key");
  return out;
}

std::string hash_password(std::string_view password) {
  char out[crypto_pwhash_STRBYTES];
  SOUK_ASSERT(crypto_pwhash_str(out, password.data(), password.size(),
                                crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0,
              "there is memory for a password hash");
  return out;
}

bool verify_password(std::string_view password, const std::string& hash) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string base64url(std::string_view bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                  '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(bytes), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.pop_back(); // the terminating zero
  return out;
}

result<std::string> parse_base64url(std::string_view text) {
  std::string out(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(bytes_of(out), out.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return fail(errc::invalid, "not base64url");
  out.resize(size);
  return out;
}

} // namespace souk
