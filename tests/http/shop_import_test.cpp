// A seller's files over HTTP: in, looked at, out again, and through a killed node.
#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

#include <set>

namespace souk::tests {
namespace {

using namespace std::chrono_literals;
namespace bj = boost::json;

class ShopImport : public testing::Test {
protected:
  static void SetUpTestSuite() {
    if (shop_process::available())
      shop = std::make_unique<shop_process>();
  }
  static void TearDownTestSuite() { shop.reset(); }
  void SetUp() override {
    if (!shop)
      GTEST_SKIP() << shop_process::missing;
    talk();
  }
  void TearDown() override {
    if (HasFailure() && shop)
      std::puts(shop->node_log().c_str());
  }
  void talk() {
    seller.emplace(shop->port());
    seller->always["Authorization"] = "Bearer " + shop->admin_key();
  }

  answer send(const std::string& bytes, const std::string& query = {},
              const std::string& type = "application/x-ndjson") {
    return seller->ask("POST", "/v1/admin/imports" + query, bytes, {{"Content-Type", type}});
  }
  answer state_of(const answer& sent) { return seller->get(sent.header("location")); }
  /// The import's state once it does not run any more.
  answer ended(const answer& sent) {
    EXPECT_EQ(sent.status, 202) << sent;
    answer last;
    EXPECT_TRUE(eventually(60s, [&] {
      last = state_of(sent);
      return last.status != 200 || last.text("/status") != "running";
    }));
    return last;
  }
  static std::string line(const std::string& handle, const std::string& more = {}) {
    return R"({"handle":")" + handle + R"(","title":"A thing )" + handle +
           R"(","category":"imported","variants":[{"sku":")" + handle +
           R"(","price":{"amount":990,"currency":"EUR"},"stock":{"berlin":3})" + more + "}]}\n";
  }

  static inline std::unique_ptr<shop_process> shop;
  std::optional<http_talk> seller;
};

TEST_F(ShopImport, TakesAFileAndTellsWhatIsWrongWithItsRows) {
  const auto file = line("mug-one") + "{\"title\": 7}\n" + line("mug-two") + line("Not A Handle");
  const auto state = ended(send(file));
  EXPECT_EQ(state.text("/status"), "finished") << state;
  EXPECT_EQ(state.number("/rows"), 4) << state;
  EXPECT_EQ(state.number("/imported"), 2) << state;
  EXPECT_EQ(state.number("/failed"), 2) << state;
  EXPECT_EQ(state.number("/problems/0/row"), 2) << state;
  EXPECT_FALSE(state.text("/problems/0/code").empty()) << state;
  EXPECT_EQ(seller->get("/v1/products/mug-two").status, 200);
  EXPECT_TRUE(eventually(
      20s, [&] { return seller->get("/v1/admin/stock/mug-one").number("/items/0/on_hand") == 3; }));

  const auto path = "/v1/admin/imports/" + state.text("/id") + "/problems?limit=1";
  std::set<int64_t> rows;
  std::string cursor;
  do {
    const auto page = seller->get(path + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page;
    ASSERT_EQ(page.size("/items"), 1U) << page;
    rows.insert(page.number("/items/0/row"));
    cursor = page.text("/next_cursor");
  } while (!cursor.empty());
  EXPECT_EQ(rows, (std::set<int64_t>{2, 4}));
}

TEST_F(ShopImport, ChecksAFileWithoutWritingAnything) {
  const auto state = ended(send(line("only-checked"), "?dry_run=true"));
  EXPECT_EQ(state.text("/status"), "finished") << state;
  EXPECT_EQ(state.at("/dry_run"), bj::value(true)) << state;
  EXPECT_EQ(state.number("/imported"), 1) << state;
  EXPECT_EQ(seller->get("/v1/products/only-checked").status, 404);
}

TEST_F(ShopImport, GivesBackAShopifyFile) {
  const std::string csv =
      "Handle,Title,Vendor,Type,Variant SKU,Variant Price,Variant Inventory Qty\n"
      "csv-cup,Csv Cup,Isola,Cups,CSV-CUP,12.50,4\n";
  const auto state = ended(send(csv, "?currency=EUR&warehouse=lyon", "text/csv; charset=utf-8"));
  EXPECT_EQ(state.number("/imported"), 1) << state;
  const auto out = seller->get("/v1/admin/exports/products?format=shopify");
  EXPECT_EQ(out.status, 200);
  EXPECT_NE(out.body.find("CSV-CUP"), std::string::npos);
  EXPECT_NE(out.body.find("12.50"), std::string::npos);
  EXPECT_NE(seller->get("/v1/admin/exports/products").body.find("\"csv-cup\""), std::string::npos);
}

TEST_F(ShopImport, RefusesWhatIsNoFile) {
  EXPECT_EQ(send("{}", "", "application/json").status, 415);
  EXPECT_EQ(send("").status, 400);
  EXPECT_EQ(send("x", "?currency=euro").status, 400);
  EXPECT_EQ(send("x", "?dry_run=perhaps").status, 400);
  EXPECT_EQ(seller->get("/v1/admin/imports/nobodys").status, 404);
  EXPECT_EQ(seller->get("/v1/admin/imports/%ff").status, 404);
  EXPECT_EQ(seller->get("/v1/admin/exports/products?format=xml").status, 400);
  seller->always.clear();
  EXPECT_EQ(send(line("guest")).status, 401);
}

TEST_F(ShopImport, GoesOnWhereAKilledNodeStopped) {
  constexpr int products = 12'000; // several batches
  std::string file;
  for (int i = 0; i < products; ++i)
    file += line("killed-" + std::to_string(i));
  const auto sent = send(file);
  ASSERT_EQ(sent.status, 202) << sent;
  ASSERT_TRUE(eventually(60s, [&] { return state_of(sent).number("/rows") > 0; }));
  shop->restart_node();
  talk();
  // Postgres ends the dead session in its own time.
  ASSERT_TRUE(eventually(30s, [&] { return state_of(sent).text("/status") != "running"; }));
  const auto broken_off = state_of(sent);
  EXPECT_EQ(broken_off.text("/status"), "interrupted") << broken_off;
  EXPECT_LT(broken_off.number("/rows"), products) << "killed too late to prove anything";
  const auto again = send(file);
  EXPECT_EQ(again.header("location"), sent.header("location"));
  const auto state = ended(again);
  EXPECT_EQ(state.text("/status"), "finished") << state;
  EXPECT_EQ(state.number("/imported"), products) << state;
  EXPECT_EQ(state.at("/reason"), bj::value(nullptr)) << state;
  auto c = shop->connect();
  EXPECT_EQ(c->execute("select count(*), max(version) from product where category = 'imported' and "
                       "handle like 'killed-%'")
                ->integer(0, 0),
            products);
}

} // namespace
} // namespace souk::tests
