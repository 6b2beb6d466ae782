// One running shop for all tests of a fixture, which ends with a clean audit.
#pragma once

#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

namespace souk::tests {

/// `Fixture` may name what its shop is started with, settings(), and what is in it, fill(shop);
/// both public and static. Its own SetUp calls this one first, and returns when IsSkipped().
template <class Fixture>
class shared_shop : public ::testing::Test {
public:
  static shop_settings settings() { return {}; }
  static void fill(shop_process&) {}

protected:
  static void SetUpTestSuite() {
    if (!shop_process::available())
      return;
    shop_ = std::make_unique<shop_process>(Fixture::settings());
    Fixture::fill(*shop_);
  }
  static void TearDownTestSuite() {
    if (shop_)
      expect_clean_audit(*shop_);
    shop_.reset();
  }
  void SetUp() override {
    if (!shop_)
      GTEST_SKIP() << shop_process::missing;
  }
  void TearDown() override {
    if (HasFailure() && shop_)
      std::puts(shop_->node_log().c_str());
  }

  static inline std::unique_ptr<shop_process> shop_;
};

} // namespace souk::tests
