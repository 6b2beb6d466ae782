#include "cluster/shard_set.hpp"

#include <gtest/gtest.h>

namespace souk::cluster {
namespace {

TEST(ShardSet, NamesWhatIsInItInRisingOrder) {
  shard_set some;
  for (const uint32_t shard : {shard_count - 1, 64U, 0U, 63U, 5U})
    some.insert(shard);
  some.erase(5);
  some.erase(6);
  EXPECT_EQ(some.all(), (std::vector<uint32_t>{0, 63, 64, shard_count - 1}));
  EXPECT_TRUE(some.contains(64));
  EXPECT_FALSE(some.contains(5));
}

TEST(ShardSet, FindsTheFirstThatIsInAnotherAsWell) {
  shard_set one, other;
  one.insert(3);
  one.insert(700);
  other.insert(4);
  EXPECT_EQ(one.first_in_both(other), std::nullopt);
  other.insert(700);
  EXPECT_EQ(one.first_in_both(other), 700U);
}

} // namespace
} // namespace souk::cluster
