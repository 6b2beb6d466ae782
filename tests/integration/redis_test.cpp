// The Redis connection on a real Redis, and without one.
#include "persistence/redis_connection.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace souk::persistence {
namespace {

TEST(Redis, AnswersEveryKindOfReply) {
  const char* url = std::getenv("SOUK_TEST_REDIS");
  if (!url)
    GTEST_SKIP() << "SOUK_TEST_REDIS is not set: it is a redis:// URL";
  auto c = redis_connection::make({.url = url}).value();
  const std::string binary{"a\0b", 3};
  ASSERT_TRUE(c->command({"SET", "souk:test", binary, "PX", "5000"}));
  EXPECT_EQ(c->command({"GET", "souk:test"})->text(), binary);
  EXPECT_TRUE(c->command({"GET", "souk:test:none"})->is_nil());
  EXPECT_EQ(c->command({"DEL", "souk:test"})->integer(), 1);
  const auto list = c->command({"COMMAND", "COUNT"});
  EXPECT_GT(list->integer(), 0);
  EXPECT_EQ(c->command({"MGET", "souk:test", "souk:test"})->items().size(), 2u);
  EXPECT_EQ(c->command({"NO-SUCH-COMMAND"}).error().code, errc::internal);
}

TEST(Redis, ReconnectsAfterItsConnectionWasClosed) {
  const char* url = std::getenv("SOUK_TEST_REDIS");
  if (!url)
    GTEST_SKIP() << "SOUK_TEST_REDIS is not set: it is a redis:// URL";
  auto a = redis_connection::make({.url = url, .backoff_least = 0ms, .backoff_most = 0ms}).value();
  auto b = redis_connection::make({.url = url}).value();
  const auto id = std::to_string(a->command({"CLIENT", "ID"})->integer());
  ASSERT_TRUE(b->command({"CLIENT", "KILL", "ID", id}));
  EXPECT_EQ(a->command({"PING"}).error().code, errc::unavailable);
  EXPECT_EQ(a->command({"PING"})->text(), "PONG");
}

TEST(Redis, IsUnavailableAtOnceWhileNobodyListens) {
  auto c = redis_connection::make({.url = "redis://127.0.0.1:1"}).value();
  EXPECT_EQ(c->command({"PING"}).error().code, errc::unavailable);
  const auto again = c->command({"PING"});
  EXPECT_EQ(again.error().code, errc::unavailable);
  EXPECT_EQ(again.error().detail, "Redis is away"); // without another attempt
}

TEST(Redis, RefusesWhatIsNoRedisUrl) {
  EXPECT_EQ(redis_connection::make({.url = "http://x"}).error().code, errc::invalid);
}

} // namespace
} // namespace souk::persistence
