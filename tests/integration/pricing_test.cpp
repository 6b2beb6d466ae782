// Quotes and sourcing by the rows that every new shop starts with.
#include "actors/pricing/service.hpp"
#include "actors/warehouse/service.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

#include <future>

using namespace souk;

namespace {

class hand_clock final : public souk::clock {
public:
  time_point now() const override { return from_micros(1'795'000'000'000'000); }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::nanoseconds{time.load()};
  }
  std::atomic<int64_t> time{1};
};

struct ShopRules : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    persistence::pg_pool_options options;
    options.connection.url = database->url();
    options.connections = 1;
    pool = std::make_unique<persistence::pg_pool>(options);
    prices = std::make_unique<pricing::service>(*pool, time);
    warehouses = std::make_unique<warehouse::service>(*pool, time);
  }
  void TearDown() override { pool.reset(); }
  template <class T, class Start>
  result<T> ask(Start start) {
    auto answer = std::make_shared<std::promise<result<T>>>();
    start([answer](result<T> r) { answer->set_value(std::move(r)); });
    return answer->get_future().get();
  }
  result<pricing::quote> quote(const pricing::quote_request& request) {
    return ask<pricing::quote>([&](auto done) { prices->quote(request, done); });
  }

  std::optional<persistence::scratch_database> database;
  hand_clock time;
  std::unique_ptr<persistence::pg_pool> pool;
  std::unique_ptr<pricing::service> prices;
  std::unique_ptr<warehouse::service> warehouses;
};

} // namespace

TEST_F(ShopRules, PriceABasketForEachKindOfCountry) {
  pricing::quote_request basket{.currency = souk::currency{"EUR"},
                                .country = "DE",
                                .lines = {{"A", 1, 1190, "standard", 500}},
                                .shipping_option = "standard"};
  const auto germany = quote(basket);
  ASSERT_TRUE(germany) << germany.error().detail;
  EXPECT_EQ(germany->lines[0].tax, 190);
  EXPECT_EQ(germany->shipping, 490);
  EXPECT_EQ(germany->total, 1680);
  basket.country = "IE";
  EXPECT_EQ(quote(basket)->shipping, 790) << "the rest of the union";
  basket.country = "US";
  EXPECT_EQ(quote(basket)->total, 1190 + 1490 + 400) << "no tax, by weight";
  basket.country = "CA";
  EXPECT_EQ(quote(basket)->tax, 60 + 95) << "5 % of goods and of shipping, each rounded half up";
  const auto options = ask<std::vector<pricing::offered_option>>(
      [&](auto done) { prices->shipping_options(basket, done); });
  ASSERT_TRUE(options);
  EXPECT_EQ(options->size(), 2u);
}

TEST_F(ShopRules, AreReadAgainAfterAWhile) {
  const pricing::quote_request basket{.currency = souk::currency{"EUR"},
                                      .country = "DE",
                                      .lines = {{"A", 1, 1190, "standard", 500}}};
  ASSERT_EQ(quote(basket)->tax, 190);
  ASSERT_TRUE(database->connect()->script("update tax_rate set rate_ppm = 0 where country = 'DE'"));
  EXPECT_EQ(quote(basket)->tax, 190);
  time.time += std::chrono::nanoseconds{pricing::rules_age_max}.count();
  EXPECT_EQ(quote(basket)->tax, 0);
}

TEST_F(ShopRules, SendFromTheNearestWarehouseThatHasAll) {
  ASSERT_TRUE(database->connect()->script(
      "insert into stock_level (sku, warehouse, on_hand, reserved, available, seq) values "
      "('A','berlin',9,0,9,1), ('A','lyon',9,0,9,1), ('A','leeds',9,8,1,1)"));
  const auto from = [&](const std::string& country, const std::string& code) {
    auto sourced = ask<std::vector<warehouse::sourced_line>>([&](auto done) {
      warehouses->source({{"A", 2}}, country, code, done);
    });
    return sourced ? sourced->front().candidates : std::vector<std::string>{sourced.error().detail};
  };
  EXPECT_EQ(from("DE", "20095"), (std::vector<std::string>{"berlin", "lyon", "leeds"}));
  EXPECT_EQ(from("FR", "69007"), (std::vector<std::string>{"lyon", "berlin", "leeds"}));
  EXPECT_EQ(from("GB", "LS1 4DY").back(), "leeds") << "nearest, but it has only one";
  auto lyon = *ask<std::vector<warehouse::site>>([&](auto done) { warehouses->sites(done); });
  ASSERT_EQ(lyon.size(), 3u);
  lyon[2].active = false;
  ASSERT_EQ(lyon[2].id, "lyon");
  ASSERT_TRUE(ask<warehouse::site>([&](auto done) { warehouses->put_site(lyon[2], done); }));
  EXPECT_EQ(from("FR", "69007"), (std::vector<std::string>{"berlin", "leeds"}));
}
