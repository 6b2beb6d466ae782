// Projections of the journal, given rows as the change feed delivers them.
#include "actors/entity/codec.hpp"
#include "actors/order/order.hpp"
#include "actors/order/projection.hpp"
#include "actors/stock/projection.hpp"
#include "actors/stock/stock.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

namespace souk::test {
namespace {

using persistence::feed_change;
using persistence::feed_table;
using persistence::scratch_database;

class Projection : public testing::Test {
protected:
  void SetUp() override {
    if (!scratch_database::available())
      GTEST_SKIP() << scratch_database::missing;
  }
};

std::string big_endian(int64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> shift);
  return bytes;
}

using StockProjection = Projection;
using OrderProjection = Projection;

/// A journal row with one event, as the feed carries it.
feed_change row(const std::string& entity, int64_t seq, std::string event) {
  static const auto table = std::make_shared<const feed_table>(
      feed_table{"journal", {{"entity", 25}, {"seq", 20}, {"payload", 17}}});
  const entity::journal_entry entry{.command = {}, .events = {std::move(event)}};
  return {feed_change::kind::insert, table, {entity, big_endian(seq), entity::pack(entry)}};
}

/// The shelf of a cell was counted.
feed_change counted(const std::string& cell, int64_t seq, int64_t on_hand) {
  return row(cell, seq,
             stock::model::encode(stock::model::event{stock::units_counted{on_hand, "count"}}));
}

feed_change happened(int64_t seq, const order::model::event& what) {
  return row("order/o", seq, order::model::encode(what));
}

TEST_F(StockProjection, ShowsARowWhoseCommitIsNotVisibleToOthersYet) {
  scratch_database database{true};
  const auto projection = stock::make_projection();
  auto c = database.connect();
  // The journal itself has no such row for this session: the feed was quicker.
  ASSERT_TRUE(projection->apply(*c, {counted("stock/A@berlin", 1, 7)}));
  ASSERT_TRUE(projection->apply(*c, {counted("stock/A@berlin", 2, 5)}));
  const auto shown = c->execute("select on_hand, seq from stock_level where sku = 'A'");
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->size(), 1u);
  EXPECT_EQ(shown->integer(0, 0), 5);
  EXPECT_EQ(shown->integer(0, 1), 2);
}

TEST_F(StockProjection, ToleratesARowThatComesAgain) {
  scratch_database database{true};
  const auto projection = stock::make_projection();
  auto c = database.connect();
  const auto row = counted("stock/A@berlin", 1, 7);
  ASSERT_TRUE(projection->apply(*c, {row}));
  ASSERT_TRUE(projection->apply(*c, {row, counted("stock/A@berlin", 2, 5), row}));
  const auto shown = c->execute("select available from stock_level where sku = 'A'");
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->integer(0, 0), 5);
}

TEST_F(StockProjection, RefusesToGuessOverAGap) {
  scratch_database database{true};
  auto c = database.connect();
  EXPECT_FALSE(stock::make_projection()->apply(*c, {counted("stock/A@berlin", 3, 7)}));
}

TEST_F(OrderProjection, ShowsPeopleAnAuthorisationThatLapsesUntilItIsGone) {
  scratch_database database{true};
  const auto projection = order::make_projection();
  auto c = database.connect();
  const auto shown = [&] {
    const auto found = c->execute("select last_failure from stuck_effect where entity = 'order/o'");
    return found && found->size() == 1 ? std::string(found->text(0, 0)) : "";
  };
  const auto lapse = happened(7, order::lapse_noticed{from_micros(1'800'000'000'000'000)});
  ASSERT_TRUE(projection->apply(*c, {lapse, lapse}));
  EXPECT_EQ(shown(), "not shipped: its authorisation lapses at 2027-01-15T08:00:00.000Z");
  ASSERT_TRUE(projection->apply(
      *c, {happened(8, order::intent_merged{{.id = "pi_1",
                                             .status = payment::intent_status::succeeded,
                                             .amount = {1000, *currency::parse("EUR")},
                                             .captured = 1000}})}));
  EXPECT_EQ(shown(), "");
}

} // namespace
} // namespace souk::test
