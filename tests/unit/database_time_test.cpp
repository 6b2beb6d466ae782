// Whatever a machine's own clock says: what is recorded is dated by the database.
#include "base/database_time.hpp"

#include <gtest/gtest.h>

namespace souk {
namespace {

class DatabaseTime : public testing::Test {
protected:
  /// The database says `said` in the middle of a round trip that ends now.
  std::optional<int64_t> measure(time_point said, std::chrono::nanoseconds round_trip = 2ms) {
    return known.measured(said, mono - round_trip, mono);
  }
  time_point now(time_point machine = {}) const { return known.at(mono, machine); }

  const time_point noon = from_micros(1'800'000'000'000'000);
  std::chrono::nanoseconds mono = 7h;
  database_time known;
};

TEST_F(DatabaseTime, IsTheMachinesOnlyUntilItIsMeasured) {
  EXPECT_EQ(now(noon), noon);
  EXPECT_FALSE(known.is_measured());
  measure(noon + 5s);
  EXPECT_TRUE(known.is_measured());
  EXPECT_EQ(now(noon + 1h), noon + 5s + 1ms);
}

TEST_F(DatabaseTime, DoesNotStandStillForAMachineThatWasAheadBefore) {
  EXPECT_EQ(now(noon + 1h), noon + 1h);
  measure(noon);
  EXPECT_EQ(now(), noon + 1ms);
}

TEST_F(DatabaseTime, GoesOnWithTheMonotonicClock) {
  measure(noon);
  mono += 90s;
  EXPECT_EQ(now(), noon + 90s + 1ms);
}

TEST_F(DatabaseTime, FollowsAJumpFarAheadAtOnce) {
  measure(noon);
  EXPECT_NEAR(static_cast<double>(*measure(noon + 13h)), 13. * 3'600e6, 1e3);
  EXPECT_EQ(now(), noon + 13h + 1ms);
}

TEST_F(DatabaseTime, NeverGoesBackAndSlewsSlowly) {
  measure(noon);
  const auto before = now();
  for (int i = 0; i < 10; ++i)
    measure(noon - 1h);
  EXPECT_EQ(now(), before);
  mono += 1s;
  EXPECT_EQ(now(), before + 1s - 50ms);
}

TEST_F(DatabaseTime, TakesNoMeasurementOverWhichItStoodStill) {
  measure(noon);
  EXPECT_EQ(measure(noon + 1h, 251ms), std::nullopt);
  EXPECT_EQ(now(), noon + 1ms);
}

TEST_F(DatabaseTime, TakesAnyFirstMeasurement) {
  EXPECT_EQ(measure(noon, 3s), 0);
  EXPECT_EQ(now(), noon + 1500ms);
}

} // namespace
} // namespace souk
