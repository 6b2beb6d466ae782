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
  EXPECT_EQ(sourced[1].candidates.front(), "berlin");
}

TEST(Sourcing, TriesWarehousesThatSeemEmptyLastBecauseLevelsLagBehindDeliveries) {
  const auto map = europe();
  const auto berlin = locate(map, "DE", "10115");
  const std::vector<level> levels = {{"A", "leeds", 1}, {"B", "lyon", 0}};
  const auto sourced = source({{"A", 1}, {"B", 1}}, levels, map, berlin);
  EXPECT_EQ(sourced[0].candidates, (names{"leeds", "berlin", "lyon"}));
  EXPECT_EQ(sourced[1].candidates, (names{"berlin", "lyon", "leeds"}));

  geography many;
  for (int i = 0; i < 50; ++i)
    many.sites.push_back({"w" + std::to_string(i), "", "DE", "", {i * 1'000, 0}, true});
  const auto some = source({{"A", 1}}, {{"A", "w49", 1}, {"A", "w48", 1}}, many, {}).front();
  EXPECT_EQ(some.candidates.size(), 2 + seemingly_empty_max);
  EXPECT_EQ(some.candidates.front(), "w48");
  EXPECT_EQ(some.candidates[2], "w0");
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

    const auto active =
        std::ranges::count_if(sites, [](const auto& entry) { return entry.second.active; });
    EXPECT_EQ(std::ssize(found), active) << "everyone, once";
    const auto group = [&](const std::string& id) {
      return have[id] >= line.quantity ? 0 : have[id] > 0 ? 1 : 2;
    };
    for (size_t i = 1; i < found.size(); ++i) {
      EXPECT_LE(group(found[i - 1]), group(found[i])) << "all, then some, then none";
      if (group(found[i - 1]) == group(found[i])) {
        EXPECT_LE(distance_metres(sites[found[i - 1]].where, destination),
                  distance_metres(sites[found[i]].where, destination));
      }
    }
  }
}
