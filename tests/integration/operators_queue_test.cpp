// What people have to look at stays in their queue as long as it is so, and no longer.
#include "actors/operators/queue.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

namespace souk::operators {
namespace {

using persistence::scratch_database;

class OperatorsQueue : public testing::Test {
protected:
  void SetUp() override {
    if (!scratch_database::available())
      GTEST_SKIP() << scratch_database::missing;
    database = std::make_unique<scratch_database>(true);
    c = database->connect();
    persistence::pg_pool_options options;
    options.connection.url = database->url();
    options.connections = 1; // list() waits for what was told before
    pool = std::make_unique<persistence::pg_pool>(options);
    people = std::make_unique<queue>(*pool);
  }
  void TearDown() override {
    people.reset();
    pool.reset();
  }

  void tell(const std::string& step, int attempts) {
    people->stuck({"order", "o1"}, step, attempts, fail(errc::unavailable, "no answer"));
  }
  /// The steps that are shown; also waits for what was told before.
  std::vector<std::string> shown() {
    std::promise<std::vector<std::string>> steps;
    people->list([&](const result<std::vector<entry>>& all) {
      std::vector<std::string> out;
      for (const auto& e : *all)
        out.push_back(e.step);
      std::ranges::sort(out);
      steps.set_value(std::move(out));
    });
    return steps.get_future().get();
  }
  void let_a_day_pass() {
    ASSERT_TRUE(c->execute("update stuck_effect set last_attempt = last_attempt - interval '25h'"));
  }
  int64_t forget() {
    const auto gone = forget_silent(
        *c,
        std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()) - silence_max);
    EXPECT_TRUE(gone);
    return gone ? *gone : -1;
  }

  std::unique_ptr<scratch_database> database;
  std::unique_ptr<persistence::sql::connection> c;
  std::unique_ptr<persistence::pg_pool> pool;
  std::unique_ptr<queue> people;
};

TEST_F(OperatorsQueue, ForgetsAnEffectThatNobodyTellsOfAnyMore) {
  tell("capture/1", 10);
  tell("void/2", 10);
  ASSERT_EQ(shown(), (std::vector<std::string>{"capture/1", "void/2"}));
  let_a_day_pass();
  tell("void/2", 11);
  ASSERT_EQ(shown().size(), 2u);
  EXPECT_EQ(forget(), 1);
  EXPECT_EQ(shown(), std::vector<std::string>{"void/2"});
}

TEST_F(OperatorsQueue, KeepsWhatNobodyTriesAgain) {
  tell(supervision::recover_step, 1);
  ASSERT_TRUE(put(*c, "order/o1", "authorisation", 0, "it lapses tomorrow"));
  ASSERT_TRUE(put(*c, "message/m1", "order_shipped", 12, "no such mailbox"));
  ASSERT_EQ(shown().size(), 3u);
  let_a_day_pass();
  EXPECT_EQ(forget(), 0);
  EXPECT_EQ(shown().size(), 3u);
}

} // namespace
} // namespace souk::operators
