// What people do with their accounts on a running shop: letters, passwords, sessions, codes; and
// what the staff may do with them, on record.
#include "actors/user/totp.hpp"
#include "tests/kit/shared_shop.hpp"

#include <gtest/gtest.h>

namespace souk::tests {
namespace {

namespace bj = boost::json;

constexpr std::chrono::seconds patience{20};
constexpr const char* password = "correct horse battery";

/// The bytes an authenticator app reads from the secret.
std::string from_base32(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = bits << 5 | static_cast<uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
    count += 5;
    if (count >= 8)
      out += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return out;
}

class ShopAccount : public shared_shop<ShopAccount> {
public:
  static void fill(shop_process& shop) { staff{shop}.sell("MUG", 1'000, {{"berlin", 1'000}}); }

protected:
  void SetUp() override {
    shared_shop::SetUp();
    if (IsSkipped())
      return;
    email_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    email_ = email_.substr(0, 40) + "@example.org";
    for (auto& c : email_)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    db_ = shop_->connect();
    ada_.emplace(*shop_);
    const auto made = ada_->to.post(
        "/v1/users", bj::object{{"email", email_}, {"password", password}, {"name", "Ada"}});
    ASSERT_EQ(made.status, 201) << made;
    id_ = made.text("/user/id");
    ada_->to.always["Authorization"] = "Bearer " + made.text("/token");
  }

  answer log_in(const std::string& email, const std::string& with, const bj::object& more = {}) {
    bj::object body{{"email", email}, {"password", with}};
    for (const auto& field : more)
      body[field.key()] = field.value();
    return shopper{*shop_}.to.post("/v1/sessions", body);
  }
  std::unique_ptr<shopper> device(const answer& session) {
    auto who = std::make_unique<shopper>(*shop_);
    who->to.always["Authorization"] = "Bearer " + session.text("/token");
    return who;
  }
  int64_t letters(const std::string& to, const std::string& holding) {
    const auto found = db_->execute(
        "select count(*) from caught_mail where strpos(receiver, $1) > 0 and strpos(plain, $2) > 0",
        {to, holding});
    return found ? found->integer(0, 0) : -1;
  }
  /// The token in the newest letter to `to` whose link begins so.
  std::string token_to(const std::string& to, const std::string& path) {
    std::string token;
    EXPECT_TRUE(eventually(patience,
                           [&] {
                             const auto found = db_->execute(
                                 "select substring(plain from $2 || '[?]token=([A-Za-z0-9_-]+)') "
                                 "from caught_mail where strpos(receiver, $1) > 0 and "
                                 "strpos(plain, $2) > 0 order by at desc limit 1",
                                 {to, path});
                             if (found && !found->empty())
                               token = found->text(0, 0);
                             return !token.empty();
                           }))
        << "no letter to " << to;
    return token;
  }

  std::string email_, id_;
  std::unique_ptr<persistence::pg_connection> db_;
  std::optional<shopper> ada_;
};

TEST_F(ShopAccount, HasItsAddressConfirmedByTheLetterAndOnce) {
  EXPECT_FALSE(ada_->to.get("/v1/me").at("/email_confirmed").as_bool());
  EXPECT_EQ(ada_->buy({{"MUG"}}).status, 201) << "who is not confirmed may shop";
  const auto token = token_to(email_, "/account/confirm");
  shopper anyone{*shop_};
  const auto done = anyone.to.post("/v1/users/confirmations", bj::object{{"token", token}});
  EXPECT_EQ(done.status, 200) << done;
  EXPECT_EQ(done.text("/email"), email_);
  EXPECT_NE(done.header("ratelimit-policy").find("confirmations"), std::string::npos);
  EXPECT_TRUE(ada_->to.get("/v1/me").at("/email_confirmed").as_bool());
  const auto twice = anyone.to.post("/v1/users/confirmations", bj::object{{"token", token}});
  EXPECT_EQ(twice.status, 400) << twice;
  EXPECT_EQ(twice.text("/problems/0/code"), "stale_token");
  EXPECT_EQ(ada_->to.ask("POST", "/v1/me/confirmations").status, 202);
  EXPECT_EQ(letters(email_, "/account/confirm"), 1);
}

TEST_F(ShopAccount, GetsANewPasswordByLetterAndLosesAllSessions) {
  const auto other = device(log_in(email_, password));
  ASSERT_EQ(other->to.get("/v1/me").status, 200);
  shopper anyone{*shop_};
  const auto ask = [&](const std::string& email) {
    return anyone.to.post("/v1/users/password-resets", bj::object{{"email", email}});
  };
  const auto known = ask(email_), unknown = ask("nobody-" + email_);
  EXPECT_EQ(known.status, 202) << known;
  EXPECT_EQ(unknown.status, known.status);
  EXPECT_EQ(unknown.body, known.body);
  const auto token = token_to(email_, "/account/reset");
  const auto reset = [&](const std::string& with, const std::string& to,
                         const header_list& headers = {}) {
    return anyone.to.ask("PUT", "/v1/users/password-resets",
                         bj::serialize(bj::object{{"token", with}, {"password", to}}), headers);
  };
  EXPECT_EQ(reset(token, "short").status, 400);
  EXPECT_EQ(reset(token + "x", "another password").status, 400);
  const header_list once{{"Idempotency-Key", "reset-1"}};
  const auto done = reset(token, "another password", once);
  EXPECT_EQ(done.status, 204) << done;
  EXPECT_EQ(reset(token, "another password", once).status, 204) << "a repeat";
  EXPECT_EQ(reset(token, "something else", once).code(), "idempotency_mismatch");
  EXPECT_EQ(reset(token, "a third password").status, 400) << "once";
  EXPECT_TRUE(eventually(patience, [&] { return ada_->to.get("/v1/me").status == 401; }));
  EXPECT_TRUE(eventually(patience, [&] { return other->to.get("/v1/me").status == 401; }));
  EXPECT_EQ(log_in(email_, password).status, 401);
  EXPECT_EQ(log_in(email_, "another password").status, 201);
  EXPECT_EQ(letters("nobody-" + email_, ""), 0);
}

TEST_F(ShopAccount, ChangesItsPasswordAndKeepsOnlyThisSession) {
  auto phone = device(log_in(email_, password));
  const auto change = [&](const std::string& before) {
    return ada_->to.ask(
        "PUT", "/v1/me/password",
        bj::serialize(bj::object{{"current_password", before}, {"password", "another password"}}));
  };
  EXPECT_EQ(change("not the password").status, 403);
  EXPECT_EQ(change(password).status, 204);
  EXPECT_EQ(ada_->to.get("/v1/me").status, 200);
  EXPECT_TRUE(eventually(patience, [&] { return phone->to.get("/v1/me").status == 401; }));
  EXPECT_EQ(log_in(email_, "another password").status, 201);
  EXPECT_EQ(ada_->to.get("/v1/me/sessions").size("/items"), 2u);
}

TEST_F(ShopAccount, MovesToAnotherAddressOnceItsOwnerSaidSo) {
  const auto fresh = "fresh-" + email_;
  shopper eve{*shop_};
  const auto taken = "taken-" + email_;
  ASSERT_EQ(eve.to.post("/v1/users", bj::object{{"email", taken}, {"password", password}}).status,
            201);
  const auto move_to = [&](const std::string& email, const std::string& with) {
    return ada_->to.ask("PUT", "/v1/me/email",
                        bj::serialize(bj::object{{"email", email}, {"password", with}}));
  };
  EXPECT_EQ(move_to(fresh, "wrong password").status, 403);
  const auto free = move_to(fresh, password), not_free = move_to(taken, password);
  EXPECT_EQ(free.status, 202) << free;
  EXPECT_EQ(free.body, not_free.body) << "who is registered is not told";
  const auto token = token_to(fresh, "/account/confirm");
  EXPECT_EQ(ada_->to.get("/v1/me").text("/email"), email_) << "not before";
  EXPECT_EQ(eve.to.post("/v1/users/confirmations", bj::object{{"token", token}}).status, 200);
  EXPECT_EQ(ada_->to.get("/v1/me").text("/email"), fresh);
  EXPECT_EQ(log_in(fresh, password).status, 201);
  EXPECT_EQ(log_in(email_, password).status, 401);
  EXPECT_TRUE(eventually(patience, [&] { return letters(email_, "") >= 2; })) << "it is told";
  EXPECT_EQ(letters(taken, "/account/confirm"), 1) << "its own, at registration";
}

TEST_F(ShopAccount, SeesItsSessionsAndEndsThem) {
  shopper phone{*shop_};
  phone.to.always["User-Agent"] = "Phone/1.0";
  const auto in =
      phone.to.post("/v1/sessions", bj::object{{"email", email_}, {"password", password}});
  phone.to.always["Authorization"] = "Bearer " + in.text("/token");
  auto tablet = device(log_in(email_, password));
  const auto all = ada_->to.get("/v1/me/sessions");
  ASSERT_EQ(all.size("/items"), 3u) << all;
  EXPECT_EQ(all.text("/items/1/device"), "Phone/1.0");
  EXPECT_FALSE(all.at("/items/1/current").as_bool());
  EXPECT_TRUE(all.at("/items/2/current").as_bool());
  shopper eve{*shop_};
  const auto her =
      eve.to.post("/v1/users", bj::object{{"email", "eve-" + email_}, {"password", password}});
  eve.to.always["Authorization"] = "Bearer " + her.text("/token");
  const auto path = "/v1/me/sessions/" + in.text("/id");
  EXPECT_EQ(eve.to.ask("DELETE", path).status, 404);
  EXPECT_EQ(ada_->to.ask("DELETE", path).status, 204);
  EXPECT_TRUE(eventually(patience, [&] { return phone.to.get("/v1/me").status == 401; }));
  EXPECT_EQ(tablet->to.get("/v1/me").status, 200);
  EXPECT_EQ(ada_->to.ask("DELETE", "/v1/me/sessions").status, 204);
  EXPECT_TRUE(eventually(patience, [&] { return tablet->to.get("/v1/me").status == 401; }));
  EXPECT_EQ(ada_->to.get("/v1/me/sessions").size("/items"), 1u);
  EXPECT_EQ(eve.to.get("/v1/me").status, 200);
}

TEST_F(ShopAccount, EndsASessionWhoseRowIsGoneEvenIfItsActorNeverHeard) {
  auto phone = device(log_in(email_, password));
  ASSERT_EQ(phone->to.get("/v1/me").status, 200);
  ASSERT_TRUE(db_->execute("delete from user_session where user_id = $1", {id_}));
  shop_->restart_node();
  shopper again{*shop_};
  again.to.always = phone->to.always;
  EXPECT_EQ(again.to.get("/v1/me").status, 401);
}

TEST_F(ShopAccount, NeedsACodeOnceItAskedForOne) {
  const auto path = std::string{"/v1/me/second-factor"};
  EXPECT_EQ(ada_->to.post(path, bj::object{{"password", "wrong password"}}).status, 403);
  const auto enrolled = ada_->to.post(path, bj::object{{"password", password}});
  ASSERT_EQ(enrolled.status, 201) << enrolled;
  EXPECT_TRUE(enrolled.text("/uri").starts_with("otpauth://totp/"));
  EXPECT_EQ(log_in(email_, password).status, 201) << "not in force yet";
  const auto secret = from_base32(enrolled.text("/secret"));
  const auto found = db_->execute("select floor(extract(epoch from now()) / 30)::bigint");
  const auto step = found->integer(0, 0);
  const auto code = [&](int64_t at) { return user::totp_code(secret, at); };
  const auto wrong = code(step + 1'000);
  EXPECT_EQ(ada_->to.post(path + "/confirmation", bj::object{{"code", wrong}}).status, 403);
  const auto turn_on = [&] {
    return ada_->to.post(path + "/confirmation", bj::object{{"code", code(step)}},
                         {{"Idempotency-Key", "confirm-1"}});
  };
  const auto on = turn_on();
  ASSERT_EQ(on.status, 200) << on;
  EXPECT_EQ(turn_on().body, on.body) << "a repeat shows the same codes";
  ASSERT_EQ(on.size("/recovery_codes"), 10u);
  const auto asked = log_in(email_, password);
  EXPECT_EQ(asked.status, 401);
  EXPECT_EQ(asked.code(), "second_factor_required");
  EXPECT_EQ(log_in(email_, "wrong password", {{"code", code(step + 1)}}).code(), "unauthenticated");
  EXPECT_EQ(log_in(email_, password, {{"code", code(step)}}).status, 401) << "used";
  EXPECT_EQ(log_in(email_, password, {{"code", code(step + 1)}}).status, 201);
  const auto spare = on.text("/recovery_codes/0");
  EXPECT_EQ(log_in(email_, password, {{"recovery_code", spare}}).status, 201);
  EXPECT_EQ(log_in(email_, password, {{"recovery_code", spare}}).status, 401) << "once";
  EXPECT_EQ(ada_->to.get(path).number("/recovery_codes_left"), 9);
  const auto disable = [&](const bj::object& with) {
    return ada_->to.ask("DELETE", path, bj::serialize(with)).status;
  };
  EXPECT_EQ(disable({{"password", password}}), 401);
  EXPECT_EQ(disable({{"password", password}, {"recovery_code", on.text("/recovery_codes/1")}}),
            204);
  EXPECT_EQ(log_in(email_, password).status, 201);
}

TEST_F(ShopAccount, RepeatsALoginWithItsCodeUnderTheSameKey) {
  const auto path = std::string{"/v1/me/second-factor"};
  const auto secret =
      from_base32(ada_->to.post(path, bj::object{{"password", password}}).text("/secret"));
  const auto found = db_->execute("select floor(extract(epoch from now()) / 30)::bigint");
  const auto codes = ada_->to.post(
      path + "/confirmation", bj::object{{"code", user::totp_code(secret, found->integer(0, 0))}});
  ASSERT_EQ(codes.status, 200) << codes;
  const auto log_in_once = [&] {
    return shopper{*shop_}.to.post("/v1/sessions",
                                   bj::object{{"email", email_},
                                              {"password", password},
                                              {"recovery_code", codes.text("/recovery_codes/3")}},
                                   {{"Idempotency-Key", "login-1"}});
  };
  const auto first = log_in_once(), repeat = log_in_once();
  EXPECT_EQ(first.status, 201) << first;
  EXPECT_EQ(repeat.text("/token"), first.text("/token"));
}

TEST_F(ShopAccount, IsFoundBlockedAndPromotedByTheStaffOnRecord) {
  staff boss{*shop_};
  const auto list = boss.to.get("/v1/admin/users?email=" + email_.substr(0, 20));
  ASSERT_EQ(list.size("/items"), 1u) << list;
  EXPECT_EQ(list.text("/items/0/id"), id_);
  EXPECT_EQ(ada_->to.get("/v1/admin/users").status, 403);
  const auto path = "/v1/admin/users/" + id_;
  const auto patch = [&](const bj::object& to) {
    return boss.to.ask("PATCH", path, bj::serialize(to));
  };
  EXPECT_EQ(patch({{"status", "asleep"}}).status, 400);
  const auto blocked = patch({{"status", "blocked"}});
  EXPECT_EQ(blocked.status, 200) << blocked;
  EXPECT_TRUE(eventually(patience, [&] { return ada_->to.get("/v1/me").status == 401; }));
  EXPECT_EQ(log_in(email_, password).status, 401);
  EXPECT_EQ(patch({{"status", "active"}, {"roles", bj::array{"warehouse"}}}).status, 200);
  auto again = device(log_in(email_, password));
  EXPECT_EQ(again->to.get("/v1/admin/stock/MUG").status, 200);
  EXPECT_EQ(again->to.get("/v1/admin/roles").status, 403);

  const auto trail = boss.to.get("/v1/admin/audit-trail?operation=change_user&target=" + path);
  ASSERT_EQ(trail.size("/items"), 3u) << trail;
  EXPECT_EQ(trail.number("/items/0/status"), 200);
  EXPECT_EQ(trail.number("/items/2/status"), 400) << "tried is on record, too";
  EXPECT_TRUE(trail.text("/items/0/actor").starts_with("key:"));
  EXPECT_EQ(trail.text("/items/0/target"), path);
  EXPECT_EQ(trail.text("/items/0/client"), "127.0.0.1");
  EXPECT_FALSE(db_->execute("update audit_action set actor = 'nobody'"));
  EXPECT_FALSE(db_->execute("delete from audit_outcome"));
  EXPECT_EQ(again->to.get("/v1/admin/audit-trail").status, 403);
}

TEST_F(ShopAccount, IsNotTouchedWhenTheAuditTrailCannotBeWritten) {
  staff boss{*shop_};
  ASSERT_TRUE(db_->script("alter table audit_action rename to audit_away"));
  const auto refused = boss.to.ask("PATCH", "/v1/admin/users/" + id_, R"({"status":"blocked"})");
  const auto read = boss.to.get("/v1/admin/users/" + id_);
  ASSERT_TRUE(db_->script("alter table audit_away rename to audit_action"));
  EXPECT_EQ(refused.status, 503) << refused;
  EXPECT_EQ(read.text("/status"), "active") << "reads need no record, and nothing was done";
}

TEST_F(ShopAccount, GivesKeysNoMoreThanTheirScopes) {
  staff boss{*shop_};
  const auto roles = boss.to.get("/v1/admin/roles");
  EXPECT_EQ(roles.size("/items"), 4u) << roles;
  const auto make = [](http_talk& by, const bj::array& of, const bj::array& scopes) {
    return by.post("/v1/admin/api-keys",
                   bj::object{{"name", "till"}, {"roles", of}, {"scopes", scopes}});
  };
  EXPECT_EQ(make(boss.to, {"warehouse"}, {"manage_users"}).status, 400) << "no role grants it";
  EXPECT_EQ(make(boss.to, {"warehouse"}, {"fly"}).status, 400);
  const auto made = make(boss.to, {"warehouse"}, {"read_stock"});
  ASSERT_EQ(made.status, 201) << made;
  http_talk till{shop_->port()};
  till.always["Authorization"] = "Bearer " + made.text("/secret");
  EXPECT_EQ(till.get("/v1/admin/stock/MUG").status, 200);
  EXPECT_EQ(till.ask("PUT", "/v1/admin/stock/MUG/berlin", R"({"on_hand":5,"reason":"x"})").status,
            403);
  const auto keeper = make(boss.to, {"admin"}, {"manage_keys"});
  http_talk keys{shop_->port()};
  keys.always["Authorization"] = "Bearer " + keeper.text("/secret");
  EXPECT_EQ(make(keys, {"admin"}, {}).status, 403) << "more than it may itself";
  const auto list = keys.get("/v1/admin/api-keys");
  EXPECT_EQ(list.body.find(made.text("/secret")), std::string::npos);
  EXPECT_NE(list.body.find("\"last_used_at\":\"20"), std::string::npos);
  EXPECT_EQ(keys.ask("DELETE", "/v1/admin/api-keys/" + made.text("/id")).status, 200);
  EXPECT_TRUE(eventually(patience, [&] { return till.get("/v1/admin/stock/MUG").status == 401; }));
}

} // namespace
} // namespace souk::tests
