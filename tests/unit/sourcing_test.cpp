// Sourcing: which warehouse serves which line, by examples and by the order every answer must keep.
#include "actors/warehouse/sourcing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

using namespace souk::warehouse;

namespace {

using names = std::vector<std::string>;

geography europe() {
  return {.sites = {{"berlin", "Berlin", "DE", "12099", {52'467'000, 13'385'000}, true},
                    {"lyon", "Lyon", "FR", "69007", {45'731'000, 4'837'000}, true},
                    {"leeds", "Leeds", "GB", "LS11", {53'778'000, -1'560'000}, true},
                    {"closed", "Closed", "DE", "10115", {52'500'000, 13'400'000}, false}},
          .areas = {{"DE", "", {51'165'000, 10'451'000}},
                    {"DE", "8", {48'100'000, 11'300'000}},
                    {"GB", "", {54'000'000, -2'500'000}},
                    {"GB", "L", {53'410'000, -2'980'000}},
                    {"GB", "LS", {53'800'000, -1'550'000}}}};
}

uint64_t seed() {
  const char* text = std::getenv("SOUK_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20261121;
}

} // namespace

TEST(Sourcing, MeasuresTheGreatCircle) {
  const auto metres = distance_metres({52'520'000, 13'405'000}, {48'856'600, 2'352'200});
  EXPECT_NEAR(metres, 878'000, 2'000) << "Berlin to Paris";
  EXPECT_EQ(distance_metres({1, 2}, {1, 2}), 0);
  EXPECT_NEAR(distance_metres({0, 0}, {0, 180'000'000}), 20'015'000, 1'000);
}

TEST(Sourcing, LocatesByTheLongestPostalPrefix) {
  const auto map = europe();
  EXPECT_EQ(locate(map, "GB", "ls1 4dy").latitude, 53'800'000);
  EXPECT_EQ(locate(map, "GB", "L1 8JQ").latitude, 53'410'000);
  EXPECT_EQ(locate(map, "GB", "LE1 6TP").latitude, 54'000'000) << "Leicester is not Liverpool";
  EXPECT_EQ(locate(map, "GB", "EC1A 1BB").latitude, 54'000'000);
  EXPECT_EQ(locate(map, "DE", "80331").latitude, 48'100'000);
  EXPECT_EQ(locate(map, "BR", "01310"), place{});
}

TEST(Sourcing, PrefersTheNearestThatServesTheWholeLine) {
  const auto map = europe();
  const std::vector<level> levels = {{"A", "berlin", 1},  {"A", "lyon", 5},
                                     {"A", "leeds", 5},   {"B", "berlin", 2},
                                     {"B", "closed", 99}, {"B", "atlantis", 99}};
  const auto sourced =
      source({{"A", 2}, {"B", 2}, {"C", 1}}, levels, map, locate(map, "DE", "10115"));
  ASSERT_EQ(sourced.size(), 3u);
  EXPECT_EQ(sourced[0].candidates, (names{"lyon", "leeds", "berlin"}));
  EXPECT_EQ(sourced[1].candidates, (names{"berlin"}));
  EXPECT_TRUE(sourced[2].candidates.empty());
}

TEST(Sourcing, KeepsItsOrderForRandomStock) {
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed()));
  std::mt19937_64 random{seed()};
  const auto upto = [&](int64_t n) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(n));
  };
  for (int round = 0; round < 3'000 && !::testing::Test::HasFailure(); ++round) {
    geography map;
    std::map<std::string, site> sites;
    for (int64_t i = 0, n = 1 + upto(8); i < n; ++i) {
      map.sites.push_back({"w" + std::to_string(i),
                           "",
                           "DE",
                           "",
                           {upto(180'000'000) - 90'000'000, upto(360'000'000) - 180'000'000},
                           upto(5) != 0});
      sites[map.sites.back().id] = map.sites.back();
    }
    std::map<std::string, int64_t> have;
    std::vector<level> levels;
    for (const auto& [id, s] : sites)
      levels.push_back({"A", id, have[id] = upto(6)});
    std::ranges::shuffle(levels, random);
    const place destination{upto(180'000'000) - 90'000'000, upto(360'000'000) - 180'000'000};
    const needed_line line{"A", 1 + upto(5)};
    const auto found = source({line}, levels, map, destination).front().candidates;

    const auto expected = std::ranges::count_if(
        sites, [&](const auto& entry) { return entry.second.active && have[entry.first] > 0; });
    EXPECT_EQ(std::ssize(found), expected) << "everyone who has some, once";
    for (size_t i = 1; i < found.size(); ++i) {
      const bool whole_before = have[found[i - 1]] >= line.quantity;
      const bool whole = have[found[i]] >= line.quantity;
      EXPECT_TRUE(whole_before || !whole) << "no whole one behind a partial one";
      if (whole_before == whole) {
        EXPECT_LE(distance_metres(sites[found[i - 1]].where, destination),
                  distance_metres(sites[found[i]].where, destination));
      }
    }
  }
}
