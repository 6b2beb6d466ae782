// The note bus on a real Redis: notes reach every node, and whoever may have missed some is told.
#include "persistence/redis_note_bus.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace souk::persistence {
namespace {

/// A node's listener that remembers.
class heard {
public:
  note_listener listener() {
    return [this](const std::vector<change_note>& notes) {
      std::lock_guard hold(guard_);
      for (const auto& note : notes)
        ++notes_[note.subject + " " + std::to_string(note.seq)];
      more_.notify_all();
    };
  }
  /// True as soon as it was told this, this often.
  bool was_told(const std::string& note, int times = 1) {
    std::unique_lock hold(guard_);
    return more_.wait_for(hold, std::chrono::seconds{10}, [&] { return notes_[note] >= times; });
  }

private:
  std::mutex guard_;
  std::condition_variable more_;
  std::map<std::string, int> notes_;
};

const std::string everything = std::string{anything_changed} + " 0";

class NoteBus : public testing::Test {
protected:
  void SetUp() override {
    url_ = std::getenv("SOUK_TEST_REDIS");
    if (!url_)
      GTEST_SKIP() << "SOUK_TEST_REDIS is not set: it is a redis:// URL";
    own_ = redis_connection::make({.url = url_}).value();
    ASSERT_TRUE(own_->command({"DEL", stream}));
  }
  void TearDown() override {
    if (own_)
      (void)own_->command({"DEL", stream});
  }
  std::unique_ptr<redis_note_bus> join(heard& by, size_t page = 256) {
    auto bus = redis_note_bus::make({.url = url_, .stream = stream, .page = page}, by.listener());
    EXPECT_TRUE(by.was_told(everything)); // what was before it came
    return std::move(*bus);
  }

  static constexpr const char* stream = "souk:test:notes";
  const char* url_ = nullptr;
  std::unique_ptr<redis_connection> own_;
};

TEST_F(NoteBus, TellsEveryNode) {
  heard a, b;
  const auto one = join(a), other = join(b);
  EXPECT_TRUE(one->flowing());
  one->publish({{"order:1", 7}, {"sku:A B", 0}});
  for (auto* who : {&a, &b}) {
    EXPECT_TRUE(who->was_told("order:1 7"));
    EXPECT_TRUE(who->was_told("sku:A B 0"));
  }
}

TEST_F(NoteBus, TellsThatNotesMayHaveBeenMissedAfterItsConnectionsWereCut) {
  heard a;
  const auto bus = join(a);
  bus->publish({{"order:1", 7}});
  ASSERT_TRUE(a.was_told("order:1 7"));
  ASSERT_TRUE(own_->command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}));
  EXPECT_TRUE(a.was_told(everything, 2));
  bus->publish({{"order:1", 8}}); // what the lost writer dropped, it owes
  EXPECT_TRUE(a.was_told(everything, 3));
  bus->publish({{"order:1", 9}});
  EXPECT_TRUE(a.was_told("order:1 9"));
  EXPECT_TRUE(bus->flowing());
}

TEST_F(NoteBus, SkipsToTheEndWhenItIsFarBehind) {
  heard a;
  const auto bus = join(a, 1); // any entry is a whole page
  bus->publish({{"order:1", 7}});
  EXPECT_TRUE(a.was_told(everything, 2));
}

TEST(NoteBusAlone, IsNotFlowingWhileNobodyListens) {
  heard a;
  const auto bus = redis_note_bus::make({.url = "redis://127.0.0.1:1"}, a.listener()).value();
  bus->publish({{"order:1", 7}});
  EXPECT_FALSE(bus->flowing());
  EXPECT_EQ(redis_note_bus::make({.url = "http://x"}, a.listener()).error().code, errc::invalid);
}

} // namespace
} // namespace souk::persistence
