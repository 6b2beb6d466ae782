// Postgres takes its sessions away, or falls over and recovers, in the middle of a burst of orders:
// buyers see latency and 503, never a lost or doubled order.
#include "tests/kit/order_burst.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace souk::tests {
namespace {

class ShopPostgres : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    shop_.emplace(shop_settings{.request_milliseconds = 5'000});
    staff boss{*shop_};
    boss.sell("PLENTY", 1'000, {{"berlin", 1'000}, {"lyon", 1'000}});
    boss.sell("SCARCE", 2'000, {{"berlin", 8}, {"lyon", 8}});
    seed_ = printed_seed();
    burst_.emplace(*shop_, "PLENTY", "SCARCE", seed_);
  }
  void TearDown() override {
    if (!shop_)
      return;
    expect_clean_audit(*shop_);
    if (HasFailure())
      std::puts(shop_->node_log().c_str());
  }

  /// Of the node's sessions; the tests' own are named otherwise.
  void terminate_sessions() {
    const auto ended = shop_->connect()->execute(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and application_name like 'souk/%'");
    ASSERT_TRUE(ended);
    ended_ += ended->integer(0, 0);
  }

  /// SIGKILL to one session: the server drops all others and its memory, and recovers from its log.
  void crash_server() {
    std::string name;
    EXPECT_TRUE(eventually(
        std::chrono::seconds{30},
        [&] { // some end while they are looked at
          const auto victim = shop_->connect()->execute(
              "select pid::bigint from pg_stat_activity where datname = current_database()"
              " and application_name like 'souk/%' limit 1");
          if (!victim || victim->empty())
            return false;
          const auto pid = static_cast<pid_t>(victim->integer(0, 0));
          std::ifstream("/proc/" + std::to_string(pid) + "/comm") >> name;
          return name == "postgres" && ::kill(pid, SIGKILL) == 0;
        }))
        << "the scratch cluster is not on this machine, or has no session of the node; last seen: "
        << name;
  }

  bool takes_sessions() const {
    // The kit's connect() insists on success, and a server that recovers refuses.
    persistence::pg_options options;
    options.url = std::getenv("SOUK_TEST_POSTGRES");
    return persistence::pg_connection::open(options).has_value();
  }

  static constexpr int buyers = 9;
  uint64_t seed_ = 0;
  int64_t ended_ = 0; ///< sessions; none may be there while the node connects anew
  std::optional<shop_process> shop_;
  std::optional<order_burst> burst_;
};

TEST_F(ShopPostgres, LosesNothingWhenItEndsEverySessionInTheMiddleOfBatches) {
  std::mt19937_64 random{seed_};
  for (int round = 0; round < 6 && !HasFailure(); ++round) {
    burst_->run(buyers, [&] {
      for (int times = 0; times < 3; ++times) {
        std::this_thread::sleep_for(std::chrono::milliseconds{random() % 80});
        terminate_sessions();
      }
    });
  }
  EXPECT_GT(ended_, 0);
  burst_->expect_all_right();
  EXPECT_TRUE(shop_->node().is_running());
}

TEST_F(ShopPostgres, LosesNothingWhenItCrashesUnderLoadAndRecovers) {
  if (!std::getenv("SOUK_TEST_PGDATA"))
    GTEST_SKIP() << "SOUK_TEST_PGDATA is not set: only a scratch cluster may be crashed";
  std::mt19937_64 random{seed_};
  for (int round = 0; round < 3 && !HasFailure(); ++round) {
    burst_->run(buyers, [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds{random() % 150});
      crash_server();
      EXPECT_TRUE(eventually(std::chrono::seconds{30}, [&] { return takes_sessions(); }));
    });
  }
  burst_->expect_all_right();
  EXPECT_TRUE(shop_->node().is_running());
}

} // namespace
} // namespace souk::tests
