// When people hear of an effect that does not get done.
#include "supervision/effect_runner.hpp"

#include <gtest/gtest.h>

namespace souk::supervision {
namespace {

struct queue final : operators_queue {
  void stuck(const entity_id&, const std::string&, int attempts, const failure&) override {
    heard.push_back(attempts);
  }
  void unstuck(const entity_id&, const std::string&) override { ++taken_back; }
  std::vector<int> heard;
  int taken_back = 0;
};

struct EffectRunner : testing::Test {
  circuit_breakers breakers;
  queue people;
  effect_runner runner{entity_id{"order", "o"}, breakers, people, {.attempts_before_people = 3}};
  std::chrono::nanoseconds now{0};

  void fail_times(int count) {
    for (int i = 0; i < count; ++i) {
      now += std::chrono::minutes{1};
      ASSERT_TRUE(runner.start("pay/1", "psp", now));
      runner.failed("pay/1", fail(errc::conflict, "no progress"), now);
    }
  }
};

TEST_F(EffectRunner, TellsPeopleAgainWhileAnEffectStaysStuck) {
  fail_times(5);
  EXPECT_EQ(people.heard, (std::vector<int>{3, 4, 5})) << "the first word may have been lost";
  EXPECT_EQ(people.taken_back, 0);
}

TEST_F(EffectRunner, TakesItsWordBackOnceWhenTheEffectIsDone) {
  fail_times(4);
  runner.succeeded("pay/1");
  EXPECT_EQ(people.taken_back, 1);
  fail_times(1);
  runner.succeeded("pay/1");
  EXPECT_EQ(people.taken_back, 1) << "nobody was told this time";
}

} // namespace
} // namespace souk::supervision
