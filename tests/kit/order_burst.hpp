// Buyers who insist: each fills a cart and orders it, and repeats every request that was not
// answered, under its key, until it is. Whatever is killed meanwhile, in the end every order is in
// a last state, was charged at most once, holds exactly what was acknowledged, and the shelves
// know.
#pragma once

#include "tests/kit/shopper.hpp"

#include <random>
#include <set>

namespace souk::tests {

class order_burst {
public:
  /// `plenty` must not run out; every third buyer also wants one of `scarce`, which may.
  order_burst(shop_process& at, std::string plenty, std::string scarce, uint64_t seed);

  /// `buyers` order while `meanwhile` runs on this thread; returns when all have an answer.
  void run(int buyers, const std::function<void()>& meanwhile);
  /// Expectations on everything that was ordered since the beginning.
  void expect_all_right();
  /// The same for the last run's orders alone, without the shelves: fast.
  void expect_last_run_right();

private:
  struct purchase {
    std::string cart, key;
    std::map<std::string, int64_t> lines; ///< acknowledged
    answer placed;
  };
  purchase buy(int buyer, uint64_t chance) const;
  void expect_right(const purchase& one, const boost::json::array& payments);

  shop_process& at_;
  const std::string plenty_, scarce_;
  std::mt19937_64 random_;
  int runs_ = 0;
  std::map<std::string, int64_t> on_hand_;
  std::map<std::string, int64_t> sold_; ///< units of confirmed orders by SKU, filled by checks
  std::vector<purchase> all_;
  size_t checked_ = 0;
};

} // namespace souk::tests
