// What the shop knows of a person, and that it knows nothing any more once they had it erased: the
// whole database is searched for what they told it.
#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

namespace souk::tests {
namespace {

namespace bj = boost::json;

constexpr std::chrono::seconds patience{30};
constexpr const char* password = "correct horse battery";
constexpr const char* email = "zenobia.erasmus@example.org";
constexpr const char* name = "Zenobia Erasmus";
constexpr const char* street = "Vergissmeinnichtgasse 77";
constexpr const char* device = "ZenobiaPhone/7";

class ShopPrivacy : public ::testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
    shop_.emplace();
    staff{*shop_}.sell("MUG", 1'000, {{"berlin", 1'000}});
    db_ = shop_->connect();
    zoe_.emplace(*shop_);
    zoe_->to.always["User-Agent"] = device;
    const auto made = zoe_->to.post(
        "/v1/users", bj::object{{"email", email}, {"password", password}, {"name", name}});
    ASSERT_EQ(made.status, 201) << made;
    id_ = made.text("/user/id");
    zoe_->to.always["Authorization"] = "Bearer " + made.text("/token");
    auto home = address_in();
    home["name"] = name;
    home["line1"] = street;
    ASSERT_EQ(zoe_->to.post("/v1/me/addresses", home, {{"Idempotency-Key", "home"}}).status, 201);
    order_ = zoe_->place(order_of(zoe_->cart({{"MUG"}}), "pm_card_visa",
                                  {{"email", email}, {"shipping_address", home}}),
                         "order");
    ASSERT_EQ(order_.status, 201) << order_;
    ASSERT_TRUE(eventually(patience, [&] {
      return zoe_->to.get("/v1/me/orders").text("/items/0/status") == "confirmed" &&
             count("select count(*) from message where state = 'sent'") >= 2;
    })) << shop_->node_log();
  }
  void TearDown() override {
    if (HasFailure() && shop_)
      std::puts(shop_->node_log().c_str());
  }

  int64_t count(const std::string& query) {
    const auto found = db_->execute(query);
    return found ? found->integer(0, 0) : -1;
  }
  answer erase(const bj::object& with) {
    return zoe_->to.ask("DELETE", "/v1/me", bj::serialize(with));
  }

  /// "table.column" wherever `text` stands in plain, in any spelling of its letters; bytes too.
  std::vector<std::string> places_of(const std::string& text) {
    std::vector<std::string> places;
    const auto columns = db_->execute(
        "select format('%I', c.table_name), format('%I', c.column_name), c.data_type::text "
        "from information_schema.columns c join information_schema.tables t "
        "using (table_schema, table_name) where t.table_type = 'BASE TABLE' "
        "and table_schema = current_schema() and c.data_type in ('text', 'bytea', 'jsonb', "
        "'json', 'character', 'character varying', 'ARRAY', 'tsvector') order by 1, 2");
    EXPECT_TRUE(columns && columns->size() > 50) << "there are many";
    for (size_t i = 0; columns && i < columns->size(); ++i) {
      const std::string table{columns->text(i, 0)}, column{columns->text(i, 1)};
      const auto holds = columns->text(i, 2) == "bytea"
                             ? "position(convert_to($1::text, 'UTF8') in " + column + ") > 0"
                             : "strpos(lower(" + column + "::text), lower($1::text)) > 0";
      const auto found = db_->execute("select count(*) from " + table + " where " + holds, {text});
      EXPECT_TRUE(found) << table << "." << column;
      if (found && found->integer(0, 0) > 0)
        places.push_back(table + "." + column);
    }
    return places;
  }

  std::optional<shop_process> shop_;
  std::unique_ptr<persistence::pg_connection> db_;
  std::optional<shopper> zoe_;
  std::string id_;
  answer order_;
};

TEST_F(ShopPrivacy, ExportsAllThatIsKnown) {
  const auto all = zoe_->to.get("/v1/me/export");
  ASSERT_EQ(all.status, 200) << all;
  EXPECT_EQ(all.text("/account/email"), email);
  EXPECT_EQ(all.text("/addresses/0/line1"), street);
  EXPECT_EQ(all.text("/sessions/0/device"), device);
  ASSERT_EQ(all.size("/orders"), 1u) << all;
  EXPECT_EQ(all.text("/orders/0/id"), order_.text("/id"));
  EXPECT_NE(bj::serialize(all.at("/orders/0/contact")).find(street), std::string::npos) << all;
  EXPECT_EQ(all.body.find("password_hash"), std::string::npos);
  EXPECT_EQ(all.body.find("argon2"), std::string::npos);
}

TEST_F(ShopPrivacy, KeepsNothingOfWhoWasErased) {
  EXPECT_FALSE(places_of(email).empty()) << "the search finds what is there";
  EXPECT_FALSE(places_of(street).empty());
  EXPECT_FALSE(places_of(device).empty());
  ASSERT_EQ(zoe_->to.post("/v1/users/password-resets", bj::object{{"email", email}}).status, 202);
  EXPECT_EQ(erase({{"password", "wrong password"}}).status, 403);
  const auto waiting = erase({{"password", password}});
  EXPECT_EQ(waiting.status, 409) << waiting;
  EXPECT_EQ(waiting.text("/problems/0/code"), "order_under_way");
  ASSERT_TRUE(eventually(patience, [&] {
    return count("select count(*) from message where state in ('queued', 'failed')") == 0;
  }));
  const auto gone = erase({{"password", password}, {"despite_orders", true}});
  ASSERT_EQ(gone.status, 204) << gone;
  EXPECT_EQ(zoe_->to.get("/v1/me").status, 401);
  EXPECT_EQ(shopper{*shop_}
                .to.post("/v1/sessions", bj::object{{"email", email}, {"password", password}})
                .status,
            401);
  for (const auto* text : {email, "zenobia", name, street, "Vergissmeinnicht", device})
    EXPECT_EQ(places_of(text), std::vector<std::string>{}) << text;
  EXPECT_EQ(count("select count(*) from person_key where person = '" + id_ + "'"), 0);
  EXPECT_EQ(count("select count(*) from order_summary where user_id = '" + id_ + "'"), 1)
      << "the books keep the order, by an id that means nothing now";
  expect_clean_audit(*shop_);
  const auto again = shopper{*shop_}.to.post(
      "/v1/users", bj::object{{"email", email}, {"password", password}, {"name", name}});
  EXPECT_EQ(again.status, 201) << "and may come back as a stranger";
}

} // namespace
} // namespace souk::tests
