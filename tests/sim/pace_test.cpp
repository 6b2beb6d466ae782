// Who is late although nothing is wrong.
#include "app/sim/pace.hpp"
#include "base/log.hpp"

#include <gtest/gtest.h>

namespace souk::sim {
namespace {

using order::status;

class SimPace : public testing::Test {
protected:
  SimPace() {
    start_crypto();
    log::start(std::getenv("SOUK_LOG") ? log::level::info : log::level::error, "text");
  }
  static fault_plan one_node() {
    fault_plan plan;
    plan.nodes = 1;
    return plan;
  }
  static void look_at_shelf(world& w) {
    w.people.ask<stock::contract>(stock::key_of("SKU-1", "wh1"), stock::get{}, trace_left::read,
                                  [](const auto&) {});
  }
  static order_model::state order_in(status now) {
    order_model::state s;
    s.created = created;
    s.what.hold = 600s;
    s.now = now;
    s.version = 1;
    return s;
  }
  static constexpr time_point created{std::chrono::hours{1}};
  static constexpr time_point last = created + 5s;
};

TEST_F(SimPace, IsContentWithWhoIsAnswered) {
  world w{1, one_node()};
  pace eye{w};
  eye.run_for(20s);
  look_at_shelf(w);
  eye.run_for(5s);
  EXPECT_TRUE(w.watch.complaints().empty());
}

TEST_F(SimPace, ComplainsOnceOfWhoIsKeptWaiting) {
  world w{1, one_node()};
  pace eye{w};
  eye.run_for(20s);
  w.pause(0, 3s);
  for (int n = 0; n < 9; ++n) // nobody asks a node that stands still, as a rule
    look_at_shelf(w);
  eye.run_for(5s);
  ASSERT_EQ(w.watch.complaints().size(), 1u);
  EXPECT_NE(w.watch.complaints().front().find("is not answered in time"), std::string::npos);
}

TEST_F(SimPace, ExpectsAnOrderThatWaitsForNobodyToGoOnAtOnce) {
  for (const auto now : {status::authorising, status::claiming, status::compensating})
    EXPECT_EQ(goes_on_by(order_in(now), last), last + rest_most);
}

TEST_F(SimPace, LetsAnUnpaidOrderRestUntilItsHoldEnds) {
  EXPECT_EQ(goes_on_by(order_in(status::payment_failed), last), created + 600s + rest_most);
}

TEST_F(SimPace, ExpectsTheSecondRoundAtItsTimeWhateverTheOrderWrote) {
  auto s = order_in(status::holding);
  s.retry_at = last + 1h;
  EXPECT_EQ(goes_on_by(s, last), last + second_round_after + rest_most);
}

TEST_F(SimPace, LetsAConfirmedOrderRestThatOwesNothing) {
  auto s = order_in(status::confirmed);
  s.cart_told = true;
  s.parcels.push_back({.id = "o.1", .warehouse = "wh1", .tracking = {}, .reservations = {}});
  EXPECT_EQ(goes_on_by(s, last), last + rest_most) << "its parcel was not announced";
  s.parcels.front().routed = true;
  EXPECT_EQ(goes_on_by(s, last), never);
  s.refund_asked = 100;
  EXPECT_EQ(goes_on_by(s, last), last + rest_most);
}

} // namespace
} // namespace souk::sim
