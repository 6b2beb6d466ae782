// Checkout where an order is slow to be born: its cart has promised it, and its journal is empty.
#include "actors/checkout/service.hpp"
#include "actors/entity/entity.hpp"
#include "actors/order/order.hpp"
#include "tests/kit/actor_test.hpp"
#include "tests/kit/manual_journal.hpp"

#include <gmock/gmock.h>

namespace souk {
namespace {

class no_rows final : public persistence::sql::pool {
public:
  void run(std::function<void(persistence::sql::connection&)>,
           std::function<void(failure)> refused) override {
    refused(fail(errc::unavailable, "no rows here"));
  }
};

class zero_entropy final : public entropy {
public:
  void fill(std::span<unsigned char> out) override { std::ranges::fill(out, 0); }
};

struct nobody final : supervision::operators_queue {
  void stuck(const entity_id&, const std::string&, int, const failure&) override {}
  void unstuck(const entity_id&, const std::string&) override {}
};

class Checkout : public test::actor_test {
protected:
  Checkout() {
    journal.commit_at_once = true;
    route.add_kind("order", entity::spawner<order::model>(env, perform));
    route.start();
    run();
  }
  ~Checkout() override {
    route.stop();
    advance(1s);
  }

  test::manual_journal journal;
  supervision::circuit_breakers breakers;
  nobody people_asked;
  entity::environment env{journal, time, breakers, people_asked, {}};
  entity::performer<order::model> perform = [](const entity_id&, const order::model::effect&,
                                               callback<order::command>) {};
  no_rows rows;
  zero_entropy random;
  cluster::router route{system, time, {}};
  catalogue::service goods{rows, time, random};
  cart::service carts{route, goods, time, random, "secret"};
  pricing::service prices{rows, time};
  warehouse::service warehouses{rows, time};
  user::service people{rows, [](const auto&) { return false; }, time, random, {}};
  checkout::service checkouts{route,  carts, goods, prices, warehouses,
                              people, rows,  time,  random, {.secret = "secret", .wait = 4s}};
};

TEST_F(Checkout, AsksForPatienceWhenTheOrderIsNotBornYet) {
  std::optional<result<checkout::placed_order>> got;
  checkouts.await("0192f000-0000-7000-8000-000000000000",
                  {.id = {}, .fingerprint = 0, .expires = time.now() + 10s, .trace = {}},
                  [&](auto r) { got = std::move(r); });
  advance(5s, 100ms);
  ASSERT_TRUE(got);
  ASSERT_FALSE(*got);
  EXPECT_EQ(got->error().code, errc::unavailable); // "not found" would sound like a lost order
}

} // namespace
} // namespace souk
