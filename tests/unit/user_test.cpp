// The pure parts of accounts: addresses, permissions, throttling.
#include "actors/user/access.hpp"
#include "actors/user/address_rules.hpp"
#include "actors/user/messages.hpp"
#include "actors/user/throttle.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace souk;
using namespace souk::user;

TEST(Email, IsNormalisedOrRefused) {
  EXPECT_EQ(normalise_email("  Ann.O'Neil+x@Mail.Example.ORG \n").value(),
            "ann.o'neil+x@mail.example.org");
  for (const char* bad :
       {"", " ", "@", "ann", "ann@", "@example.org", "ann@example", ".ann@example.org",
        "ann.@example.org", "a..n@example.org", "ann@-example.org", "ann@example..org",
        "ann@example.org.", "a b@example.org", "ann@exa_mple.org", "ann@example.org\nbcc: x",
        "größe@example.org"})
    EXPECT_FALSE(normalise_email(bad)) << bad;
  EXPECT_FALSE(normalise_email(std::string(65, 'a') + "@example.org"));
  EXPECT_FALSE(normalise_email("a@" + std::string(250, 'b') + ".org"));
}

TEST(Registration, NamesEveryProblem) {
  EXPECT_TRUE(check_registration({"ann@example.org", "12345678", "Ann", ""}).empty());
  const auto problems = check_registration({"ann", "1234567", "A\nB", ""});
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0].field, "/email");
  EXPECT_EQ(problems[1].field, "/password");
  EXPECT_EQ(problems[2].field, "/name");
  EXPECT_FALSE(check_password(std::string(257, 'x'), "/password"));
  EXPECT_TRUE(check_password(std::string(256, 'x'), "/password"));
}

TEST(Address, NeedsWhatACarrierNeeds) {
  const address good{"", "Ann", "1 High Street", "", "Leeds", "LS1 4DY", "GB"};
  EXPECT_TRUE(check_address(good).empty());
  EXPECT_EQ(check_address({}).size(), 5u);
  auto a = good;
  a.country = "gb";
  EXPECT_EQ(check_address(a).size(), 1u);
}

TEST(Address, HasAPostalCodeOfItsCountry) {
  for (const auto& [country, code] :
       std::vector<std::pair<std::string, std::string>>{{"DE", "10115"},
                                                        {"AT", "1010"},
                                                        {"FR", "75 001"},
                                                        {"GB", "SW1A 1AA"},
                                                        {"GB", "m11ae"},
                                                        {"IE", "D02 AF30"},
                                                        {"NL", "1012 AB"},
                                                        {"PL", "00-001"},
                                                        {"PT", "1000-001"},
                                                        {"SE", "11120"},
                                                        {"US", "10001-1234"},
                                                        {"CA", "k1a 0b1"},
                                                        {"LU", "L-1111"},
                                                        {"JP", "100-0001"}})
    EXPECT_TRUE(is_postal_code(country, code)) << country << " " << code;
  for (const auto& [country, code] :
       std::vector<std::pair<std::string, std::string>>{{"DE", "1011"},
                                                        {"DE", "1011a"},
                                                        {"DE", "10115 "},
                                                        {"AT", "10115"},
                                                        {"GB", "10115"},
                                                        {"US", "1000"},
                                                        {"CA", "K1A 0B"},
                                                        {"NL", "1012"},
                                                        {"PL", "00001"},
                                                        {"GB", std::string(5'000, 'A')}})
    EXPECT_FALSE(is_postal_code(country, code)) << country << " " << code.substr(0, 20);
  for (const std::string country : {"AT", "AU", "BE", "CA", "CH", "DE", "DK", "ES", "FI", "FR",
                                    "GB", "IE", "IT", "LU", "NL", "NO", "PL", "PT", "SE", "US"})
    EXPECT_TRUE(is_postal_code(country, postal_code_example(country))) << country;
}

TEST(Address, NamesItsStateWhereMailNeedsOne) {
  address a{.name = "Ann", .line1 = "5th Avenue 1", .city = "New York"};
  a.postal_code = "10001";
  a.country = "US";
  ASSERT_EQ(check_address(a).size(), 1u);
  EXPECT_EQ(check_address(a).front().field, "/state");
  a.state = "NY";
  EXPECT_TRUE(check_address(a).empty());
  a.state = std::string(61, 'N');
  EXPECT_EQ(check_address(a).size(), 1u);
}

TEST(Address, NamesAStateOfItsCountry) {
  for (const auto& [country, text] :
       std::vector<std::pair<std::string, std::string>>{{"CA", "ON"},
                                                        {"CA", "on"},
                                                        {"CA", "British Columbia"},
                                                        {"CA", "québec"},
                                                        {"CA", "Quebec"},
                                                        {"AU", "NSW"},
                                                        {"AU", "victoria"},
                                                        {"US", "CA"},
                                                        {"US", "new york"},
                                                        {"DE", ""},
                                                        {"DE", "Bayern"}})
    EXPECT_TRUE(is_state(country, text)) << country << " " << text;
  for (const auto& [country, text] :
       std::vector<std::pair<std::string, std::string>>{{"CA", ""},
                                                        {"CA", "NY"},
                                                        {"CA", "Ontari"},
                                                        {"AU", ""},
                                                        {"AU", "ON"},
                                                        {"US", "NSW"},
                                                        {"US", " NY"},
                                                        {"DE", std::string(61, 'B')}})
    EXPECT_FALSE(is_state(country, text)) << country << " " << text;
  for (const auto* country : {"US", "CA", "AU"})
    EXPECT_TRUE(is_state(country, state_example(country))) << country;
  EXPECT_EQ(state_example("DE"), "");
}

TEST(Access, GivesEachRoleItsOwnAndAdminsEverything) {
  static_assert(allows(role::customer, permission::use_account));
  static_assert(!allows(role::customer, permission::read_orders));
  static_assert(allows(role::warehouse, permission::ship_orders));
  static_assert(!allows(role::warehouse, permission::edit_catalogue));
  static_assert(!allows(role::seller, permission::refund_orders));
  static_assert(allows(role::admin, permission::manage_keys));
  EXPECT_TRUE(allows(std::vector{role::customer, role::seller}, permission::edit_catalogue));
  EXPECT_FALSE(allows(std::vector<role>{}, permission::use_account));
  for (auto r : {role::customer, role::seller, role::warehouse, role::admin})
    EXPECT_EQ(parse_role(to_string(r)).value(), r);
  EXPECT_FALSE(parse_role("root"));
}

TEST(Access, NamesEveryRoleAndPermissionOnce) {
  std::set<std::string_view> names;
  for (auto p : all_permissions()) {
    EXPECT_TRUE(names.insert(to_string(p)).second) << to_string(p);
    EXPECT_EQ(parse_permission(to_string(p)).value(), p);
    EXPECT_TRUE(allows(role::admin, p));
  }
  EXPECT_GE(names.size(), 12u);
  EXPECT_TRUE(names.contains(to_string(permission::read_audit_trail)));
  EXPECT_FALSE(parse_permission("everything"));
  EXPECT_FALSE(parse_permission(""));
}

TEST(Access, IsNarrowedByScopesAndNeverWidened) {
  const std::vector seller{role::seller};
  EXPECT_TRUE(allows(seller, {}, permission::edit_catalogue));
  EXPECT_TRUE(allows(seller, {permission::read_stock}, permission::read_stock));
  EXPECT_FALSE(allows(seller, {permission::read_stock}, permission::edit_catalogue));
  EXPECT_FALSE(allows(seller, {permission::manage_users}, permission::manage_users));
  for (auto p : all_permissions())
    EXPECT_FALSE(allows({role::admin}, {unknown_permission}, p)) << "of another release";
}

TEST(Throttle, RefusesTheAttemptTooManyAndSaysHowLongToWait) {
  throttle t{{.attempts = 3, .within = 60s}};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(t.count("ann", 10s * i), std::nullopt);
  EXPECT_EQ(t.count("ann", 30s), 30s);
  EXPECT_EQ(t.count("ann", 59s + 500ms), 1s) << "rounded up";
  EXPECT_EQ(t.count("bob", 30s), std::nullopt);
  EXPECT_EQ(t.count("ann", 60s), std::nullopt) << "the first attempt left the window";
  EXPECT_EQ(t.count("ann", 61s), 9s);
  t.forget("ann");
  EXPECT_EQ(t.count("ann", 61s), std::nullopt);
}

TEST(Throttle, StaysBoundedAndForgetsTheQuietestFirst) {
  throttle t{{.attempts = 1, .within = 60s, .keys_max = 100}};
  for (int i = 0; i < 10'000; ++i)
    EXPECT_EQ(t.count("k" + std::to_string(i), std::chrono::milliseconds{i}), std::nullopt);
  EXPECT_LE(t.size(), 100u);
  EXPECT_NE(t.count("k9999", 10s), std::nullopt) << "the latest is remembered";
  EXPECT_EQ(t.count("late", 200s), std::nullopt);
  EXPECT_EQ(t.size(), 1u) << "what left the window is dropped";
}
