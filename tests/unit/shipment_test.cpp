// What a shipment says to each command in each status.
#include "actors/shipment/shipment.hpp"
#include "tests/kit/model_run.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace souk::shipment {
namespace {

struct Shipment : testing::Test {
  kit::model_run<model> parcel;
  const route routing{"o1", "berlin", {{"A", "The A", 2}, {"B", "The B", 1}}};
};

TEST_F(Shipment, IsUnknownUntilItIsRouted) {
  EXPECT_EQ(parcel.refused(get{}), errc::not_found);
  EXPECT_EQ(parcel.refused(dispatch{"t"}), errc::not_found);
  EXPECT_EQ(parcel.refused(deliver{}), errc::not_found);
  EXPECT_EQ(parcel.refused(cancel{}), errc::not_found);
  EXPECT_EQ(parcel.refused(order_told{}), errc::not_found);
  EXPECT_EQ(parcel.refused(route{"", "berlin", routing.lines}), errc::invalid);
  EXPECT_EQ(parcel.refused(route{"o1", "berlin", {}}), errc::invalid);
  EXPECT_EQ(parcel.refused(route{"o1", "berlin", {{"A", "", 0}}}), errc::invalid);
}

TEST_F(Shipment, IsRoutedForOneOrderOnly) {
  const auto v = parcel.must(routing);
  EXPECT_EQ(v, (shipment_view{"o1", "berlin", status::routed, "", routing.lines, parcel.now}));
  parcel.now += 1min;
  EXPECT_EQ(parcel.must(routing), v);
  EXPECT_EQ(parcel.refused(route{"o2", "berlin", routing.lines}), errc::conflict);
}

TEST_F(Shipment, GoesFromTheWarehouseToTheDoor) {
  parcel.must(routing);
  EXPECT_EQ(parcel.refused(deliver{}), errc::conflict);
  EXPECT_EQ(parcel.must(dispatch{"DHL1"}).status, status::shipped);
  EXPECT_EQ(parcel.must(dispatch{"DHL2"}).tracking, "DHL1");
  EXPECT_EQ(parcel.refused(cancel{}), errc::conflict);
  EXPECT_EQ(parcel.must(deliver{}).status, status::delivered);
  EXPECT_EQ(parcel.must(deliver{}).status, status::delivered);
  EXPECT_EQ(parcel.must(dispatch{"DHL1"}).status, status::delivered);
  EXPECT_EQ(parcel.must(routing).status, status::delivered);
  EXPECT_EQ(parcel.refused(cancel{}), errc::conflict);
}

TEST_F(Shipment, IsCancelledOnlyBeforeItLeaves) {
  parcel.must(routing);
  EXPECT_EQ(parcel.must(cancel{}).status, status::cancelled);
  EXPECT_EQ(parcel.must(cancel{}).status, status::cancelled);
  EXPECT_EQ(parcel.refused(dispatch{"t"}), errc::conflict);
  EXPECT_EQ(parcel.refused(deliver{}), errc::conflict);
}

TEST_F(Shipment, OwesTheOrderTheNewsOfItsDelivery) {
  parcel.must(routing);
  parcel.must(order_told{});
  parcel.must(dispatch{"t"});
  EXPECT_TRUE(parcel.pending().empty());
  parcel.must(deliver{});
  ASSERT_EQ(parcel.pending().size(), 1u);
  EXPECT_EQ(parcel.pending()[0].step, "delivered");
  EXPECT_EQ(std::get<tell_order_delivered>(parcel.pending()[0].what).order_id, "o1");
  parcel.must(order_told{});
  EXPECT_TRUE(parcel.pending().empty());
  EXPECT_EQ(model::due(parcel.state), never);
}

TEST_F(Shipment, RefusesHistoryItCannotRead) {
  EXPECT_EQ(model::decode_event("").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event("\xff\xff").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_state("", 2).error().code, errc::corrupt);
}

TEST(ShipmentAtRandom, NeverGoesBack) {
  // From each status, where it may be next.
  const std::map<status, std::vector<status>> arrows = {
      {status::none, {status::none, status::routed}},
      {status::routed, {status::routed, status::shipped, status::cancelled}},
      {status::shipped, {status::shipped, status::delivered}},
      {status::delivered, {status::delivered}},
      {status::cancelled, {status::cancelled}}};
  for (const auto seed : kit::seeds(1, 500)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    std::mt19937_64 dice{seed};
    kit::model_run<model> parcel;
    const std::array<command, 6> commands{
        route{"o", "w", {{"A", "", 1}}}, dispatch{"t"}, deliver{}, cancel{}, order_told{}, get{}};
    for (int i = 0; i < 30; ++i) {
      parcel.now += 1s;
      const auto before = parcel.state.view.status;
      parcel.run(commands[dice() % commands.size()]);
      const auto& next = arrows.at(before);
      EXPECT_NE(std::ranges::find(next, parcel.state.view.status), next.end());
    }
    parcel.expect_replays(dice() % (parcel.events() + 1));
    parcel.expect_total();
  }
}

} // namespace
} // namespace souk::shipment
