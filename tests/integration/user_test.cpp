// Accounts, API keys and sealing keys on a real Postgres.
#include "actors/user/service.hpp"
#include "base/crypto.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <future>

using namespace souk;
using namespace souk::user;

namespace {

class hand_clock final : public souk::clock {
public:
  time_point now() const override { return from_micros(1'795'000'000'000'000); }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::nanoseconds{time.load()};
  }
  void advance(std::chrono::nanoseconds by) { time += by.count(); }
  std::atomic<int64_t> time{1};
};

struct Users : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    start_crypto();
    database.emplace(true);
    persistence::pg_pool_options options;
    options.connection.url = database->url();
    options.connections = 2;
    pool = std::make_unique<persistence::pg_pool>(options);
    const executor at_once = [this](std::function<void()> job) {
      if (passwords_full)
        return false;
      job();
      return true;
    };
    users = std::make_unique<user::service>(
        *pool, at_once, time, random,
        service_options{.secret = std::string(32, 's'),
                        .by_account = {.attempts = 3, .within = 60s}});
  }
  void TearDown() override { pool.reset(); }

  /// Calls `start` with a callback and waits for its answer.
  template <class T, class Start>
  result<T> ask(Start start) {
    auto answer = std::make_shared<std::promise<result<T>>>();
    start([answer](result<T> r) { answer->set_value(std::move(r)); });
    return answer->get_future().get();
  }
  result<account> enrol(const std::string& email, std::optional<idempotency> repeat = {}) {
    return ask<account>([&](auto done) {
      users->register_user({email, "correct horse", "Ann", "198.51.100.7"}, repeat, done);
    });
  }
  result<account> log_in(const std::string& email, const std::string& password) {
    return ask<account>([&](auto done) { users->verify_login({email, password, ""}, done); });
  }

  std::optional<persistence::scratch_database> database;
  tests::seeded_entropy random;
  hand_clock time;
  std::atomic<bool> passwords_full{false};
  std::unique_ptr<persistence::pg_pool> pool;
  std::unique_ptr<user::service> users;
};

} // namespace

TEST_F(Users, RegisterOnceAndLogInByAnySpelling) {
  const idempotency repeat{make_command_id({"register"}), 1};
  const auto ann = enrol("Ann@Example.org", repeat);
  ASSERT_TRUE(ann) << ann.error().detail;
  EXPECT_EQ(ann->email, "ann@example.org");
  EXPECT_EQ(ann->roles, std::vector{role::customer});
  EXPECT_EQ(enrol("Ann@Example.org", repeat)->id, ann->id);
  const auto again = enrol("ann@example.org");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, errc::conflict);
  EXPECT_EQ(again.error().problems[0].field, "/email");
  EXPECT_EQ(log_in(" ANN@example.org", "correct horse")->id, ann->id);
}

TEST_F(Users, LearnNothingFromAFailedLogin) {
  ASSERT_TRUE(enrol("ann@example.org"));
  const auto wrong = log_in("ann@example.org", "battery staple");
  const auto unknown = log_in("bob@example.org", "battery staple");
  ASSERT_FALSE(wrong || unknown);
  EXPECT_EQ(wrong.error().code, errc::unauthenticated);
  EXPECT_EQ(unknown.error().code, errc::unauthenticated);
  EXPECT_EQ(wrong.error().detail, unknown.error().detail);
}

TEST_F(Users, AreThrottledByAccountUntilTheWindowHasPassed) {
  ASSERT_TRUE(enrol("ann@example.org"));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(log_in("ann@example.org", "wrong guess").error().code, errc::unauthenticated);
  const auto refused = log_in("ann@example.org", "correct horse");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::rate_limited);
  EXPECT_EQ(refused.error().retry_after, 60s);
  time.advance(60s);
  EXPECT_TRUE(log_in("ann@example.org", "correct horse"));
}

TEST_F(Users, AreRefusedWhenTooManyPasswordsWait) {
  passwords_full = true;
  EXPECT_EQ(enrol("ann@example.org").error().code, errc::overloaded);
  EXPECT_EQ(log_in("ann@example.org", "correct horse").error().code, errc::overloaded);
}

TEST_F(Users, ChangeTheirPasswordKnowingTheOldOne) {
  const auto ann = enrol("ann@example.org");
  ASSERT_TRUE(ann);
  const auto change = [&](const std::string& before, const std::string& after) {
    return ask<account>([&](auto done) { users->change_password(ann->id, before, after, done); });
  };
  EXPECT_EQ(change("not this one", "new password").error().code, errc::forbidden);
  EXPECT_EQ(change("correct horse", "short").error().code, errc::invalid);
  ASSERT_TRUE(change("correct horse", "new password"));
  EXPECT_FALSE(log_in("ann@example.org", "correct horse"));
  EXPECT_TRUE(log_in("ann@example.org", "new password"));
}

TEST_F(Users, CannotLogInWhileBlockedAndKeepTheRolesTheyAreGiven) {
  const auto ann = enrol("ann@example.org");
  ASSERT_TRUE(ann);
  const auto promoted = ask<account>([&](auto done) {
    users->set_access(ann->id, {.roles = std::vector{role::seller, role::warehouse}}, done);
  });
  ASSERT_TRUE(promoted) << promoted.error().detail;
  EXPECT_EQ(promoted->roles, (std::vector{role::seller, role::warehouse}));
  ASSERT_TRUE(ask<account>(
      [&](auto done) { users->set_access(ann->id, {.status = account_status::blocked}, done); }));
  EXPECT_EQ(log_in("ann@example.org", "correct horse").error().code, errc::unauthenticated);
  const access_change promotion{.roles = std::vector{role::seller}};
  EXPECT_EQ(
      ask<account>([&](auto done) { users->set_access("nobody", promotion, done); }).error().code,
      errc::not_found);
}

TEST_F(Users, KeepTheirAddressesToThemselves) {
  const auto ann = enrol("ann@example.org"), bob = enrol("bob@example.org");
  ASSERT_TRUE(ann && bob);
  const address home{"", "Ann", "1 High Street", "", "Leeds", "LS1 4DY", "GB"};
  const auto put = [&](const std::string& user, const address& a) {
    return ask<std::vector<address>>([&](auto done) { users->put_address(user, a, {}, done); });
  };
  auto mine = put(ann->id, home);
  ASSERT_TRUE(mine) << mine.error().detail;
  ASSERT_EQ(mine->size(), 1u);
  auto moved = mine->front();
  moved.city = "York";
  EXPECT_EQ(put(ann->id, moved)->front().city, "York");
  EXPECT_FALSE(put(bob->id, moved)) << "not his to change";
  const auto remove = [&](const std::string& user) {
    return ask<std::vector<address>>(
        [&](auto done) { users->remove_address(user, moved.id, done); });
  };
  EXPECT_EQ(remove(bob->id).error().code, errc::not_found);
  EXPECT_TRUE(remove(ann->id)->empty());
}

TEST_F(Users, HaveApiKeysThatAreShownOnceAndEndWhenRevoked) {
  const idempotency repeat{make_command_id({"key"}), 1};
  const auto make = [&] {
    return ask<new_api_key>([&](auto done) {
      users->create_api_key({"till", {role::admin}}, repeat, done);
    });
  };
  const auto made = make();
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(make()->secret, made->secret) << "derived, not stored";
  const auto check = [&](const std::string& secret) {
    return ask<api_key>([&](auto done) { users->check_api_key(secret, done); });
  };
  ASSERT_TRUE(check(made->secret));
  EXPECT_EQ(check(made->secret)->roles, std::vector{role::admin});
  EXPECT_EQ(check("souk_nonsense").error().code, errc::unauthenticated);
  EXPECT_EQ(check(made->secret + "x").error().code, errc::unauthenticated);
  auto stored =
      database->connect()->execute("select count(*) from api_key where position(hash in $1) > 0",
                                   {persistence::sql::bytes{made->secret}});
  EXPECT_EQ(stored->integer(0, 0), 0);
  ASSERT_TRUE(ask<api_key>([&](auto done) { users->revoke_api_key(made->key.id, done); })->revoked);
  EXPECT_EQ(check(made->secret).error().code, errc::unauthenticated) << "this node knows at once";
}

TEST_F(Users, BelieveAnApiKeyForOneSecondAtMost) {
  const auto made = ask<new_api_key>([&](auto done) {
    users->create_api_key({"till", {role::seller}}, {}, done);
  });
  ASSERT_TRUE(made);
  const auto check = [&] {
    return ask<api_key>([&](auto done) { users->check_api_key(made->secret, done); });
  };
  ASSERT_TRUE(check());
  ASSERT_TRUE(
      database->connect()->script("update api_key set revoked_at = now()")); // another node's doing
  time.advance(999ms);
  EXPECT_TRUE(check());
  time.advance(1ms);
  EXPECT_FALSE(check());
}

TEST_F(Users, AreErasedWithTheirKey) {
  const auto ann = enrol("ann@example.org");
  ASSERT_TRUE(ann);
  const auto key = [&] {
    return ask<std::string>([&](auto done) { users->seal_key(ann->id, done); });
  };
  const auto first = key();
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->size(), 32u);
  EXPECT_EQ(*key(), *first);
  EXPECT_TRUE(*ask<bool>([&](auto done) { users->erase(ann->id, done); }));
  EXPECT_EQ(ask<std::string>([&](auto done) { users->find_seal_key(ann->id, done); }).error().code,
            errc::not_found);
  EXPECT_EQ(ask<account>([&](auto done) { users->find(ann->id, done); }).error().code,
            errc::not_found);
  EXPECT_FALSE(*ask<bool>([&](auto done) { users->erase(ann->id, done); }));
}

TEST_F(Users, GetRolesAndStatusTogetherOrNeither) {
  const auto ann = enrol("ann@example.org");
  ASSERT_TRUE(ann);
  auto db = database->connect();
  ASSERT_TRUE(db->script("alter table users add constraint nobody check (status <> 'blocked')"));
  const access_change both{.roles = std::vector{role::seller}, .status = account_status::blocked};
  EXPECT_FALSE(ask<account>([&](auto done) { users->set_access(ann->id, both, done); }));
  EXPECT_EQ(ask<account>([&](auto done) { users->find(ann->id, done); })->roles,
            std::vector{role::customer});
  ASSERT_TRUE(db->script("alter table users drop constraint nobody"));
  const auto changed = ask<account>([&](auto done) { users->set_access(ann->id, both, done); });
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->roles, std::vector{role::seller});
  EXPECT_EQ(changed->status, account_status::blocked);
}

TEST_F(Users, AreNotLookedUpByWhatIsNoId) {
  const std::string odd = "\xc3\x28";
  EXPECT_EQ(ask<account>([&](auto done) { users->find(odd, done); }).error().code, errc::not_found);
  EXPECT_EQ(ask<api_key>([&](auto done) { users->revoke_api_key(odd, done); }).error().code,
            errc::not_found);
  const access_change promotion{.roles = std::vector{role::admin}};
  EXPECT_EQ(ask<account>([&](auto done) { users->set_access(odd, promotion, done); }).error().code,
            errc::not_found);
}

TEST_F(Users, GetOneSealingKeyEvenAtTheSameTime) {
  const auto key = [&] {
    return ask<std::string>([&](auto done) { users->seal_key("order/1", done); });
  };
  auto one = std::async(std::launch::async, key), two = std::async(std::launch::async, key);
  const auto a = one.get(), b = two.get();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(*a, *b);
}
