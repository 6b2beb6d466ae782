// The catalogue's back office as a seller's program meets it: a whole shop, real pictures.
#include "tests/kit/shopper.hpp"
#include "tests/kit/test_pictures.hpp"

#include <gtest/gtest.h>

namespace souk::tests {
namespace {

namespace bj = boost::json;

class ShopCatalogue : public testing::Test {
protected:
  static void SetUpTestSuite() {
    if (shop_process::available())
      shop = std::make_unique<shop_process>();
  }
  static void TearDownTestSuite() { shop.reset(); }
  void SetUp() override {
    if (!shop)
      GTEST_SKIP() << shop_process::missing;
    seller.emplace(shop->port());
    seller->always["Authorization"] = "Bearer " + shop->admin_key();
    visitor.emplace(shop->port());
  }

  answer post(const std::string& path, const std::string& body, const header_list& headers = {}) {
    return seller->ask("POST", path, body, headers);
  }
  answer patch(const std::string& path, const std::string& body, const header_list& headers = {}) {
    return seller->ask("PATCH", path, body, headers);
  }
  answer upload(const std::string& product, const std::string& bytes, const std::string& query = {},
                const header_list& more = {}) {
    auto headers = more;
    headers["Content-Type"] = "application/octet-stream";
    return seller->ask("POST", "/v1/admin/products/" + product + "/images" + query, bytes, headers);
  }
  std::string category(const std::string& handle, const std::string& parent = {}) {
    const bj::object body{{"name", handle}, {"handle", handle}, {"parent", parent}};
    const auto made = seller->post("/v1/admin/categories", body);
    EXPECT_EQ(made.status, 201) << made;
    return "/v1/admin/categories/" + handle;
  }
  /// The path of its record.
  std::string product(const std::string& handle, const std::string& in,
                      const bj::object& more = {}) {
    bj::object body{{"title", handle},
                    {"handle", handle},
                    {"category", in},
                    {"variants", bj::array{bj::object{{"sku", "SKU-" + handle}}}}};
    for (const auto& [name, value] : more)
      body[name] = value;
    const auto made = seller->post("/v1/admin/products", body);
    EXPECT_EQ(made.status, 201) << made;
    return "/v1/admin/products/" + made.text("/id");
  }
  /// The public entry of a category; null when there is none.
  bj::value shown(const std::string& handle, const std::string& query = {}) {
    const auto all = visitor->get("/v1/categories" + query);
    for (const auto& each : all.at("/items").as_array())
      if (each.at("handle").as_string() == handle)
        return each;
    return nullptr;
  }

  static std::unique_ptr<shop_process> shop;
  std::optional<http_talk> seller, visitor;
};

std::unique_ptr<shop_process> ShopCatalogue::shop;

TEST_F(ShopCatalogue, MovesACategoryWithEverythingBelowIt) {
  category("m-root");
  const auto middle = category("m-middle", "m-root");
  const auto leaf = category("m-leaf", "m-middle");
  category("m-other");
  const auto moved = patch(middle, R"({"parent":"m-other"})");
  EXPECT_EQ(moved.status, 200) << moved;
  EXPECT_EQ(shown("m-leaf").at("path"), (bj::array{"m-other", "m-middle", "m-leaf"}));
  const auto circle = patch("/v1/admin/categories/m-other", R"({"parent":"m-leaf"})");
  EXPECT_EQ(circle.status, 409) << circle;
  EXPECT_EQ(circle.text("/problems/0/field"), "/parent");
  EXPECT_EQ(patch(middle, R"({"parent":null})").status, 200);
  EXPECT_EQ(shown("m-leaf").at("path"), (bj::array{"m-middle", "m-leaf"}));
  EXPECT_EQ(seller->ask("DELETE", middle).status, 409) << "it is not empty";
  EXPECT_EQ(seller->ask("DELETE", leaf).status, 204);
  EXPECT_EQ(seller->ask("DELETE", leaf).status, 404);
}

TEST_F(ShopCatalogue, TellsTheSlowerOfTwoEditorsThatItChanged) {
  const auto place = category("editors");
  const auto both_see = seller->get(place).header("etag");
  const header_list if_same{{"If-Match", both_see}};
  EXPECT_EQ(patch(place, R"({"name":"First"})", if_same).status, 200);
  const auto late = patch(place, R"({"name":"Second"})", if_same);
  EXPECT_EQ(late.status, 412) << late;
  EXPECT_EQ(late.code(), "precondition_failed");
  const auto mug = product("editors-mug", "editors");
  const header_list same_mug{{"If-Match", seller->get(mug).header("etag")}};
  EXPECT_EQ(patch(mug, R"({"title":"First"})", same_mug).status, 200);
  EXPECT_EQ(patch(mug, R"({"title":"Second"})", same_mug).status, 412);
  EXPECT_EQ(upload(mug.substr(19), draw_picture({}), "", same_mug).status, 412);
  EXPECT_EQ(seller->ask("DELETE", mug, "", same_mug).status, 412);
  EXPECT_EQ(seller->get(mug).text("/title"), "First");
}

TEST_F(ShopCatalogue, RefusesASchemaThatProductsDoNotSatisfy) {
  category("schema-top");
  category("schema-sub", "schema-top");
  product("schema-mug", "schema-sub", {{"attributes", bj::object{{"litres", "one"}}}});
  const auto top = std::string{"/v1/admin/categories/schema-top"};
  const auto refused = patch(top, R"({"attribute_schema":{"litres":{"type":"integer"}}})");
  EXPECT_EQ(refused.status, 409) << refused;
  EXPECT_EQ(refused.number("/products"), 1);
  EXPECT_EQ(refused.text("/problems/0/field"), "/products/schema-mug/attributes/litres");
  EXPECT_EQ(patch(top, R"({"attribute_schema":{"litres":{"type":"string"}}})").status, 200);
  EXPECT_EQ(shown("schema-top").at("attribute_schema"),
            (bj::object{{"litres", bj::object{{"type", "string"}}}}));
  const auto wrong = post("/v1/admin/products",
                          R"({"title":"x","category":"schema-sub","attributes":{"litres":1,"x":1},)"
                          R"("variants":[{"sku":"X-1"}]})");
  EXPECT_EQ(wrong.status, 400) << wrong;
  EXPECT_EQ(wrong.size("/problems"), 2u) << "the ancestor's schema holds below it";
}

TEST_F(ShopCatalogue, SpeaksTheVisitorsLanguage) {
  const auto place = category("words");
  patch(place, R"({"translations":{"de":{"name":"Wörter"}}})");
  const auto mug = product("words-mug", "words",
                           {{"translations", bj::object{{"de", bj::object{{"title", "Tasse"}}}}}});
  const auto path = "/v1/products/" + mug.substr(19);
  const auto german = visitor->ask("GET", path, "", {{"Accept-Language", "fr;q=0.4,de-AT"}});
  EXPECT_EQ(german.text("/title"), "Tasse");
  EXPECT_EQ(german.header("vary"), "Accept-Language");
  EXPECT_EQ(visitor->ask("GET", path, "", {{"Accept-Language", "en,de"}}).text("/title"),
            "words-mug");
  const auto asked = visitor->get(path + "?locale=de");
  EXPECT_EQ(asked.text("/title"), "Tasse");
  EXPECT_EQ(asked.header("vary"), "");
  EXPECT_EQ(shown("words", "?locale=de").at("name"), "Wörter");
  EXPECT_EQ(seller->get(mug).text("/translations/de/title"), "Tasse");
}

TEST_F(ShopCatalogue, KeepsBrandsAndPriceLists) {
  category("prices");
  const auto mug = product("priced", "prices", {{"brand", "Isola"}});
  EXPECT_EQ(patch("/v1/admin/brands/isola", R"({"name":"Isla"})").status, 200);
  EXPECT_EQ(seller->get(mug).text("/brand"), "Isla");
  EXPECT_EQ(seller->ask("DELETE", "/v1/admin/brands/isola").status, 409);
  EXPECT_GE(visitor->get("/v1/brands?limit=1").size("/items"), 1u);
  const header_list key{{"Idempotency-Key", "list-1"}};
  const auto* list = R"({"name":"Summer sale","currency":"EUR","country":"DE","priority":5,)"
                     R"("valid_until":"2099-01-01T00:00:00Z"})";
  const auto made = post("/v1/admin/price-lists", list, key);
  EXPECT_EQ(made.status, 201) << made;
  EXPECT_EQ(made.text("/id"), "summer-sale");
  EXPECT_EQ(post("/v1/admin/price-lists", list, key).status, 201) << "the same key, once";
  EXPECT_EQ(post("/v1/admin/price-lists", list).status, 409);
  const auto set = seller->ask("PUT", "/v1/admin/prices/SKU-priced",
                               R"({"prices":[{"list":"EUR","amount":900},)"
                               R"({"list":"summer-sale","amount":700,"original_amount":900}]})");
  EXPECT_EQ(set.status, 200) << set;
  const auto path = "/v1/products/" + mug.substr(19);
  EXPECT_EQ(visitor->get(path).number("/variants/0/price/amount"), 700);
  EXPECT_EQ(visitor->get(path + "?country=FR").number("/variants/0/price/amount"), 900);
  EXPECT_EQ(seller->get(mug).size("/variants/0/prices"), 2u);
  EXPECT_EQ(seller->ask("DELETE", "/v1/admin/price-lists/summer-sale").status, 409);
  patch("/v1/admin/price-lists/summer-sale", R"({"valid_until":"2020-01-01T00:00:00Z"})");
  EXPECT_EQ(seller->ask("DELETE", "/v1/admin/price-lists/summer-sale").status, 204);
  EXPECT_EQ(visitor->get(path).number("/variants/0/price/amount"), 900);
  const auto gone = seller->ask("DELETE", mug);
  EXPECT_EQ(gone.status, 409) << "it had a price";
  EXPECT_NE(gone.text("/detail").find("archive"), std::string::npos) << gone;
}

TEST_F(ShopCatalogue, ShowsAnArchivedProductToWhoHasItsId) {
  category("old");
  const auto mug = product("old-mug", "old");
  const auto id = mug.substr(19);
  EXPECT_EQ(patch(mug, R"({"status":"archived"})").status, 200);
  EXPECT_EQ(visitor->get("/v1/products/" + id).text("/status"), "archived");
  EXPECT_EQ(visitor->get("/v1/products/old-mug").status, 404);
  EXPECT_EQ(seller->get("/v1/admin/products?status=archived&q=SKU-old-mug").size("/items"), 1u);
  EXPECT_EQ(seller->ask("DELETE", mug).status, 204) << "it was never offered";
  EXPECT_EQ(visitor->get("/v1/products/" + id).status, 404);
}

TEST_F(ShopCatalogue, TakesBackWhatItAnswered) {
  category("mirror");
  const auto mug = product("mirror-mug", "mirror");
  seller->ask("PUT", "/v1/admin/prices/SKU-mirror-mug",
              R"({"prices":[{"list":"EUR","amount":5}]})");
  const auto whole = seller->get(mug);
  const auto same = patch(mug, whole.body, {{"If-Match", whole.header("etag")}});
  EXPECT_EQ(same.status, 200) << same;
  EXPECT_EQ(seller->get(mug).body, whole.body) << "nothing changed";
}

TEST_F(ShopCatalogue, ServesUploadedPicturesInSizes) {
  category("pictures");
  const auto mug = product("shown-mug", "pictures");
  const auto id = mug.substr(19);
  const header_list key{{"Idempotency-Key", "picture-1"}};
  const auto photo = draw_picture({.width = 1200, .height = 600, .orientation = 6});
  const auto made = upload(id, photo, "?alt=from%20the%20front", key);
  ASSERT_EQ(made.status, 201) << made;
  EXPECT_EQ(upload(id, photo, "?alt=from%20the%20front", key).status, 201);
  EXPECT_EQ(upload(id, draw_picture({.suffix = ".png"}), "?position=0").status, 201);
  const auto seen = visitor->get("/v1/products/" + id);
  ASSERT_EQ(seen.size("/images"), 2u) << seen;
  EXPECT_EQ(seen.text("/images/1/alt"), "from the front");
  EXPECT_EQ(seen.number("/images/1/width"), 600) << "upright";
  EXPECT_EQ(seen.size("/images/1/sizes"), 4u);
  const auto file = visitor->get(seen.text("/images/1/sizes/1/url"));
  ASSERT_EQ(file.status, 200);
  EXPECT_EQ(file.header("content-type"), "image/webp");
  EXPECT_EQ(file.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(file.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(look_at_picture(file.body).height, 480);
  EXPECT_EQ(look_at_picture(visitor->get(seen.text("/images/1/url")).body).loader,
            "jpegload_buffer");
  EXPECT_EQ(visitor
                ->ask("GET", seen.text("/images/1/sizes/1/url"), "",
                      {{"If-None-Match", file.header("etag")}})
                .status,
            304);
  const auto image = mug + "/images/" + seen.text("/images/1/id");
  EXPECT_EQ(patch(image, R"({"alt":"front","position":0})").text("/images/0/alt"), "front");
  EXPECT_EQ(seller->ask("DELETE", image).size("/images"), 1u);
  EXPECT_EQ(seller->ask("DELETE", image).status, 404);
}

TEST_F(ShopCatalogue, RefusesWhatIsNoPicture) {
  category("no-pictures");
  const auto mug = product("unseen-mug", "no-pictures");
  const auto id = mug.substr(19);
  EXPECT_EQ(upload(id, "GIF89a no picture", "", {}).status, 415);
  auto cut = draw_picture({});
  cut.resize(cut.size() / 3);
  const auto broken = upload(id, cut);
  EXPECT_EQ(broken.status, 400) << broken;
  EXPECT_EQ(broken.text("/problems/0/code"), "broken");
  const auto huge = upload(id, draw_picture({.width = 9'000, .height = 6'000, .suffix = ".png"}));
  EXPECT_EQ(huge.text("/problems/0/code"), "too_many_pixels") << huge;
  EXPECT_EQ(upload(id, std::string(11 << 20, 'x')).status, 413);
  EXPECT_EQ(upload(id, "").status, 400);
  EXPECT_EQ(upload(id, draw_picture({}), "?position=-1").status, 400);
  EXPECT_EQ(upload(id, draw_picture({}), "?alt=" + std::string(301, 'a')).status, 400);
  EXPECT_EQ(upload(id, draw_picture({}), "?alt=%ff").status, 400);
  EXPECT_EQ(upload("nothing", draw_picture({})).status, 404);
  EXPECT_EQ(visitor->ask("POST", mug + "/images", draw_picture({})).status, 401);
  for (const std::string& path :
       {"/media/" + std::string(64, 'a') + "/480.webp", std::string{"/media/../souk.toml"},
        "/media/" + std::string(64, 'a') + "/..%2f..%2fnode.log",
        "/media/%2e%2e/" + std::string{"480.webp"}})
    EXPECT_EQ(visitor->get(path).status, 404) << path;
}

TEST_F(ShopCatalogue, AnswersBadInputWithTheField) {
  category("bad");
  const auto mug = product("bad-mug", "bad");
  struct {
    const char* verb;
    std::string path, body, field;
  } const cases[] = {
      {"POST", "/v1/admin/categories", R"({"handle":"x"})", "/name"},
      {"POST", "/v1/admin/categories", R"({"name":""})", "/name"},
      {"POST", "/v1/admin/categories", R"({"name":"x","handle":"-"})", "/handle"},
      {"POST", "/v1/admin/categories", R"({"name":"x","parent":"none"})", "/parent"},
      {"POST", "/v1/admin/categories", R"({"name":"x","position":-1})", "/position"},
      {"POST", "/v1/admin/categories", R"({"name":"x","attribute_schema":{"a":{"type":"x"}}})",
       "/attribute_schema/a"},
      {"POST", "/v1/admin/categories", R"({"name":"x","translations":{"de":1}})",
       "/translations/de"},
      {"PATCH", "/v1/admin/categories/bad", R"({"name":7})", "/name"},
      {"PATCH", "/v1/admin/categories/bad", R"({"name":"\u0000"})", "/name"},
      {"POST", "/v1/admin/brands", R"({"name":" "})", "/name"},
      {"POST", "/v1/admin/brands", R"({"name":"x","handle":"A"})", "/handle"},
      {"POST", "/v1/admin/price-lists", R"({"name":"x","currency":"XXQ"})", "/currency"},
      {"POST", "/v1/admin/price-lists", R"({"name":"x"})", "/currency"},
      {"POST", "/v1/admin/price-lists", R"({"name":"x","currency":"EUR","country":"de"})",
       "/country"},
      {"POST", "/v1/admin/price-lists", R"({"name":"x","currency":"EUR","valid_from":"today"})",
       "/valid_from"},
      {"PUT", "/v1/admin/prices/SKU-bad-mug", R"({})", "/prices"},
      {"PUT", "/v1/admin/prices/SKU-bad-mug", R"({"prices":[{"list":"EUR"}]})", "/prices/0/amount"},
      {"PUT", "/v1/admin/prices/SKU-bad-mug", R"({"prices":[{"list":"none","amount":1}]})",
       "/prices/0/list"},
      {"PATCH", mug, R"({"category":"none"})", "/category"},
      {"PATCH", mug, R"({"handle":"No"})", "/handle"},
      {"PATCH", mug, R"({"options":["size"]})", "/variants/0/options"},
      {"PATCH", mug, R"({"remove_variants":["SKU-bad-mug"]})", "/variants"},
      {"PATCH", mug, R"({"variant_order":["X"]})", "/variant_order/0"},
      {"PATCH", mug, R"({"attributes":{"\u0000":1}})", "/attributes"},
      {"PATCH", mug, R"({"translations":{"d e":{"title":"x"}}})", "/translations/d e"},
      {"GET", "/v1/admin/products?status=sold", "", "/status"},
      {"GET", "/v1/admin/products?cursor=x", "", "/cursor"},
      {"GET", "/v1/admin/products?q=%ff", "", "/q"},
      {"GET", "/v1/brands?cursor=%ff", "", "/cursor"},
  };
  for (const auto& each : cases) {
    const auto got = seller->ask(each.verb, each.path, each.body);
    EXPECT_EQ(got.status, 400) << each.verb << " " << each.path << " " << each.body << "\n" << got;
    EXPECT_EQ(got.text("/problems/0/field"), each.field) << each.body << "\n" << got;
  }
  EXPECT_EQ(patch(mug, "{}", {{"If-Match", "seven"}}).status, 400);
  EXPECT_EQ(seller->get("/v1/admin/categories/%ff").status, 404);
  EXPECT_EQ(seller->get("/v1/admin/price-lists/%ff").status, 404);
  EXPECT_EQ(seller->get("/v1/admin/prices/%ff").status, 404);
  EXPECT_EQ(visitor->get("/v1/admin/products").status, 401);
}

} // namespace
} // namespace souk::tests
