// Codes by time against the vectors of RFC 4226, 6238 and 4648.
#include "actors/user/totp.hpp"

#include <gtest/gtest.h>

#include <array>

namespace souk::user {
namespace {

constexpr std::string_view secret = "12345678901234567890";

time_point at(int64_t seconds) { return time_point{std::chrono::seconds{seconds}}; }

TEST(Totp, CountsAsRfc4226Does) {
  constexpr std::array codes{"755224", "287082", "359152", "969429", "338314",
                             "254676", "287922", "162583", "399871", "520489"};
  for (size_t step = 0; step < codes.size(); ++step)
    EXPECT_EQ(totp_code(secret, static_cast<int64_t>(step)), codes[step]);
}

TEST(Totp, KeepsTimeAsRfc6238Does) {
  struct {
    int64_t seconds;
    const char* code;
  } const vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                       {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& v : vectors)
    EXPECT_EQ(totp_code(secret, totp_step_of(at(v.seconds))), v.code) << v.seconds;
}

TEST(Totp, ForgivesAClockThatIsOffByOneStep) {
  const auto now = at(1'000'000'000);
  const auto step = totp_step_of(now);
  for (int64_t off = -3; off <= 3; ++off) {
    const auto found = totp_match(secret, totp_code(secret, step + off), now, 0);
    EXPECT_EQ(found.has_value(), off >= -1 && off <= 1) << off;
    if (found) {
      EXPECT_EQ(*found, step + off);
    }
  }
}

TEST(Totp, TakesACodeOnceAndNoneBeforeIt) {
  const auto now = at(1'000'000'000);
  const auto step = totp_step_of(now);
  EXPECT_FALSE(totp_match(secret, totp_code(secret, step), now, step));
  EXPECT_FALSE(totp_match(secret, totp_code(secret, step - 1), now, step));
  EXPECT_EQ(totp_match(secret, totp_code(secret, step + 1), now, step), step + 1);
}

TEST(Totp, RefusesWhatIsNoCode) {
  const auto now = at(59);
  for (const auto* text : {"", "28708", "2870820", "28708a", " 287082", "94287082"})
    EXPECT_FALSE(totp_match(secret, text, now, 0)) << text;
}

TEST(Totp, SpellsBase32AsRfc4648Does) {
  struct {
    const char *plain, *coded;
  } const vectors[] = {{"", ""},
                       {"f", "MY"},
                       {"fo", "MZXQ"},
                       {"foo", "MZXW6"},
                       {"foob", "MZXW6YQ"},
                       {"fooba", "MZXW6YTB"},
                       {"foobar", "MZXW6YTBOI"}};
  for (const auto& v : vectors)
    EXPECT_EQ(base32(v.plain), v.coded);
}

TEST(Totp, WritesAUriThatAppsCanScan) {
  EXPECT_EQ(totp_uri(secret, "A Shop", "ann+x@example.org"),
            "otpauth://totp/A%20Shop:ann%2Bx%40example.org?secret="
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20Shop&algorithm=SHA1&digits=6&period=30");
}

} // namespace
} // namespace souk::user
