// Migrations on a real Postgres: applied once, in order, and never changed afterwards.
#include "base/crypto.hpp"
#include "persistence/migrations.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace souk::persistence {
namespace {

struct Migrations : testing::Test {
  void SetUp() override {
    if (!scratch_database::available())
      GTEST_SKIP() << scratch_database::missing;
    start_crypto();
    database.emplace();
  }
  std::optional<scratch_database> database;
};

TEST_F(Migrations, AreAppliedOnceEach) {
  auto c = database->connect();
  const auto applied = migrate(*c);
  ASSERT_TRUE(applied) << applied.error().detail;
  EXPECT_EQ(*applied, static_cast<int>(embedded_migrations().size()));
  EXPECT_EQ(migrate(*c).value(), 0);
}

TEST_F(Migrations, AreMissedByName) {
  auto c = database->connect();
  const std::vector<migration> old{{"0001_a", "create table a (x int)"}};
  const std::vector<migration> current{old[0], {"0002_b", "create table b (x int)"}};
  EXPECT_FALSE(check_schema(*c, old)) << "nothing was applied yet";
  ASSERT_TRUE(migrate(*c, old));
  EXPECT_TRUE(check_schema(*c, old));
  const auto behind = check_schema(*c, current);
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().code, errc::conflict);
  EXPECT_NE(behind.error().detail.find("0002_b"), std::string::npos);
}

TEST_F(Migrations, ComeInOrderOfName) {
  for (size_t i = 1; i < embedded_migrations().size(); ++i)
    EXPECT_LT(embedded_migrations()[i - 1].name, embedded_migrations()[i].name);
}

TEST_F(Migrations, RefuseATextThatChangedAfterItWasApplied) {
  auto c = database->connect();
  const std::vector<migration> before{{"0001_a", "create table a (x int)"}};
  const std::vector<migration> after{{"0001_a", "create table a (x bigint)"}};
  ASSERT_EQ(migrate(*c, before).value(), 1);
  const auto changed = migrate(*c, after);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, errc::conflict);
}

TEST_F(Migrations, LeaveNothingOfOneThatFails) {
  auto c = database->connect();
  const std::vector<migration> broken{{"0001_a", "create table a (x int); select 1 / 0"}};
  ASSERT_FALSE(migrate(*c, broken));
  const std::vector<migration> mended{{"0001_a", "create table a (x int)"}};
  EXPECT_EQ(migrate(*c, mended).value(), 1);
}

} // namespace
} // namespace souk::persistence
