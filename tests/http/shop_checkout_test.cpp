// From a cart to one order, whatever arrives twice, at once or in between.
#include "tests/kit/shared_shop.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace souk::tests {
namespace {

namespace bj = boost::json;

class ShopCheckout : public shared_shop<ShopCheckout> {
public:
  static void fill(shop_process& shop) {
    staff{shop}.sell("MUG", 1'000, {{"berlin", 100'000}});
    staff{shop}.sell("CUP", 700, {{"berlin", 100'000}});
  }

protected:
  void SetUp() override {
    shared_shop::SetUp();
    if (IsSkipped())
      return;
    boss_.emplace(*shop_);
    ada_.emplace(*shop_);
  }

  /// What buyers were charged: the order's own total is what the provider holds, once.
  void expect_charged_once(const answer& placed, int64_t cents) {
    EXPECT_EQ(placed.number("/totals/total/amount"), cents) << placed;
    const auto paid = boss_->payments(order_id_of(placed));
    ASSERT_EQ(paid.size(), 1U) << placed;
    EXPECT_EQ(status_of(paid.front()), "requires_capture");
    EXPECT_EQ(number_of(paid.front(), "amount_capturable"), cents);
  }

  static int64_t quantity_in(const answer& cart) {
    int64_t sum = 0;
    for (size_t i = 0; i < cart.size("/lines"); ++i)
      sum += cart.number("/lines/" + std::to_string(i) + "/quantity");
    return sum;
  }

  std::optional<staff> boss_;
  std::optional<shopper> ada_;
};

constexpr int64_t standard_shipping = 490; ///< within Germany, below 49.00

TEST_F(ShopCheckout, KeepsEveryUnitThatIsAddedInParallel) {
  for (int round = 0; round < 5; ++round) {
    const auto cart = ada_->cart({});
    in_parallel(8, [&](int) {
      shopper one{*shop_};
      const auto added = one.add(cart, {"MUG"});
      EXPECT_EQ(added.status, 201) << added;
    });
    EXPECT_EQ(quantity_in(ada_->read_cart(cart)), 8);
  }
}

TEST_F(ShopCheckout, AddsALineOnceHoweverOftenItsKeyComes) {
  const auto cart = ada_->cart({});
  in_parallel(8, [&](int) { shopper{*shop_}.add(cart, {"MUG", 2}, "same"); });
  EXPECT_EQ(quantity_in(ada_->read_cart(cart)), 2);
}

TEST_F(ShopCheckout, MakesOneOrderOfTwentyRequestsWithOneKey) {
  for (int round = 0; round < 3; ++round) {
    const auto order = order_of(ada_->cart({{"MUG", 2}}));
    std::vector<answer> all(20);
    in_parallel(20, [&](int i) {
      all[static_cast<size_t>(i)] = shopper{*shop_}.place(order, "only-once");
    });
    for (const auto& one : all) {
      EXPECT_EQ(one.status, 201) << one;
      EXPECT_EQ(one.text("/id"), all.front().text("/id"));
      EXPECT_EQ(one.text("/number"), all.front().text("/number"));
      EXPECT_EQ(one.text("/access_token"), all.front().text("/access_token"));
    }
    expect_charged_once(all.front(), 2'000 + standard_shipping);
  }
}

TEST_F(ShopCheckout, RefusesTheSameKeyWithAnotherBody) {
  auto order = order_of(ada_->cart({{"MUG"}}));
  const auto placed = ada_->place(order, "two-bodies");
  ASSERT_EQ(placed.status, 201) << placed;
  order["email"] = "eve@example.org";
  const auto refused = ada_->place(order, "two-bodies");
  EXPECT_EQ(refused.status, 422) << refused;
  EXPECT_EQ(refused.code(), "idempotency_mismatch");
  expect_charged_once(placed, 1'000 + standard_shipping);
}

TEST_F(ShopCheckout, RefusesAnotherBodyWhileTheFirstIsUnderWay) {
  const auto cart = ada_->cart({{"MUG"}});
  std::vector<answer> all(2);
  in_parallel(2, [&](int i) {
    auto order = order_of(cart);
    order["email"] = "buyer" + std::to_string(i) + "@example.org";
    all[static_cast<size_t>(i)] = shopper{*shop_}.place(order, "race-of-bodies");
  });
  std::multiset<int> seen{all[0].status, all[1].status};
  EXPECT_EQ(seen, (std::multiset<int>{201, 422})) << all[0] << '\n' << all[1];
}

TEST_F(ShopCheckout, MakesOneOrderOfACartInTwoTabs) {
  for (int round = 0; round < 5; ++round) {
    const auto order = order_of(ada_->cart({{"MUG"}}));
    std::vector<answer> all(2);
    in_parallel(2, [&](int i) {
      all[static_cast<size_t>(i)] = shopper{*shop_}.place(order, "tab-" + std::to_string(i));
    });
    EXPECT_EQ(all[0].status, 201) << all[0];
    EXPECT_EQ(all[1].status, 201) << all[1];
    EXPECT_EQ(all[0].text("/id"), all[1].text("/id"));
    expect_charged_once(all[0], 1'000 + standard_shipping);
  }
}

TEST_F(ShopCheckout, ChargesWhatWasShownWhenALineIsAddedMeanwhile) {
  std::mt19937_64 random{printed_seed()};
  std::map<int, int> seen;
  for (int round = 0; round < 20; ++round) {
    const auto cart = ada_->cart({{"MUG"}});
    const int64_t shown = 1'000 + standard_shipping;
    const bj::object expected{
        {"expected_total", bj::object{{"amount", shown}, {"currency", "EUR"}}}};
    const std::chrono::microseconds head_start{random() % 6'000};
    answer placed, added;
    in_parallel(2, [&](int i) {
      shopper one{*shop_};
      if (i == 0) {
        placed = one.place(order_of(cart, "pm_card_visa", expected));
      } else {
        std::this_thread::sleep_for(head_start);
        added = one.add(cart, {"CUP"});
      }
    });
    ++seen[placed.status];
    if (placed.status == 201) {
      EXPECT_EQ(placed.size("/lines"), 1U) << placed;
      EXPECT_EQ(added.status, 409) << added;
      expect_charged_once(placed, shown);
    } else {
      EXPECT_EQ(placed.status, 409) << placed;
      EXPECT_EQ(placed.code(), "quote_changed") << placed;
      EXPECT_EQ(added.status, 201) << added;
      EXPECT_EQ(ada_->read_cart(cart).size("/lines"), 2U);
    }
  }
  for (const auto& [status, times] : seen)
    std::printf("%d came %d times\n", status, times);
}

TEST_F(ShopCheckout, ShowsTheNewQuoteWhenThePriceChangedAndSellsAtItOnceAccepted) {
  boss_->sell("DEARER", 1'000, {{"berlin", 10}});
  const auto cart = ada_->cart({{"DEARER"}});
  EXPECT_EQ(boss_->reprice("DEARER", 1'300).status, 200);
  const auto refused = ada_->place(order_of(cart), "before");
  ASSERT_EQ(refused.status, 409) << refused;
  EXPECT_EQ(refused.code(), "quote_changed");
  const auto total = refused.number("/quote/total/amount");
  EXPECT_EQ(total, 1'300 + standard_shipping) << refused;
  const auto placed = ada_->place(
      order_of(cart, "pm_card_visa", {{"expected_total", refused.at("/quote/total")}}), "after");
  ASSERT_EQ(placed.status, 201) << placed;
  expect_charged_once(placed, total);
}

TEST_F(ShopCheckout, RefusesATotalThatNobodyOffered) {
  const auto cart = ada_->cart({{"MUG"}});
  const auto refused = ada_->place(order_of(
      cart, "pm_card_visa", {{"expected_total", bj::object{{"amount", 1}, {"currency", "EUR"}}}}));
  EXPECT_EQ(refused.status, 409) << refused;
  EXPECT_EQ(refused.code(), "quote_changed");
  EXPECT_EQ(ada_->read_cart(cart).text("/status"), "open");
}

TEST_F(ShopCheckout, ChargesTheOldOrTheNewTotalWhilePricesChangeButNeverAThird) {
  boss_->sell("SWINGS", 1'000, {{"berlin", 1'000}});
  in_parallel(5, [&](int i) {
    if (i == 0) {
      staff other{*shop_};
      const auto found = other.to.get("/v1/products/article-swings");
      for (int64_t cents = 1'001; cents <= 1'012; ++cents) {
        const bj::object variant{{"sku", "SWINGS"},
                                 {"price", bj::object{{"amount", cents}, {"currency", "EUR"}}}};
        const auto changed =
            other.to.ask("PATCH", "/v1/admin/products/" + found.text("/id"),
                         bj::serialize(bj::object{{"variants", bj::array{variant}}}));
        EXPECT_EQ(changed.status, 200) << changed;
      }
      return;
    }
    shopper one{*shop_};
    for (int n = 0; n < 6; ++n) {
      const auto cart = one.cart({{"SWINGS"}});
      const auto shown = one.read_cart(cart).number("/subtotal/amount");
      const auto placed = one.place(order_of(cart));
      if (placed.status == 201) {
        EXPECT_EQ(placed.number("/totals/total/amount"), shown + standard_shipping) << placed;
      } else {
        EXPECT_EQ(placed.code(), "quote_changed") << placed;
      }
    }
  });
}

TEST_F(ShopCheckout, MergesAGuestsCartOnceWhenTwoTabsLogInWhileLinesAreAdded) {
  for (int round = 0; round < 4; ++round) {
    const auto email = "merge" + std::to_string(round) + "@example.org";
    const bj::object account{{"email", email}, {"password", "a long password"}};
    ASSERT_EQ(ada_->to.post("/v1/users", account).status, 201);
    const auto guest = ada_->cart({{"MUG", 3}});
    std::vector<answer> logins(2);
    int64_t added_while = 0;
    std::mutex lock;
    in_parallel(4, [&](int i) {
      shopper one{*shop_};
      if (i < 2) {
        auto body = account;
        body["cart_id"] = guest;
        logins[static_cast<size_t>(i)] = one.to.post("/v1/sessions", body);
      } else if (one.add(guest, {"CUP"}).status == 201) {
        std::lock_guard hold(lock);
        ++added_while;
      }
    });
    ASSERT_EQ(logins[0].status, 201) << logins[0];
    ASSERT_EQ(logins[1].status, 201) << logins[1];
    shopper user{*shop_};
    user.to.always["Authorization"] = "Bearer " + logins[0].text("/token");
    const auto own = user.to.get("/v1/me").text("/cart_id");
    answer cart;
    EXPECT_TRUE(eventually(std::chrono::seconds{10},
                           [&] {
                             cart = user.read_cart(own);
                             return quantity_in(cart) == 3 + added_while;
                           }))
        << cart << "\nadded while logging in: " << added_while;
  }
}

TEST_F(ShopCheckout, AnswersARepeatedRefusalWithTheSameRefusalAndOpensTheCartAgain) {
  const auto cart = ada_->cart({{"MUG"}});
  const auto order = order_of(cart, "pm_card_visa", {{"shipping_option", "by_camel"}});
  const auto refused = ada_->place(order, "refused");
  EXPECT_EQ(refused.status, 400) << refused;
  EXPECT_EQ(ada_->place(order, "refused").status, 400);
  EXPECT_EQ(ada_->read_cart(cart).text("/status"), "open");
  EXPECT_EQ(ada_->place(order_of(cart), "mended").status, 201);
}

TEST_F(ShopCheckout, RefusesToOrderAnEmptyCart) {
  const auto refused = ada_->place(order_of(ada_->cart({})));
  EXPECT_EQ(refused.status, 409) << refused;
  EXPECT_EQ(refused.code(), "conflict");
}

} // namespace
} // namespace souk::tests
