// One line a peer and reason: who knocks again and again does not fill the log.
#include "adapters/refusal_log.hpp"

#include <gtest/gtest.h>

namespace souk::adapters {
namespace {

using namespace std::chrono_literals;

class RefusalLog : public testing::Test {
protected:
  std::optional<uint64_t> after(std::chrono::milliseconds since,
                                const std::string& key = "name a") {
    return log.line_for(key, std::chrono::steady_clock::time_point{} + 1h + since);
  }
  refusal_log log;
};

TEST_F(RefusalLog, SaysTheFirstAtOnceAndThoseOfTenSecondsInOne) {
  EXPECT_EQ(after(0ms), 0u);
  for (auto at = 100ms; at < 10s; at += 100ms)
    EXPECT_FALSE(after(at));
  EXPECT_EQ(after(10s), 99u);
  EXPECT_FALSE(after(10'001ms));
  EXPECT_EQ(after(20s), 1u);
}

TEST_F(RefusalLog, LetsNobodyHideAnother) {
  EXPECT_EQ(after(0ms, "name a"), 0u);
  EXPECT_EQ(after(1ms, "name b"), 0u);
  EXPECT_EQ(after(2ms, "version a"), 0u);
  EXPECT_FALSE(after(3ms, "name b"));
}

TEST_F(RefusalLog, RemembersNoMorePeersThanItsLimit) {
  for (size_t i = 0; i < refusal_log::peers_most; ++i)
    ASSERT_TRUE(after(0ms, std::to_string(i)));
  EXPECT_FALSE(after(1ms, "one more"));
  EXPECT_EQ(after(10s, "one more"), 0u) << "there is room again";
}

} // namespace
} // namespace souk::adapters
