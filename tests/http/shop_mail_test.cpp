// Buyers hear of their orders: from the purchase over the journal, the feed, the queue and the
// sender to the mail.
#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

namespace souk::tests {
namespace {

class ShopMail : public testing::Test {
protected:
  void SetUp() override {
    if (!shop_process::available())
      GTEST_SKIP() << shop_process::missing;
  }

  /// The caught mails whose subject holds this, newest first.
  static std::vector<std::string> caught(http_talk& to, const std::string& subject) {
    std::vector<std::string> ids;
    const auto list = to.get("/dev/mail?format=json");
    for (size_t i = 0; i < list.size("/items"); ++i) {
      const auto at = "/items/" + std::to_string(i);
      if (list.text(at + "/subject").find(subject) != std::string::npos)
        ids.push_back(list.text(at + "/id"));
    }
    return ids;
  }
};

constexpr std::chrono::seconds mail_patience{30};

TEST_F(ShopMail, TellsABuyerOnceOfTheOrderAndOfItsShipping) {
  shop_process shop;
  staff boss{shop};
  shopper ada{shop};
  boss.sell("MUG", 1'000, {{"berlin", 100}});
  const auto placed = ada.buy({{"MUG", 2}});
  ASSERT_EQ(placed.status, 201) << placed;
  const auto id = order_id_of(placed);
  const auto number = placed.text("/number");
  ASSERT_TRUE(eventually(mail_patience, [&] { return !caught(ada.to, number).empty(); }))
      << shop.node_log();
  const auto mail = ada.to.get("/dev/mail/" + caught(ada.to, number).front() + "?format=json");
  const auto text = mail.text("/text");
  EXPECT_NE(text.find("2 × "), std::string::npos) << text;
  EXPECT_NE(text.find("/orders/" + id + "?token=" + placed.text("/access_token")),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("24,90"), std::string::npos) << "the total, as Germans write it\n" << text;
  EXPECT_NE(mail.text("/html").find("<html lang=\"de\""), std::string::npos);

  ASSERT_EQ(boss.ship(id).status, 200);
  ASSERT_TRUE(eventually(mail_patience, [&] { return !caught(ada.to, "unterwegs").empty(); }))
      << shop.node_log();
  shop.restart_node();
  EXPECT_EQ(caught(ada.to, number).size(), 2u) << "one of each, also after a restart";
}

TEST_F(ShopMail, IsSentAgainByTheStaff) {
  shop_process shop;
  staff boss{shop};
  boss.sell("MUG", 1'000, {{"berlin", 100}});
  shopper ada{shop};
  const auto number = ada.buy({{"MUG"}}).text("/number");
  ASSERT_TRUE(eventually(mail_patience, [&] { return !caught(ada.to, number).empty(); }));
  const auto db = shop.connect();
  ASSERT_TRUE(db->script("update message set state = 'given_up', content = '\\x00';"
                         "insert into stuck_effect (entity, step, attempts, last_failure) "
                         "select 'message/' || id, kind, 50, 'refused' from message"));
  const auto entry = boss.to.get("/v1/admin/operators-queue");
  ASSERT_EQ(entry.size("/items"), 1u) << entry;
  const auto id = entry.text("/items/0/entity").substr(std::string_view{"message/"}.size());
  const auto path = "/v1/admin/messages/" + id + "/send";
  EXPECT_EQ(ada.to.ask("POST", path).status, 401);
  EXPECT_EQ(boss.to.ask("POST", path).status, 202);
  EXPECT_EQ(boss.to.get("/v1/admin/operators-queue").size("/items"), 0u);
  EXPECT_EQ(boss.to.ask("POST", "/v1/admin/messages/none/send").status, 404);
}

TEST_F(ShopMail, ShowsCaughtMailWhereItCanDoNoHarm) {
  shop_process shop;
  staff{shop}.sell("MUG", 1'000, {{"berlin", 100}});
  shopper ada{shop};
  const auto placed = ada.buy({{"MUG"}});
  ASSERT_EQ(placed.status, 201) << placed;
  const auto number = placed.text("/number");
  ASSERT_TRUE(eventually(mail_patience, [&] { return !caught(ada.to, number).empty(); }));
  const auto path = "/dev/mail/" + caught(ada.to, number).front();
  const auto page = ada.to.get(path);
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("sandbox="), std::string::npos);
  EXPECT_NE(page.body.find("Auto-Submitted: auto-generated"), std::string::npos);
  const auto html = ada.to.get(path + "/html");
  EXPECT_NE(html.headers.at("content-security-policy").find("sandbox"), std::string::npos);
  EXPECT_EQ(ada.to.get("/dev/mail/none").status, 404);
  EXPECT_NE(ada.to.get("/dev/mail").body.find(number), std::string::npos);
}

TEST_F(ShopMail, ShowsNoMailToTheWorld) {
  shop_process shop{{.more = {"--http.public_url=https://shop.example"}}};
  EXPECT_EQ(http_talk{shop.port()}.get("/dev/mail").status, 404)
      << "a node on loopback behind a proxy";
}

} // namespace
} // namespace souk::tests
