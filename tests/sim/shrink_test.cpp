// What a failing life is reduced to, on made-up lives that fail for known reasons.
#include "app/sim/shrink.hpp"

#include <gtest/gtest.h>

namespace souk::sim {
namespace {

constexpr auto whole_span = 60'000ms;
constexpr auto too_late = 10'000ms;

/// A life of 20 faults and 60 turns that fails when fault 3 meets two turns, before the market
/// closes.
struct made_up {
  int lives = 0;
  std::function<std::string(const excerpt&)> complaint = [](const excerpt&) {
    return "order/s1-order1: was charged twice";
  };

  verdict live(const excerpt& kept) {
    ++lives;
    verdict out;
    out.seed = 7;
    out.span = kept.span.value_or(whole_span);
    for (size_t n = 0; n < 20; ++n)
      if (!kept.faults || kept.faults->contains(n))
        out.faults_met.push_back(n);
    for (int n = 1; n <= 30; ++n)
      for (const auto* who : {"s1", "clerk"})
        if (!kept.acts || kept.acts->contains({who, n}))
          out.acts.push_back({who, n});
    const auto did = [&](const act& a) {
      return std::find(out.acts.begin(), out.acts.end(), a) != out.acts.end();
    };
    const auto met =
        std::find(out.faults_met.begin(), out.faults_met.end(), 3u) != out.faults_met.end();
    if (met && did({"s1", 4}) && did({"clerk", 9}) && out.span > too_late &&
        !kept.calm.contains("bank"))
      out.complaints.push_back(complaint(kept));
    return out;
  }
  shrunk shrink(int lives_most) {
    return sim::shrink(live({}), lives_most, [this](const excerpt& kept) { return live(kept); });
  }
};

TEST(Shrinking, KeepsWhatTheFailureNeedsAndNothingElse) {
  made_up life;
  const auto small = life.shrink(1'000);
  EXPECT_EQ(small.kept.faults, std::set<size_t>{3});
  EXPECT_EQ(small.kept.acts, (std::set<act>{{"clerk", 9}, {"s1", 4}}));
  EXPECT_FALSE(small.kept.calm.contains("bank"));
  EXPECT_TRUE(small.kept.calm.contains("journal"));
  EXPECT_LT(small.last.span, too_late + 1s);
  EXPECT_FALSE(small.last.holds());
}

TEST(Shrinking, StopsAtItsLimitWithALifeThatFails) {
  made_up life;
  const auto small = life.shrink(10);
  EXPECT_LE(life.lives, 11);
  EXPECT_FALSE(small.last.holds());
}

TEST(Shrinking, KeepsToTheFailureItCameWith) {
  made_up life;
  life.complaint = [](const excerpt& kept) -> std::string {
    return kept.faults && kept.faults->size() < 5 ? "cart/s1-cart1: lost lines in a merge"
                                                  : "order/s1-order1: was charged twice";
  };
  EXPECT_EQ(life.shrink(1'000).last.complaints.front(), "order/s1-order1: was charged twice");
}

TEST(Shrinking, TakesTheSameComplaintOfAnotherEntityForTheSame) {
  made_up life;
  life.complaint = [](const excerpt& kept) {
    return "order/s1-order" + std::to_string(kept.faults ? kept.faults->size() : 20) +
           ": was charged twice";
  };
  EXPECT_EQ(life.shrink(1'000).kept.faults, std::set<size_t>{3});
}

TEST(Excerpt, IsWrittenAndReadAgain) {
  excerpt part;
  part.span = 1'200ms;
  part.faults = {3, 9};
  part.acts = {{"s1", 4}, {"clerk", 2}};
  part.calm = {"bank"};
  EXPECT_EQ(part.text(), "span=1200 faults=3,9 acts=clerk.2,s1.4 calm=bank");
  const auto read = excerpt::parse(part.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), part.text());
  part.faults.emplace();
  EXPECT_EQ(excerpt::parse(part.text())->text(), part.text()) << "none is not the same as all";
  EXPECT_EQ(excerpt::parse("")->text(), "");
}

TEST(Excerpt, RefusesWhatItDidNotWrite) {
  for (const auto* text : {"span", "span=-1", "span=x", "faults=1,b", "acts=s1", "calm=weather",
                           "colour=red", "faults=1 "})
    EXPECT_FALSE(excerpt::parse(text)) << text;
}

} // namespace
} // namespace souk::sim
