#include "actors/user/totp.hpp"

#include "base/assert.hpp"
#include "base/crypto.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace souk::user {

namespace {

constexpr uint32_t code_range = 1'000'000;

std::string escaped(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

} // namespace

int64_t totp_step_of(time_point at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()) / totp_step;
}

std::string totp_code(std::string_view secret, int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<unsigned char>(static_cast<uint64_t>(step) >> (56 - 8 * i));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                          counter.data(), counter.size(), mac.data(), &size);
  SOUK_ASSERT(made != nullptr && size == 20, "OpenSSL knows SHA-1");
  const size_t at = mac[size - 1] & 0x0f;
  const uint32_t bits = static_cast<uint32_t>(mac[at] & 0x7f) << 24 |
                        static_cast<uint32_t>(mac[at + 1]) << 16 |
                        static_cast<uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
  auto digits = std::to_string(bits % code_range);
  return digits.insert(0, totp_digits - digits.size(), '0');
}

std::optional<int64_t> totp_match(std::string_view secret, std::string_view code, time_point now,
                                  int64_t last_used) {
  std::optional<int64_t> found;
  const auto present = totp_step_of(now);
  for (auto step = present - totp_drift; step <= present + totp_drift; ++step)
    if (equal_secrets(totp_code(secret, step), code) && step > last_used && !found)
      found = step;
  return found;
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5)
      out += letters[bits >> (count - 5) & 31];
  }
  if (count > 0)
    out += letters[bits << (5 - count) & 31];
  return out;
}

std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  const auto by = escaped(issuer);
  return "otpauth://totp/" + by + ":" + escaped(account) + "?secret=" + base32(secret) +
         "&issuer=" + by + "&algorithm=SHA1&digits=6&period=30";
}

} // namespace souk::user
