// The checker of snapshots, by a cart whose journal and snapshot are made by hand.
#include "actors/cart/cart.hpp"
#include "actors/entity/fold.hpp"
#include "app/sim/audit_recovery.hpp"

#include <gtest/gtest.h>

namespace souk::sim {
namespace {

class Recovery : public testing::Test {
protected:
  const time_point first = from_micros(1'790'000'000'000'000);

  void write(const cart::model::event& e) {
    const auto seq = whole.seq + 1;
    auto row = pack(entity::journal_entry{
        .command = {make_command_id({"test", std::to_string(seq)}), seq, first + seq * 1s},
        .events = {cart::model::encode(e)},
        .trace = {}});
    ASSERT_TRUE(whole.replay(seq, row));
    stored.rows.push_back({{seq, 1, std::move(row)}, {}});
  }
  std::vector<std::string> complaints() const {
    std::vector<std::string> out;
    check_recovery("cart/c", stored, [&](const std::string& what) { out.push_back(what); });
    return out;
  }
  using one = std::vector<std::string>;

  entity::fold<cart::model> whole;
  persistence::stored_history stored;
};

TEST_F(Recovery, AcceptsASnapshotThatSaysWhatTheJournalSays) {
  write(cart::opened{*currency::parse("EUR"), "DE", "u", "s"});
  stored.snapshot = whole.snapshot();
  write(cart::claimed{"v"});
  EXPECT_EQ(complaints(), one{});
}

TEST_F(Recovery, FindsASnapshotOfAnotherState) {
  write(cart::opened{*currency::parse("EUR"), "DE", "u", "s"});
  write(cart::claimed{"v"});
  auto forgetful = whole;
  forgetful.state.user_id = "u";
  stored.snapshot = forgetful.snapshot();
  EXPECT_EQ(complaints(),
            one{"the stored snapshot after event 2 knows another state than the journal"});
}

TEST_F(Recovery, FindsASnapshotThatForgetsACommand) {
  write(cart::opened{*currency::parse("EUR"), "DE", "u", "s"});
  auto forgetful = whole;
  forgetful.memory = entity::command_memory{cart::model::memory};
  stored.snapshot = forgetful.snapshot();
  EXPECT_EQ(
      complaints(),
      one{"the stored snapshot after event 1 knows other commands executed than the journal"});
}

TEST_F(Recovery, FindsASnapshotOfAnotherTime) {
  write(cart::opened{*currency::parse("EUR"), "DE", "u", "s"});
  auto forgetful = whole;
  forgetful.last_at = first;
  stored.snapshot = forgetful.snapshot();
  EXPECT_EQ(complaints(), one{"the stored snapshot after event 1 knows another time of its last "
                              "event than the journal"});
}

} // namespace
} // namespace souk::sim
