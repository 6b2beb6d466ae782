// What a session says to each command, and that its time passes.
#include "actors/session/session.hpp"
#include "tests/kit/model_run.hpp"

namespace souk::session {
namespace {

struct Session : testing::Test {
  kit::model_run<model> session;
  const begin guest{"", {}, "hash-1", "Firefox on Linux"};
  const begin user{"u1", {"shopper"}, "hash-1", "Firefox on Linux"};
  const log_in login{"u1", {"shopper", "seller"}, "hash-2"};
};

TEST_F(Session, IsNobodysUntilItBegins) {
  EXPECT_EQ(session.refused(get{}), errc::not_found);
  EXPECT_EQ(session.refused(revoke{"x"}), errc::not_found);
  EXPECT_EQ(session.refused(check{""}), errc::unauthenticated);
  EXPECT_EQ(session.refused(attach_cart{"c"}), errc::unauthenticated);
  EXPECT_EQ(session.refused(login), errc::unauthenticated);
  EXPECT_EQ(session.refused(begin{"", {}, "", ""}), errc::invalid);
}

TEST_F(Session, BeginsOnce) {
  const auto v = session.must(user);
  EXPECT_EQ(
      v, (session_view{"u1", {"shopper"}, "", false, session.now + user_age, "Firefox on Linux"}));
  EXPECT_EQ(session.refused(guest), errc::conflict);
}

TEST_F(Session, KnowsItsTokenOnly) {
  session.must(guest);
  EXPECT_EQ(session.must(check{"hash-1"}).user_id, "");
  EXPECT_EQ(session.refused(check{"hash-2"}), errc::unauthenticated);
  EXPECT_EQ(session.refused(check{""}), errc::unauthenticated);
}

TEST_F(Session, TurnsAGuestIntoAUserUnderANewToken) {
  session.must(guest);
  session.must(attach_cart{"c1"});
  session.now += 24h;
  const auto v = session.must(login);
  EXPECT_EQ(v.user_id, "u1");
  EXPECT_EQ(v.cart_id, "c1");
  EXPECT_EQ(v.roles, (std::vector<std::string>{"shopper", "seller"}));
  EXPECT_EQ(v.expires, session.now + user_age);
  EXPECT_EQ(session.refused(check{"hash-1"}), errc::unauthenticated);
  EXPECT_EQ(session.must(check{"hash-2"}), v);
  EXPECT_EQ(session.refused(log_in{"u2", {}, "hash-3"}), errc::conflict);
  EXPECT_EQ(session.refused(log_in{"u1", {}, ""}), errc::invalid);
}

TEST_F(Session, AttachesACart) {
  session.must(guest);
  EXPECT_EQ(session.must(attach_cart{"c1"}).cart_id, "c1");
  const auto events = session.events();
  session.must(attach_cart{"c1"});
  EXPECT_EQ(session.events(), events);
  EXPECT_EQ(session.must(attach_cart{"c2"}).cart_id, "c2");
}

TEST_F(Session, EndsForGuestsAfter30Days) {
  session.must(guest);
  session.now += guest_age - 1s;
  session.must(check{"hash-1"});
  session.now += 1s;
  EXPECT_EQ(session.refused(check{"hash-1"}), errc::unauthenticated);
  EXPECT_EQ(session.refused(attach_cart{"c"}), errc::unauthenticated);
  EXPECT_EQ(session.refused(login), errc::unauthenticated);
  EXPECT_FALSE(session.must(get{}).revoked);
}

TEST_F(Session, EndsForUsers14DaysAfterTheLastLogin) {
  session.must(user);
  session.now += user_age - 1s;
  session.must(login);
  session.now += user_age - 1s;
  session.must(check{"hash-2"});
  session.now += 1s;
  EXPECT_EQ(session.refused(check{"hash-2"}), errc::unauthenticated);
}

TEST_F(Session, IsOverWhenRevoked) {
  session.must(user);
  EXPECT_TRUE(session.must(revoke{"logout"}).revoked);
  const auto events = session.events();
  session.must(revoke{"again"});
  EXPECT_EQ(session.events(), events);
  EXPECT_EQ(session.refused(check{"hash-1"}), errc::unauthenticated);
  EXPECT_EQ(session.refused(attach_cart{"c"}), errc::unauthenticated);
  EXPECT_EQ(session.refused(login), errc::unauthenticated);
  EXPECT_TRUE(session.must(get{}).revoked);
}

TEST_F(Session, OwesNobodyAnything) {
  session.must(guest);
  EXPECT_EQ(model::due(session.state), never);
  EXPECT_TRUE(session.pending().empty());
}

TEST_F(Session, RefusesHistoryItCannotRead) {
  EXPECT_EQ(model::decode_event("").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_event("\xff\xff").error().code, errc::corrupt);
  EXPECT_EQ(model::decode_state("", 2).error().code, errc::corrupt);
}

TEST(SessionAtRandom, LetsInOnlyTheNewestTokenInItsTime) {
  for (const auto seed : kit::seeds(1, 100)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    std::mt19937_64 dice{seed};
    kit::model_run<model> session;
    std::string token;
    time_point until = session.now;
    bool is_user = false;
    for (int i = 0; i < 100; ++i) {
      session.now += microseconds{std::chrono::hours{dice() % 60}};
      const bool alive = session.now < until;
      const auto fresh = "t" + std::to_string(i);
      switch (dice() % 12) {
      case 0:
      case 1:
        if (session.run(begin{"", {}, fresh, "d"})) {
          EXPECT_TRUE(token.empty());
          token = fresh;
          until = session.now + guest_age;
        }
        break;
      case 2:
      case 3:
        EXPECT_EQ(session.run(log_in{"u", {"shopper"}, fresh}).has_value(), alive);
        if (alive) {
          is_user = true;
          token = fresh;
          until = session.now + user_age;
        }
        break;
      case 4:
        session.run(attach_cart{fresh});
        break;
      case 5:
        if (dice() % 10 == 0 && session.run(revoke{"x"}))
          until = session.now;
        break;
      default:
        EXPECT_EQ(session.run(check{token}).has_value(), alive);
        EXPECT_FALSE(session.run(check{"old"}).has_value());
      }
      EXPECT_EQ(!session.state.view.user_id.empty(), is_user);
    }
    session.expect_replays(dice() % (session.events() + 1));
    session.expect_total();
  }
}

} // namespace
} // namespace souk::session
