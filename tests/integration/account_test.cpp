// Tokens, second factors and expiring keys on a real Postgres and a clock that is moved by hand;
// and that unknown people cost the same work as known ones.
#include "actors/notification/store.hpp"
#include "actors/user/second_factor.hpp"
#include "actors/user/service.hpp"
#include "actors/user/totp.hpp"
#include "base/crypto.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <future>

using namespace souk;
using namespace souk::user;

namespace {

namespace sql = persistence::sql;

class moved_clock final : public souk::clock {
public:
  time_point now() const override {
    return from_micros(1'795'000'000'000'000) +
           std::chrono::duration_cast<microseconds>(std::chrono::nanoseconds{passed.load()});
  }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::nanoseconds{passed.load() + 1};
  }
  void advance(std::chrono::nanoseconds by) { passed += by.count(); }
  std::atomic<int64_t> passed{0};
};

/// Notes every statement on its way.
class watched_connection final : public sql::connection {
public:
  watched_connection(sql::connection& to, std::vector<std::string>& seen) : to_(to), seen_(seen) {}
  result<sql::rows> execute(std::string_view statement,
                            std::vector<sql::parameter> parameters) override {
    seen_.emplace_back(statement);
    return to_.execute(statement, std::move(parameters));
  }
  result<void> script(std::string_view text) override { return to_.script(text); }
  bool is_broken() const override { return to_.is_broken(); }

private:
  sql::connection& to_;
  std::vector<std::string>& seen_;
};

class watched_pool final : public sql::pool {
public:
  explicit watched_pool(sql::pool& to) : to_(to) {}
  void run(std::function<void(sql::connection&)> work,
           std::function<void(failure)> refused) override {
    to_.run(
        [this, work](sql::connection& c) {
          watched_connection watched{c, seen};
          work(watched);
        },
        std::move(refused));
  }
  std::vector<std::string> seen; ///< read between answers only

private:
  sql::pool& to_;
};

struct Accounts : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    start_crypto();
    database.emplace(true);
    db = database->connect();
    persistence::pg_pool_options options;
    options.connection.url = database->url();
    options.connections = 1;
    pool = std::make_unique<persistence::pg_pool>(options);
    watched = std::make_unique<watched_pool>(*pool);
    const executor counted = [this](std::function<void()> job) {
      ++hashes;
      job();
      return true;
    };
    users = std::make_unique<user::service>(
        *watched, counted, time, random,
        service_options{.secret = std::string(32, 's'), .public_url = "https://shop.example"});
    codes = std::make_unique<second_factor>(*watched, time, random);
    ann = must<account>([&](auto done) {
      users->register_user({"ann@example.org", "correct horse", "Ann", "", "de"}, {}, done);
    });
  }
  void TearDown() override { pool.reset(); }

  template <class T, class Start>
  result<T> ask(Start start) {
    auto answer = std::make_shared<std::promise<result<T>>>();
    start([answer](result<T> r) { answer->set_value(std::move(r)); });
    return answer->get_future().get();
  }
  template <class T, class Start>
  T must(Start start) {
    auto r = ask<T>(std::move(start));
    EXPECT_TRUE(r) << r.error().detail;
    return r ? *r : T{};
  }

  std::vector<notification::message> letters(notification::kind what) {
    EXPECT_TRUE(db->script("update message set next_at = now() where state = 'queued'"));
    auto due = notification::lease_due(*db, 1'000, std::chrono::seconds{0});
    EXPECT_TRUE(due);
    std::vector<notification::message> out;
    for (auto& m : *due)
      if (m.content && m.content->kind == what)
        out.push_back(*m.content);
    return out;
  }
  /// The token of the newest such letter; of those of one millisecond, any.
  std::string token(notification::kind what) {
    const auto all = letters(what);
    if (all.empty())
      return "none";
    const auto newest = std::ranges::max_element(all, {}, &notification::message::id);
    const auto& link = newest->values.at(0).text;
    EXPECT_TRUE(link.starts_with("https://shop.example/account/")) << link;
    return link.substr(link.find('=') + 1);
  }
  result<bool> request_reset(const std::string& email) {
    return ask<bool>([&](auto done) { users->request_reset(email, "", done); });
  }
  result<account> reset(const std::string& with, const std::string& password = "new password") {
    return ask<account>([&](auto done) { users->reset_password(with, password, "", {}, done); });
  }
  result<account> confirm(const std::string& with) {
    return ask<account>([&](auto done) { users->confirm(with, "", done); });
  }
  result<account> log_in(const std::string& email, const std::string& password) {
    return ask<account>([&](auto done) { users->verify_login({email, password, ""}, done); });
  }
  result<bool> check(const given_code& with) {
    return ask<bool>([&](auto done) { codes->check(ann.id, with, "", done); });
  }
  int64_t number(const std::string& query) { return db->execute(query)->integer(0, 0); }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> db;
  tests::seeded_entropy random;
  moved_clock time;
  std::unique_ptr<persistence::pg_pool> pool;
  std::unique_ptr<watched_pool> watched;
  std::unique_ptr<user::service> users;
  std::unique_ptr<second_factor> codes;
  std::atomic<int> hashes{0};
  account ann;
};

using notification::kind;

TEST_F(Accounts, CostTheSameWorkWhetherTheyExistOrNot) {
  ASSERT_TRUE(request_reset("warm@example.org")) << "the decoy gets its key once";
  watched->seen.clear();
  ASSERT_TRUE(request_reset("ann@example.org"));
  const auto known = std::exchange(watched->seen, {});
  ASSERT_TRUE(request_reset("bob@example.org"));
  EXPECT_EQ(watched->seen, known);
  EXPECT_GE(known.size(), 8u);
  EXPECT_EQ(letters(kind::reset_password).size(), 1u);
  EXPECT_EQ(number("select count(*) from message where person = 'nobody'"), 0);
  EXPECT_EQ(number("select count(*) from account_token where purpose = 'reset_password'"), 1);

  watched->seen.clear();
  hashes = 0;
  EXPECT_FALSE(log_in("ann@example.org", "wrong password"));
  const auto wrong = std::exchange(watched->seen, {});
  const auto wrong_hashes = hashes.exchange(0);
  EXPECT_FALSE(log_in("bob@example.org", "wrong password"));
  EXPECT_EQ(watched->seen, wrong);
  EXPECT_EQ(hashes, wrong_hashes);
}

TEST_F(Accounts, KeepOnlyHashesOfTokens) {
  ASSERT_TRUE(request_reset("ann@example.org"));
  const auto with = token(kind::reset_password);
  EXPECT_EQ(with.size(), 43u) << "256 bits";
  EXPECT_EQ(number("select count(*) from account_token where position(convert_to('" + with +
                   "', 'UTF8') in hash) > 0"),
            0);
  EXPECT_EQ(number("select count(*) from account_token where octet_length(hash) = 32"), 2);
}

TEST_F(Accounts, ResetAPasswordWithinTheHourAndOnce) {
  ASSERT_TRUE(request_reset("ann@example.org"));
  const auto late = token(kind::reset_password);
  time.advance(1h);
  EXPECT_EQ(reset(late).error().code, errc::invalid);
  ASSERT_TRUE(request_reset("ann@example.org"));
  const auto with = token(kind::reset_password);
  ASSERT_NE(with, late);
  EXPECT_EQ(confirm(with).error().code, errc::invalid) << "not what it is for";
  const auto done = reset(with);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(done->session_epoch, ann.session_epoch + 1) << "all sessions end";
  EXPECT_TRUE(done->email_confirmed) << "the letter got there";
  EXPECT_EQ(reset(with).error().code, errc::invalid);
  EXPECT_TRUE(log_in("ann@example.org", "new password"));
  EXPECT_EQ(letters(kind::password_changed).size(), 1u);
}

TEST_F(Accounts, MakeNoHashForATokenOutOfThinAir) {
  hashes = 0;
  EXPECT_FALSE(reset("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_EQ(hashes, 0);
}

TEST_F(Accounts, AreConfirmedWithinADay) {
  const auto with = token(kind::check_address);
  time.advance(24h);
  EXPECT_EQ(confirm(with).error().code, errc::invalid);
  ASSERT_TRUE(ask<account>([&](auto done) { users->send_confirmation(ann.id, done); }));
  EXPECT_TRUE(confirm(token(kind::check_address))->email_confirmed);
  const auto sent = letters(kind::check_address).size();
  ASSERT_TRUE(ask<account>([&](auto done) { users->send_confirmation(ann.id, done); }));
  EXPECT_EQ(letters(kind::check_address).size(), sent) << "nothing to confirm any more";
}

TEST_F(Accounts, GetOnlySoManyLetters) {
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(request_reset("bob@example.org")) << i;
  const auto refused = request_reset("bob@example.org");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::rate_limited);
  EXPECT_EQ(refused.error().retry_after, 15min);
  EXPECT_TRUE(request_reset("ann@example.org"));
}

TEST_F(Accounts, LoseLinksInAMailboxTheyLeft) {
  ASSERT_TRUE(request_reset("ann@example.org"));
  const auto old_link = token(kind::reset_password);
  time.advance(1s);
  ASSERT_TRUE(ask<bool>([&](auto done) { users->change_email(ann.id, "new@example.org", done); }));
  const auto moved = confirm(token(kind::check_address));
  ASSERT_TRUE(moved) << moved.error().detail;
  EXPECT_EQ(moved->email, "new@example.org");
  EXPECT_FALSE(reset(old_link));
  ASSERT_EQ(letters(kind::address_changed).size(), 1u);
  EXPECT_EQ(letters(kind::address_changed)[0].to, "ann@example.org");
  EXPECT_EQ(letters(kind::address_changed)[0].locale, "de");
}

TEST_F(Accounts, KeepTheirAddressOnceANewPasswordIsSet) {
  time.advance(1s);
  ASSERT_TRUE(
      ask<bool>([&](auto done) { users->change_email(ann.id, "thief@example.org", done); }));
  const auto thiefs = token(kind::check_address);
  time.advance(1s);
  ASSERT_TRUE(request_reset("ann@example.org"));
  ASSERT_TRUE(reset(token(kind::reset_password)));
  EXPECT_FALSE(confirm(thiefs)) << "asked for by whoever knew the former password";
}

TEST_F(Accounts, CannotTakeAnAddressThatWasRegisteredMeanwhile) {
  time.advance(1s);
  ASSERT_TRUE(ask<bool>([&](auto done) { users->change_email(ann.id, "bob@example.org", done); }));
  const auto with = token(kind::check_address);
  ASSERT_TRUE(ask<account>([&](auto done) {
    users->register_user({"bob@example.org", "correct horse", "Bob", ""}, {}, done);
  }));
  const auto refused = confirm(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problems[0].code, "stale_token") << "and says no more";
}

TEST_F(Accounts, TakeACodeOnceAndForgiveOneStep) {
  EXPECT_TRUE(check({})) << "off";
  const auto enrolled = must<enrolment>([&](auto done) { codes->enrol(ann, done); });
  EXPECT_EQ(enrolled.secret.size(), 32u);
  EXPECT_TRUE(check({})) << "not in force before its first code";
  // The secret is sealed; the test opens it as the service does.
  const auto key = must<std::string>([&](auto done) { users->find_seal_key(ann.id, done); });
  const auto row = db->execute("select secret from second_factor");
  const auto secret = unseal(row->bytea(0, 0), key);
  ASSERT_TRUE(secret);
  EXPECT_EQ(base32(*secret), enrolled.secret);
  const auto code = [&](int64_t off) {
    return given_code{.code = totp_code(*secret, totp_step_of(time.now()) + off)};
  };
  using texts = std::vector<std::string>;
  const auto spare =
      must<texts>([&](auto done) { codes->confirm(ann.id, code(0).code, {}, done); });
  ASSERT_EQ(spare.size(), recovery_codes);
  EXPECT_EQ(check({}).error().code, errc::second_factor_required);
  EXPECT_EQ(check(code(0)).error().code, errc::second_factor_required) << "used to confirm";
  EXPECT_TRUE(check(code(1)));
  EXPECT_FALSE(check(code(1)));
  time.advance(90s);
  EXPECT_FALSE(check(code(-2)));
  EXPECT_TRUE(check(code(-1)));
  EXPECT_TRUE(check(code(0)));
  auto typed = spare[4];
  std::ranges::transform(typed, typed.begin(), [](unsigned char c) { return std::toupper(c); });
  EXPECT_TRUE(check({.recovery_code = typed})) << "however it is spelled";
  EXPECT_FALSE(check({.recovery_code = typed}));
  EXPECT_EQ(
      must<factor_status>([&](auto done) { codes->status(ann.id, done); }).recovery_codes_left, 9);
}

TEST_F(Accounts, CannotGuessCodesForEver) {
  must<enrolment>([&](auto done) { codes->enrol(ann, done); });
  ASSERT_TRUE(db->script("update second_factor set confirmed_at = now()"));
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(check({.recovery_code = "guess"}).error().code, errc::second_factor_required);
  EXPECT_EQ(check({.recovery_code = "guess"}).error().code, errc::rate_limited);
  time.advance(1h);
  EXPECT_EQ(check({.recovery_code = "guess"}).error().code, errc::second_factor_required);
}

TEST_F(Accounts, HaveKeysThatExpireAndSayWhenTheyWereUsed) {
  const auto made = must<new_api_key>([&](auto done) {
    users->create_api_key({"till", {role::seller}, {permission::read_stock}, time.now() + 1h}, {},
                          done);
  });
  const auto use = [&] {
    return ask<api_key>([&](auto done) { users->check_api_key(made.secret, done); });
  };
  ASSERT_TRUE(use());
  EXPECT_EQ(use()->scopes, std::vector{permission::read_stock});
  const auto last_used = [&] {
    return must<std::vector<api_key>>([&](auto done) { users->list_api_keys(done); })
        .at(0)
        .last_used_at;
  };
  const auto first = last_used();
  ASSERT_TRUE(first);
  time.advance(2min);
  ASSERT_TRUE(use());
  EXPECT_EQ(last_used(), first) << "coarse";
  time.advance(4min);
  ASSERT_TRUE(use());
  EXPECT_GT(last_used(), first);
  time.advance(1h);
  EXPECT_EQ(use().error().code, errc::unauthenticated);
}

} // namespace
