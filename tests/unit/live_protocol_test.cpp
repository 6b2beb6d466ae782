// What clients of GET /v1/live may say, and what waits for them.
#include "http/live/outbox.hpp"
#include "http/live/protocol.hpp"

#include <gmock/gmock.h>

namespace souk::live {
namespace {

message text(std::string what) { return std::make_shared<const std::string>(std::move(what)); }

const std::string order_id = "01890a5d-ac96-774b-bcce-b302099a8057";

TEST(LiveProtocol, ReadsWhatClientsSay) {
  const auto more = parse_request(R"({"subscribe":"sku:MUG","since":7,"token":"t"})").value();
  EXPECT_EQ(std::get<subscribe>(more).name, "sku:MUG");
  EXPECT_EQ(std::get<subscribe>(more).since, 7U);
  EXPECT_EQ(std::get<subscribe>(more).token, "t");
  const auto first = parse_request(R"({"subscribe":"sku:MUG"})").value();
  EXPECT_FALSE(std::get<subscribe>(first).since);
  const auto less = parse_request(R"({"unsubscribe":"sku:MUG"})").value();
  EXPECT_EQ(std::get<unsubscribe>(less).name, "sku:MUG");
  EXPECT_EQ(std::get<ping>(parse_request(R"({"ping":-3})").value()).number, -3);
}

TEST(LiveProtocol, RefusesEverythingElse) {
  for (const std::string wrong :
       {"", "x", "[]", "1", "{}", R"({"subscribe":1})", R"({"subscribe":""})",
        R"({"subscribe":"sku:A","since":-1})", R"({"subscribe":"sku:A","since":1.5})",
        R"({"subscribe":"sku:A","more":1})", R"({"ping":"1"})", R"({"ping":1,"ping":2})",
        R"({"ping":1,"subscribe":"sku:A"})", R"({"ping":1}{"ping":2})", "{\"ping\":1", "\xff"})
    EXPECT_TRUE(parse_request(wrong).has_error()) << wrong;
}

TEST(LiveProtocol, KnowsItsTopics) {
  EXPECT_EQ(parse_topic("order:" + order_id)->kind, topic_kind::order);
  EXPECT_EQ(parse_topic("cart:" + order_id)->key, order_id);
  EXPECT_EQ(parse_topic("sku:A:B")->key, "A:B");
  EXPECT_EQ(parse_topic("sku:A:B")->name(), "sku:A:B");
  for (const std::string wrong :
       {"", "sku", "sku:", "order:", "order:1", "cart:../x", "user:1", "*", "SKU:A", "sku:\n",
        "sku:01234567890123456789012345678901234567890"
        "123456789012345678901234"})
    EXPECT_EQ(parse_topic(wrong).error().code, errc::not_found) << wrong;
}

TEST(LiveProtocol, WritesOneJsonObjectAMessage) {
  EXPECT_EQ(render_state("sku:\"A", 3, R"({"bucket":"sold_out"})"),
            R"({"topic":"sku:\"A","seq":3,"data":{"bucket":"sold_out"}})");
  EXPECT_EQ(render_current("sku:A", 3), R"({"topic":"sku:A","seq":3,"current":true})");
  EXPECT_EQ(render_error("sku:A", fail(errc::not_found, "none")),
            R"({"topic":"sku:A","error":{"code":"not_found","detail":"none"}})");
  EXPECT_EQ(render_error("", fail(errc::malformed, "no JSON")),
            R"({"error":{"code":"malformed","detail":"no JSON"}})");
  EXPECT_EQ(render_pong(-3), R"({"pong":-3})");
}

TEST(LiveOutbox, LetsANewerStateTakeTheOldOnesPlace) {
  outbox out;
  EXPECT_TRUE(out.put("a", text("a1")));
  EXPECT_TRUE(out.put("b", text("b1")));
  EXPECT_TRUE(out.put("", text("pong")));
  EXPECT_TRUE(out.put("", text("pong")));
  EXPECT_TRUE(out.put("a", text("a2")));
  out.drop("b");
  std::vector<std::string> got;
  while (const auto next = out.take())
    got.push_back(*next);
  EXPECT_THAT(got, testing::ElementsAre("a2", "pong", "pong"));
}

TEST(LiveOutbox, IsFullByMessagesAndByBytes) {
  outbox few{{.messages = 2, .bytes = 100}};
  EXPECT_TRUE(few.put("", text("1")));
  EXPECT_TRUE(few.put("a", text("2")));
  EXPECT_TRUE(few.put("a", text("3")));
  EXPECT_FALSE(few.put("", text("4")));
  outbox small{{.messages = 10, .bytes = 4}};
  EXPECT_TRUE(small.put("a", text("1234")));
  EXPECT_TRUE(small.put("a", text("12")));
  EXPECT_FALSE(small.put("", text("123")));
  while (small.take()) {
  }
  EXPECT_TRUE(small.put("", text("1234")));
}

} // namespace
} // namespace souk::live
