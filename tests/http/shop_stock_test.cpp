// Nothing is sold twice and nothing gets lost: many buyers at once for few units, through real
// processes.
#include "tests/kit/shared_shop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>

namespace souk::tests {
namespace {

namespace bj = boost::json;

class ShopStock : public shared_shop<ShopStock> {
protected:
  void SetUp() override {
    shared_shop::SetUp();
    if (IsSkipped())
      return;
    boss_.emplace(*shop_);
  }

  /// Fifty buyers at once, each with a cart of these lines: how many got an order.
  int sell_to_fifty(const std::vector<wanted>& lines) {
    std::atomic<int> sold{0}, refused{0}, open_again{0};
    in_parallel(buyers, [&](int) {
      shopper one{*shop_};
      const auto cart = one.cart(lines);
      const auto placed = one.place(order_of(cart));
      if (placed.status == 201) {
        ++sold;
        EXPECT_EQ(placed.text("/status"), "confirmed") << placed;
        return;
      }
      EXPECT_EQ(placed.status, 409) << placed;
      // On a busy machine the last units may still be held when it tries for the second time.
      EXPECT_TRUE(placed.code() == "sold_out" || placed.code() == "held") << placed;
      EXPECT_GE(placed.size("/problems"), 1U) << placed;
      ++refused;
      const auto seen = one.read_cart(cart);
      if (seen.text("/status") == "open" && seen.size("/lines") == lines.size())
        ++open_again;
    });
    EXPECT_EQ(sold + refused, buyers);
    EXPECT_EQ(open_again, refused);
    return sold;
  }

  static constexpr int buyers = 50;
  std::optional<staff> boss_;
};

TEST_F(ShopStock, SellsExactlyFiveUnitsToFiftyBuyers) {
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    const auto sku = "FIVE-" + std::to_string(round);
    boss_->sell(sku, 1'000, {{"berlin", 5}});
    EXPECT_EQ(sell_to_fifty({{sku}}), 5);
    EXPECT_EQ(boss_->stock(sku), (units{5, 5, 0}));
  }
}

TEST_F(ShopStock, SellsExactlyWhatLiesInTwoWarehouses) {
  boss_->sell("SPLIT", 1'000, {{"berlin", 2}, {"lyon", 3}});
  EXPECT_EQ(sell_to_fifty({{"SPLIT"}}), 5);
  EXPECT_EQ(boss_->stock("SPLIT"), (units{5, 5, 0}));
}

TEST_F(ShopStock, SellsWhatTheLevelsDoNotShowYet) {
  boss_->sell("UNSEEN", 1'000, {{"berlin", 2}, {"lyon", 3}});
  const auto db = shop_->connect();
  const auto rows = [&](const std::string& query) { return db->execute(query)->size(); };
  ASSERT_TRUE(eventually(std::chrono::seconds{10}, [&] {
    return rows("select from stock_level where sku = 'UNSEEN'") == 2;
  }));
  EXPECT_EQ(rows("delete from stock_level where sku = 'UNSEEN' and warehouse = 'berlin'"
                 " returning 1"),
            1U);
  for (int i = 0; i < 5; ++i) {
    const auto placed = shopper{*shop_}.buy({{"UNSEEN"}});
    EXPECT_EQ(placed.status, 201) << placed;
  }
  EXPECT_EQ(boss_->stock("UNSEEN"), (units{5, 5, 0}));
}

TEST_F(ShopStock, SellsPairsAcrossWarehousesWithoutLosingOne) {
  boss_->sell("PAIRS", 1'000, {{"berlin", 4}, {"lyon", 4}, {"leeds", 2}});
  EXPECT_EQ(sell_to_fifty({{"PAIRS", 2}}), 5);
  EXPECT_EQ(boss_->stock("PAIRS"), (units{10, 10, 0}));
}

TEST_F(ShopStock, TakesAllLinesOfACartOrNone) {
  boss_->sell("PLENTY", 1'000, {{"berlin", 100}});
  boss_->sell("SCARCE", 1'000, {{"berlin", 3}});
  EXPECT_EQ(sell_to_fifty({{"PLENTY"}, {"SCARCE"}}), 3);
  EXPECT_EQ(boss_->stock("SCARCE"), (units{3, 3, 0}));
  const units only_with_both{100, 3, 97};
  EXPECT_TRUE(eventually(std::chrono::seconds{10}, [&] {
    return boss_->stock("PLENTY") == only_with_both;
  })) << boss_->stock("PLENTY");
}

TEST_F(ShopStock, NamesTheLineThatIsGone) {
  boss_->sell("HERE", 1'000, {{"berlin", 10}});
  boss_->sell("GONE", 1'000, {{"berlin", 1}});
  shopper ada{*shop_};
  const auto cart = ada.cart({{"HERE", 2}, {"GONE", 2}});
  const auto lines = ada.read_cart(cart);
  const auto refused = ada.place(order_of(cart));
  ASSERT_EQ(refused.status, 409) << refused;
  EXPECT_EQ(refused.code(), "sold_out");
  ASSERT_EQ(refused.size("/problems"), 1U) << refused;
  EXPECT_NE(refused.text("/problems/0/field").find(lines.text("/lines/1/id")), std::string::npos)
      << refused;
  EXPECT_EQ(refused.number("/problems/0/available"), 1) << refused;
  EXPECT_TRUE(eventually(std::chrono::seconds{10}, [&] {
    return boss_->stock("HERE") == units{10, 0, 10};
  })) << boss_->stock("HERE");
  EXPECT_EQ(boss_->stock("GONE"), (units{1, 0, 1}));
  EXPECT_TRUE(boss_->payments(order_id_of(refused)).empty());
}

TEST_F(ShopStock, SellsTheLastUnitOfTwoCartsOnceAndAReopenedCartCanBuyLater) {
  boss_->sell("LAST", 1'000, {{"berlin", 1}});
  std::mutex lock;
  std::vector<answer> answers(2);
  std::vector<std::string> carts(2);
  in_parallel(2, [&](int i) {
    shopper one{*shop_};
    const auto cart = one.cart({{"LAST"}});
    const auto placed = one.place(order_of(cart));
    std::lock_guard hold(lock);
    answers[static_cast<size_t>(i)] = placed;
    carts[static_cast<size_t>(i)] = cart;
  });
  const auto loser = answers[0].status == 201 ? 1U : 0U;
  EXPECT_EQ(answers[1 - loser].status, 201) << answers[1 - loser];
  EXPECT_EQ(answers[loser].status, 409) << answers[loser];
  EXPECT_EQ(boss_->count("LAST", "berlin", 2).status, 200);
  shopper late{*shop_};
  const auto placed = late.place(order_of(carts[loser]));
  EXPECT_EQ(placed.status, 201) << placed;
  EXPECT_EQ(boss_->stock("LAST"), (units{2, 2, 0}));
}

TEST_F(ShopStock, GivesUnitsBackWhenOrdersAreCancelledInAnyOrder) {
  boss_->sell("BACK", 1'000, {{"berlin", 10}});
  in_parallel(10, [&](int i) {
    shopper one{*shop_};
    const auto placed = one.buy({{"BACK"}});
    ASSERT_EQ(placed.status, 201) << placed;
    if (i % 2 == 0) {
      const auto cancelled = one.cancel(placed);
      EXPECT_EQ(cancelled.status, 200) << cancelled;
      EXPECT_EQ(one.order_once(placed, "cancelled").text("/status"), "cancelled");
    }
  });
  EXPECT_EQ(boss_->stock("BACK"), (units{10, 5, 5}));
}

TEST_F(ShopStock, AnswersARepeatOfARejectedOrderWithTheFirstAnswer) {
  boss_->sell("RARE", 1'000, {{"berlin", 1}});
  shopper ada{*shop_};
  const auto cart = ada.cart({{"RARE", 2}});
  auto order = order_of(cart);
  const auto first = ada.place(order, "rejected");
  ASSERT_EQ(first.status, 409) << first;
  EXPECT_EQ(first.code(), "sold_out");
  ASSERT_TRUE(eventually(std::chrono::seconds{10},
                         [&] { return ada.read_cart(cart).text("/status") == "open"; }));
  const auto expect_first = [&] {
    const auto again = ada.place(order, "rejected");
    EXPECT_EQ(again.status, 409) << again;
    EXPECT_EQ(again.code(), "sold_out") << again;
    EXPECT_EQ(again.text("/problems/0/field"), first.text("/problems/0/field")) << again;
  };
  expect_first();
  EXPECT_EQ(boss_->count("RARE", "berlin", 5).status, 200);
  EXPECT_EQ(ada.place(order, "anew").status, 201);
  expect_first();
  order["email"] = "eve@example.org";
  EXPECT_EQ(ada.place(order, "rejected").status, 422);
}

TEST_F(ShopStock, AcceptsACountBelowWhatIsSold) {
  boss_->sell("COUNTED", 1'000, {{"berlin", 5}});
  shopper ada{*shop_};
  EXPECT_EQ(ada.buy({{"COUNTED", 4}}).status, 201);
  EXPECT_EQ(boss_->count("COUNTED", "berlin", 2).status, 200);
  EXPECT_EQ(boss_->stock("COUNTED"), (units{2, 4, 0}));
  const auto refused = ada.buy({{"COUNTED"}});
  EXPECT_EQ(refused.status, 409) << refused;
  EXPECT_EQ(refused.code(), "sold_out") << refused;
}

} // namespace
} // namespace souk::tests
