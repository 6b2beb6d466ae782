// souk audit finds every fault that is planted in a shop's tables, names it, and finds a clean shop
// clean.
#include "app/audit/audit.hpp"
#include "app/audit/psp.hpp"
#include "tests/kit/small_shop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>

namespace souk::audit {
namespace {

class real_time final : public clock {
public:
  time_point now() const override {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

const std::vector<std::string> tables{"journal",     "snapshot",      "wakeup",      "ledger",
                                      "stock_level", "order_summary", "stuck_effect"};

/// A delivered and partly refunded order, one confirmed, one cancelled, one sold out, one that has
/// only just been placed.
class Audit : public testing::Test {
protected:
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    start_crypto();
    shop = std::make_unique<kit::small_shop>();
    fill();
    for (const auto& t : tables)
      shop->must(shop->admin->script("create table kept_" + t + " as select * from " + t));
  }
  void fill() {
    using order::model;
    shop->run<stock::model>("A@berlin", stock::receive{10, "delivery"}, shop->command("receive"));
    shop->run<stock::model>("A@berlin", stock::count{9, "count"}, shop->command("count"));
    for (const auto* id : {"delivered", "confirmed", "cancelled"}) {
      shop->check_out(id, "A", 2);
      shop->settle(id);
    }
    shop->run<model>("cancelled", order::cancel{"changed my mind"});
    shop->run<model>("delivered", order::ship{{}, "T1"});
    shop->settle("cancelled");
    shop->settle("delivered");
    shop->run<shipment::model>("delivered.1", shipment::deliver{});
    shop->run<model>("delivered", order::shipment_delivered{"delivered.1"});
    shop->run<shipment::model>("delivered.1", shipment::order_told{});
    shop->run<model>("delivered", order::refund{500, "scratched"}, shop->command("refund"));
    shop->settle("delivered");
    shop->check_out("rejected", "A", 50);
    shop->settle("rejected");
    shop->check_out("placed", "A", 1);
    shop->show_stock();
  }
  void restore() {
    for (const auto& t : tables)
      shop->must(shop->admin->script("delete from " + t + "; insert into " + t +
                                     " select * from kept_" + t));
  }
  report run(audit_options options = {}) {
    options.postgres = shop->database.url();
    auto found = audit(options, time);
    EXPECT_TRUE(found) << found.error().detail;
    return found ? *found : report{time};
  }
  /// Plants, audits, and mends. The violations must contain `rule` on `entity`.
  void expect(const std::string& name, std::string_view rule, std::string_view entity,
              const std::function<void()>& plant, audit_options options = {}) {
    plant();
    const auto found = run(options);
    EXPECT_TRUE(std::ranges::any_of(
        found.kept(), [&](const violation& v) { return v.rule == rule && v.entity == entity; }))
        << name << "\n"
        << found.to_text();
    restore();
    EXPECT_EQ(run().violations(), 0) << name << " was not mended";
  }
  std::function<void()> sql(std::string text) {
    return [this, text] { shop->must(shop->admin->script(text)); };
  }
  /// Whatever is planted through the models' events.
  template <class M>
  std::function<void()> events(std::string key, std::vector<typename M::event> all,
                               command_id id = {}) {
    return [=, this] { shop->plant<M>(key, all, id); };
  }

  real_time time;
  std::unique_ptr<kit::small_shop> shop;
};

TEST_F(Audit, FindsACleanShopClean) {
  const auto found = run();
  EXPECT_EQ(found.violations(), 0) << found.to_text();
  EXPECT_EQ(found.counted("orders", "entities"), 5);
  EXPECT_EQ(found.counted("carts", "entities"), 5);
  EXPECT_GT(found.counted("ledger", "postings"), 0);
  EXPECT_GT(found.counted("units", "reservations"), 3);
  EXPECT_NE(found.to_json().find("\"clean\":true"), std::string::npos);
  audit_options options{.postgres = shop->database.url()};
  EXPECT_EQ(run_audit(options, time), 0);
}

TEST_F(Audit, SaysWhenItCouldNotRun) {
  EXPECT_EQ(run_audit({.postgres = "host=127.0.0.1 port=1"}, time), 3);
  EXPECT_EQ(run_audit({.postgres = shop->database.url(), .history = "/no/such/file"}, time), 3);
}

TEST_F(Audit, SeesABrokenJournal) {
  const std::string cell = "where entity = 'stock/A@berlin' and ";
  expect("a lost row", "I6", "stock/A@berlin", sql("delete from journal " + cell + "seq = 2"));
  expect("a flipped bit", "I6", "stock/A@berlin",
         sql("update journal set payload = set_byte(payload, 5, get_byte(payload, 5) # 1) " + cell +
             "seq = 2"));
  expect(
      "a lost end", "I6", "stock/A@berlin",
      sql("delete from journal " + cell + "seq = (select max(seq) from journal " + cell + "true)"));
  expect("a lost entity", "I6", "cart/cart-placed",
         sql("delete from journal where entity = 'cart/cart-placed'"));
  expect("a foreign shard", "law1", "cart/cart-placed",
         sql("update journal set shard = (shard + 1) % 64 + shard / 64 * 64 where entity = "
             "'cart/cart-placed'"));
  expect("a snapshot of another chain", "I6", "order/delivered",
         sql("update snapshot set chain = set_byte(chain, 0, get_byte(chain, 0) # 1)"
             " where entity = 'order/delivered'"));
  expect("a snapshot of another state", "I7", "order/delivered",
         sql("update snapshot set payload = (select payload from snapshot where entity = "
             "'order/confirmed')"
             " where entity = 'order/delivered'"));
  expect("a number of events that is not", "I6", "order/placed",
         sql("update journal set events = events + 1 where entity = 'order/placed'"));
}

TEST_F(Audit, SeesCommandsExecutedTwice) {
  expect("a count", "law3", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_received{10, "again"}},
                              shop->command("receive")));
  expect("a reservation held twice", "law3", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_held{"confirmed/0/0", 2, shop->now + 1h}}));
  expect("a second order of a cart", "law3", "cart/cart-confirmed", [&] {
    auto second = shop->of<order::model>()["confirmed"].what;
    second.order_id = second.number = "second";
    const auto both = std::make_shared<const order::placement>(second);
    shop->plant<cart::model>("cart-confirmed",
                             {cart::ordering{both}, cart::order_placed{"second"}});
    shop->plant<order::model>("second", {order::placed{second}});
  });
}

TEST_F(Audit, SeesStockThatIsNotThere) {
  expect("oversold", "I1", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_held{"placed/0/0", 100, shop->now + 1h}}));
  expect("sold to nobody", "I8", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_claimed{"nobody/0/0", 1}}));
  expect("sold to a cancelled order", "I8", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_claimed{"cancelled/0/0", 2}}));
  expect("taken from a confirmed order", "I1", "order/confirmed",
         events<stock::model>("A@berlin", {stock::units_released{"confirmed/0/0"}}));
  expect("a hold nobody will end", "I8", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_held{"placed/0/9", 1, shop->now - 10min}}));
  expect("an early end of a hold", "I8", "stock/A@berlin",
         events<stock::model>("A@berlin", {stock::units_held{"placed/0/9", 1, shop->now + 10min},
                                           stock::units_lapsed{{"placed/0/9"}}}));
}

TEST_F(Audit, SeesMoneyThatIsWrong) {
  expect("a changed amount", "I2", "order/delivered",
         sql("update ledger set amount = amount + 1 where account = 'sales'"));
  expect("a lost entry", "law6", "order/delivered",
         sql("delete from ledger where entity = 'order/delivered'"));
  expect("a balanced lie", "law6", "order/confirmed",
         sql("insert into ledger values ('order/confirmed', 1, 0, 'psp_clearing', 'confirmed', 7, "
             "'EUR'),"
             " ('order/confirmed', 1, 1, 'sales', 'confirmed', -7, 'EUR')"));
  const auto total = shop->of<order::model>()["delivered"].what.sums.total.amount;
  const auto number =
      static_cast<int64_t>(shop->of<order::model>()["delivered"].attempts.size()) + 1;
  expect(
      "captured twice", "I3", "order/delivered",
      events<order::model>("delivered", {order::attempt_opened{number, order::attempt_kind::capture,
                                                               "pi_delivered", total, ""}}));
  auto second = shop->intents["delivered"];
  second.id = "pi_second";
  second.refunded = 0;
  expect("charged twice", "I3", "order/delivered",
         events<order::model>("delivered", {order::intent_merged{second}}));
  expect("an attempt under a used number", "law3", "order/delivered",
         events<order::model>("delivered", {order::attempt_opened{1, order::attempt_kind::refund,
                                                                  "pi_delivered", 1, ""}}));
}

TEST_F(Audit, SeesOrdersThatWaitForEver) {
  expect("a lost wakeup", "I4", "order/placed",
         sql("delete from wakeup where entity = 'order/placed'"));
  expect("a late wakeup", "I4", "order/placed",
         sql("update wakeup set due_at = due_at + interval '1 day' where entity = 'order/placed'"));
  expect("an impossible way", "law1", "order/rejected",
         events<order::model>("rejected",
                              {order::moved{order::status::confirmed, errc::internal, ""}}));
}

TEST_F(Audit, SeesProjectionsThatLie) {
  expect("another number", "I1", "stock_level/A@berlin",
         sql("update stock_level set available = available + 1"));
  expect("ahead", "law5", "stock_level/A@berlin", sql("update stock_level set seq = seq + 5"));
  expect("another status", "law5", "order_summary/confirmed",
         sql("update order_summary set status = 'cancelled' where order_id = 'confirmed'"));
  shop->must(shop->admin->script("delete from order_summary where order_id = 'confirmed'"));
  const auto lagging = run();
  EXPECT_EQ(lagging.violations(), 0) << lagging.to_text();
  EXPECT_EQ(lagging.counted("projections", "behind"), 1);
  expect("behind in a settled shop", "law5", "order_summary/confirmed", [] {}, {.settled = true});
}

TEST_F(Audit, HoldsTheShopToWhatClientsWereTold) {
  const auto file = testing::TempDir() + "souk_audit_history.jsonl";
  const auto told = [&](const std::string& lines) {
    std::ofstream{file} << lines;
    return run({.history = file});
  };
  const auto truth =
      told("{\"kind\":\"order_acknowledged\",\"order_id\":\"delivered\",\"total\":2000,\"status\":"
           "\"confirmed\"}\n"
           "{\"kind\":\"cart_line_acknowledged\",\"cart_id\":\"cart-placed\",\"line\":\"l1\","
           "\"quantity\":1}\n"
           "{\"kind\":\"stock_counted\",\"sku\":\"A\",\"warehouse\":\"berlin\",\"on_hand\":9}\n");
  EXPECT_EQ(truth.violations(), 0) << truth.to_text();
  const auto lies = told(
      "{\"kind\":\"order_acknowledged\",\"order_id\":\"lost\",\"total\":1,\"key\":\"k\"}\n"
      "{\"kind\":\"order_acknowledged\",\"order_id\":\"delivered\",\"total\":1,\"key\":\"k\"}\n"
      "{\"kind\":\"cart_line_acknowledged\",\"cart_id\":\"cart-placed\",\"line\":\"l1\","
      "\"quantity\":7}\n"
      "{\"kind\":\"stock_counted\",\"sku\":\"A\",\"warehouse\":\"berlin\",\"on_hand\":8}\n"
      "{\"kind\":\"request_unanswered\",\"request\":\"r1\",\"deadline_ms\":1000}\n");
  EXPECT_EQ(lies.violations(), 6) << lies.to_text();
}

TEST(AuditOfTheProvider, ComparesWhatOrdersKnowWithWhatItHolds) {
  const real_time time;
  book facts;
  auto& order = facts.orders["o"];
  order.status = order_status::cancelled;
  order.intents = {{.id = "pi", .status = intent_status::voided, .amount = 10}};
  const auto faults = [&](const psp_intents& before, const psp_intents& after) {
    report out{time};
    check_psp(before, after, facts, out);
    return out.violations();
  };
  const psp_intents clean{{"pi", {"o", 0, 0, 0}}};
  EXPECT_EQ(faults(clean, clean), 0);
  EXPECT_EQ(faults({{"pi", {"o", 10, 0, 0}}}, {{"pi", {"o", 10, 0, 0}}}), 1)
      << "money on an ended order";
  EXPECT_EQ(faults({{"pi", {"o", 0, 10, 10}}}, {{"pi", {"o", 0, 10, 10}}}), 2)
      << "captured and given back unknown";
  EXPECT_EQ(faults({{"pi", {"o", 0, 0, 0}}, {"px", {"p", 5, 0, 0}}}, {{"pi", {"o", 0, 0, 0}}}), 1);
  EXPECT_EQ(faults({}, {}), 1) << "an intent the provider never had";
}

} // namespace
} // namespace souk::audit
