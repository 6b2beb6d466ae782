// What a stock cell says to each command in each state of a reservation.
#include "actors/stock/stock.hpp"
#include "tests/kit/model_run.hpp"

namespace souk::stock {
namespace {

struct StockCell : testing::Test {
  kit::model_run<model> cell;
  time_point soon() const { return cell.now + 10min; }
  held_units take(const std::string& id, int64_t quantity) {
    return cell.must(hold{id, quantity, soon()});
  }
  level now() { return cell.must(get{}); }
  void stocked(int64_t quantity) { cell.must(receive{quantity, "delivery"}); }
  int64_t free_when_refused(const hold& c) {
    auto reply = cell.run(c);
    EXPECT_FALSE(reply);
    return reply ? -1 : reply.error().problems.at(0).available.value();
  }
};

TEST_F(StockCell, IsEmptyBeforeAnythingCame) {
  EXPECT_EQ(now(), level{});
  EXPECT_EQ(cell.refused(hold{"a", 1, soon()}), errc::sold_out);
  EXPECT_EQ(model::due(cell.state), never);
  EXPECT_TRUE(cell.pending().empty());
}

TEST_F(StockCell, CountsWhatItHoldsAndClaims) {
  stocked(10);
  EXPECT_EQ(take("a", 3), (held_units{3, soon()}));
  take("b", 2);
  EXPECT_EQ(cell.must(claim{"b", 2}), claimed{2});
  EXPECT_EQ(now(), (level{.on_hand = 10,
                          .reserved = 5,
                          .available = 5,
                          .holds = 3,
                          .claims = 2,
                          .received = 10,
                          .adjusted = 0,
                          .shipped = 0,
                          .returned = 0}));
}

TEST_F(StockCell, RefusesMoreThanItHas) {
  stocked(2);
  EXPECT_EQ(cell.refused(hold{"a", 3, soon()}), errc::sold_out);
  EXPECT_EQ(free_when_refused({"a", 3, soon()}), 2);
}

TEST_F(StockCell, SaysHeldWhenAHoldMayLapse) {
  stocked(3);
  take("a", 2);
  EXPECT_EQ(cell.refused(hold{"b", 2, soon()}), errc::held);
  EXPECT_EQ(free_when_refused({"b", 2, soon()}), 1);
  cell.must(claim{"a", 2});
  EXPECT_EQ(cell.refused(hold{"b", 2, soon()}), errc::sold_out);
}

TEST_F(StockCell, GrantsAPartWhereThatIsAllowed) {
  stocked(3);
  EXPECT_EQ(cell.must(hold{"a", 5, soon(), true}).granted, 3);
  EXPECT_EQ(cell.must(hold{"a", 5, soon(), true}).granted, 3);
  EXPECT_EQ(cell.refused(hold{"b", 5, soon(), true}), errc::held);
  cell.must(claim{"a", 3});
  EXPECT_EQ(cell.refused(hold{"b", 5, soon(), true}), errc::sold_out);
}

TEST_F(StockCell, AnswersARepeatedHoldAsBefore) {
  stocked(5);
  const auto first = take("a", 3);
  cell.now += 1min;
  EXPECT_EQ(cell.must(hold{"a", 4, soon()}), first);
  cell.must(claim{"a", 3});
  EXPECT_EQ(cell.must(hold{"a", 3, soon()}), (held_units{3, never}));
  EXPECT_EQ(now().reserved, 3);
}

TEST_F(StockCell, RefusesWhatIsOutOfRange) {
  stocked(5);
  EXPECT_EQ(cell.refused(hold{"", 1, soon()}), errc::invalid);
  EXPECT_EQ(cell.refused(hold{std::string(201, 'x'), 1, soon()}), errc::invalid);
  EXPECT_EQ(cell.refused(hold{"a", 0, soon()}), errc::invalid);
  EXPECT_EQ(cell.refused(hold{"a", -1, soon()}), errc::invalid);
  EXPECT_EQ(cell.refused(hold{"a", 1'000'001, soon()}), errc::invalid);
  EXPECT_EQ(cell.refused(hold{"a", 1, cell.now}), errc::expired);
  EXPECT_EQ(cell.refused(hold{"a", 1, cell.now + 24h * 8}), errc::invalid);
  EXPECT_EQ(cell.refused(claim{"a", 0}), errc::invalid);
  EXPECT_EQ(cell.refused(release{""}), errc::invalid);
  EXPECT_EQ(cell.refused(receive{0, ""}), errc::invalid);
  EXPECT_EQ(cell.refused(count{-1, ""}), errc::invalid);
  EXPECT_EQ(cell.refused(count{on_hand_max + 1, ""}), errc::invalid);
  cell.must(count{on_hand_max, ""});
  EXPECT_EQ(cell.refused(receive{1, ""}), errc::invalid);
}

TEST_F(StockCell, ExtendsAHoldOnlyToLater) {
  stocked(1);
  EXPECT_EQ(cell.refused(extend{"a", soon()}), errc::not_found);
  const auto until = take("a", 1).expires;
  EXPECT_EQ(cell.must(extend{"a", until - 1min}).expires, until);
  EXPECT_EQ(cell.must(extend{"a", until + 1min}), (held_units{1, until + 1min}));
  EXPECT_EQ(model::due(cell.state), until + 1min);
  cell.must(claim{"a", 1});
  EXPECT_EQ(cell.must(extend{"a", until + 2min}), (held_units{1, never}));
  cell.must(release{"a"});
  EXPECT_EQ(cell.refused(extend{"a", soon()}), errc::not_found);
}

TEST_F(StockCell, DropsHoldsWhoseTimePassed) {
  stocked(2);
  take("a", 1);
  cell.now += 1s;
  take("b", 1);
  EXPECT_EQ(model::due(cell.state), cell.now - 1s + 10min);
  cell.now = model::due(cell.state);
  const auto owed = cell.pending();
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].step, "expire/" + std::to_string(to_micros(cell.now)));
  EXPECT_EQ(cell.must(expire{}).holds, 1);
  EXPECT_TRUE(cell.pending().empty());
  const auto events = cell.events();
  cell.must(expire{});
  EXPECT_EQ(cell.events(), events);
}

TEST_F(StockCell, SellsALapsedHoldToTheNextWithoutWaiting) {
  stocked(2);
  take("a", 2);
  cell.now += 10min;
  EXPECT_EQ(take("b", 1).granted, 1);
  EXPECT_EQ(now().reserved, 1);
  EXPECT_EQ(cell.refused(extend{"a", soon()}), errc::not_found);
}

TEST_F(StockCell, SplitsAGreatLapseIntoBoundedEvents) {
  stocked(10'000);
  for (int i = 0; i < 2'500; ++i)
    take("r" + std::to_string(i), 1);
  cell.now += 10min;
  const auto before = cell.events();
  EXPECT_EQ(cell.must(expire{}).available, 10'000);
  EXPECT_EQ(cell.events() - before, 3u);
}

TEST_F(StockCell, NeverLetsAClaimExpire) {
  stocked(1);
  take("a", 1);
  EXPECT_EQ(cell.must(claim{"a", 1}), claimed{1});
  EXPECT_EQ(cell.must(claim{"a", 1}), claimed{1});
  cell.now += 24h * 365;
  EXPECT_EQ(cell.must(expire{}).claims, 1);
  EXPECT_EQ(cell.refused(hold{"b", 1, soon()}), errc::sold_out);
}

TEST_F(StockCell, TakesUnitsAnewForALapsedClaim) {
  stocked(1);
  take("a", 1);
  cell.now += 10min;
  cell.must(expire{});
  EXPECT_EQ(cell.must(claim{"a", 1}), claimed{1});
  cell.must(release{"a"});
  take("b", 1);
  EXPECT_EQ(cell.refused(claim{"c", 1}), errc::sold_out);
  cell.now += 10min;
  EXPECT_EQ(cell.must(claim{"c", 1}), claimed{1});
  EXPECT_EQ(now().holds, 0);
}

TEST_F(StockCell, ClaimsLessOrMoreThanWasHeld) {
  stocked(5);
  take("a", 3);
  take("b", 1);
  EXPECT_EQ(cell.refused(claim{"a", 5}), errc::sold_out);
  EXPECT_EQ(cell.must(claim{"a", 4}), claimed{4});
  EXPECT_EQ(now().available, 0);
  cell.must(release{"a"});
  take("c", 3);
  cell.must(claim{"c", 1});
  EXPECT_EQ(now().available, 3);
}

TEST_F(StockCell, DoesNotCountAClaimsOwnLapsedHoldTwice) {
  stocked(5);
  cell.must(hold{"a", 3, cell.now + 1min});
  cell.must(hold{"b", 2, cell.now + 1h});
  cell.now += 2min;
  EXPECT_EQ(cell.refused(claim{"a", 5}), errc::sold_out);
  EXPECT_EQ(cell.must(claim{"a", 3}), claimed{3});
  EXPECT_EQ(now().available, 0);
}

TEST_F(StockCell, RefusesAClaimOnUnitsThatACountTookAway) {
  stocked(2);
  take("a", 1);
  take("b", 1);
  cell.must(claim{"a", 1});
  EXPECT_EQ(cell.must(count{1, "count"}).available, 0);
  EXPECT_EQ(cell.refused(claim{"b", 1}), errc::sold_out);
}

TEST_F(StockCell, GivesHeldAndClaimedUnitsBack) {
  stocked(2);
  take("a", 1);
  take("b", 1);
  cell.must(claim{"b", 1});
  cell.must(release{"a"});
  cell.must(release{"b"});
  const auto events = cell.events();
  cell.must(release{"b"});
  EXPECT_EQ(cell.events(), events);
  EXPECT_EQ(now().available, 2);
  EXPECT_EQ(cell.refused(claim{"a", 1}), errc::conflict);
  EXPECT_EQ(cell.refused(ship{"a"}), errc::conflict);
}

TEST_F(StockCell, BarsAHoldThatArrivesAfterItsRelease) {
  stocked(1);
  cell.must(release{"late"});
  EXPECT_EQ(cell.refused(hold{"late", 1, soon()}), errc::conflict);
  EXPECT_EQ(cell.refused(claim{"late", 1}), errc::conflict);
  cell.now += holdings::memory;
  cell.must(receive{1, "time goes on"});
  EXPECT_EQ(cell.must(hold{"late", 1, soon()}).granted, 1);
}

TEST_F(StockCell, ShipsOnlyWhatIsClaimed) {
  stocked(3);
  EXPECT_EQ(cell.refused(ship{"a"}), errc::not_found);
  take("a", 2);
  EXPECT_EQ(cell.refused(ship{"a"}), errc::conflict);
  cell.must(claim{"a", 2});
  EXPECT_EQ(cell.must(ship{"a"}), shipped{2});
  EXPECT_EQ(cell.must(ship{"a"}), shipped{2});
  EXPECT_EQ(cell.must(claim{"a", 2}), claimed{2});
  EXPECT_EQ(cell.refused(release{"a"}), errc::conflict);
  const auto l = now();
  EXPECT_EQ(l.on_hand, 1);
  EXPECT_EQ(l.shipped, 2);
  EXPECT_EQ(l.reserved, 0);
}

TEST_F(StockCell, TakesNoMoreBackThanWasShipped) {
  stocked(3);
  take("a", 2);
  cell.must(claim{"a", 2});
  EXPECT_EQ(cell.refused(give_back{"a", 1}), errc::conflict);
  cell.must(ship{"a"});
  EXPECT_EQ(cell.refused(give_back{"a", 3}), errc::conflict);
  const auto l = cell.must(give_back{"a", 1});
  EXPECT_EQ(l.on_hand, 2);
  EXPECT_EQ(l.returned, 1);
  cell.now += holdings::memory * 2;
  EXPECT_EQ(cell.must(give_back{"a", 1}).on_hand, 3);
  EXPECT_EQ(cell.refused(give_back{"a", 1}), errc::conflict);
}

TEST_F(StockCell, AcceptsACountBelowWhatIsClaimed) {
  stocked(5);
  take("a", 4);
  cell.must(claim{"a", 4});
  const auto l = cell.must(count{1, "count"});
  EXPECT_EQ(l.on_hand, 1);
  EXPECT_EQ(l.available, 0);
  EXPECT_EQ(l.adjusted, -4);
  // The goods were found after all: what leaves the shelf was there.
  cell.must(ship{"a"});
  EXPECT_EQ(now().on_hand, 0);
  EXPECT_EQ(now().received + now().adjusted, now().on_hand + now().shipped - now().returned);
}

TEST_F(StockCell, RemembersByCommandIdWhatNoReservationNames) {
  EXPECT_FALSE(model::is_natural(receive{}));
  EXPECT_FALSE(model::is_natural(count{}));
  EXPECT_FALSE(model::is_natural(give_back{}));
  EXPECT_TRUE(model::is_natural(hold{}));
  EXPECT_TRUE(model::is_natural(release{}));
}

TEST_F(StockCell, KeepsABoundedNumberOfEnds) {
  holdings units;
  for (size_t i = 0; i < holdings::ended_max + 10; ++i) {
    units.release(std::to_string(i), cell.now + microseconds{i});
    units.forget(cell.now);
  }
  EXPECT_EQ(units.all().size(), holdings::ended_max);
  EXPECT_EQ(units.find("9"), nullptr);
  EXPECT_NE(units.find("10"), nullptr);
  EXPECT_EQ(units.open(), 0u);
}

TEST_F(StockCell, RefusesHistoryItCannotRead) {
  EXPECT_EQ(model::decode_event("").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event("\xff\xff").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event(std::string("\xfa\x01\x00", 3)).error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event(model::encode(model::event{units_received{-1, ""}})).error().code,
            errc::corrupt);
  EXPECT_EQ(model::decode_state("", 2).error().code, errc::corrupt);
}

} // namespace
} // namespace souk::stock
