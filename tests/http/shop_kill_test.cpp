// Nothing that was acknowledged is lost, and nothing happens twice, when the node or the payment
// provider is killed at any moment and started again.
#include "tests/kit/order_burst.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace souk::tests {
namespace {

class ShopKills : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    shop_.emplace(shop_settings{.request_milliseconds = 5'000});
    staff boss{*shop_};
    boss.sell("PLENTY", 1'000, {{"berlin", 1'000}, {"lyon", 1'000}});
    boss.sell("SCARCE", 2'000, {{"berlin", 20}, {"lyon", 20}});
    seed_ = printed_seed();
    burst_.emplace(*shop_, "PLENTY", "SCARCE", seed_);
  }
  void TearDown() override {
    if (!shop_)
      return;
    expect_clean_audit(*shop_);
    if (HasFailure())
      std::puts(shop_->node_log().c_str());
  }

  static constexpr int buyers = 9;
  uint64_t seed_ = 0;
  std::optional<shop_process> shop_;
  std::optional<order_burst> burst_;
};

TEST_F(ShopKills, FinishEveryOrderAfterTheNodeWasKilledAtAnyMoment) {
  constexpr int rounds = 25;
  std::mt19937_64 random{seed_};
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    const std::chrono::milliseconds moment{random() % 61};
    SCOPED_TRACE("round " + std::to_string(round) + ", killed after " +
                 std::to_string(moment.count()) + " ms");
    burst_->run(buyers, [&] {
      std::this_thread::sleep_for(moment);
      shop_->restart_node();
    });
    burst_->expect_last_run_right();
  }
  burst_->expect_all_right();
}

TEST_F(ShopKills, FinishEveryOrderAfterTheNodeWasKilledTwiceInARow) {
  std::mt19937_64 random{seed_};
  for (int round = 0; round < 3 && !HasFailure(); ++round) {
    burst_->run(buyers, [&] {
      for (int kill = 0; kill < 3; ++kill) {
        std::this_thread::sleep_for(std::chrono::milliseconds{random() % 120});
        shop_->restart_node();
      }
    });
  }
  burst_->expect_all_right();
}

TEST_F(ShopKills, ChargeEveryOrderOnceAfterTheProviderWasKilledAtAnyMoment) {
  std::mt19937_64 random{seed_};
  for (int round = 0; round < 5 && !HasFailure(); ++round) {
    const std::chrono::milliseconds moment{random() % 100};
    SCOPED_TRACE("killed after " + std::to_string(moment.count()) + " ms");
    burst_->run(buyers, [&] {
      std::this_thread::sleep_for(moment);
      shop_->restart_psp();
    });
  }
  burst_->expect_all_right();
}

TEST_F(ShopKills, FinishEveryOrderWhenNodeAndProviderDieTogether) {
  std::mt19937_64 random{seed_};
  for (int round = 0; round < 3 && !HasFailure(); ++round) {
    burst_->run(buyers, [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds{random() % 100});
      shop_->node().kill();
      shop_->psp().kill();
      shop_->start_psp();
      shop_->start_node();
    });
  }
  burst_->expect_all_right();
}

} // namespace
} // namespace souk::tests
