// Codes by time: RFC 6238 with SHA-1, steps of 30 s and 6 digits, which is what every authenticator
// app speaks.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace souk::user {

inline constexpr std::chrono::seconds totp_step{30};
inline constexpr int totp_digits = 6;
inline constexpr size_t totp_secret_bytes = 20;
/// Clocks of phones may be off by this many steps.
inline constexpr int64_t totp_drift = 1;

/// The number of the step `at` lies in.
int64_t totp_step_of(time_point at);
/// Six digits, zeros in front. RFC 4226's HOTP of `step`.
std::string totp_code(std::string_view secret, int64_t step);
/// The step this code stands for, if it is one of those about `now` and later than `last_used`.
std::optional<int64_t> totp_match(std::string_view secret, std::string_view code, time_point now,
                                  int64_t last_used);

/// RFC 4648, capitals, without padding.
std::string base32(std::string_view bytes);
/// "otpauth://totp/…" for a QR code.
std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account);

} // namespace souk::user
